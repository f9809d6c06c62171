"""统一出件: registered by the department, carried back, shelved, and handed to the right person once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from portal.cases.decision.decide import decide
from portal.cases.intake.outcomes import accept
from portal.cases.models import Case
from portal.cases.states import CaseStatus
from portal.handover.models import Slip, SlipStatus
from portal.lib.refusal import Refused, TooLate
from portal.pickup.delivering import WRONG_CODES_ALLOWED, deliver
from portal.pickup.models import Delivery, Result
from portal.pickup.results import NewResult, bounce_result, ready_at_window, take_in, transfer_result
from tests.cast import (
    OTHER_PERSON,
    PAID,
    PERSON,
    Cast,
    accepted_case,
    answer_all,
    decided_case,
    private_person,
    received_case,
    sign_all,
)

pytestmark = pytest.mark.django_db
PAPER = [NewResult("建筑工程施工许可证", "330602202600000101")]


def shelved(cast: Cast) -> tuple[Delivery, str]:
    case = decided_case(cast)
    slip = transfer_result(case, PAPER, set(), by=cast.officer("sx-jsj"))
    delivery = take_in(slip, "A架", by=cast.issuer)
    return delivery, case.documents.get(kind="pickup_notice").content["pickup_code"]


def collect(delivery: Delivery, cast: Cast, code: str, **changes) -> None:
    fields = {"name": "示例乙", "identity_kind": "111", "identity_number": PERSON, **changes}
    by, who = changes.pop("by", cast.issuer), {k: v for k, v in fields.items() if k != "by"}
    deliver(delivery, by=by, code=code, settled=PAID, **who)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_result_travels_on_a_slip_and_waits_on_its_shelf(cast: Cast) -> None:
    delivery, code = shelved(cast)
    case = Case.objects.get(pk=delivery.case_id)
    assert case.status == CaseStatus.READY
    assert len(code) == 6
    assert code not in str(vars(delivery))
    assert delivery.due > timezone.localdate()


def test_a_wrong_code_is_counted_and_five_lock_the_delivery(cast: Cast) -> None:
    delivery, code = shelved(cast)
    for _ in range(WRONG_CODES_ALLOWED - 1):
        with pytest.raises(Refused, match="取件码不正确"):
            collect(delivery, cast, wrong(code))
    with pytest.raises(Refused, match="取件码已连续输错5次，锁定15分钟"):
        collect(delivery, cast, wrong(code))
    with pytest.raises(Refused, match="已锁定，请15分钟后再试"):
        collect(delivery, cast, code)
    Delivery.objects.filter(pk=delivery.pk).update(locked_until=timezone.now() - timedelta(seconds=1))
    collect(delivery, cast, code)
    assert delivery.status == "delivered"


def test_a_lock_says_how_many_minutes_are_left_and_opens_at_its_end(cast: Cast) -> None:
    delivery, code = shelved(cast)
    rows = Delivery.objects.filter(pk=delivery.pk)
    with time_machine.travel(timezone.now(), tick=False):
        for seconds, minutes in ((119, 2), (121, 3), (59, 1)):
            rows.update(locked_until=timezone.now() + timedelta(seconds=seconds))
            with pytest.raises(Refused, match=f"请{minutes}分钟后再试"):
                collect(delivery, cast, code)
        rows.update(locked_until=timezone.now())
        collect(delivery, cast, code)
    assert delivery.status == "delivered"


def test_after_a_lock_wrong_codes_are_counted_from_none_and_the_log_says_where_the_case_stood(cast: Cast) -> None:
    delivery, code = shelved(cast)
    delivery.case.status = CaseStatus.RESULT_TRANSFER  # as somebody saw it who came before the result
    for _ in range(5):
        with pytest.raises(Refused):
            collect(delivery, cast, wrong(code))
    assert Delivery.objects.get(pk=delivery.pk).wrong_codes == 0
    assert delivery.case.events.get(verb="lock_pickup").to_status == CaseStatus.READY


def test_only_the_counter_tries_codes_and_a_lock_stands_in_the_log(cast: Cast) -> None:
    delivery, code = shelved(cast)
    for other in (cast.supervisor, cast.receiver, cast.officer("sx-jsj")):
        for _ in range(WRONG_CODES_ALLOWED):
            with pytest.raises(Refused, match="您的岗位不能办理"):
                collect(delivery, cast, wrong(code), by=other)
    for _ in range(WRONG_CODES_ALLOWED):
        with pytest.raises(Refused, match="取件码"):
            collect(delivery, cast, wrong(code))
    assert delivery.case.events.filter(verb="lock_pickup").count() == 1


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"name": "别人"}, "代领"),
        ({"name": ""}, "姓名"),
        ({"identity_number": "330602199001010002"}, "校验位"),
    ],
)
def test_nobody_else_collects(cast: Cast, changes: dict, words: str) -> None:
    delivery, code = shelved(cast)
    with pytest.raises(Refused, match=words):
        collect(delivery, cast, code, **changes)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.case.documents.filter(kind="delivery_receipt").count()) == ("ready", 0)


def test_a_proxy_collects_with_an_authority_that_is_written_down(cast: Cast) -> None:
    delivery, code = shelved(cast)
    collect(delivery, cast, code, name="代办人", identity_number=OTHER_PERSON, authority="2026年11月授权委托书")
    receipt = delivery.case.documents.get(kind="delivery_receipt").content
    assert (receipt["way"], receipt["collector"]["identity"]) == ("代领", "330603********0008")


def test_a_person_must_show_the_document_they_applied_with(cast: Cast) -> None:
    case = received_case("BDC-01", applicant=private_person())
    accept(case, by=cast.estate_receiver)
    for _ in range(2):
        sign_all(case, cast)
        answer_all(case, cast)
    task = case.tasks.get(kind="decision")
    decide(task, by=cast.decider("sx-gtj"), granted=True)
    case.refresh_from_db()
    delivery = take_in(transfer_result(case, PAPER, set(), by=cast.officer("sx-gtj")), "A", by=cast.issuer)
    code = case.documents.get(kind="pickup_notice").content["pickup_code"]
    with pytest.raises(Refused, match="代领"):
        collect(delivery, cast, code, name="示例丙", identity_number=OTHER_PERSON)
    collect(delivery, cast, code, name="示例丙", identity_number=PERSON)


def test_results_are_handed_out_once(cast: Cast) -> None:
    delivery, code = shelved(cast)
    twin = Delivery.objects.get(pk=delivery.pk)
    collect(delivery, cast, code)
    with pytest.raises(TooLate, match="^本件的结果已经领取，不能重复出件"):
        collect(twin, cast, code)
    assert delivery.case.documents.filter(kind="delivery_receipt").count() == 1


def test_only_an_issuer_takes_in_and_hands_out(cast: Cast) -> None:
    case = decided_case(cast)
    slip = transfer_result(case, PAPER, set(), by=cast.officer("sx-jsj"))
    for somebody in (cast.receiver, cast.officer("sx-jsj"), cast.supervisor, cast.nobody):
        with pytest.raises(Refused):
            take_in(slip, "A", by=somebody)
    delivery = take_in(Slip.objects.get(pk=slip.pk), "A", by=cast.issuer)
    code = case.documents.get(kind="pickup_notice").content["pickup_code"]
    with pytest.raises(Refused):
        collect(delivery, cast, code, by=cast.receiver)


def test_only_the_lead_departments_officer_sends_results_and_only_decided_ones(cast: Cast) -> None:
    case = accepted_case()
    with pytest.raises(TooLate):
        transfer_result(case, PAPER, set(), by=cast.officer("sx-jsj"))
    case = decided_case(cast)
    with pytest.raises(Refused):
        transfer_result(case, PAPER, set(), by=cast.officer("sx-rfb"))
    with pytest.raises(Refused, match="至少一项"):
        transfer_result(case, [], set(), by=cast.officer("sx-jsj"))
    with pytest.raises(Refused, match="登记了两次"):
        transfer_result(case, PAPER * 2, set(), by=cast.officer("sx-jsj"))
    with pytest.raises(Refused, match="不在本部门保管"):
        transfer_result(case, PAPER, {"m99"}, by=cast.officer("sx-jsj"))
    assert not Result.objects.exists()
    transfer_result(case, PAPER, set(), by=cast.officer("sx-jsj"))
    with pytest.raises(TooLate):
        transfer_result(case, PAPER, set(), by=cast.officer("sx-jsj"))


@pytest.mark.parametrize("granted", [True, False])
def test_a_wrong_result_goes_back_to_where_it_was_decided_and_comes_again(cast: Cast, granted: bool) -> None:
    case = decided_case(cast, granted=granted)
    slip = transfer_result(case, PAPER, {"m01"}, by=cast.officer("sx-jsj"), kept="归入案卷")
    with pytest.raises(Refused, match="理由"):
        bounce_result(slip, by=cast.issuer, reason="")
    bounce_result(Slip.objects.get(pk=slip.pk), by=cast.issuer, reason="证号有误")
    case.refresh_from_db()
    assert case.status == (CaseStatus.DECIDED_GRANTED if granted else CaseStatus.DECIDED_REFUSED)
    slip.refresh_from_db()
    assert slip.status == SlipStatus.BOUNCED
    again = transfer_result(case, PAPER, {"m01"}, by=cast.officer("sx-jsj"), kept="归入案卷")
    take_in(again, "A", by=cast.issuer)


def test_a_slip_to_a_department_is_not_taken_in_and_a_shelf_must_be_named(cast: Cast) -> None:
    case = decided_case(cast)
    with pytest.raises(Refused, match="部门收件员"):
        take_in(case.slips.filter(direction="to_department").first(), "A", by=cast.issuer)
    slip = transfer_result(case, PAPER, set(), by=cast.officer("sx-jsj"))
    with pytest.raises(Refused, match="存放位置"):
        take_in(slip, " ", by=cast.issuer)
    slip.refresh_from_db()
    assert slip.status == SlipStatus.ISSUED


def test_only_an_instant_case_is_ready_at_the_window(cast: Cast) -> None:
    case = decided_case(cast)
    with pytest.raises(TooLate):
        ready_at_window(case, PAPER, "A", by=cast.issuer)
    instant = accepted_case("SS-02")
    decide(instant.tasks.get(), by=cast.decider("sx-scjg"), granted=True)
    instant.refresh_from_db()
    with pytest.raises(TooLate, match="结果移交"):
        transfer_result(instant, PAPER, set(), by=cast.officer("sx-scjg"))
    with pytest.raises(Refused, match="至少一项"):
        ready_at_window(instant, [], "A", by=cast.issuer)
    with pytest.raises(Refused, match="存放位置"):
        ready_at_window(instant, PAPER, " ", by=cast.issuer)
    assert ready_at_window(instant, PAPER, "A", by=cast.issuer).status == "ready"
    result = instant.results.get()
    assert (result.name, result.number, result.made_by) == (PAPER[0].name, PAPER[0].number, cast.issuer)
    assert (result.originals, result.duplicates) == (1, 0)


@pytest.mark.parametrize("typed", ["示例·乙", "示例．乙", " 示例 乙", "示例•乙"])
def test_who_collects_is_known_by_the_name_as_it_reads(cast: Cast, typed: str) -> None:
    delivery, code = shelved(cast)
    application = delivery.case.application
    assert application.is_collected_by(typed, PERSON)
    assert not application.is_collected_by(f"{typed}丁", PERSON)
    collect(delivery, cast, f" {code[:3]} {code[3:]}", name=typed)
    assert delivery.collector_name == typed.strip()


@pytest.mark.parametrize("typed", ["买买提·示例", "买买提．示例", "买买提 示例", "买买提・示例"])
def test_a_person_collects_under_every_spelling_of_one_name_and_under_no_other(cast: Cast, typed: str) -> None:
    application = received_case(applicant=private_person(name="买买提·示例")).application
    assert application.is_collected_by(typed, PERSON)
    assert not application.is_collected_by(typed, OTHER_PERSON)
    assert not application.is_collected_by("买买提", PERSON)
