"""What every verb is made of: the lock that reads anew, the claim that counts, the log that adds up."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from portal.cases import event_guard
from portal.cases.intake.materials import check_materials
from portal.cases.intake.outcomes import accept, deem_accepted
from portal.cases.models import Case, Event, Task
from portal.cases.models.acting import acting
from portal.cases.models.event import broken_links
from portal.lib.refusal import TooLate
from portal.organisations.models import Organisation
from tests.cast import Cast, accepted_case, good_rows, private_person, received_case

pytestmark = pytest.mark.django_db


# -- the claim


def test_a_claim_holds_for_the_state_that_was_read_and_counts_one_on(cast: Cast) -> None:
    case = received_case()
    twin, before = Case.objects.get(pk=case.pk), case.version
    case.claim("withdraw", by=cast.receiver, reasons="暂缓")
    stored = Case.objects.get(pk=case.pk)
    for each in (case, stored):
        assert (each.status, each.version, each.reasons) == ("withdrawn", before + 1, "暂缓")
    with pytest.raises(TooLate, match="不能再办理“受理”"):
        twin.claim("accept", by=cast.receiver)
    assert Case.objects.get(pk=case.pk).status == "withdrawn"


def test_a_stamp_stands_in_hand_and_in_the_table(cast: Cast) -> None:
    case = received_case()
    case.stamp(reasons="备注", stage=3)
    for each in (case, Case.objects.get(pk=case.pk)):
        assert (each.reasons, each.stage) == ("备注", 3)


def test_a_task_is_claimed_from_where_it_stands_and_by_its_department_only(cast: Cast) -> None:
    task = accepted_case().tasks.select_related("department").get(department__code="sx-rfb")
    twin = Task.objects.get(pk=task.pk)
    task.claim("签收", {"sent"}, "working", opinion="已收")
    for each in (task, Task.objects.get(pk=task.pk)):
        assert (each.status, each.opinion) == ("working", "已收")
    with pytest.raises(TooLate, match=f"^{task.department}的“{task.name}”现为“办理中”，不能再签收。"):
        twin.claim("签收", {"sent"}, "working")
    assert twin.status == "working"
    Task.objects.filter(pk=task.pk).update(department=Organisation.objects.get(code="sx-hbj"))
    with pytest.raises(TooLate):
        task.claim("办理", {"working"}, "done")
    assert Task.objects.get(pk=task.pk).status == "working"


def test_who_comes_second_is_told_where_the_case_stands_and_who_was_first_if_anybody(cast: Cast) -> None:
    case = received_case(complete=False)
    assert str(case.too_late("受理")).startswith("receiver已于")
    Case.objects.filter(pk=case.pk).update(acceptance_due=timezone.localdate() - timedelta(days=1))
    deem_accepted(case)
    assert str(case.too_late("受理")).startswith("系统已于")
    case.pk, case.number, case._state.adding = None, None, True
    case.accepted_at = None
    case.save()
    assert str(case.too_late("受理")) == "本件现为“已分办待签收”，不能再办理“受理”。"


# -- the lock


def test_a_verb_reads_the_neighbours_of_a_case_anew(cast: Cast) -> None:
    case = received_case()
    assert case.lead.document_sign != "新字"
    Organisation.objects.filter(pk=case.lead_id).update(document_sign="新字")
    with acting(case):
        assert case.lead.document_sign == "新字"


def test_what_fails_in_a_verb_reaches_whoever_called_and_nothing_is_kept_in_hand(cast: Cast) -> None:
    case = received_case()
    known = dict(case.__dict__)
    with pytest.raises(ZeroDivisionError), acting(case):
        case.status, case.unheard_of = "accepted", True
        case.at_last(lambda: 1 // 0)
    assert case.__dict__ == known
    accept(case, by=cast.receiver)
    assert case.status == "dispatched"


# -- what a case says of itself


def test_a_case_is_called_by_its_number_and_before_that_by_the_one_of_the_application(cast: Cast) -> None:
    case = received_case()
    assert str(case) == case.application.number
    accept(case, by=cast.receiver)
    assert str(case) == case.number != case.application.number


def test_silence_alone_is_deemed_acceptance(cast: Cast) -> None:
    case = received_case()
    assert not case.is_deemed
    assert not accepted_case().is_deemed
    Case.objects.filter(pk=case.pk).update(acceptance_due=timezone.localdate() - timedelta(days=1))
    deem_accepted(case)
    assert case.is_deemed
    assert not Case(accepted_by=cast.receiver).is_deemed


def test_the_lines_of_a_case_know_this_very_case_and_stand_in_order(cast: Cast) -> None:
    case = received_case()
    assert {id(line.case) for line in case.lines()} == {id(case)}
    assert [line.order for line in case.lines()] == [*range(1, len(case.definition.materials) + 1)]


# -- the log


def test_the_hash_of_an_event_can_be_worked_out_by_anybody(cast: Cast) -> None:
    at = datetime(2026, 3, 2, 1, 2, 3, 4, tzinfo=UTC)
    event = Event(
        case_id=7,
        seq=2,
        at=at,
        actor_id=None,
        verb="note",
        name="备注",
        from_status="received",
        to_status="received",
        text="已看",
        data={"way": "mail", "days": 30},
        once=None,
        previous_hash="ab",
    )
    written = (
        '["ab",7,2,"2026-03-02T01:02:03.000004+00:00",null,"note","备注","received","received","已看",'
        '{"days":30,"way":"mail"},null]'
    )
    assert event.digest() == hashlib.sha256(written.encode()).hexdigest()


def test_events_count_from_one_in_every_case_and_the_first_follows_nothing(cast: Cast) -> None:
    for case in (received_case(), received_case(applicant=private_person())):
        check_materials(case, good_rows(case), by=cast.receiver)
        events = list(case.events.order_by("seq"))
        assert [event.seq for event in events] == [1, 2, 3]
        assert [event.previous_hash for event in events] == ["", events[0].hash, events[1].hash]
        assert events[0].data == {}
    everything = list(Event.objects.order_by("case", "seq"))
    assert list(broken_links(everything)) == []


def test_what_is_missing_in_the_log_is_told_by_its_place(cast: Cast) -> None:
    first, second = received_case(), received_case()
    events = list(Event.objects.order_by("case", "seq"))
    assert list(broken_links(events[1:])) == [f"case {first.pk}: event 2 follows 0"]
    assert list(broken_links([events[0], *events[2:]])) == []
    assert list(broken_links(events[:2] + events[3:])) == [f"case {second.pk}: event 2 follows 0"]
    other = Event.objects.get(pk=events[1].pk)
    other.previous_hash = "0" * 64
    other.hash = other.digest()
    assert list(broken_links([events[0], other])) == [f"case {first.pk}: event 2 was changed after it was written"]


def test_the_guard_of_the_log_can_be_put_back(cast: Cast) -> None:
    received_case()
    event_guard.remove(connection)
    event_guard.install(connection)
    with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_event SET text = 'x'")
