"""办件公示 as everybody reads it: masked, filtered by address, in pages, with a fixed number of queries."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from portal.cases.decision.decide import decide
from portal.cases.intake.outcomes import accept
from portal.cases.models import Case, PublicityRule
from portal.catalog.models import ServiceItem
from portal.pickup.forms import last_months
from portal.pickup.views import RESULTS_ADDRESS, ROWS
from tests.cast import (
    COMPANY,
    PERSON,
    Cast,
    accepted_case,
    answer_all,
    decided_case,
    private_person,
    reasoned,
    received_case,
    sign_all,
)

pytestmark = pytest.mark.django_db
URL = "/results/"
NOT_TOLD = "示例丙提交的材料不实，与登记簿的记载不一致。"


@pytest.fixture(autouse=True)
def everything_is_public(cast: Cast) -> None:
    PublicityRule.objects.create(center=cast.center, licences_only=False, after_days=0)


def page(**query: str) -> str:
    response = Client().get(URL, query)
    assert response.status_code == 200
    return response.content.decode()


def copies(case: Case, number: int) -> None:
    """More decided cases like this one, without their way there."""
    for serial in range(number):
        case.pk, case.number, case._state.adding = None, f"SXT20260101{serial:05d}", True
        case.save()


def decided_of_a_person(cast: Cast) -> Case:
    case = received_case("BDC-01", applicant=private_person(address="示例路1号"))
    accept(case, by=cast.estate_receiver)
    for _ in range(4):
        sign_all(case, cast)
        answer_all(case, cast)
    task = case.tasks.get(kind="decision")
    decide(task, by=cast.decider(task.department.code), granted=False, findings=reasoned(case, reasons=NOT_TOLD))
    return Case.objects.get(pk=case.pk)


def test_a_decision_is_listed_with_what_the_law_asks_for(cast: Cast) -> None:
    case = decided_case(cast)
    text = page()
    for wanted in (case.item.name, "绍兴示例建设有限公司", "准予", case.lead.full_name, "绍市建准字"):
        assert wanted in text


def test_a_decision_bears_the_name_that_the_item_had_then(cast: Cast) -> None:
    case = decided_case(cast)
    then = case.definition.name
    ServiceItem.objects.filter(pk=case.item_id).update(name="改过的事项名称")
    text = page()
    assert then in text
    assert "改过的事项名称" not in text.split("<table")[1]


def test_a_person_is_masked_and_neither_numbers_nor_reasons_are_told(cast: Cast) -> None:
    case = decided_of_a_person(cast)
    text = page()
    assert "示**" in text
    assert "不予办理" in text
    for secret in ("示例丙", PERSON, COMPANY, PERSON[:6], "139", "示例路", NOT_TOLD, case.application.query_code):
        assert secret not in text, secret
    for secret in (case.number, case.application.number, str(cast.estate_receiver), str(case.decided_by)):
        assert secret not in text, secret


def test_what_is_not_decided_is_not_listed(cast: Cast) -> None:
    accepted_case()
    assert "没有符合条件的公示" in page()


@pytest.mark.parametrize(
    ("name", "of_the_company", "of_the_person"),
    [("zone", "investment", "realestate"), ("department", "sx-jsj", "sx-gtj")],
)
def test_zone_and_department_are_chosen_in_the_address(
    name: str, of_the_company: str, of_the_person: str, cast: Cast
) -> None:
    decided_case(cast)
    decided_of_a_person(cast)
    assert "共2件" in page()
    assert "示**" not in page(**{name: of_the_company})
    assert "绍兴示例建设有限公司" not in page(**{name: of_the_person})
    assert "共1件" in page(**{name: of_the_person})


def test_a_month_is_chosen_in_the_address(cast: Cast) -> None:
    case = decided_case(cast)
    this, before = last_months(timezone.localdate())[:2]
    first = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    Case.objects.filter(pk=case.pk).update(decided_at=first)
    assert "共1件" in page(month=f"{this[0]}-{this[1]:02d}")
    Case.objects.filter(pk=case.pk).update(decided_at=first - timedelta(seconds=1))
    assert "共0件" in page(month=f"{this[0]}-{this[1]:02d}")
    assert "共1件" in page(month=f"{before[0]}-{before[1]:02d}")


@pytest.mark.parametrize("value", ["nowhere", "\x00", "2026-99", "x" * 5000, "😀", "' OR 1=1"])
def test_what_is_unknown_counts_as_not_chosen(value: str, cast: Cast) -> None:
    decided_case(cast)
    for name in ("zone", "department", "month", "after", "before", "end"):
        text = page(**{name: value})
        assert "共1件" in text
        assert value[:200] not in text


def test_pages_keep_the_filter_and_queries_stay_the_same(cast: Cast, django_assert_max_num_queries) -> None:
    case = decided_case(cast)
    page()
    with django_assert_max_num_queries(14):
        assert "共1件" in page()
    copies(case, ROWS + 3)
    with django_assert_max_num_queries(14):
        first = page(zone="investment")
    assert first.count("<tr>") == ROWS + 1
    following = re.search(r"\?zone=investment&amp;after=([0-9]+)", first)
    assert following
    assert "?zone=investment&amp;end=last" in first
    rest = page(zone="investment", after=following[1])
    assert rest.count("<tr>") == 4 + 1
    assert "?zone=investment&amp;before=" in rest
    assert "end=last" not in rest
    assert page(zone="investment", end="last").count("<tr>") == ROWS + 1
    assert page(after="99999999").count("<tr>") == ROWS + 1


def test_a_list_row_does_not_even_read_personal_data(cast: Cast) -> None:
    decided_case(cast)
    case = Case.objects.made_public(timezone.localdate()).for_publicity().get()
    kept_back = case.application.get_deferred_fields()
    assert {"identity_number", "contact_phone", "address", "query_code"} <= kept_back


def test_the_list_is_only_read() -> None:
    assert Client().head(URL).status_code == 200
    for method in ("post", "put", "delete"):
        assert getattr(Client(), method)(URL).status_code == 405


def test_the_list_is_made_so_often_for_one_address_and_no_more(cast: Cast) -> None:
    for number in range(RESULTS_ADDRESS.limit):
        assert Client().get(URL, {"after": str(number)}).status_code == 200
    refused = Client().get(URL)
    assert refused.status_code == 429
    assert "请在" in refused.content.decode()
    assert int(refused["Retry-After"]) > 0
    assert Client(REMOTE_ADDR="192.0.2.7").get(URL).status_code == 200


@pytest.mark.usefixtures("kept_pages")
def test_a_kept_list_counts_against_nobody(cast: Cast) -> None:
    for _ in range(RESULTS_ADDRESS.limit + 5):
        assert Client().get(URL).status_code == 200
    assert Client().get(URL, {"zone": "nowhere"}).status_code == 200
