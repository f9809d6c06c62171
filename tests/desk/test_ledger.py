"""The ledger of an item: its own fields as columns, exactly the filtered rows, nothing personal in clear."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from portal.cases.intake.receive import receive
from portal.cases.models import Case
from portal.cases.reading import ledger as ledgers
from portal.catalog.editions.publishing import publish
from portal.catalog.models import Edition, ServiceItem
from portal.desk.history import LEDGER_EXPORTED
from portal.lib.spreadsheets import read_workbook
from portal.organisations.models import User
from tests.cast import AGAIN, OTHER_PERSON, PERSON, Cast, company, received_case
from tests.pages.acts import at_desk

pytestmark = pytest.mark.django_db

CHOICES = [{"key": "a1", "text": "房屋建筑"}, {"key": "a11", "text": "市政工程"}]
QUESTION = {
    "key": "q1",
    "text": "是否位于地铁保护区",
    "choices": [{"key": "a1", "text": "是"}, {"key": "a2", "text": "否"}],
}
FORM: list[dict[str, Any]] = [
    {"key": "f01", "label": "建设规模", "kind": "number"},
    {"key": "f02", "label": "项目经理身份证", "kind": "identity"},
    {"key": "f03", "label": "工程类别", "kind": "choice", "choices": CHOICES},
    {"key": "f04", "label": "涉及专业", "kind": "choices", "choices": CHOICES},
    {"key": "f05", "label": "工程名称", "kind": "text"},
    {
        "key": "f06",
        "label": "参建单位",
        "kind": "rows",
        "columns": [{"key": "c1", "label": "名称"}, {"key": "c2", "label": "电话", "kind": "mobile"}],
    },
]


def edition(form: list[dict[str, Any]]) -> ServiceItem:
    """TZ-09 with this form and one question, as the edition in force."""
    item = ServiceItem.objects.get(code="TZ-09")
    data = item.current_edition.parsed.model_dump(mode="json")
    data["questions"], data["form"] = [QUESTION], form
    publish(Edition(definition=data).parsed, by=None)
    item.refresh_from_db()
    return item


@pytest.fixture
def item(cast: Cast) -> ServiceItem:
    return edition(FORM)


def taken(cast: Cast, item: ServiceItem, name: str, answer: str = "a1", **answers: Any) -> Case:
    window = cast.receiver.posts_now()[0].window
    applicant = company(name=name)
    key = uuid.uuid4()
    return receive(
        item=item,
        applicant=applicant,
        window=window,
        by=cast.receiver,
        key=key,
        situation={"q1": answer},
        answers=answers,
        in_spite_of=AGAIN,
    )


@pytest.fixture
def two(cast: Cast, item: ServiceItem) -> tuple[Case, Case]:
    first = taken(
        cast, item, "甲建设公司", f01="1200", f02=PERSON, f03="a1", f04=["a1", "a11"], f05="镜湖小学新建工程",
        f06=[{"c1": "乙监理公司", "c2": "13800001234"}],
    )  # fmt: skip
    second = taken(
        cast, item, "丙建设公司", "a2", f01="90.5", f02=OTHER_PERSON, f03="a11", f04=["a11"], f05="越西路改造"
    )
    return first, second


def screen(user: User, **query: str) -> HttpResponse:
    return at_desk(user).get(reverse("desk_ledger", args=["TZ-09"]), query)


def names(user: User, **query: str) -> set[str]:
    """The applicants that the screen lists."""
    return {row.record.application.applicant_name for row in screen(user, **query).context["table"].rows}


def exported(user: User, suffix: str = "csv", **query: str) -> list[dict[str, str]]:
    answer = at_desk(user).get(reverse("desk_ledger_export", args=["TZ-09", suffix]), query)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_every_field_and_question_has_its_column(two: Any, cast: Cast) -> None:
    shown = screen(cast.receiver).content.decode()
    for header in ("是否位于地铁保护区", "建设规模", "项目经理身份证", "工程类别", "涉及专业", "工程名称", "参建单位"):
        assert header in shown
    for text in ("房屋建筑、市政工程", "镜湖小学新建工程", "1200", "甲建设公司"):
        assert text in shown


def test_identity_and_phone_numbers_are_masked_on_screen_and_in_both_exports(two: Any, cast: Cast) -> None:
    client = at_desk(cast.receiver)
    workbook = client.get(reverse("desk_ledger_export", args=["TZ-09", "xlsx"])).content
    texts = [
        screen(cast.receiver).content.decode(),
        client.get(reverse("desk_ledger_export", args=["TZ-09", "csv"])).content.decode("utf-8-sig"),
        str(read_workbook(workbook)),
    ]
    for text in texts:
        assert PERSON not in text
        assert "13800001234" not in text
        assert "330602********0001" in text
        assert "138****1234" in text


def test_a_removed_field_keeps_its_column_and_says_so(two: Any, cast: Cast) -> None:
    edition([{**FORM[0], "label": "总建筑面积"}, *FORM[1:4], FORM[5]])
    headers = list(exported(cast.receiver)[0])
    assert "工程名称（旧）" in headers
    assert "总建筑面积" in headers
    assert "建设规模" not in headers
    assert {row["工程名称（旧）"] for row in exported(cast.receiver)} == {"镜湖小学新建工程", "越西路改造"}


@pytest.mark.parametrize(
    "query, found",
    [
        ({"f03": "a1"}, {"甲建设公司"}),
        ({"f04": "a1"}, {"甲建设公司"}),
        ({"f04": "a11"}, {"甲建设公司", "丙建设公司"}),
        ({"q1": "a2"}, {"丙建设公司"}),
        ({"q": "镜湖"}, {"甲建设公司"}),
        ({"q": "丙建设"}, {"丙建设公司"}),
        ({"q": "没有这样的文字"}, set()),
        ({"status": "received"}, {"甲建设公司", "丙建设公司"}),
        ({"status": "delivered"}, set()),
        ({"f03": "a1", "q": "越西"}, set()),
        ({"f03": "a99", "status": "nonsense", "page": "x", "sort": "nonsense"}, {"甲建设公司", "丙建设公司"}),
    ],
)
def test_filters_narrow_the_rows_and_the_export_alike(
    query: dict[str, str], found: set[str], two: Any, cast: Cast
) -> None:
    assert names(cast.receiver, **query) == found
    assert {row["申请人"] for row in exported(cast.receiver, **query)} == found


def test_the_period_counts_whole_days_of_receipt(two: Any, cast: Cast) -> None:
    noon = timezone.make_aware(datetime(2026, 3, 2, 23, 59))
    Case.objects.filter(pk=two[0].pk).update(received_at=noon)
    assert names(cast.receiver, **{"from": "2026-03-02", "to": "2026-03-02"}) == {"甲建设公司"}
    assert names(cast.receiver, **{"from": "2026-03-03", "to": "2026-03-03"}) == set()


@pytest.mark.parametrize("query", [{"from": "2026-13-01"}, {"to": "昨天"}, {"from": "2026-03-03", "to": "2026-03-01"}])
def test_a_date_that_cannot_be_read_is_said_and_shows_nothing(query: dict[str, str], two: Any, cast: Cast) -> None:
    answer = screen(cast.receiver, **query)
    assert "日期" in answer.context["ledger"].problems[0]
    assert names(cast.receiver, **query) == set()
    refused = at_desk(cast.receiver).get(reverse("desk_ledger_export", args=["TZ-09", "csv"]), query)
    assert refused.status_code == 302


@pytest.mark.parametrize("sort", ["f05", "-f05", "f03", "q1", "applicant", "-promised_due", "received_at", "number"])
def test_every_offered_order_can_be_had(sort: str, two: Any, cast: Cast) -> None:
    assert names(cast.receiver, sort=sort) == {"甲建设公司", "丙建设公司"}


def test_rows_are_ordered_by_an_answer(two: Any, cast: Cast) -> None:
    def first(sort: str) -> str:
        return screen(cast.receiver, sort=sort).context["table"].rows[0].record.answers["f05"]

    assert first("f05") != first("-f05")


def test_only_visible_cases_are_listed_and_exported(two: Any, cast: Cast) -> None:
    assert names(cast.estate_receiver) == set()
    assert exported(cast.estate_receiver) == []
    assert "工程名称" in screen(cast.estate_receiver).content.decode()
    assert names(cast.officer("sx-jsj")) == set()
    assert names(cast.supervisor) == {"甲建设公司", "丙建设公司"}


def test_numbers_leave_as_numbers_and_nothing_computes(two: Any, cast: Cast, item: ServiceItem) -> None:
    taken(cast, item, "=1+1", f05="=HYPERLINK(1)")
    data = at_desk(cast.receiver).get(reverse("desk_ledger_export", args=["TZ-09", "xlsx"])).content
    cells = [value for _, row in read_workbook(data)["台账"] for value in row]
    assert 1200 in cells
    assert 90.5 in cells
    assert {row["申请人"] for row in exported(cast.receiver)} == {"甲建设公司", "丙建设公司", "'=1+1"}


def test_an_export_is_written_down_without_numbers_of_persons(two: Any, cast: Cast) -> None:
    exported(cast.receiver, q=PERSON, status="received")
    entry = ModelLogEntry.objects.get(action=LEDGER_EXPORTED)
    assert entry.user == cast.receiver
    assert entry.data == {"filter": "状态：已收件；文字：330602********0001", "rows": 0, "format": "csv"}
    exported(cast.receiver, f03="a11")
    assert ModelLogEntry.objects.filter(action=LEDGER_EXPORTED).latest("pk").data["filter"] == "工程类别：市政工程"


def test_too_many_rows_are_refused_with_a_sentence(two: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.desk.items.ledger.MOST_ROWS", 1)
    url = reverse("desk_ledger_export", args=["TZ-09", "xlsx"])
    assert "请缩小范围后再导出" in at_desk(cast.receiver).get(url, follow=True).content.decode()
    assert not ModelLogEntry.objects.filter(action=LEDGER_EXPORTED).exists()
    assert ledgers.MOST_ROWS == 20_000


def test_screen_and_export_cost_the_same_however_many_rows(two: Any, cast: Cast, item: ServiceItem) -> None:
    client = at_desk(cast.receiver)
    urls = [reverse("desk_ledger", args=["TZ-09"]), reverse("desk_ledger_export", args=["TZ-09", "xlsx"])]

    def queries() -> list[int]:
        counts = []
        for url in urls:
            with CaptureQueriesContext(
                connection,
            ) as seen:
                client.get(url)
            counts.append(len(seen))
        return counts

    queries()
    before = queries()
    for number in range(8):
        taken(cast, item, f"第{number}公司", f05=f"工程{number}", f02=PERSON)
    assert queries() == before


def test_the_ledger_of_an_item_without_form_is_a_plain_list(cast: Cast) -> None:
    case = received_case("BDC-01")
    answer = at_desk(cast.estate_receiver).get(reverse("desk_ledger", args=["BDC-01"]))
    assert str(case) in answer.content.decode()
    assert at_desk(cast.estate_receiver).get(reverse("desk_ledger", args=["XX-99"])).status_code == 404


def test_a_case_of_yesterday_is_outside_today(two: Any, cast: Cast) -> None:
    Case.objects.filter(pk=two[1].pk).update(received_at=timezone.now() - timedelta(days=1))
    today = timezone.localdate().isoformat()
    assert names(cast.receiver, **{"from": today}) == {"甲建设公司"}
