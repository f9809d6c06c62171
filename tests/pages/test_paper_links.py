"""下载 on the guide page: three papers, the checklist with the answers that were given."""

from __future__ import annotations

import pytest
from django.test import Client

from pages.models import GuidePage, HomePage
from portal.catalog.editions.intake import withdraw_item
from portal.catalog.editions.publishing import publish
from portal.catalog.items.guide import guide_url
from portal.catalog.models import ServiceItem
from portal.catalog.schema.definition import ItemDefinition
from tests.pages.acts import publisher

pytestmark = pytest.mark.django_db
PAPERS = ("/papers/leaflet/TZ-09.pdf", "/papers/checklist/TZ-09.pdf", "/papers/form/TZ-09.pdf")


def guide() -> GuidePage:
    return GuidePage.objects.get(code="TZ-09")


def test_a_guide_in_force_offers_its_three_papers(small_site: HomePage, client: Client) -> None:
    shown = client.get(guide().url).content.decode()
    for address in PAPERS:
        assert f'href="{address}"' in shown
        assert client.get(address).status_code == 200


def test_the_checklist_takes_the_answers_along(small_site: HomePage, client: Client) -> None:
    page = guide()
    data = page.edition.parsed.model_dump(mode="json")
    choices = [{"key": "a1", "text": "是"}, {"key": "a2", "text": "否"}]
    data["questions"] = [{"key": "q1", "text": "是否代办", "multiple": True, "choices": choices}]
    edition = publish(ItemDefinition.model_validate(data), by=None)
    GuidePage.objects.filter(pk=page.pk).update(edition=edition)
    shown = client.get(page.url + "?q1=a1&q1=a2&q1=zz").content.decode()
    assert 'href="/papers/checklist/TZ-09.pdf?q1=a1&amp;q1=a2"' in shown


def test_a_guide_that_is_closed_offers_none(small_site: HomePage, client: Client) -> None:
    withdraw_item(ServiceItem.objects.get(code="TZ-09"), by=publisher(), reason="法律已经废止")
    shown = client.get(guide().url).content.decode()
    assert "已经停止受理" in shown
    for address in PAPERS:
        assert address not in shown


def test_the_code_on_a_leaflet_leads_to_the_guide(small_site: HomePage) -> None:
    item = ServiceItem.objects.get(code="TZ-09")
    assert guide_url(item) == f"http://127.0.0.1:8000{guide().url}"
    guide().unpublish()
    assert guide_url(ServiceItem.objects.get(code="TZ-09")) == "http://127.0.0.1:8000/"
