"""计划生效日期 and 计划取消日期 act: an item is coming, taken in, and closed by its own days."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pages.halls import HallPage
from pages.models import GuidePage, HomePage
from portal.cases.intake.receive import receive
from portal.catalog.editions.intake import reopen_item
from portal.catalog.editions.publishing import examine, publish
from portal.catalog.finding.indexing import catch_up
from portal.catalog.finding.models import Entry
from portal.catalog.jobs import days_of_items
from portal.catalog.judging.findings import PreflightFailed
from portal.catalog.models import ServiceItem
from portal.catalog.schema.definition import ItemDefinition
from portal.lib.refusal import Refused
from portal.lib.words import day
from portal.organisations.models import Window
from tests.cast import Cast, company, starting_items
from tests.pages.acts import at_desk, guide

pytestmark = [pytest.mark.django_db, pytest.mark.once]
TODAY = timezone.localdate


def definition(code: str = "TZ-01", **days: int) -> ItemDefinition:
    """The item with its days, counted from today."""
    found = next(item for item in starting_items() if item.code == code)
    return found.model_copy(update={name: str(TODAY() + timedelta(days=many)) for name, many in days.items()})


def take_in(cast: Cast, item: ServiceItem) -> None:
    window = Window.objects.get(code="A01")
    receive(item=item, applicant=company(), window=window, by=cast.receiver, key=uuid.uuid4())


def test_an_item_published_before_its_day_is_coming_and_not_taken_in(cast: Cast) -> None:
    publish(definition(effective_from=10), by=None)
    item = ServiceItem.objects.get(code="TZ-01")
    assert item.coming == TODAY() + timedelta(days=10)
    assert not item.is_open_for_intake
    assert not ServiceItem.objects.open_for_intake().filter(pk=item.pk).exists()
    with pytest.raises(Refused, match=f"自{day(item.coming)}起受理"):
        take_in(cast, item)
    assert "起受理" in at_desk(cast.receiver).get(reverse("desk_intake_item", args=["TZ-01"])).content.decode()


def test_on_its_day_it_is_taken_in(cast: Cast) -> None:
    publish(definition(effective_from=10), by=None)
    ServiceItem.objects.filter(code="TZ-01").update(opens_on=TODAY())
    days_of_items(timezone.now())
    item = ServiceItem.objects.get(code="TZ-01")
    assert (item.coming, item.opens_on) == (None, None)
    take_in(cast, item)


def test_intake_closes_on_the_last_day_and_the_record_says_so(cast: Cast) -> None:
    publish(definition(cancel_on=1), by=None)
    item = ServiceItem.objects.get(code="TZ-01")
    take_in(cast, item)
    ServiceItem.objects.filter(pk=item.pk).update(closes_on=TODAY())
    item.refresh_from_db()
    assert not item.is_open_for_intake  # also before the minute's work has come to it
    with pytest.raises(Refused, match="不能收件"):
        take_in(cast, item)
    for _ in range(2):
        days_of_items(timezone.now())
    item.refresh_from_db()
    assert item.get_status_display() == "取消"
    assert "计划取消日期" in item.intake_changes.get().reason
    reopen_item(item, by=cast.publisher, reason="延期取消")
    days_of_items(timezone.now())
    item.refresh_from_db()
    assert item.is_open_for_intake  # whoever opened it again has the last word


def test_the_guide_says_that_it_is_coming_and_then_that_it_is_closed(small_site: HomePage, client: Client) -> None:
    page: GuidePage = guide("TZ-09")
    ServiceItem.objects.filter(code="TZ-09").update(opens_on=TODAY() + timedelta(days=10))
    text = client.get(page.url).content.decode()
    assert "起受理，现在还不能申请" in text
    assert reverse("paper_form", args=["TZ-09"]) not in text
    ServiceItem.objects.filter(code="TZ-09").update(opens_on=None, closes_on=TODAY())
    days_of_items(timezone.now())
    gone = client.get(page.url)
    assert (gone.status_code, "已经停止受理" in gone.content.decode()) == (410, True)


def test_a_coming_item_is_found_before_its_day_and_says_from_when(small_site: HomePage, client: Client) -> None:
    first = TODAY() + timedelta(days=10)
    ServiceItem.objects.filter(code="TZ-09").update(opens_on=first)
    assert catch_up() == 0
    told = f"自{day(first)}起受理"
    for address in ("/items/", "/items/?q=施工许可", "/items/suggest/?q=施工许可"):
        answer = client.get(address)
        said = str(answer.json()) if "suggest" in address else answer.content.decode()
        assert said.count(told) == 1, address
    hall = HallPage.objects.get(hall__kind="city")
    assert guide("TZ-09").url not in client.get(hall.url).content.decode()  # nothing that the window takes in today
    ServiceItem.objects.filter(code="TZ-09").update(opens_on=TODAY())
    assert "起受理" not in client.get("/items/").content.decode()
    assert guide("TZ-09").url in client.get(hall.url).content.decode()
    ServiceItem.objects.filter(code="TZ-09").update(closes_on=TODAY())
    assert catch_up() == 1  # what is over is not found


def test_an_item_is_findable_from_its_publication(cast: Cast) -> None:
    publish(definition(effective_from=10), by=None)
    assert Entry.objects.filter(item__code="TZ-01").exists()


def test_publishing_says_what_the_days_would_do(cast: Cast) -> None:
    with pytest.raises(PreflightFailed, match="计划取消日期已经到了"):
        publish(definition(cancel_on=0), by=None)
    assert [finding.rule for finding in examine(definition("TZ-09", effective_from=5)) if finding.blocks] == [
        "validity.gap"
    ]
    assert not [finding for finding in examine(definition(effective_from=5, cancel_on=9)) if finding.blocks]


def test_the_demo_says_which_years_law_it_shows(small_site: HomePage, client: Client, settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]  # the fixture of pytest-django
    assert "按2017年的规定编写" in client.get("/").content.decode()
