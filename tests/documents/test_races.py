"""Numbers taken and papers rendered at the same instant; each rule with its twin that fails when the guard is off."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal.documents.integrity import problems
from portal.documents.models import Counter, Document
from portal.lib.files import PDF, store_bytes
from portal.lib.refusal import TooLate
from tests.races import at_once, lock_off

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
HANDS, TAKES = 8, 12


class GivenBack(Exception):
    """The transaction of a number fails after the number was taken."""


def take_at_once(counter: type[Counter], series: str) -> list[Any]:
    """Every hand takes numbers, and every third one fails afterwards; the numbers that were kept, or the errors."""

    def hand(first: int) -> list[int]:
        kept = []
        for turn in range(first, first + TAKES):
            try:
                with transaction.atomic():
                    number = counter.take(series)
                    if turn % 3 == 0:
                        raise GivenBack
            except GivenBack:
                continue
            kept.append(number)
        return kept

    outcomes = at_once([lambda first=first: hand(first) for first in range(HANDS)])
    return [number for kept in outcomes for number in (kept if isinstance(kept, list) else [kept])]


def test_numbers_taken_at_once_are_unique_and_without_gaps_from_the_first_on() -> None:
    for number in range(3):
        taken = take_at_once(Counter, f"race-{number}")
        assert sorted(taken, key=str) == sorted(range(1, HANDS * TAKES * 2 // 3 + 1), key=str)


class ReadThenWrite(Counter):
    """What the counter must not be: two hands read the same last number."""

    class Meta:
        proxy = True
        app_label = "documents"

    @classmethod
    def take(cls, series: str) -> int:
        row, _ = cls.objects.get_or_create(series=series)
        row.last += 1
        row.save()
        return row.last


def test_twin_with_a_counter_that_reads_and_then_writes_numbers_go_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = sorted(range(1, HANDS * TAKES * 2 // 3 + 1), key=str)
    for number in range(10):
        with lock_off(monkeypatch):
            taken = take_at_once(ReadThenWrite, f"twin-{number}")
        if sorted(taken, key=str) != wanted:
            return
    pytest.fail("ten rounds without the lock were all clean: the test above proves nothing")


def files() -> set[Path]:
    return {path for path in Path(settings.PRIVATE_ROOT).rglob("*.pdf") if path.is_file()}


def ask_at_once() -> tuple[list[Any], set[Path]]:
    """Six people ask for a new paper; what each got, and the files that were left."""
    document, before = Document.issue("receipt", content={}, by=None), files()
    outcomes = at_once([lambda: Document.objects.get(pk=document.pk).pdf()] * 6)
    return outcomes, files() - before


def test_six_people_who_ask_for_a_new_paper_at_once_get_one_and_the_same() -> None:
    outcomes, left = ask_at_once()
    assert len({hashlib.sha256(data).hexdigest() for data in outcomes}) == 1, outcomes
    assert len(left) == 1
    assert list(problems()) == []


def test_twin_without_the_conditional_update_more_than_one_file_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def unguarded(self: Document) -> None:
        stored = store_bytes(b"%PDF-" + str(timezone.now()).encode(), PDF)
        Document.objects.filter(pk=self.pk).update(path=stored.path, sha256=stored.sha256, size=stored.size)
        self.refresh_from_db()

    monkeypatch.setattr(Document, "_render_once", unguarded)
    assert any(len(ask_at_once()[1]) > 1 for _ in range(20))


def test_of_six_who_void_a_paper_at_once_one_does() -> None:
    document = Document.issue("receipt", content={}, by=None)
    acts = [lambda n=n: Document.objects.get(pk=document.pk).void(by=None, reason=str(n)) for n in range(6)]
    outcomes = at_once(acts)
    assert outcomes.count(None) == 1, outcomes
    assert all(isinstance(outcome, TooLate) for outcome in outcomes if outcome is not None), outcomes
    assert Document.objects.get(pk=document.pk).void_reason == str(outcomes.index(None))
