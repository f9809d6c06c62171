"""The main job, verb by verb: received, accepted, dispatched, decided, brought back, handed out."""

from __future__ import annotations

import pytest

from portal.cases.decision.decide import decide
from portal.cases.intake.outcomes import accept
from portal.cases.models import Case
from portal.cases.routes.opinions import answer
from portal.cases.states import CaseStatus, TaskStatus
from portal.handover.models import Custody, HolderKind, Slip
from portal.pickup.delivering import deliver
from portal.pickup.results import NewResult, ready_at_window, take_in, transfer_result
from tests.cast import (
    COMPANY,
    PAID,
    PERSON,
    Cast,
    accepted_case,
    case_to_decide,
    decided_case,
    private_person,
    received_case,
    sign_all,
)

pytestmark = pytest.mark.django_db


def test_accepting_numbers_the_case_starts_both_clocks_and_sends_one_slip_to_each_department(cast: Cast) -> None:
    case = accepted_case("TZ-09")
    assert case.status == CaseStatus.DISPATCHED
    assert case.number.startswith("SXT")
    assert case.promised_due < case.statutory_due
    assert {task.department.code for task in case.tasks.filter(status=TaskStatus.SENT)} == {
        "sx-jsj",
        "sx-rfb",
        "sx-qxj",
        "sx-xfzd",
        "sx-jtj",
        "sx-slj",
    }
    assert case.slips.count() == 6
    assert case.documents.filter(kind="acceptance").count() == 1


def test_papers_travel_to_the_lead_department_only(cast: Cast) -> None:
    case = accepted_case("TZ-09")
    lead, other = case.slips.get(department__code="sx-jsj"), case.slips.get(department__code="sx-rfb")
    assert any(line.is_paper for line in lead.lines.all())
    assert not any(line.is_paper for line in other.lines.all())
    assert other.lines.count() == lead.lines.count()


def test_after_all_answers_the_stage_joins_once_and_the_decision_opens(cast: Cast) -> None:
    case = case_to_decide(cast, "TZ-09")
    assert case.stage == 2
    assert case.events.filter(verb="join").count() == 1
    assert case.tasks.get(kind="decision").status == TaskStatus.WORKING


def test_the_lead_department_of_a_later_stage_gets_its_slip_when_the_stage_before_it_joins(cast: Cast) -> None:
    case = accepted_case("BDC-01")
    assert {slip.department.code for slip in case.slips.all()} == {"sx-jsj", "sx-dsj"}
    sign_all(case, cast)
    for task in case.tasks.filter(stage=1):
        answer(task, by=cast.officer(task.department.code), outcome="agree", opinion="")
    slip = Slip.objects.get(case=case, department__code="sx-gtj")
    assert slip.status == "issued"
    assert any(line.is_paper for line in slip.lines.all())


def test_a_granted_case_comes_back_and_is_handed_out_to_the_right_person(cast: Cast) -> None:
    case = decided_case(cast, "BDC-01")
    officer = cast.officer("sx-gtj")
    slip = transfer_result(case, [NewResult("不动产权证书", "浙（2026）绍兴市0000001号")], set(), by=officer)
    delivery = take_in(slip, "A架1层", by=cast.issuer)
    code = case.documents.get(kind="pickup_notice").content["pickup_code"]
    who = {"name": "示例乙", "identity_kind": "111", "identity_number": PERSON}
    deliver(delivery, by=cast.issuer, code=code, settled=PAID, **who)
    case.refresh_from_db()
    assert case.status == CaseStatus.DELIVERED
    assert case.documents.filter(kind="delivery_receipt").count() == 1


def test_returned_originals_travel_back_and_end_with_the_applicant(cast: Cast) -> None:
    case = decided_case(cast, "TZ-09")
    slip = transfer_result(case, [NewResult("施工许可证", "1")], {"m05"}, by=cast.officer("sx-jsj"))
    delivery = take_in(slip, "B架", by=cast.issuer)
    code = case.documents.get(kind="pickup_notice").content["pickup_code"]
    deliver(delivery, by=cast.issuer, code=code, name="示例乙", identity_kind="111", identity_number=PERSON)
    held = Custody.objects.now().of_case(case)
    assert held.get(material__key="m05").holder == HolderKind.APPLICANT
    assert held.get(material__key="m01").holder == HolderKind.DEPARTMENT


def test_an_instant_case_is_decided_at_the_window_and_handed_out_without_a_slip(cast: Cast) -> None:
    case = accepted_case("SS-02")
    assert case.status == CaseStatus.ACCEPTED
    task = case.tasks.get()
    decide(task, by=cast.decider("sx-scjg"), granted=True)
    case.refresh_from_db()
    delivery = ready_at_window(case, [NewResult("企业名称预先核准通知书", "1")], "C架", by=cast.issuer)
    assert case.slips.count() == 0
    assert delivery.status == "ready"


def test_a_person_collects_with_the_document_they_applied_with(cast: Cast) -> None:
    case = received_case("BDC-01", applicant=private_person())
    accept(case, by=cast.estate_receiver)
    assert Case.objects.get(pk=case.pk).application.identity_masked == "330602********0001"
    assert COMPANY not in str(case.documents.get(kind="acceptance").content)
