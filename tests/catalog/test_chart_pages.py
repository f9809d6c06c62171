"""Process charts as pages and files of their own."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from portal.catalog.editions.intake import withdraw_item
from portal.catalog.editions.themes import keep_theme
from portal.catalog.exchange.content import load_themes
from portal.catalog.models import ServiceItem
from portal.catalog.papers.joint_list import joint_materials
from portal.catalog.schema.bringing import Mark
from tests.cast import Cast, build_cast, starting_items

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_a_chart_page_shows_the_drawing_and_says_the_same_in_words(cast: Cast, client: Client) -> None:
    html = client.get(reverse("item_chart", args=["TZ-09"])).content.decode()
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img"' in html
    definition = ServiceItem.objects.get(code="TZ-09").current_edition.parsed
    words = html.split('id="h-steps"')[1]
    for step in definition.route.steps():
        assert step.name in words


def test_the_file_of_a_chart_is_an_svg_that_a_cache_may_ask_about(cast: Cast, client: Client) -> None:
    url = reverse("item_chart_svg", args=["TZ-09"])
    answer = client.get(url)
    assert answer["Content-Type"] == "image/svg+xml"
    assert ElementTree.fromstring(answer.content).tag.endswith("svg")
    assert client.get(url, headers={"if-none-match": answer["ETag"]}).status_code == 304


def test_a_theme_has_its_chart_as_page_and_file(client: Client, db: None) -> None:
    build_cast(("SS-01", "SS-03", "SS-04", "SS-05", "SH-05"))
    theme = keep_theme(next(theme for theme in load_themes(settings.CONTENT_DIR) if theme.code == "ZT-01"))
    html = client.get(reverse("theme_chart", args=["ZT-01"])).content.decode()
    for item in theme.items():
        assert item.name in html.split('id="h-steps"')[1]
    assert ElementTree.fromstring(client.get(reverse("theme_chart_svg", args=["ZT-01"])).content).tag.endswith("svg")


@pytest.mark.parametrize("name", ["item_chart", "item_chart_svg", "theme_chart", "theme_chart_svg"])
@pytest.mark.parametrize("code", ["ZZ-99", "TZ-09\x00", "x" * 400, "㛃"])
def test_a_chart_of_nothing_is_not_found(cast: Cast, client: Client, name: str, code: str) -> None:
    assert client.get(reverse(name, args=[code])).status_code == 404


def test_a_withdrawn_item_has_no_chart(cast: Cast, client: Client) -> None:
    withdraw_item(ServiceItem.objects.get(code="TZ-09"), by=None, reason="取消")
    assert client.get(reverse("item_chart", args=["TZ-09"])).status_code == 404


def test_a_joint_list_names_each_material_once_and_keeps_every_demand() -> None:
    definition = next(item for item in starting_items() if item.code == "TZ-09")
    other = definition.model_copy(update={"name": "另一个事项"})
    lines = joint_materials([definition, other])
    assert [line.name for line in lines] == [material.name for material in definition.materials]
    assert all([name for name, _ in line.uses] == [definition.name, "另一个事项"] for line in lines)


def test_a_mark_of_a_joint_line_holds_only_if_it_holds_for_every_item() -> None:
    definition = next(item for item in starting_items() if item.code == "TZ-09")
    shared = next(material for material in definition.materials if material.shareable)
    strict = definition.model_copy(
        update={"materials": tuple(one.model_copy(update={"shareable": False}) for one in definition.materials)}
    )
    both = {line.name: Mark.SHARED in line.marks for line in joint_materials([definition, strict])}
    assert {line.name: Mark.SHARED in line.marks for line in joint_materials([definition])}[shared.name]
    assert not both[shared.name]
