"""What a way leaves behind: every verb an event with its name and hand, its paper, and the papers where they lie."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.cases.decision.decide import decide
from portal.cases.decision.withdraw import withdraw
from portal.cases.intake.correction import complete_correction, request_correction
from portal.cases.intake.materials import check_materials
from portal.cases.intake.outcomes import deem_accepted
from portal.cases.intake.printing import print_application_form, print_receipt
from portal.cases.models import Case
from portal.cases.routes.opinions import answer
from portal.cases.routes.tasks import redispatch
from portal.handover.models import Custody, HolderKind, Slip
from portal.handover.signing import bounce, sign
from portal.organisations.models import Organisation
from portal.pickup.delivering import deliver
from portal.pickup.models import Delivery
from portal.pickup.results import NewResult, bounce_result, ready_at_window, take_in, transfer_result
from tests.cast import (
    PERSON,
    Cast,
    accepted_case,
    case_to_decide,
    decided_case,
    good_rows,
    reasoned,
    received_case,
)

pytestmark = pytest.mark.django_db
PAPER = [NewResult("许可证", "1"), NewResult("副本", "2")]


def trail(case: Case, since: int = 0) -> list[tuple[str, str, str]]:
    """Verb, hand and the status it led to, of every event after number `since`."""
    events = case.events.filter(seq__gt=since).select_related("actor").order_by("seq")
    return [(event.verb, event.actor.username if event.actor else "", event.to_status) for event in events]


def told(case: Case, verb: str) -> list[str]:
    return list(case.events.filter(verb=verb).order_by("seq").values_list("text", flat=True))


def papers(case: Case) -> list[str]:
    return list(case.documents.order_by("pk").values_list("kind", flat=True))


def holders(case: Case) -> dict[str, str]:
    return dict(Custody.objects.now().of_case(case).values_list("material__key", "holder"))


def hand_out(delivery: Delivery, cast: Cast) -> None:
    code = delivery.case.documents.get(kind="pickup_notice").content["pickup_code"]
    deliver(delivery, by=cast.issuer, code=code, name=" 示例乙 ", identity_kind="111", identity_number=PERSON)


# -- intake


def test_a_corrected_case_on_its_way_to_the_departments(cast: Cast) -> None:
    case, window = received_case(complete=False), cast.receiver
    check_materials(case, [{**good_rows(case)[0], "received": False, "originals": 0}], by=window)
    request_correction(case, {"m01": "请补交申请表", "m02": "请补盖章"}, by=window, once="k1")
    assert dict(case.materials.exclude(gap="").values_list("key", "gap")) == {"m01": "请补交申请表", "m02": "请补盖章"}
    check_materials(case, good_rows(case), by=window)
    complete_correction(case, by=window)
    assert trail(case) == [
        ("receive", "receiver", "received"),
        ("check_materials", "receiver", "received"),
        ("request_correction", "receiver", "correction"),
        ("serve", "receiver", "correction"),
        ("check_materials", "receiver", "correction"),
        ("complete_correction", "receiver", "correction_done"),
    ]
    first, second = case.materials.filter(key__in=["m01", "m02"]).order_by("key")
    assert told(case, "request_correction") == [f"需补正：{first.name}、{second.name}。当面送达。"]
    assert case.events.get(verb="request_correction").once == "k1"
    assert told(case, "check_materials")[0] == f"已收0项，清单共{case.materials.count()}项。"
    assert told(case, "check_materials")[1] == f"已收{case.materials.count()}项，清单共{case.materials.count()}项。"
    assert papers(case) == ["correction", "correction_receipt"]


def test_what_the_window_prints_stands_in_the_log(cast: Cast) -> None:
    case = received_case()
    print_application_form(case, by=cast.receiver)
    print_receipt(case, by=cast.receiver)
    assert trail(case, since=2) == [
        ("print_application_form", "receiver", "received"),
        ("print_receipt", "receiver", "received"),
    ]
    assert papers(case) == ["application_form", "receipt"]


def test_acceptance_is_stamped_logged_and_told_and_the_case_goes_out(cast: Cast) -> None:
    case = accepted_case()
    assert trail(case, since=2) == [("accept", "receiver", "accepted"), ("dispatch", "receiver", "dispatched")]
    stored = Case.objects.get(pk=case.pk)
    assert (stored.accepted_by, stored.clock_state, stored.stage) == (cast.receiver, "running", 1)
    assert timezone.now() - stored.accepted_at < timedelta(minutes=5)
    assert told(case, "accept") == [f"办件编号{case.number}。"]
    assert told(case, "dispatch")[0].startswith("分办至市建设局")
    assert papers(case) == ["acceptance", *["handover"] * 6]
    assert {task.due is not None and task.sent_at is not None for task in case.tasks.filter(stage=1)} == {True}


def test_silence_accepts_by_nobodys_hand_from_the_day_of_receipt(cast: Cast) -> None:
    case = received_case(complete=False)
    before = timezone.now() - timedelta(days=20)
    Case.objects.filter(pk=case.pk).update(received_at=before, acceptance_due=timezone.localdate() - timedelta(days=1))
    deem_accepted(case)
    assert trail(case, since=1) == [("deem_accepted", "", "accepted"), ("dispatch", "", "dispatched")]
    assert (case.clock_start, case.accepted_by) == (timezone.localdate(before), None)
    assert case.events.get(verb="deem_accepted").once == "deem_accepted"


def test_a_withdrawn_case_stands_still_and_its_papers_lie_at_the_window(cast: Cast) -> None:
    case = accepted_case()
    withdraw(case, by=cast.receiver, reason=" 项目暂缓 ")
    assert trail(case, since=4) == [("withdraw", "receiver", "withdrawn")]
    assert told(case, "withdraw") == ["项目暂缓"]
    assert Case.objects.get(pk=case.pk).clock_state == "stopped"
    assert papers(case)[-1] == "withdrawal"
    assert set(holders(case).values()) == {HolderKind.WINDOW}


# -- departments


def test_a_signature_says_whose_and_when_and_starts_the_step(cast: Cast) -> None:
    case = accepted_case()
    slip, officer = case.slips.get(department__code="sx-rfb"), cast.officer("sx-rfb")
    sign(slip, by=officer, once="k2")
    assert trail(case, since=4) == [("sign_for", "sx-rfb-office", "in_department")]
    assert case.events.get(verb="sign_for").once == "k2"
    for thing in (Slip.objects.get(pk=slip.pk), case.tasks.get(department__code="sx-rfb")):
        assert thing.signed_by == officer
        assert timezone.now() - thing.signed_at < timedelta(minutes=5)


def test_a_bounce_says_why_and_the_next_department_gets_the_step(cast: Cast) -> None:
    case = accepted_case()
    lead = case.slips.get(department__code="sx-jsj")
    bounce(lead, by=cast.officer("sx-jsj"), reason=" 材料不符 ", once="k3")
    assert trail(case, since=4) == [("bounce", "sx-jsj-office", "dispatched")]
    assert told(case, "bounce") == [f"{lead.department}退回：材料不符"]
    assert case.events.get(verb="bounce").once == "k3"
    lead.refresh_from_db()
    assert (lead.status, lead.difference, lead.signed_by) == ("bounced", "材料不符", cast.officer("sx-jsj"))
    assert set(holders(case).values()) == {HolderKind.WINDOW}
    task = case.tasks.get(status="bounced")
    assert task.bounce_reason == "材料不符"
    other = Organisation.objects.get(code="sx-hbj")
    redispatch(task, by=cast.receiver, department=other)
    task.refresh_from_db()
    assert (task.department, task.status, task.bounce_reason) == (other, "sent", "")
    assert told(case, "dispatch")[-1] == f"“{task.name}”重新分办至{other}。"
    assert HolderKind.WINDOW not in holders(case).values()


def test_the_last_bounce_takes_the_case_back_to_accepted_and_not_before(cast: Cast) -> None:
    case = accepted_case("BDC-01")
    for code, status in (("sx-jsj", "dispatched"), ("sx-dsj", "accepted")):
        bounce(case.slips.get(department__code=code), by=cast.officer(code), reason="材料不符")
        assert Case.objects.get(pk=case.pk).status == status
    task = case.tasks.filter(status="bounced").first()
    redispatch(task, by=cast.estate_receiver, department=task.department)
    assert Case.objects.get(pk=case.pk).status == "dispatched"


def test_an_answer_is_kept_with_its_reasons_and_told(cast: Cast) -> None:
    case = accepted_case()
    sign(case.slips.get(department__code="sx-rfb"), by=cast.officer("sx-rfb"))
    task, officer = case.tasks.get(department__code="sx-rfb"), cast.officer("sx-rfb")
    answer(task, by=officer, outcome="disagree", opinion=" 未设人防 ", legal_basis=" 第二十二条 ", once="k4")
    stored = case.tasks.get(pk=task.pk)
    assert (stored.status, stored.outcome, stored.done_by) == ("done", "disagree", officer)
    assert (stored.opinion, stored.legal_basis) == ("未设人防", "第二十二条")
    assert timezone.now() - stored.done_at < timedelta(minutes=5)
    event = case.events.get(verb="answer")
    assert (event.actor, event.once, event.text) == (officer, "k4", f"{task.department}：不同意。未设人防")
    assert event.name == "回复意见"


@pytest.mark.parametrize("granted", [True, False])
def test_a_decision_is_stamped_logged_and_written(cast: Cast, granted: bool) -> None:
    case = case_to_decide(cast)
    task, chief = case.tasks.get(kind="decision"), cast.decider("sx-jsj")
    findings = reasoned(case, reasons=" 施工条件没有落实，与指南所列条件不一致。 ")
    decide(task, by=chief, granted=granted, findings=findings, once="k5")
    reasons = findings.reasons.strip()
    verb, status, kind = ("grant", "decided_granted", "decision_grant")
    if not granted:
        verb, status, kind = ("refuse", "decided_refused", "decision_refusal")
    assert trail(case)[-1] == (verb, "sx-jsj-chief", status)
    stored, done = Case.objects.get(pk=case.pk), case.tasks.get(pk=task.pk)
    assert (stored.decided_by, stored.reasons, stored.clock_state) == (chief, reasons, "stopped")
    assert stored.outcome == done.outcome == ("granted" if granted else "refused")
    assert (done.opinion, done.done_by, case.events.get(verb=verb).once) == (reasons, chief, "k5")
    assert papers(case)[-1] == kind


# -- results


def test_a_result_on_its_way_to_the_applicant(cast: Cast) -> None:
    case, officer = decided_case(cast), cast.officer("sx-jsj")
    since = case.events.count()
    slip = transfer_result(case, PAPER, {"m05"}, by=officer, once="k6")
    assert holders(case)["m05"] == HolderKind.IN_TRANSIT
    assert set(case.results.values_list("name", "number", "made_by__username")) == {
        ("许可证", "1", "sx-jsj-office"),
        ("副本", "2", "sx-jsj-office"),
    }
    delivery = take_in(slip, " A架 ", by=cast.issuer)
    assert (delivery.shelf, delivery.slip, delivery.status) == ("A架", slip, "ready")
    assert (slip.status, slip.signed_by) == ("received", cast.issuer)
    assert holders(case)["m05"] == HolderKind.ISSUE_COUNTER
    hand_out(delivery, cast)
    assert holders(case) == {**dict.fromkeys(holders(case), HolderKind.DEPARTMENT), "m05": HolderKind.APPLICANT}
    assert trail(case, since=since) == [
        ("transfer_result", "sx-jsj-office", "result_transfer"),
        ("take_in_result", "issuer", "ready"),
        ("deliver", "issuer", "delivered"),
    ]
    assert told(case, "transfer_result") == ["许可证（1）、副本（2）"]
    assert told(case, "take_in_result") == ["存放于A架。"]
    assert told(case, "deliver") == ["示例乙到窗口领取。"]
    assert papers(case)[-3:] == ["result_handover", "pickup_notice", "delivery_receipt"]
    stored = Delivery.objects.get(pk=delivery.pk)
    assert (stored.status, stored.delivered_by, stored.collector_name) == ("delivered", cast.issuer, "示例乙")
    assert (stored.collector_kind, stored.collector_identity, stored.authority) == ("111", PERSON, "")
    assert timezone.now() - stored.delivered_at < timedelta(minutes=5)


def test_a_result_with_an_error_goes_back_and_its_entry_is_gone(cast: Cast) -> None:
    case = decided_case(cast, granted=False)
    slip = transfer_result(case, PAPER, {"m05"}, by=cast.officer("sx-jsj"), kept="归入案卷")
    bounce_result(slip, by=cast.issuer, reason=" 证号有误 ", once="k7")
    assert trail(case)[-1] == ("bounce_refusal", "issuer", "decided_refused")
    assert told(case, "bounce_refusal") == ["证号有误"]
    assert case.events.get(verb="bounce_refusal").once == "k7"
    assert not case.results.exists()
    assert (slip.status, slip.difference, slip.signed_by) == ("bounced", "证号有误", cast.issuer)
    assert set(holders(case).values()) == {HolderKind.DEPARTMENT}


def test_an_instant_case_leaves_the_window_without_a_slip(cast: Cast) -> None:
    case = accepted_case("SS-02")
    task = case.tasks.get()
    assert (case.stage, task.status, task.due) == (1, "working", case.promised_due)
    assert Case.objects.get(pk=case.pk).stage == 1
    decide(task, by=cast.decider("sx-scjg"), granted=True)
    case.refresh_from_db()
    assert set(holders(case).values()) == {HolderKind.WINDOW}
    delivery = ready_at_window(case, PAPER, " C架 ", by=cast.issuer)
    assert delivery.shelf == "C架"
    assert set(holders(case).values()) == {HolderKind.ISSUE_COUNTER}
    hand_out(delivery, cast)
    assert set(holders(case).values()) == {HolderKind.APPLICANT}
    assert trail(case, since=2) == [
        ("accept", "business-receiver", "accepted"),
        ("decide_on_the_spot", "sx-scjg-chief", "decided_granted"),
        ("ready_at_window", "issuer", "ready"),
        ("deliver", "issuer", "delivered"),
    ]
    assert papers(case) == ["acceptance", "decision_grant", "pickup_notice", "delivery_receipt"]
    assert case.application.contact_phone not in str([document.content for document in case.documents.all()])
