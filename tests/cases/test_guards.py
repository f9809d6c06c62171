"""What each verb refuses, to whom, in which words; and that nothing is half written when it does."""

from __future__ import annotations

import uuid
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from portal.cases import event_guard
from portal.cases.decision.decide import decide
from portal.cases.decision.withdraw import withdraw
from portal.cases.flow import MOVES
from portal.cases.intake.correction import complete_correction, request_correction
from portal.cases.intake.materials import check_materials
from portal.cases.intake.outcomes import accept
from portal.cases.intake.printing import print_application_form, print_receipt
from portal.cases.intake.receive import receive
from portal.cases.intake.reveal import reveal_identity
from portal.cases.models import Application, Case, CaseMaterial, Event
from portal.cases.models.event import broken_links
from portal.cases.numbers import CaseNumber
from portal.cases.reading.log import events_are_whole
from portal.cases.routes.opinions import answer
from portal.cases.states import CaseStatus, TaskStatus
from portal.catalog.editions.intake import withdraw_item
from portal.catalog.models import ServiceItem
from portal.documents.models import Counter
from portal.handover.signing import bounce
from portal.lib.refusal import Refused, TooLate
from portal.organisations.models import Post, Role, User, Window
from tests.cast import (
    AGAIN,
    COMPANY,
    OTHER_PERSON,
    PERSON,
    Cast,
    accepted_case,
    answer_all,
    case_to_decide,
    company,
    decided_case,
    good_rows,
    person,
    private_person,
    reasoned,
    received_case,
    sign_all,
)

pytestmark = pytest.mark.django_db


def counts() -> tuple[int, ...]:
    return Application.objects.count(), Case.objects.count(), Event.objects.count(), CaseMaterial.objects.count()


def take(cast: Cast, key: uuid.UUID | None = None, **changes) -> Case:
    window = Window.objects.get(code=changes.pop("window", "A01"))
    item = ServiceItem.objects.get(code=changes.pop("item", "TZ-09"))
    return receive(
        item=item,
        applicant=company(**changes),
        window=window,
        by=cast.receiver,
        key=key or uuid.uuid4(),
        in_spite_of=AGAIN,
    )


# -- receiving


def test_a_case_is_received_with_its_whole_list_and_a_five_day_clock(cast: Cast) -> None:
    case = take(cast)
    assert case.status == CaseStatus.RECEIVED
    assert case.materials.count() == len(case.definition.materials)
    assert case.acceptance_due > timezone.localdate()
    assert case.application.number.startswith("SXA")
    assert case.number is None


def test_the_same_form_twice_makes_one_case(cast: Cast) -> None:
    key = uuid.uuid4()
    assert take(cast, key).pk == take(cast, key).pk
    assert Application.objects.count() == 1


def test_somebody_elses_form_key_does_not_open_their_case(cast: Cast) -> None:
    key = uuid.uuid4()
    take(cast, key)
    item, window = ServiceItem.objects.get(code="TZ-09"), Window.objects.get(code="A01")
    with pytest.raises(Refused, match="已经用过"):
        receive(item=item, applicant=company(), window=window, by=cast.second_receiver, key=key)
    with pytest.raises(Refused, match="已经用过"):
        receive(item=item, applicant=company(name="另一家公司"), window=window, by=cast.receiver, key=key)


def test_what_else_fails_is_not_called_a_form_that_was_used(cast: Cast) -> None:
    taken = take(cast).application
    Counter.objects.filter(series__startswith="application:").update(last=0)
    with pytest.raises(IntegrityError):
        take(cast)
    assert list(Application.objects.all()) == [taken]


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"identity_number": "91330602MA99999960"}, "校验位"),
        ({"identity_kind": "111", "identity_number": "330602209901010001"}, "晚于今天"),
        ({"identity_kind": "zzz"}, "证件类型"),
        ({"window": "B01"}, "不受理"),
    ],
)
def test_a_false_receipt_is_refused_and_nothing_is_written(cast: Cast, changes: dict, words: str) -> None:
    before = counts()
    with pytest.raises(Refused, match=words):
        take(cast, **changes)
    assert counts() == before


