"""What the law times goes first: work has classes, a wake-up takes the most urgent, and the minute waits for nobody."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.cases.states import CaseStatus
from portal.jobs import heartbeat, outbox, tick
from portal.jobs.models import Promise, PromiseStatus
from portal.jobs.outbox import promise, purge, run_due
from portal.jobs.registry import HANDLERS, MINUTE, URGENCY, Urgency, every_minute, handler
from portal.workdays.models import MOVE_DEADLINES
from tests.cast import received_case
from tests.plans import plan

pytestmark = pytest.mark.django_db
WAITING = 700
DONE: list[str] = []


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    DONE.clear()
    kinds = {"test.law": Urgency.LAW, "test.message": Urgency.PEOPLE, "test.render": Urgency.PAPERS}
    for kind, urgency in kinds.items():
        handler(kind, urgency=urgency)(_doing(kind))
    yield
    for kind in kinds:
        del HANDLERS[kind], URGENCY[kind]


def _doing(kind: str) -> Any:
    def work(*, number: int) -> None:
        time.sleep(0.005)
        DONE.append(kind)

    return work


def promised(kind: str, key: str) -> Promise:
    with transaction.atomic():
        return promise(kind, key=key, number=1)


def waiting_renders(count: int = WAITING) -> None:
    """Papers that have been waiting for ten minutes."""
    since = timezone.now() - timedelta(minutes=10)
    rows = (
        Promise(kind="test.render", key=f"render-{number}", args={"number": 1}, urgency=Urgency.PAPERS, due_at=since)
        for number in range(count)
    )
    Promise.objects.bulk_create(rows)


def test_the_class_of_work_is_that_of_its_handler() -> None:
    assert promised("test.law", "a").urgency == Urgency.LAW
    assert promised("test.nobody", "b").urgency == Urgency.PEOPLE
    assert (URGENCY["documents.render"], URGENCY["catalog.handbook"]) == (Urgency.PAPERS, Urgency.HOUSE)
    assert URGENCY[MOVE_DEADLINES] == Urgency.LAW


def test_what_the_law_times_goes_before_messages_and_messages_before_papers() -> None:
    for kind in ("test.render", "test.message", "test.law"):
        promised(kind, kind)
    run_due()
    assert DONE == ["test.law", "test.message", "test.render"]


def test_within_a_class_what_has_been_due_longest_goes_first() -> None:
    first, second = promised("test.law", "a"), promised("test.law", "b")
    Promise.objects.filter(pk=second.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    assert Promise.objects.most_urgent(timezone.now()) == second.pk
    Promise.objects.filter(pk=second.pk).update(status=PromiseStatus.DONE)
    assert Promise.objects.most_urgent(timezone.now()) == first.pk


def test_work_of_a_lost_worker_is_chosen_by_its_class_too() -> None:
    lost = promised("test.law", "a")
    promised("test.message", "b")
    over = timezone.now() - timedelta(seconds=1)
    Promise.objects.filter(pk=lost.pk).update(status=PromiseStatus.RUNNING, attempts=1, claimed_until=over)
    assert Promise.objects.most_urgent(timezone.now()) == lost.pk


def test_what_becomes_urgent_while_papers_are_made_does_not_wait_for_the_rest() -> None:
    waiting_renders(5)
    HANDLERS["test.render"] = lambda *, number: (DONE.append("test.render"), promised("test.law", "meanwhile"))
    run_due()
    assert DONE[:3] == ["test.render", "test.law", "test.render"]


def test_the_minute_is_kept_while_many_papers_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting_renders()
    began: list[float] = []
    monkeypatch.setattr(tick, "MINUTE_SECONDS", 0.2)
    monkeypatch.setattr(outbox, "ROUND_SECONDS", 2.0)
    every_minute("test.clock")(lambda now: began.append(time.monotonic()))
    try:
        tick.tick()
    finally:
        del MINUTE["test.clock"]
    assert DONE
    assert len(DONE) < WAITING
    assert 5 <= len(began) <= 11


def test_a_silent_case_is_deemed_accepted_before_the_first_of_many_papers(cast: Any) -> None:
    case = received_case("TZ-09")
    type(case).objects.filter(pk=case.pk).update(acceptance_due=timezone.localdate() - timedelta(days=1))
    waiting_renders()
    seen: list[str] = []
    HANDLERS["test.render"] = lambda *, number: seen.append(type(case).objects.get(pk=case.pk).status)
    waited = time.monotonic() - tick.MINUTE_SECONDS
    heartbeat._minute.value = waited  # a minute ago, while other papers were made
    run_due(between=_only(2, tick._minute_if_due))
    assert seen[0] != CaseStatus.RECEIVED


def _only(times: int, act: Any) -> Any:
    """`act` so many times, then the round ends as if its time were over."""
    left = [times]

    def between() -> None:
        left[0] -= 1
        act()
        if not left[0]:
            Promise.objects.filter(status=PromiseStatus.WAITING).update(due_at=timezone.now() + timedelta(hours=1))

    return between


def test_many_promises_are_one_wake_up(django_capture_on_commit_callbacks: Any) -> None:
    from django_q.models import OrmQ

    with django_capture_on_commit_callbacks(execute=True):
        for number in range(50):
            promised("test.render", f"many-{number}")
    assert OrmQ.objects.count() == 1


def test_a_round_that_leaves_work_behind_wakes_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    from django_q.models import OrmQ

    waiting_renders(3)
    monkeypatch.setattr(outbox, "ROUND_SECONDS", -1.0)
    tick.work()
    assert OrmQ.objects.count() == 1
    monkeypatch.undo()
    OrmQ.objects.all().delete()
    tick.work()
    assert OrmQ.objects.count() == 0


NOW = datetime(2026, 3, 2, 10, 0, tzinfo=timezone.get_default_timezone())


def done(key: str, days_ago: int) -> Promise:
    row = promised("test.message", key)
    Promise.objects.filter(pk=row.pk).update(status=PromiseStatus.DONE, done_at=NOW - timedelta(days=days_ago))
    return row


def test_done_work_is_deleted_after_its_time_and_nothing_else(settings: Any) -> None:
    settings.PROMISES_KEPT_DAYS = 30
    old, young = done("old", 31), done("young", 29)
    failed, open_work = promised("test.message", "failed"), promised("test.message", "open")
    Promise.objects.filter(pk=failed.pk).update(status=PromiseStatus.DEAD, created_at=NOW - timedelta(days=400))
    purge(NOW)
    left = set(Promise.objects.values_list("pk", flat=True))
    assert left == {young.pk, failed.pk, open_work.pk}
    assert old.pk not in left


def test_only_so_much_is_deleted_in_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "A_MINUTES_PURGE", 2)
    rows = [done(f"old-{days}", days) for days in (40, 42, 41)]
    purge(NOW)
    assert list(Promise.objects.values_list("pk", flat=True)) == [rows[0].pk]


def test_the_next_work_and_the_oldest_done_work_are_found_by_index() -> None:
    with CaptureQueriesContext(connection) as asked:
        Promise.objects.most_urgent(NOW)
        purge(NOW)
    waiting, lost, old = (query["sql"] for query in asked.captured_queries[:3])
    assert "promise_next" in plan(waiting)
    assert "promise_next" in plan(lost)
    assert "promise_kept" in plan(old)
