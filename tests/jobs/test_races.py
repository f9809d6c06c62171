"""Workers that reach for the same promise at the same instant, with the twin in which nothing guards the claim."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from portal.jobs.models import Promise, PromiseStatus
from portal.jobs.outbox import promise, run
from portal.jobs.registry import HANDLERS, handler
from tests.races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
DONE: list[int] = []


@pytest.fixture(autouse=True)
def _handler() -> Iterator[None]:
    DONE.clear()

    @handler("test.race")
    def note(*, number: int) -> None:
        DONE.append(number)

    yield
    del HANDLERS["test.race"]


def run_at_once(number: int) -> list[object]:
    with transaction.atomic():
        pk = promise("test.race", key=f"race-{number}", number=number).pk
    return at_once([lambda: run(pk)] * 12)


def test_of_twelve_workers_one_does_the_work() -> None:
    for number in range(5):
        outcomes = run_at_once(number)
        assert sorted(map(str, outcomes)) == ["False"] * 11 + ["True"], outcomes
    assert DONE == [0, 1, 2, 3, 4]
    assert set(Promise.objects.values_list("status", "attempts")) == {(PromiseStatus.DONE, 1)}


def test_twin_with_a_claim_that_reads_and_then_writes_it_is_done_more_than_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unguarded(self: Promise) -> bool:
        if self.status != PromiseStatus.WAITING:
            return False
        self.attempts += 1
        self.status = PromiseStatus.RUNNING
        self.save()
        return True

    monkeypatch.setattr(Promise, "claim", unguarded)
    for number in range(20):
        run_at_once(number)
        if DONE.count(number) > 1:
            return
    pytest.fail("twenty rounds without the guard were all clean: the test above proves nothing")


def test_the_same_key_promised_at_once_is_one_row() -> None:
    def act() -> int:
        with transaction.atomic():
            return promise("test.race", key="same", number=1).pk

    outcomes = at_once([act] * 8)
    assert outcomes == [Promise.objects.get().pk] * 8