def test_a_window_for_handing_out_takes_nothing_in(cast: Cast) -> None:
    with pytest.raises(Refused, match="统一出件窗口不受理"):
        take(cast, window="Z01")


def test_a_withdrawn_item_is_not_taken_in(cast: Cast) -> None:
    withdraw_item(ServiceItem.objects.get(code="TZ-09"), by=None, reason="取消")
    with pytest.raises(Refused, match="暂停或者取消"):
        take(cast)


@pytest.mark.parametrize("who", ["estate_receiver", "issuer", "supervisor", "editor", "nobody"])
def test_only_a_receiver_of_the_zone_receives(cast: Cast, who: str) -> None:
    item, window = ServiceItem.objects.get(code="TZ-09"), Window.objects.get(code="A01")
    before = counts()
    with pytest.raises(Refused, match="岗位"):
        receive(item=item, applicant=company(), window=window, by=getattr(cast, who), key=uuid.uuid4())
    assert counts() == before


def test_a_receiver_takes_in_at_a_window_of_their_own(cast: Cast) -> None:
    """The paper names the window, so it is the one at which the receiver sits, not another of the same zone."""
    item = ServiceItem.objects.get(code="TZ-09")
    theirs = Window.objects.get(code="A01")
    other = Window.objects.create(code="A02", name="投资项目第二窗口", center=theirs.center)
    other.zones.set(theirs.zones.all())
    before = counts()
    with pytest.raises(Refused, match="您的岗位不在投资项目第二窗口"):
        receive(item=item, applicant=company(), window=other, by=cast.receiver, key=uuid.uuid4())
    assert counts() == before
    assert receive(item=item, applicant=company(), window=theirs, by=cast.receiver, key=uuid.uuid4()).pk


def test_identity_numbers_stand_nowhere_in_clear(cast: Cast) -> None:
    case = received_case("BDC-01", applicant=private_person())
    accept(case, by=cast.estate_receiver)
    with connection.cursor() as cursor:
        for table in ("cases_application", "cases_event", "documents_document", "jobs_promise"):
            cursor.execute(f"SELECT * FROM {table}")
            assert PERSON not in str(cursor.fetchall()), table
    assert PERSON not in f"{case} {case.application} {case.materials.first()}"
    assert case.application.identity_number == PERSON


def test_the_full_number_is_shown_for_a_logged_reason_only(cast: Cast) -> None:
    case = received_case()
    with pytest.raises(Refused, match="理由"):
        reveal_identity(case, by=cast.receiver, reason="看")
    assert reveal_identity(case, by=cast.receiver, reason="核对营业执照原件") == COMPANY
    event = case.events.last()
    assert (event.verb, event.actor) == ("reveal_identity", cast.receiver)


# -- materials and acceptance


def test_a_material_outside_the_list_cannot_be_taken(cast: Cast) -> None:
    case = received_case(complete=False)
    rows = [*good_rows(case), {**good_rows(case)[0], "key": "m99"}]
    with pytest.raises(Refused, match="不在本事项的材料清单内"):
        check_materials(case, rows, by=cast.receiver)
    assert not case.materials.filter(received=True).exists()


@pytest.mark.parametrize(
    "change, words",
    [
        ({"received": False}, "缺少"),
        ({"verdict": "bad", "reason": "没有盖章"}, "不合标准：没有盖章"),
        ({"verdict": ""}, "尚未审核"),
        ({"originals": 0}, "份数不足"),
    ],
)
def test_a_case_with_a_gap_is_not_accepted_and_no_number_is_lost(cast: Cast, change: dict, words: str) -> None:
    case = received_case(complete=False)
    rows = good_rows(case)
    rows[0].update(change)
    check_materials(case, rows, by=cast.receiver)
    with pytest.raises(Refused, match=words):
        accept(case, by=cast.receiver)
    case.refresh_from_db()
    assert (case.status, case.number, case.documents.count()) == (CaseStatus.RECEIVED, None, 0)
    assert CaseNumber.parse(accepted_case().number).serial == 1


