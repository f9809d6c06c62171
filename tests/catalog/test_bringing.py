"""What people must bring is counted rightly, and one thing bears one word on screen and paper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client

from pages.models import GuidePage, HomePage
from portal.catalog.editions.publishing import publish
from portal.catalog.handbook.chapters import _glance, material_row
from portal.catalog.models import ServiceItem, Theme
from portal.catalog.papers.form_paper import item_part
from portal.catalog.papers.hall_papers import material_list
from portal.catalog.papers.item_papers import checklist, leaflet
from portal.catalog.papers.joint_list import joint_materials
from portal.catalog.schema.able import ABLE, Ability
from portal.catalog.schema.bringing import Bringing, Mark, bringing, marks
from portal.catalog.schema.definition import ItemDefinition
from portal.organisations.models import Window
from tests.cast import starting_items
from tests.catalog.test_papers import AROUND
from tests.pages.acts import guide

pytestmark = [pytest.mark.django_db, pytest.mark.once]
HEAD = "要带的材料（3项）"
TOLD = "其中2项按情形提交；另有1项可共享免交，不用带。"
OLD_WORDS = ("可以后补", "可容缺", "不用带</span>", "可免交", "仅限：", ">非必要<", "按情形</span>")


def item() -> ItemDefinition:
    """TZ-09 with four lines: one to bring, one only some bring, one asked for by an answer, one that is fetched."""
    found = next(item for item in starting_items() if item.code == "TZ-09").model_dump(mode="json")
    lines = found["materials"][:4]
    for line in lines:
        line.update(necessity="required", tolerant=False, shareable=False, when=[])
    lines[1].update(necessity="optional")
    lines[2].update(when=[{"of": "q1", "values": ["a2"]}])
    lines[3].update(shareable=True)
    choices = [{"key": "a1", "text": "本人"}, {"key": "a2", "text": "代理人"}]
    found["questions"] = [{"key": "q1", "text": "由谁来办理？", "choices": choices}]
    return ItemDefinition.model_validate({**found, "materials": lines})


def test_what_is_fetched_is_not_counted_and_what_not_everybody_brings_is_told() -> None:
    assert item().bring == Bringing(bring=3, by_situation=2, shared=1)
    assert item().bring.sentence == TOLD
    assert Bringing(9).sentence == ""
    assert (Bringing(3).short, Bringing(0, shared=2).short) == ("要带3项材料", "不用带材料")


def test_an_answer_settles_whether_a_line_is_brought() -> None:
    definition = item()
    assert marks(definition.materials[2]) == [Mark.BY_SITUATION]
    assert marks(definition.materials[2], {"q1": "a2"}) == []
    left = bringing(definition.materials_for({"q1": "a1"}), {"q1": "a1"})
    assert (left.bring, left.by_situation) == (2, 1)


def test_what_may_follow_is_marked_once_the_window_can(monkeypatch: pytest.MonkeyPatch) -> None:
    line = item().materials[0].model_copy(update={"necessity": "supply_later", "tolerant": True})
    assert marks(line) == []
    monkeypatch.setitem(ABLE, Ability.TOLERANCE, True)
    assert marks(line) == [Mark.LATER]


def papers() -> dict[str, str]:
    definition = item()
    window = Window.objects.filter(zones__code=definition.zone).first()
    assert window
    form = {**item_part(definition, AROUND, {}), "no": 1}
    hall = material_list(window, [ServiceItem.objects.select_related("current_edition").get(code="TZ-09")])
    return {
        "leaflet": render_to_string("papers/leaflet.html", leaflet(definition, AROUND)),
        "checklist": render_to_string("papers/checklist.html", checklist(definition, AROUND, {}, "http://e.cn/")),
        "form": render_to_string("papers/form_item.html", {"part": form}),
        "hall list": render_to_string("papers/material_list.html", hall),
        "handbook": str([material_row("1", line, definition) for line in definition.materials]),
    }


def test_guide_catalogue_and_papers_count_alike_and_mark_with_the_same_words(small_site: HomePage) -> None:
    GuidePage.objects.filter(code="TZ-09").update(edition=publish(item(), by=None))
    client = Client()
    found = {"guide": client.get(guide().url).content.decode(), **papers()}
    assert HEAD in found["guide"]
    assert TOLD in found["guide"]
    assert "要带3项材料" in client.get("/items/").content.decode()
    assert HEAD in found["leaflet"]
    assert f"您要带的材料有3项。{TOLD}" in found["checklist"]
    assert ("要带的材料", "3项") in _glance(item())
    for name, text in found.items():
        assert (Mark.SHARED in text, Mark.BY_SITUATION in text) == (True, True), name
        assert [word for word in OLD_WORDS if word in text] == [], name


def test_a_theme_counts_what_is_fetched_for_every_item_as_not_brought(small_site: HomePage) -> None:
    first, other = item(), item().model_copy(update={"name": "另一事项"})
    rows = joint_materials([first, other])
    assert [row.marks for row in rows] == [[], [Mark.BY_SITUATION], [Mark.BY_SITUATION], [Mark.SHARED]]
    brought = [line.model_copy(update={"shareable": False}) for line in other.materials]
    rows = joint_materials([first, other.model_copy(update={"materials": tuple(brought)})])
    assert rows[3].marks == []
    page = Theme.objects.get().page
    rows = joint_materials(Theme.objects.get().definitions().values())
    bring = sum(Mark.SHARED not in row.marks for row in rows)
    assert 0 < bring < len(rows)
    assert f"一共要带的材料（{bring}种）" in Client().get(page.url).content.decode()


def test_red_is_not_for_what_is_necessary(small_site: HomePage) -> None:
    assert 'class="pill pill--required">必要</span>' in Client().get(guide().url).content.decode()
    folder = Path(settings.BASE_DIR) / "site/static/css"
    printed = re.search(r"^\.mark \{[^}]*\}", (folder / "item_papers.css").read_text(), re.M)
    assert printed
    assert "#8c1d17" not in printed[0]
    styles = (folder / "portal.css").read_text()
    rules = re.findall(r"\.pill--\w+ \{[^}]*\}", styles)
    assert rules
    assert [rule for rule in rules if "required" in rule or "accent" in rule] == []
