"""Papers on the move: one holder at a time, every slip signed or bounced once, nothing lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.cases.decision.withdraw import withdraw
from portal.cases.intake.materials import check_materials
from portal.cases.intake.outcomes import accept
from portal.cases.models import Case
from portal.cases.routes.tasks import redispatch
from portal.cases.states import CaseStatus, TaskStatus
from portal.handover.integrity import problems
from portal.handover.models import Custody, HolderKind, Slip, SlipLine, SlipStatus
from portal.handover.numbers import SlipCode
from portal.handover.signing import bounce, may, sign, take_in
from portal.lib.check_digit import is_valid
from portal.lib.refusal import Refused, TooLate
from portal.organisations.models import Organisation, User
from portal.pickup.results import NewResult, transfer_result
from portal.pickup.results import take_in as take_in_result
from tests.cast import Cast, accepted_case, decided_case, good_rows, received_case, sign_all

pytestmark = pytest.mark.django_db


def holders(case: Case) -> set[str]:
    return set(Custody.objects.now().of_case(case).values_list("holder", flat=True))


def slip_of(case: Case, code: str) -> Slip:
    return Slip.objects.get(case=case, department__code=code, status=SlipStatus.ISSUED)


def test_the_window_holds_what_it_took_in_until_it_hands_it_over(cast: Cast) -> None:
    case = received_case()
    assert holders(case) == {HolderKind.WINDOW}
    rows = good_rows(case)
    rows[0]["received"] = False
    rows[0].update(originals=0, photocopies=0)
    check_materials(case, rows, by=cast.receiver)
    assert Custody.objects.now().of_case(case).count() == len(rows) - 1
    check_materials(case, good_rows(case), by=cast.receiver)
    accept(case, by=cast.receiver)
    assert holders(case) == {HolderKind.IN_TRANSIT}
    sign(slip_of(case, "sx-jsj"), by=cast.officer("sx-jsj"))
    assert holders(case) == {HolderKind.DEPARTMENT}
    assert list(problems()) == []


def test_what_was_not_brought_has_no_holder_and_a_second_look_changes_no_history(cast: Cast) -> None:
    case = received_case(complete=False)
    first, *others = good_rows(case)
    check_materials(case, [first, {**others[0], "way": "5", "originals": 0, "photocopies": 0}], by=cast.receiver)
    assert [held.material.key for held in Custody.objects.of_case(case)] == [first["key"]]
    check_materials(case, [first], by=cast.receiver)
    held = Custody.objects.of_case(case).get()
    assert (held.place, held.until) == ("综合窗口", None)


def test_papers_travel_on_the_slip_of_who_takes_paper_and_the_others_list_scans(cast: Cast) -> None:
    case = accepted_case()
    with_paper, without = slip_of(case, "sx-jsj"), slip_of(case, "sx-rfb")
    assert {held.slip for held in Custody.objects.now().of_case(case)} == {with_paper}
    assert {line.is_paper for line in with_paper.lines.all()} == {True}
    listed = {(line.originals, line.photocopies, line.pages) for line in without.lines.all()}
    assert listed == {(0, 0, 0)}
    sign(without, by=cast.officer("sx-rfb"))
    assert holders(case) == {HolderKind.IN_TRANSIT}
    sign(with_paper, by=cast.officer("sx-jsj"))
    assert {held.place for held in Custody.objects.now().of_case(case)} == {str(with_paper.department)}


@pytest.mark.parametrize(
    ("originals", "photocopies", "is_paper"), [(0, 0, False), (1, 0, True), (0, 1, True), (1, 1, True)]
)
def test_a_line_is_paper_with_one_sheet_of_either_kind(originals: int, photocopies: int, is_paper: bool) -> None:
    assert SlipLine(originals=originals, photocopies=photocopies).is_paper is is_paper


def test_a_slip_says_who_gives_what_to_whom_until_when(cast: Cast) -> None:
    case = accepted_case()
    lead, other = (slip_of(case, code).document.content for code in ("sx-jsj", "sx-rfb"))
    assert (lead["handler"], lead["round"], lead["taker"]) == (
        "receiver",
        1,
        slip_of(case, "sx-jsj").department.full_name,
    )
    assert {task["role"] for task in lead["tasks"]} == {"牵头"}
    assert {task["role"] for task in other["tasks"]} == {"协办"}
    assert lead["statutory_limit"] == case.definition.statutory_limit.days_text()
    assert (lead["paper_travels"], other["paper_travels"]) == (True, False)
    decided = decided_case(cast)
    back = transfer_result(decided, [NewResult("许可证", "1")], set(), by=cast.officer("sx-jsj")).document.content
    assert back["taker"] == f"{cast.center.name}出件窗口"
    assert back["decision_number"] == decided.documents.get(kind="decision_grant").number


def test_what_may_be_done_with_a_slip_ends_with_its_way_and_its_signature(cast: Cast) -> None:
    case = accepted_case()
    slip, officer = slip_of(case, "sx-rfb"), cast.officer("sx-rfb")
    assert may(officer, "slips.sign", slip)
    assert not may(cast.officer("sx-jsj"), "slips.sign", slip)
    assert not may(cast.issuer, "slips.take_in", slip)
    sign(slip, by=officer)
    assert slip.case.status == CaseStatus.IN_DEPARTMENT, "the case in hand is the one that moved"
    assert not may(officer, "slips.sign", slip)
    assert not may(officer, "slips.bounce", slip)
    decided = decided_case(cast)
    back = transfer_result(decided, [NewResult("许可证", "1")], set(), by=cast.officer("sx-jsj"))
    assert may(cast.issuer, "slips.take_in", back)
    assert not may(cast.officer("sx-jsj"), "slips.sign", back)
    take_in_result(back, "A架", by=cast.issuer)
    assert not may(cast.issuer, "slips.send_back", back)


def test_one_paper_cannot_have_two_holders(cast: Cast) -> None:
    case = received_case()
    held = Custody.objects.now().of_case(case).first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Custody.objects.create(material=held.material, holder=HolderKind.ARCHIVE, since=timezone.now())


def test_the_code_of_a_slip_is_unique_and_checks_itself(cast: Cast) -> None:
    codes = list(accepted_case().slips.values_list("code", flat=True))
    assert len(set(codes)) == 6
    assert all(is_valid(code) for code in codes)


def test_signing_starts_the_departments_task_and_moves_the_case(cast: Cast) -> None:
    case = accepted_case()
    sign(slip_of(case, "sx-rfb"), by=cast.officer("sx-rfb"))
    task = case.tasks.get(department__code="sx-rfb")
    case.refresh_from_db()
    assert (task.status, case.status) == (TaskStatus.WORKING, CaseStatus.IN_DEPARTMENT)
    assert task.signed_by == cast.officer("sx-rfb")


def test_a_slip_is_signed_once_and_the_second_hand_is_told_whose_was_first(cast: Cast) -> None:
    case = accepted_case()
    slip, officer = slip_of(case, "sx-rfb"), cast.officer("sx-rfb")
    again = Slip.objects.get(pk=slip.pk)
    sign(slip, by=officer)
    with pytest.raises(TooLate, match=r"sx-rfb-office已于\d{4}年\d+月\d+日 \d\d:\d\d办理，现为“已签收”"):
        sign(again, by=officer)
    with pytest.raises(TooLate):
        bounce(again, by=officer, reason="晚了")


def test_only_the_receiving_department_signs_or_bounces(cast: Cast) -> None:
    slip = slip_of(accepted_case(), "sx-rfb")
    for somebody in (cast.officer("sx-jsj"), cast.decider("sx-rfb"), cast.receiver, cast.issuer, cast.nobody):
        with pytest.raises(Refused):
            sign(slip, by=somebody)
        with pytest.raises(Refused):
            bounce(slip, by=somebody, reason="不是我的")
    with pytest.raises(Refused):
        take_in(slip, by=cast.officer("sx-rfb"))


def test_a_difference_is_kept_and_logged_and_the_papers_are_taken(cast: Cast) -> None:
    case = accepted_case()
    slip = slip_of(case, "sx-jsj")
    sign(slip, by=cast.officer("sx-jsj"), difference="合同少1页")
    slip.refresh_from_db()
    assert slip.status == SlipStatus.RECEIVED_WITH_DIFFERENCE
    assert case.events.filter(verb="slip_difference", text__contains="合同少1页").exists()
    assert HolderKind.DEPARTMENT in holders(case)


def test_a_bounced_slip_brings_the_papers_back_and_the_window_sends_them_anew(cast: Cast) -> None:
    case = accepted_case()
    slip, officer = slip_of(case, "sx-rfb"), cast.officer("sx-rfb")
    with pytest.raises(Refused, match="理由"):
        bounce(slip, by=officer, reason="")
    bounce(slip, by=officer, reason="应由市气象局办理")
    task = case.tasks.get(name="征求意见", status=TaskStatus.BOUNCED)
    with pytest.raises(Refused):
        redispatch(task, by=officer, department=task.department)
    redispatch(task, by=cast.receiver, department=Organisation.objects.get(code="sx-hbj"))
    assert slip_of(case, "sx-hbj").round == 1
    assert Case.objects.visible_to(User.objects.get(pk=cast.officer("sx-hbj").pk)).filter(pk=case.pk).exists()
    assert list(problems()) == []


def test_when_every_department_bounces_the_case_stands_accepted_again(cast: Cast) -> None:
    case = accepted_case("BDC-01")
    for code in ("sx-jsj", "sx-dsj"):
        bounce(slip_of(case, code), by=cast.officer(code), reason="材料不符")
    case.refresh_from_db()
    assert case.status == CaseStatus.ACCEPTED
    for task in case.tasks.filter(status=TaskStatus.BOUNCED):
        redispatch(task, by=cast.estate_receiver, department=task.department)
    case.refresh_from_db()
    assert case.status == CaseStatus.DISPATCHED
    assert slip_of(case, "sx-dsj").round == 2
    sign_all(case, cast)


def test_after_two_working_days_a_slip_is_signed_not_bounced(cast: Cast) -> None:
    case = accepted_case()
    case.tasks.filter(department__code="sx-rfb").update(sent_at=timezone.now() - timedelta(days=9))
    with pytest.raises(Refused, match="超过2个工作日"):
        bounce(slip_of(case, "sx-rfb"), by=cast.officer("sx-rfb"), reason="晚了")
    assert slip_of(case, "sx-rfb").status == SlipStatus.ISSUED


def test_a_withdrawn_case_cancels_its_slips_and_keeps_their_numbers(cast: Cast) -> None:
    case = accepted_case()
    numbers = set(case.slips.values_list("document__number", flat=True))
    withdraw(case, by=cast.receiver, reason="暂缓")
    assert set(case.slips.values_list("status", flat=True)) == {SlipStatus.CANCELLED}
    assert set(case.slips.values_list("document__number", flat=True)) == numbers
    assert holders(case) == {HolderKind.WINDOW}


def test_a_cancelled_slip_is_signed_by_nobody_and_names_nobody(cast: Cast) -> None:
    case = accepted_case()
    slip = slip_of(case, "sx-rfb")
    Slip.objects.filter(pk=slip.pk).update(status=SlipStatus.CANCELLED)
    with pytest.raises(TooLate, match=f"^交接单{slip.number}现为“已作废”"):
        sign(slip, by=cast.officer("sx-rfb"))


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda: Custody.objects.all().delete(), "received on paper, but nobody holds it"),
        (lambda: Slip.objects.update(status="received"), "in transit on a slip that is no longer open"),
        (lambda: Slip.objects.update(status="cancelled"), "sent, but no slip is on its way"),
        (lambda: Slip.objects.filter(code=last_code()).update(code=str(SlipCode(2020, 9))), "slips, highest serial"),
        (lambda: Slip.objects.filter(code=last_code()).update(code="JD2020000001"), "is no code that a slip can have"),
    ],
)
def test_what_contradicts_itself_is_told(cast: Cast, damage: Callable[[], object], told: str) -> None:
    accepted_case()
    assert list(problems()) == []
    damage()
    assert told in "\n".join(problems())


def last_code() -> str:
    return Slip.objects.latest("pk").code


def test_each_department_sees_its_own_slips_only(cast: Cast) -> None:
    accepted_case()
    for code in ("sx-rfb", "sx-jsj"):
        user = User.objects.get(pk=cast.officer(code).pk)
        assert {slip.department.code for slip in Slip.objects.visible_to(user)} == {code}
    assert Slip.objects.visible_to(cast.receiver).count() == 6
    assert Slip.objects.visible_to(cast.estate_receiver).count() == 0