def test_a_paper_from_the_certificate_library_needs_no_copies(cast: Cast) -> None:
    case = received_case(complete=False)
    rows = good_rows(case)
    rows[1].update(way="5", originals=0, photocopies=0)
    check_materials(case, rows, by=cast.receiver)
    accept(case, by=cast.receiver)
    assert case.status == CaseStatus.DISPATCHED


def test_after_acceptance_the_checklist_is_closed(cast: Cast) -> None:
    case = accepted_case()
    with pytest.raises(Refused, match="受理时已经合格，不能再改动"):
        check_materials(case, good_rows(case), by=cast.receiver)


def test_whoever_comes_second_is_told_who_was_first(cast: Cast) -> None:
    case = received_case()
    other = Case.objects.get(pk=case.pk)
    accept(case, by=cast.receiver)
    with pytest.raises(TooLate, match="receiver已于"):
        accept(other, by=cast.second_receiver)
    assert case.events.filter(verb="accept").count() == 1


# -- correction


def test_a_correction_is_told_once_with_all_gaps_and_accepted_when_they_are_in(cast: Cast) -> None:
    case = received_case(complete=False)
    request_correction(case, {"m01": "请补交申请表"}, by=cast.receiver)
    assert case.status == CaseStatus.CORRECTION
    with pytest.raises(Refused, match="还没有补齐"):
        complete_correction(case, by=cast.receiver)
    check_materials(case, good_rows(case), by=cast.receiver)
    complete_correction(case, by=cast.receiver)
    with pytest.raises(TooLate):
        request_correction(case, {"m02": "再补"}, by=cast.receiver)
    accept(case, by=cast.receiver)
    assert case.clock_start == timezone.localdate()


@pytest.mark.parametrize("gaps, words", [({}, "至少选择一项"), ({"m99": "其他材料"}, "材料清单中选取")])
def test_a_correction_asks_for_something_and_for_nothing_outside_the_list(cast: Cast, gaps: dict, words: str) -> None:
    case = received_case(complete=False)
    with pytest.raises(Refused, match=words):
        request_correction(case, gaps, by=cast.receiver)
    case.refresh_from_db()
    assert case.status == CaseStatus.RECEIVED


def test_after_five_working_days_no_correction_can_be_asked(cast: Cast) -> None:
    case = received_case(complete=False)
    Case.objects.filter(pk=case.pk).update(acceptance_due=timezone.localdate() - timedelta(days=1))
    with pytest.raises(Refused, match="依法视为受理"):
        request_correction(case, {"m01": "补"}, by=cast.receiver)


def test_a_receipt_is_issued_once(cast: Cast) -> None:
    case = received_case()
    print_receipt(case, by=cast.receiver)
    with pytest.raises(Refused, match="已经出具"):
        print_receipt(case, by=cast.receiver)
    accept(case, by=cast.receiver)
    for act in (print_receipt, print_application_form):
        with pytest.raises(TooLate):
            act(case, by=cast.receiver)


def test_a_withdrawn_case_ends_its_tasks_and_cannot_go_on(cast: Cast) -> None:
    case = accepted_case()
    with pytest.raises(Refused, match="理由"):
        withdraw(case, by=cast.receiver, reason=" ")
    withdraw(case, by=cast.receiver, reason="项目暂缓")
    assert set(case.tasks.values_list("status", flat=True)) == {TaskStatus.CANCELLED}
    assert not case.slips.waiting().exists()
    with pytest.raises(TooLate):
        withdraw(case, by=cast.receiver, reason="再次")


# -- departments


