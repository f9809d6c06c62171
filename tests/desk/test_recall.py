"""Whoever was at the window before is recalled by the proof; nobody learns of anybody whom they may not see anyhow."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.urls import reverse

from portal.cases.intake.receive import receive
from portal.cases.models import Application, Case, Event
from portal.catalog.models import ServiceItem
from portal.desk.cases import recall
from portal.handover.numbers import SlipCode
from portal.lib.throttle import Rate
from portal.organisations.models import User, Window
from tests.cast import BRANCH_WINDOW, COMPANY, PERSON, Cast, company, private_person, received_case
from tests.desk.test_screens import at_desk, take_in

pytestmark = [pytest.mark.django_db, pytest.mark.once]
URL = "/admin/intake/recall/"


def asked(by: User, number: str) -> dict[str, Any]:
    return at_desk(by).post(URL, {"number": number}).json()


def test_a_known_company_is_filled_in_but_for_its_telephone(cast: Cast) -> None:
    received_case(applicant=company(address="示例路1号"))
    told = asked(cast.receiver, f" {COMPANY.lower()} ")
    assert told["known"]
    assert told["fields"] == {
        "kind": "body",
        "identity_kind": "001",
        "identity_number": COMPANY,
        "name": "绍兴示例建设有限公司",
        "legal_representative": "示例甲",
        "address": "示例路1号",
        "contact_name": "示例乙",
        "same_contact": True,
    }
    assert "138****0000" in told["note"]
    assert "13800000000" not in str(told)


def test_the_newest_application_is_the_one_that_is_recalled(cast: Cast) -> None:
    received_case()
    received_case(applicant=company(name="绍兴示例实业有限公司", contact_phone=""))
    fields = asked(cast.receiver, COMPANY)["fields"]
    assert fields["name"] == "绍兴示例实业有限公司"
    assert fields["same_contact"] is False


@pytest.mark.parametrize(
    ("number", "kind", "identity_kind"),
    [(COMPANY, "body", "001"), (PERSON, "person", "111"), ("810000199001010000", "person", "002")],
)
def test_of_somebody_new_the_kind_of_proof_is_told(cast: Cast, number: str, kind: str, identity_kind: str) -> None:
    told = asked(cast.receiver, number)
    assert "known" not in told
    assert told["fields"] == {"kind": kind, "identity_kind": identity_kind, "identity_number": number}


def test_a_number_that_is_none_fills_in_nothing(cast: Cast) -> None:
    assert asked(cast.receiver, "330602199001010002") == {"fields": {}, "note": ""}


def test_an_old_card_finds_its_holder_under_the_present_number_and_begins_nobody_new(cast: Cast) -> None:
    old = PERSON[:6] + PERSON[8:17]
    assert asked(cast.receiver, old)["fields"] == {}
    received_case(applicant=private_person())
    told = asked(cast.receiver, old)
    assert told["fields"]["identity_number"] == PERSON
    assert "15位的老号码" in told["note"]


def test_nobody_is_recalled_from_a_zone_or_a_centre_that_one_does_not_see(cast: Cast) -> None:
    received_case()
    assert "known" not in asked(cast.estate_receiver, COMPANY)
    assert "known" not in asked(cast.branch.receiver, COMPANY)
    by, window = cast.branch.receiver, Window.objects.get(code=BRANCH_WINDOW)
    item = ServiceItem.objects.get(code="TZ-09")
    receive(item=item, applicant=company(name="滨江示例公司"), window=window, by=by, key=uuid.uuid4())
    assert asked(cast.receiver, COMPANY)["fields"]["name"] == "绍兴示例建设有限公司"


def test_only_who_takes_in_may_ask_and_no_number_stands_in_an_address(cast: Cast) -> None:
    for user in (cast.issuer, cast.supervisor, cast.editor, cast.officer("sx-jsj")):
        assert at_desk(user).post(URL, {"number": COMPANY}).status_code in {302, 403}, user
    assert reverse("desk_recall") == URL
    assert at_desk(cast.receiver).get(URL, {"number": COMPANY}).status_code == 405


def test_who_asks_too_often_is_told_when_to_go_on(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recall, "A_MINUTE", Rate("recall-test", limit=2, seconds=60))
    client = at_desk(cast.receiver)
    assert [client.post(URL, {"number": COMPANY}).status_code for _ in range(3)] == [200, 200, 429]


# -- what is saved then ------------------------------------------------------------------------------------------------


def test_the_telephone_of_the_last_time_goes_on_without_being_typed(cast: Cast) -> None:
    received_case()
    take_in(cast, contact_phone="", same_contact="on")
    assert Application.objects.latest("pk").contact_phone == "13800000000"
    assert Event.objects.filter(text__contains="13800000000").count() == 0


def test_what_is_typed_now_goes_before_what_is_kept(cast: Cast) -> None:
    received_case()
    take_in(cast, contact_phone="139 0000 0000", same_contact="on")
    assert Application.objects.latest("pk").contact_phone == "13900000000"


def test_the_telephone_of_somebody_unseen_is_not_taken_over(cast: Cast) -> None:
    answer = take_in(cast, contact_phone="", same_contact="on")
    assert "没有找到上次的申请" in answer.content.decode()
    assert not Case.objects.exists()


def test_the_finder_opens_a_scanned_slip(cast: Cast) -> None:
    code = str(SlipCode(2026, 1))
    answer = at_desk(cast.receiver).get(reverse("desk_intake"), {"q": code.lower()})
    assert answer.url == f"{reverse('slips_modeladmin_index')}?q={code.lower()}"


def test_the_form_begins_with_the_proof(cast: Cast) -> None:
    page = at_desk(cast.receiver).get(reverse("desk_intake_item", args=["TZ-09"])).content.decode()
    assert page.index('name="identity_number"') < page.index('name="kind"')
