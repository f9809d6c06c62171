"""Two who decide at the same instant, and a deadline that moves under a decision; each rule with its twin."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from portal.cases import integrity
from portal.cases.decision.decide import decide
from portal.cases.flow import MOVES
from portal.cases.models import Case, Task
from portal.cases.states import CaseStatus
from portal.workdays import moving
from portal.workdays.models import CalendarChange, MovedDeadline
from portal.workdays.moving import move_deadlines
from portal.workdays.registry import Move
from tests.cast import Cast, build_cast, case_to_decide, reasoned
from tests.races import at_once, lock_off, must_go_wrong, one_wins

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


@pytest.fixture
def cast() -> Cast:
    return build_cast()


def decide_at_once(case: Case, cast: Cast) -> list[Any]:
    """Three grant and three refuse."""
    chief, pk = cast.decider("sx-jsj"), case.tasks.get(kind="decision").pk

    def decide_it(granted: bool) -> None:
        decide(Task.objects.get(pk=pk), by=chief, granted=granted, findings=reasoned(case))

    return at_once([lambda: decide_it(True), lambda: decide_it(False)] * 3)


def is_decided_once(case: Case, outcomes: list[Any]) -> bool:
    return one_wins(outcomes) and case.documents.filter(kind__startswith="decision_").count() == 1


def test_of_two_decisions_at_once_one_stands(cast: Cast) -> None:
    case = case_to_decide(cast)
    outcomes = decide_at_once(case, cast)
    assert is_decided_once(case, outcomes), outcomes
    assert list(integrity.problems()) == []


def test_twin_without_lock_and_guard_more_than_one_decides(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def task_unguarded(self: Task, wish: str, sources: set[str], target: str, **stamps: Any) -> None:
        Task.objects.filter(pk=self.pk).update(status=target, **stamps)

    def case_unguarded(self: Case, verb: str, *, by: Any, department: Any = None, **stamps: Any) -> Any:
        Case.objects.filter(pk=self.pk).update(status=MOVES[verb].target, **stamps)
        left, self.outcome = self.status, stamps["outcome"]
        return MOVES[verb], left

    def race() -> bool:
        case = case_to_decide(cast)
        with lock_off(monkeypatch), monkeypatch.context() as off:
            off.setattr(Task, "claim", task_unguarded)
            off.setattr(Case, "claim", case_unguarded)
            return is_decided_once(case, decide_at_once(case, cast))

    must_go_wrong(race)


def move_and_decide_at_once(case: Case, cast: Cast, decide_it: Callable[..., None] = decide) -> list[Any]:
    """The calendar moves the promised day of a case while it is decided."""
    wrong = case.promised_due + timedelta(days=3)
    Case.objects.filter(pk=case.pk).update(promised_due=wrong, statutory_due=wrong)
    change = CalendarChange.objects.create(first_day=timezone.localdate(), why="台风放假")
    chief, task = cast.decider("sx-jsj"), case.tasks.get(kind="decision").pk
    return at_once(
        [
            lambda: move_deadlines(change.pk),
            lambda: decide_it(Task.objects.get(pk=task), by=chief, granted=True),
        ]
    )


def is_moved_before_or_not_at_all(case: Case, outcomes: list[Any]) -> bool:
    """Both are done; a day that moved did so, with event and report, before the decision stopped its clock."""
    events = list(
        case.events.filter(verb__in=["move_deadlines", "grant"]).order_by("seq").values_list("verb", flat=True)
    )
    told = {MovedDeadline.objects.filter(holder=case.pk, name="cases.promised").exists(), "move_deadlines" in events}
    decided = Case.objects.get(pk=case.pk).status == CaseStatus.DECIDED_GRANTED
    return outcomes == [None, None] and decided and len(told) == 1 and events[-1:] == ["grant"]


def test_a_deadline_moves_before_the_decision_or_not_at_all(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "VERB_SECONDS", 0)
    for _ in range(8):
        case = case_to_decide(cast)
        outcomes = move_and_decide_at_once(case, cast)
        assert is_moved_before_or_not_at_all(case, outcomes), outcomes
    assert list(integrity.problems()) == []


def test_twin_without_lock_and_guard_a_deadline_moves_under_a_decision(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever moves has read that the clock runs, and writes once the decision is made: what the lock forbids."""
    monkeypatch.setattr(moving, "VERB_SECONDS", 0)
    has_read, decided = threading.Event(), threading.Event()

    def decide_and_tell(*args: Any, **kwargs: Any) -> None:
        has_read.wait(timeout=20)
        try:
            decide(*args, **kwargs)
        finally:
            connection.close()
            decided.set()

    def unguarded(move: Move) -> bool:
        has_read.set()
        decided.wait(timeout=20)
        return bool(Case.objects.filter(pk=move.row).update(**{move.deadline.field: move.new}))

    case = case_to_decide(cast)
    with lock_off(monkeypatch), monkeypatch.context() as off:
        off.setattr(moving, "_store", unguarded)
        outcomes = move_and_decide_at_once(case, cast, decide_it=decide_and_tell)
    assert has_read.is_set()
    assert not is_moved_before_or_not_at_all(case, outcomes)