def test_a_disagreement_needs_its_legal_basis_and_reasons(cast: Cast) -> None:
    case = accepted_case()
    sign_all(case, cast)
    task = case.tasks.get(department__code="sx-rfb")
    officer = cast.officer("sx-rfb")
    for outcome, opinion, basis, words in (
        ("disagree", "", "", "写明意见"),
        ("disagree", "不行", "", "法律依据"),
        ("agree_with_conditions", "", "", "写明意见"),
        ("granted", "", "", "审批人"),
    ):
        with pytest.raises(Refused, match=words):
            answer(task, by=officer, outcome=outcome, opinion=opinion, legal_basis=basis)
    answer(task, by=officer, outcome="disagree", opinion="未设人防设施", legal_basis="《人民防空法》第二十二条")
    with pytest.raises(TooLate):
        answer(task, by=officer, outcome="agree", opinion="")


def test_only_the_departments_own_people_answer(cast: Cast) -> None:
    case = accepted_case()
    sign_all(case, cast)
    task = case.tasks.get(department__code="sx-rfb")
    for somebody in (cast.officer("sx-jsj"), cast.receiver, cast.supervisor, cast.nobody):
        with pytest.raises(Refused):
            answer(task, by=somebody, outcome="agree", opinion="")


def test_the_decision_waits_for_every_opinion_and_for_its_stage(cast: Cast) -> None:
    case = accepted_case()
    sign_all(case, cast)
    task = case.tasks.get(kind="decision")
    with pytest.raises(TooLate, match="未到环节"):
        decide(task, by=cast.decider("sx-jsj"), granted=True)


def test_nobody_decides_what_they_received_or_accepted(cast: Cast) -> None:
    both = person("both", [(Role.RECEIVER, "A01", ""), (Role.DECIDER, "", "sx-jsj")])
    case = received_case()
    accept(case, by=both)
    for _ in range(2):
        sign_all(case, cast)
        answer_all(case, cast)
    with pytest.raises(Refused, match="受理和审批相分离"):
        decide(case.tasks.get(kind="decision"), by=both, granted=True)
    case.refresh_from_db()
    assert case.status == CaseStatus.IN_DEPARTMENT


def test_a_case_is_decided_once_and_a_refusal_gives_reasons(cast: Cast) -> None:
    case = case_to_decide(cast)
    task, chief = case.tasks.get(kind="decision"), cast.decider("sx-jsj")
    with pytest.raises(Refused, match="认定的事实"):
        decide(task, by=chief, granted=False)
    task.refresh_from_db()
    assert task.status == TaskStatus.WORKING
    decide(task, by=chief, granted=False, findings=reasoned(case))
    with pytest.raises(TooLate):
        decide(task, by=chief, granted=True)
    case.refresh_from_db()
    assert (case.status, case.clock_state) == (CaseStatus.DECIDED_REFUSED, "stopped")


def test_only_a_decider_of_the_lead_department_decides(cast: Cast) -> None:
    case = case_to_decide(cast)
    task = case.tasks.get(kind="decision")
    for somebody in (cast.officer("sx-jsj"), cast.decider("sx-rfb"), cast.receiver, cast.supervisor):
        with pytest.raises(Refused):
            decide(task, by=somebody, granted=True)


def test_an_opinion_cannot_be_decided(cast: Cast) -> None:
    case = accepted_case()
    sign_all(case, cast)
    with pytest.raises(Refused, match="只能回复意见"):
        decide(case.tasks.get(department__code="sx-rfb"), by=cast.decider("sx-rfb"), granted=True)


# -- sight


def test_each_post_sees_its_own_cases_and_nobody_sees_without_one(cast: Cast) -> None:
    case, estate = (
        accepted_case("TZ-09"),
        received_case("BDC-01", applicant=private_person(identity_number=OTHER_PERSON)),
    )

    def seen(user: User) -> set[int]:
        return set(Case.objects.visible_to(User.objects.get(pk=user.pk)).values_list("pk", flat=True))

    assert seen(cast.receiver) == {case.pk}
    assert seen(cast.estate_receiver) == {estate.pk}
    assert seen(cast.issuer) == {case.pk, estate.pk}
    assert seen(cast.supervisor) == {case.pk, estate.pk}
    assert seen(cast.officer("sx-rfb")) == {case.pk}
    assert seen(cast.officer("sx-gtj")) == set()
    assert seen(cast.editor) == seen(cast.nobody) == set()
    root = User.objects.create_superuser("root", password="x")
    assert seen(root) == set()


