"""What the applicant handed in goes home when a case ends before a decision, or is refused (退还材料)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.cases.decision.withdraw import withdraw
from portal.cases.intake.correction import lapse
from portal.cases.models import Case
from portal.desk import home as front
from portal.handover import integrity
from portal.handover.home import call_home, hand_back, may_hand_back, not_home, with_papers_here
from portal.handover.models import Custody, Direction, HolderKind, Slip
from portal.handover.signing import sign, take_back
from portal.lib.refusal import Refused
from portal.organisations.models import User
from portal.pickup import integrity as pickup_integrity
from portal.pickup.delivering import deliver
from portal.pickup.models import Delivery
from portal.pickup.results import NewResult, take_in, transfer_result
from tests.cast import PERSON, Cast, accepted_case, decided_case
from tests.pages.acts import at_desk
from tests.stages import in_correction, in_department, ready

pytestmark = pytest.mark.django_db
CONTACT = {"name": "示例乙", "identity_kind": "111", "identity_number": PERSON}


def holders(case: Case) -> set[str]:
    return set(Custody.objects.now().of_case(case).values_list("holder", flat=True))


def withdrawn_in_department(cast: Cast) -> Case:
    case = in_department(cast)
    case.refresh_from_db()
    withdraw(case, by=cast.receiver, reason="项目暂缓")
    return case


def slip_home(case: Case) -> Slip:
    return Slip.objects.get(case=case, direction=Direction.HOME)


def troubles() -> list[str]:
    return [*integrity.problems(), *pickup_integrity.problems()]


def test_a_withdrawn_case_sends_the_originals_home_from_the_department(cast: Cast) -> None:
    case = withdrawn_in_department(cast)
    slip = slip_home(case)
    assert (slip.department.code, slip.due is not None) == ("sx-jsj", True)
    assert holders(case) == {HolderKind.IN_TRANSIT}
    assert slip.document.get_kind_display() == "材料退还交接单"
    assert slip.lines.count() == len([line for line in case.lines() if line.is_paper]) > 0
    take_back(slip, by=cast.receiver)
    assert holders(case) == {HolderKind.WINDOW}
    hand_back(case, by=cast.receiver, **CONTACT)
    assert holders(case) == {HolderKind.APPLICANT}
    receipt = case.documents.get(kind="return_receipt").content
    assert [row["name"] for row in receipt["returned"]] == [line.name for line in case.lines() if line.is_paper]
    assert PERSON not in str(receipt)
    assert case.events.filter(verb__in=["take_back", "hand_back"]).count() == 2
    assert troubles() == []


def test_papers_on_their_way_when_the_case_ends_are_at_the_window(cast: Cast) -> None:
    case = accepted_case()
    withdraw(case, by=cast.receiver, reason="项目暂缓")
    assert holders(case) == {HolderKind.WINDOW}
    assert not Slip.objects.filter(case=case, direction=Direction.HOME).exists()
    assert troubles() == []


def test_a_lapsed_case_sends_its_originals_home(cast: Cast) -> None:
    case = in_correction(cast)
    Case.objects.filter(pk=case.pk).update(correction_due=timezone.localdate() - timedelta(days=1))
    lapse(case)
    assert list(with_papers_here(Case.objects.all())) == [case]
    hand_back(case, by=cast.receiver, **CONTACT)
    assert not_home(case) == []
    assert not with_papers_here(Case.objects.all()).exists()
    assert troubles() == []


def test_a_refused_case_sends_everything_home_unless_somebody_says_why_not(cast: Cast) -> None:
    case = decided_case(cast, granted=False)
    paper, officer = [NewResult("不予许可决定书", "1")], cast.officer("sx-jsj")
    keys = {line.key for line in case.lines() if line.is_paper}
    with pytest.raises(Refused, match=r"应当退还.*留存案卷的，请写明理由") as refusal:
        transfer_result(case, paper, keys - {"m01"}, by=officer)
    assert refusal.value.field == "kept"
    slip = transfer_result(case, paper, keys - {"m01"}, by=officer, kept="申请表归入案卷")
    assert "申请表归入案卷" in case.events.get(verb="transfer_result").text
    delivery = take_in(slip, "A架", by=cast.issuer)
    code = case.documents.get(kind="pickup_notice").content["pickup_code"]
    deliver(delivery, by=cast.issuer, code=code, **CONTACT)
    held = dict(Custody.objects.now().of_case(case).values_list("material__key", "holder"))
    assert {key for key, holder in held.items() if holder == HolderKind.APPLICANT} == keys - {"m01"}
    listed = case.documents.get(kind="delivery_receipt").content["returned"]
    assert len(listed) == len(keys) - 1
    assert troubles() == []


def test_what_lies_at_the_window_goes_with_the_refusal_to_the_counter(cast: Cast) -> None:
    case = decided_case(cast, granted=False)
    first = Custody.objects.now().of_case(case).order_by("material__order").first()
    Custody.objects.hand_over([first.material], to=HolderKind.WINDOW)
    keys = {line.key for line in case.lines() if line.is_paper} - {first.material.key}
    slip = transfer_result(case, [NewResult("不予许可决定书", "1")], keys, by=cast.officer("sx-jsj"))
    take_in(slip, "A架", by=cast.issuer)
    assert holders(case) == {HolderKind.ISSUE_COUNTER}


def test_nothing_goes_home_from_a_case_that_goes_on_or_was_granted(cast: Cast) -> None:
    for case in (accepted_case(), ready(cast)):
        with pytest.raises(Refused, match="不退还"):
            hand_back(case, by=cast.receiver, **CONTACT)
        with pytest.raises(Refused, match="没有终止"):
            call_home(case, by=cast.receiver)
        assert not_home(case) == []


def test_papers_go_home_to_the_right_person_once(cast: Cast) -> None:
    case = withdrawn_in_department(cast)
    with pytest.raises(Refused, match="没有可以退还"):
        hand_back(case, by=cast.receiver, **CONTACT)
    take_back(slip_home(case), by=cast.receiver)
    with pytest.raises(Refused, match="代领依据"):
        hand_back(case, by=cast.receiver, **{**CONTACT, "name": "别人"})
    with pytest.raises(Refused, match="证件号码|校验"):
        hand_back(case, by=cast.receiver, **{**CONTACT, "identity_number": "330602199001010002"})
    assert holders(case) == {HolderKind.WINDOW}
    hand_back(case, by=cast.receiver, **{**CONTACT, "name": "别人"}, authority_shown="2026年11月1日授权委托书")
    with pytest.raises(Refused, match="没有可以退还"):
        hand_back(case, by=cast.receiver, **CONTACT)


def test_each_side_signs_its_own_slip(cast: Cast) -> None:
    slip = slip_home(withdrawn_in_department(cast))
    with pytest.raises(Refused, match="收件窗口"):
        sign(slip, by=cast.officer("sx-jsj"))
    with pytest.raises(Refused, match="收件窗口"):
        take_in(slip, "A架", by=cast.issuer)
    with pytest.raises(Refused, match="接收退还材料"):
        take_back(slip, by=cast.officer("sx-jsj"))
    take_back(slip, by=cast.receiver, difference="少一页")
    assert slip.get_status_display() == "签收有差异"


def test_the_department_sees_and_prints_the_slip_that_it_carries_and_nothing_else_of_the_case(cast: Cast) -> None:
    case = withdrawn_in_department(cast)
    slip, officer = slip_home(case), cast.officer("sx-jsj")
    client = at_desk(officer)
    page = client.get(reverse("slips_modeladmin_inspect", args=[slip.pk])).content.decode()
    assert "退还申请人的材料" in page
    assert reverse("cases_modeladmin_inspect", args=[case.pk]) not in page
    assert client.get(reverse("desk_slip_paper", args=[slip.pk]))["Content-Type"] == "application/pdf"
    assert client.get(reverse("cases_modeladmin_inspect", args=[case.pk])).status_code == 404
    other = at_desk(cast.officer("sx-rfb"))
    assert other.get(reverse("desk_slip_paper", args=[slip.pk])).status_code == 404


def test_the_case_page_and_the_home_page_show_what_waits_to_go_home(cast: Cast) -> None:
    case = withdrawn_in_department(cast)
    url = reverse("cases_modeladmin_inspect", args=[case.pk])
    assert "还没有退还申请人的材料" in at_desk(cast.receiver).get(url).content.decode()
    assert tile(cast.receiver, "部门退还待接收") == tile(cast.officer("sx-jsj"), "待退还窗口的材料") == 1
    assert tile(cast.receiver, "材料待退还申请人") == 1
    take_back(slip_home(case), by=cast.receiver)
    assert tile(cast.receiver, "部门退还待接收") == 0
    client = at_desk(cast.receiver)
    assert str(case) in client.get(reverse("cases_modeladmin_index") + "?show=homeward").content.decode()
    given = {**CONTACT, "key": "7b7a1c6e-0000-4000-8000-000000000021"}
    for _ in range(2):  # a double click is one receipt
        client.post(reverse("cases_modeladmin_hand_back", args=[case.pk]), given)
    assert case.documents.filter(kind="return_receipt").count() == 1
    assert "还没有退还申请人的材料" not in client.get(url).content.decode()
    assert tile(cast.receiver, "材料待退还申请人") == 0


def tile(user: User, label: str) -> int:
    return next(found.count for found in front.tiles(user) if found.label == label)


def test_an_ended_case_shows_no_date_light_or_upload(cast: Cast) -> None:
    case = withdrawn_in_department(cast)
    page = at_desk(cast.receiver).get(reverse("cases_modeladmin_inspect", args=[case.pk])).content.decode()
    assert "本件已经结束，期限不再计算" in page
    assert "lamp--red" not in page
    assert "lamp--green" not in page
    assert "lamp--yellow" not in page
    assert reverse("cases_modeladmin_upload", args=[case.pk]) not in page
    cancelled = Slip.objects.filter(case=case).exclude(direction=Direction.HOME).first()
    slip_page = at_desk(cast.receiver).get(reverse("slips_modeladmin_inspect", args=[cancelled.pk])).content.decode()
    assert "前签收" not in slip_page


def test_the_applicant_is_told_where_the_papers_are(cast: Cast) -> None:
    case = withdrawn_in_department(cast)
    asked = {"number": case.number, "code": case.application.query_code}
    assert "纸质材料还没有领回" in Client().post(reverse("follow_case"), asked).content.decode()
    take_back(slip_home(case), by=cast.receiver)
    hand_back(case, by=cast.receiver, **CONTACT)
    assert "纸质材料还没有领回" not in Client().post(reverse("follow_case"), asked).content.decode()


def test_a_department_that_keeps_papers_of_an_ended_case_is_told_of_and_called(cast: Cast) -> None:
    """Of cases that ended before the portal made slips for them."""
    case = withdrawn_in_department(cast)
    slip = slip_home(case)
    Slip.objects.filter(pk=slip.pk).update(status="cancelled")
    papers = Custody.objects.travelling_on(slip)
    Custody.objects.hand_over(papers, to=HolderKind.DEPARTMENT, organisation=slip.department)
    assert any("a department still holds it" in problem for problem in integrity.problems())
    assert reverse("cases_modeladmin_call_home", args=[case.pk]) in (
        at_desk(cast.receiver).get(reverse("cases_modeladmin_inspect", args=[case.pk])).content.decode()
    )
    call_home(case, by=cast.receiver)
    with pytest.raises(Refused, match="没有部门保管"):
        call_home(case, by=cast.receiver)
    assert Slip.objects.filter(case=case, direction=Direction.HOME, status="issued").count() == 1
    assert troubles() == []


def test_papers_that_went_home_without_a_receipt_are_found(cast: Cast) -> None:
    case = accepted_case()
    withdraw(case, by=cast.receiver, reason="项目暂缓")
    hand_back(case, by=cast.receiver, **CONTACT)
    case.documents.remove(case.documents.get(kind="return_receipt"))
    assert any("without a receipt" in problem for problem in integrity.problems())


def test_a_slip_home_from_a_case_that_goes_on_is_found(cast: Cast) -> None:
    case = accepted_case()
    Slip.objects.filter(pk=case.slips.first().pk).update(direction=Direction.HOME)
    assert any("brings papers home, but the case is dispatched" in problem for problem in integrity.problems())


def test_only_the_window_of_the_place_hands_back(cast: Cast) -> None:
    case = accepted_case()
    withdraw(case, by=cast.receiver, reason="项目暂缓")
    for by in (cast.issuer, cast.officer("sx-jsj"), cast.estate_receiver, cast.branch.receiver, cast.nobody):
        assert not may_hand_back(case, by)
        with pytest.raises(Refused, match="退还材料"):
            hand_back(case, by=by, **CONTACT)
    assert Delivery.objects.filter(case=case).count() == 0
    assert may_hand_back(case, cast.window_lead)
