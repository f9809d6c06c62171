"""Before a granted result goes out its fee is settled and nothing is owed; the applicant has no limit to fetch it."""

from __future__ import annotations

from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from portal.cases.models import Case, CaseMaterial
from portal.documents.registry import Rendition
from portal.lib.refusal import Refused
from portal.pickup.delivering import deliver
from portal.pickup.models import Delivery
from portal.pickup.results import NewResult, take_in, transfer_result
from portal.pickup.settling import Settled
from tests.cast import PAID, PERSON, Cast, decided_case
from tests.pages.acts import at_desk
from tests.stages import ready

pytestmark = pytest.mark.django_db
WHO = {"name": "示例乙", "identity_kind": "111", "identity_number": PERSON}


def charged(cast: Cast, *, granted: bool = True) -> Delivery:
    """BDC-01 costs a registration fee; its results wait at the counter."""
    case = decided_case(cast, "BDC-01", granted=granted)
    keys = set() if granted else {line.key for line in case.lines() if line.is_paper}
    slip = transfer_result(case, [NewResult("不动产权证书", "1")], keys, by=cast.officer("sx-gtj"))
    return take_in(slip, "A架", by=cast.issuer)


def hand_out(delivery: Delivery, cast: Cast, **settled: str) -> None:
    code = delivery.case.documents.get(kind="pickup_notice").content["pickup_code"]
    deliver(delivery, by=cast.issuer, code=code, settled=Settled(**settled), **WHO)


def refused(delivery: Delivery, cast: Cast, **settled: str) -> Refused:
    with pytest.raises(Refused) as refusal:
        hand_out(delivery, cast, **settled)
    assert Case.objects.get(pk=delivery.case_id).status == "ready"
    return refusal.value


def test_a_fee_that_is_due_is_settled_before_the_result_goes_out(cast: Cast) -> None:
    delivery = charged(cast)
    assert "领取前须缴清" in str(refused(delivery, cast))
    assert refused(delivery, cast, fee="soon", note="1").field == "fee"
    assert "缴费凭证号" in str(refused(delivery, cast, fee="paid", note=" "))
    assert "理由和依据" in str(refused(delivery, cast, fee="waived"))
    hand_out(delivery, cast, fee="waived", note="小微企业免收登记费")
    delivery.refresh_from_db()
    assert (delivery.fee, delivery.fee_note) == ("waived", "小微企业免收登记费")
    assert "减免或者缓缴：小微企业免收登记费" in delivery.case.events.get(verb="deliver").text
    receipt = delivery.case.documents.get(kind="delivery_receipt")
    assert "小微企业免收登记费" in render_to_string(receipt.template, receipt.context(Rendition.WHOLE))


def test_no_fee_is_asked_for_where_none_is_due(cast: Cast) -> None:
    free = Delivery.objects.get(case=ready(cast))
    hand_out(free, cast)
    refused_case = charged(cast, granted=False)
    assert refused_case.case.documents.get(kind="pickup_notice").content["fee"]["charged"] is False
    hand_out(refused_case, cast)
    refused_case.refresh_from_db()
    assert (free.fee, refused_case.fee) == ("", "")


def test_a_result_does_not_go_out_while_materials_are_owed(cast: Cast) -> None:
    delivery = Delivery.objects.get(case=ready(cast))
    CaseMaterial.objects.filter(case=delivery.case, key="m02").update(received=False, originals=0, photocopies=0)
    refusal = refused(delivery, cast)
    assert ("材料还没有补齐" in str(refusal), refusal.field) == (True, "gaps")
    hand_out(delivery, cast, gaps="窗口负责人同意先行出件，三日内补齐")
    delivery.refresh_from_db()
    assert "三日内补齐" in delivery.gaps_waived
    assert "三日内补齐" in delivery.case.events.get(verb="deliver").text


def test_the_counter_asks_only_for_what_is_due(cast: Cast) -> None:
    due, free = charged(cast), Delivery.objects.get(case=ready(cast))
    client = at_desk(cast.issuer)
    asked = client.get(reverse("pickup_modeladmin_deliver", args=[due.pk])).content.decode()
    assert "领取前须缴清" in asked
    assert 'name="gaps"' not in asked
    assert 'name="fee"' not in client.get(reverse("pickup_modeladmin_deliver", args=[free.pk])).content.decode()
    code = due.case.documents.get(kind="pickup_notice").content["pickup_code"]
    given: dict[str, Any] = {**WHO, "code": code, "key": "7b7a1c6e-0000-4000-8000-000000000031"}
    page = client.post(reverse("pickup_modeladmin_deliver", args=[due.pk]), given)
    assert page.status_code == 200
    client.post(reverse("pickup_modeladmin_deliver", args=[due.pk]), {**given, "fee": PAID.fee, "fee_note": PAID.note})
    due.refresh_from_db()
    assert due.fee_note == PAID.note


def test_the_limit_of_the_authority_is_not_printed_as_the_applicants(cast: Cast) -> None:
    case = ready(cast)
    notice = case.documents.get(kind="pickup_notice")
    printed = render_to_string(notice.template, notice.context(Rendition.WHOLE))
    assert "请于此前领取" not in printed
    assert f"办理机关应当在{notice.content['due']}前" in printed
    assert "不是您领取的期限" in printed
    asked = {"number": case.number, "code": case.application.query_code}
    page = Client().post(reverse("follow_case"), asked).content.decode()
    assert "不是您领取的期限" in page
    assert f"请在{notice.content['due']}前领取" not in page