def test_a_post_that_has_ended_opens_nothing(cast: Cast) -> None:
    received_case()
    Post.objects.filter(user=cast.receiver).update(valid_to=timezone.localdate() - timedelta(days=1))
    assert not Case.objects.visible_to(User.objects.get(pk=cast.receiver.pk)).exists()


def test_a_department_that_bounced_a_case_sees_it_no_more(cast: Cast) -> None:
    case = accepted_case()
    officer = cast.officer("sx-rfb")
    bounce(case.slips.get(department__code="sx-rfb"), by=officer, reason="不属于本部门职责")
    assert not Case.objects.visible_to(User.objects.get(pk=officer.pk)).exists()


# -- the log


def test_events_can_be_neither_changed_nor_removed_not_even_by_sql(cast: Cast) -> None:
    received_case()
    with pytest.raises(TypeError):
        Event.objects.update(text="x")
    with pytest.raises(TypeError):
        Event.objects.all().delete()
    for statement in ("UPDATE cases_event SET text = 'x'", "DELETE FROM cases_event"):
        with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_an_event_cannot_be_replaced_or_emptied_away(cast: Cast) -> None:
    """What removes rows without a DELETE: a replacement on SQLite, the emptying of the table on PostgreSQL."""
    event = received_case().events.latest("seq")
    columns = "case_id, seq, at, actor_id, verb, name, from_status, to_status, text, data, once, previous_hash, hash"
    same = f"SELECT id, {columns.replace(' text', chr(39) + 'forged' + chr(39))} FROM cases_event WHERE id = {event.pk}"
    statements = {
        "sqlite": [
            f"INSERT OR REPLACE INTO cases_event (id, {columns}) {same}",
            f"REPLACE INTO cases_event ({columns}) {same.replace('SELECT id, ', 'SELECT ')}",
        ],
        "postgresql": ["TRUNCATE cases_event CASCADE"],
    }
    connection.check_constraints()  # what is still to be checked of this transaction would refuse to be emptied first
    for statement in statements[connection.vendor]:
        with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Event.objects.get(pk=event.pk).text == event.text


def test_a_guard_that_was_taken_down_and_an_event_that_was_the_newest_are_found(cast: Cast) -> None:
    case = accepted_case()
    call_command("verify_events")
    event_guard.remove(connection)
    try:
        assert sum("guard" in problem for problem in events_are_whole()) == len(event_guard.GUARDS[connection.vendor])
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM cases_event WHERE id = {case.events.latest('seq').pk}")
    finally:
        event_guard.install(connection)
    assert list(events_are_whole()) == [f"case {case.pk}: its newest event is not the one that was written last"]
    with pytest.raises(CommandError, match=r"1 problem\(s\)"):
        call_command("verify_events", stderr=StringIO())


def test_a_forged_event_breaks_the_chain(cast: Cast) -> None:
    case = received_case()
    events = list(case.events.order_by("seq"))
    assert list(broken_links(events)) == []
    events[1].text = "forged"
    assert len(list(broken_links(events))) == 1


def test_a_removed_event_breaks_the_chain(cast: Cast) -> None:
    case = accepted_case()
    events = list(case.events.order_by("seq"))
    del events[1]
    assert len(list(broken_links(events))) == 1


def test_every_status_change_is_a_move_of_the_table(cast: Cast) -> None:
    decided_case(cast)
    for event in Event.objects.exclude(from_status="").order_by("case", "seq"):
        if event.from_status != event.to_status:
            move = MOVES[event.verb]
            assert event.from_status in move.sources
            assert event.to_status == move.target
