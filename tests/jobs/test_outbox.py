"""Promised work: written with the change, done once it is due, counted at the claim, visible when it is given up."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from portal.jobs import outbox
from portal.jobs.integrity import problems
from portal.jobs.models import MAX_ATTEMPTS, Promise, PromiseStatus, short
from portal.jobs.outbox import promise, run, run_due
from portal.jobs.registry import HANDLERS, MINUTE, every_minute, handler
from portal.jobs.tick import tick

pytestmark = pytest.mark.django_db
DONE: list[int] = []


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    DONE.clear()
    handler("test.note")(note)
    handler("test.fail")(fail)
    yield
    for kind in ("test.note", "test.fail"):
        del HANDLERS[kind]


def note(*, number: int) -> None:
    DONE.append(number)


def fail(*, number: int) -> None:
    raise OSError("no paper")


def promised(kind: str = "test.note", key: str = "k1", number: int = 1) -> Promise:
    with transaction.atomic():
        return promise(kind, key=key, number=number)


@pytest.mark.django_db(transaction=True)
def test_work_cannot_be_promised_outside_a_transaction() -> None:
    with pytest.raises(RuntimeError):
        promise("test.note", key="k", number=1)


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_takes_its_promise_along() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        promise("test.note", key="k", number=1)
        raise ZeroDivisionError
    assert not Promise.objects.exists()


def test_only_ids_can_be_promised() -> None:
    with pytest.raises(TypeError, match="person"), transaction.atomic():
        promise("test.note", key="k", person={"name": "示例甲"})  # type: ignore[arg-type]
    assert not Promise.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_work_is_not_done_inside_a_transaction() -> None:
    row = promised()
    with pytest.raises(RuntimeError), transaction.atomic():
        run(row.pk)
    assert DONE == []
    assert run(row.pk) is True


def test_the_same_key_is_promised_once() -> None:
    assert promised().pk == promised().pk
    assert run_due() == 1
    assert DONE == [1]


def test_done_work_is_not_done_again() -> None:
    row = promised()
    assert run(row.pk) is True
    assert run(row.pk) is False
    assert DONE == [1]


def test_failing_work_is_tried_five_times_and_then_waits_for_a_person() -> None:
    row = promised("test.fail")
    for _ in range(MAX_ATTEMPTS):
        Promise.objects.filter(pk=row.pk).update(due_at=timezone.now())
        assert run(row.pk) is False
    row.refresh_from_db()
    assert (row.status, row.attempts) == (PromiseStatus.DEAD, MAX_ATTEMPTS)
    assert row.last_error == "OSError: no paper"
    assert list(problems())
    HANDLERS["test.fail"] = note
    assert row.retry(by=None) is True
    assert run(row.pk) is True


def lose_worker(row: Promise) -> None:
    """Claim the work, and never come back."""
    assert Promise.objects.get(pk=row.pk).claim() is True
    Promise.objects.filter(pk=row.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))


def test_work_that_kills_its_worker_five_times_is_given_up() -> None:
    row = promised()
    for _ in range(MAX_ATTEMPTS):
        lose_worker(row)
    assert run(row.pk) is False
    row.refresh_from_db()
    assert (row.status, row.attempts, row.claimed_until) == (PromiseStatus.DEAD, MAX_ATTEMPTS, None)
    assert "lost" in row.last_error
    assert DONE == []


def test_work_whose_worker_was_lost_four_times_is_tried_once_more() -> None:
    row = promised()
    for _ in range(MAX_ATTEMPTS - 1):
        lose_worker(row)
    assert run(row.pk) is True


def test_only_work_that_was_given_up_can_be_set_going_again(django_capture_on_commit_callbacks) -> None:
    from django_q.models import OrmQ

    row = promised("test.unknown")
    assert row.retry(by=None) is False
    run(row.pk)
    with django_capture_on_commit_callbacks(execute=True):
        assert row.retry(by=None) is True
    assert OrmQ.objects.count() == 1
    row.refresh_from_db()
    assert (row.status, row.attempts) == (PromiseStatus.WAITING, 0)


def test_a_kept_error_names_no_person() -> None:
    error = ValueError("value 330602199001010001 too long\nDETAIL: Key (name)=(示例甲) exists")
    assert short(error) == "ValueError: value … too long"
    assert short(ValueError("91330602MA2D8K3X4Q, 13800000000")) == "ValueError: …, …"
    assert short(KeyError("m01")) == "KeyError: 'm01'"
    assert short(OSError()) == "OSError: "
    assert len(short(ValueError("长" * 500))) == 200


def test_failing_work_waits_before_it_is_tried_again() -> None:
    row = promised("test.fail")
    run(row.pk)
    assert run(row.pk) is False
    row.refresh_from_db()
    assert row.attempts == 1
    assert row.due_at > timezone.now()


def test_a_killed_worker_counts_as_an_attempt_and_its_work_is_taken_up_again() -> None:
    row = promised()
    assert row.claim() is True
    assert run(row.pk) is False
    Promise.objects.filter(pk=row.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert run(row.pk) is True
    row.refresh_from_db()
    assert row.attempts == 2


def test_two_workers_cannot_claim_the_same_work() -> None:
    row = promised()
    twin = Promise.objects.get(pk=row.pk)
    assert row.claim() is True
    assert twin.claim() is False


def test_an_attempt_that_lost_its_claim_cannot_say_how_it_ended() -> None:
    row = promised()
    row.claim()
    Promise.objects.filter(pk=row.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))
    later = Promise.objects.get(pk=row.pk)
    later.claim()
    row.fulfil()
    assert Promise.objects.get(pk=row.pk).status == PromiseStatus.RUNNING


def test_work_that_nobody_knows_is_given_up_at_once() -> None:
    row = promised("test.unknown")
    run(row.pk)
    row.refresh_from_db()
    assert row.status == PromiseStatus.DEAD


def test_two_handlers_for_one_kind_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="two handlers"):
        handler("test.note")(fail)
    assert HANDLERS["test.note"] is note


def test_two_minute_functions_of_one_name_are_a_mistake() -> None:
    try:
        every_minute("test.clock")(lambda now: None)
        with pytest.raises(ValueError, match=r"test\.clock"):
            every_minute("test.clock")(lambda now: None)
    finally:
        del MINUTE["test.clock"]


def test_the_command_does_what_is_due_and_leaves_what_failed_for_later(capsys) -> None:
    promised()
    failing = promised("test.fail", "k2")
    call_command("run_promises")
    assert "1 promise(s) kept." in capsys.readouterr().out
    failing.refresh_from_db()
    assert (failing.status, failing.attempts) == (PromiseStatus.WAITING, 1)


def test_a_round_starts_nothing_new_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    promised()
    monkeypatch.setattr(outbox, "ROUND_SECONDS", -1.0)
    assert run_due() == 0
    monkeypatch.undo()
    assert run_due() == 1


def test_work_that_has_been_due_for_more_than_an_hour_is_noticed() -> None:
    row = promised()
    assert list(problems()) == []
    Promise.objects.filter(pk=row.pk).update(due_at=timezone.now() - timedelta(minutes=61))
    assert len(list(problems())) == 1


def test_the_tick_does_forgotten_work_and_one_failing_clock_does_not_stop_the_others(caplog) -> None:
    seen: list[str] = []

    def broken(now) -> None:
        raise OSError("clock")

    def sound(now) -> None:
        seen.append("sound")

    every_minute("test.broken")(broken)
    every_minute("test.sound")(sound)
    promised()
    try:
        tick()
    finally:
        del MINUTE["test.broken"], MINUTE["test.sound"]
    assert seen == ["sound"]
    assert "minute function test.broken failed" in caplog.text
    assert DONE == [1]


def test_the_queue_is_woken_after_the_commit(django_capture_on_commit_callbacks) -> None:
    from django_q.models import OrmQ

    with django_capture_on_commit_callbacks(execute=True):
        promised()
    assert OrmQ.objects.count() == 1


def test_the_queue_is_woken_once_for_everything_promised_in_one_transaction(
    django_capture_on_commit_callbacks,
) -> None:
    from django_q.models import OrmQ

    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        for number in range(3):
            promise("test.note", key=f"together-{number}", number=number)
    assert OrmQ.objects.get().task["func"] == "portal.jobs.tick.work"


@pytest.mark.django_db(transaction=True)
def test_what_was_promised_in_a_part_that_was_taken_back_takes_no_other_wake_up_along() -> None:
    from django_q.models import OrmQ

    with transaction.atomic():
        with contextlib.suppress(LookupError), transaction.atomic():
            promise("test.note", key="taken-back", number=1)
            raise LookupError
        promise("test.note", key="kept", number=2)
    assert OrmQ.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_queue_does_the_work_by_its_own_name_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from django_q.conf import Conf

    monkeypatch.setattr(Conf, "SYNC", True)
    row = promised()
    row.refresh_from_db()
    assert (DONE, row.status) == ([1], PromiseStatus.DONE)


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_is_away_costs_a_delay_and_not_the_work(monkeypatch: pytest.MonkeyPatch, caplog) -> None:
    from django_q.conf import Conf

    monkeypatch.setattr(Conf, "ORM", "nowhere")
    row = promised()
    assert "did not take a wake-up" in caplog.text
    tick()
    row.refresh_from_db()
    assert row.status == PromiseStatus.DONE
    assert DONE == [1]


def test_the_schedule_is_exactly_one_row() -> None:
    from django_q.models import Schedule

    from portal.jobs.queue import ensure_schedule

    Schedule.objects.create(name="stray", func="x")
    ensure_schedule()
    ensure_schedule()
    assert list(Schedule.objects.values_list("name", flat=True)) == ["portal-tick"]
