"""A theme: what stands against it in words, its numbered editions, and its chart."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from portal.catalog import integrity
from portal.catalog.drawing.shapes import Box
from portal.catalog.drawing.theme_chart import levels, rails, theme_chart_steps, theme_chart_svg
from portal.catalog.editions.themes import keep_theme, publish_theme
from portal.catalog.exchange.content import load_items, load_themes
from portal.catalog.judging.findings import PreflightFailed
from portal.catalog.judging.theme_findings import circles, theme_findings
from portal.catalog.models import Theme, ThemeEdition
from portal.catalog.schema.theme import Dependency, ThemeDefinition, ThemeStage
from tests.cast import Cast, build_cast

ITEMS = {item.code: item for item in load_items(settings.CONTENT_DIR)}
THEMES = {theme.code: theme for theme in load_themes(settings.CONTENT_DIR)}
NAMES = {code: item.name for code, item in ITEMS.items()}
DEPARTMENTS = {"sx-fgw", "sx-gtj", "sx-ghj", "sx-jsj", "sx-jtj", "sx-slj", "sx-scjg", "sx-mzj"}
ZONES = {"investment", "business", "realestate", "social", "utility"}


def theme(**changes: Any) -> ThemeDefinition:
    data = {
        "code": "ZT-09",
        "name": "试办主题",
        "zone": "investment",
        "lead": "sx-fgw",
        "items": ["TZ-01", "TZ-03", "TZ-04"],
    }
    return ThemeDefinition.model_validate({**data, **changes})


def found(definition: ThemeDefinition) -> dict[str, str]:
    findings = theme_findings(definition, items=NAMES, departments=DEPARTMENTS, zones=ZONES)
    return {finding.rule: finding.message for finding in findings}


@pytest.mark.parametrize("code", sorted(THEMES))
def test_the_themes_a_portal_starts_with_have_nothing_against_them(code: str) -> None:
    known = {*DEPARTMENTS, THEMES[code].lead}
    assert theme_findings(THEMES[code], items=NAMES, departments=known, zones=ZONES) == []


@pytest.mark.parametrize(
    "changes, rule, sentence",
    [
        ({"zone": "moon"}, "theme.zone", "受理区“moon”不存在。"),
        ({"lead": "sx-none"}, "theme.lead", "牵头部门“sx-none”不存在。"),
        ({"items": ["TZ-01", "XX-99"]}, "theme.item", "事项“XX-99”不在事项目录中。"),
        ({"items": ["TZ-01", "TZ-01"]}, "theme.item_twice", "事项“企业投资项目备案”列了两次。"),
        (
            {"requires": [{"item": "TZ-01", "after": ["TZ-03"]}, {"item": "TZ-03", "after": ["TZ-01"]}]},
            "theme.circle",
            "“企业投资项目备案”与“建设项目用地预审”互为前提。",
        ),
        ({"requires": [{"item": "TZ-01", "after": ["TZ-01"]}]}, "theme.circle", "“企业投资项目备案”不能以自己为前提。"),
        (
            {"requires": [{"item": "TZ-01", "after": ["BDC-01"]}]},
            "theme.requires_stranger",
            f"先后关系中的事项“{NAMES['BDC-01']}”不在本主题的事项中。",
        ),
        (
            {"stages": [{"name": "立项", "items": ["TZ-01", "TZ-03"]}]},
            "theme.uncovered",
            "事项“建设用地规划许可证核发”不属于任何阶段。",
        ),
        (
            {"stages": [{"name": "立项", "items": ["TZ-01", "TZ-03", "TZ-04"], "leads": ["sx-none"]}]},
            "theme.stage_lead",
            "阶段“立项”的牵头部门“sx-none”不存在。",
        ),
        (
            {
                "stages": [{"name": "立项", "items": ["TZ-01"]}, {"name": "用地", "items": ["TZ-03", "TZ-04"]}],
                "requires": [{"item": "TZ-01", "after": ["TZ-03"]}],
            },
            "theme.stage_order",
            "“企业投资项目备案”在“立项”阶段，却要等后面“用地”阶段的“建设项目用地预审”办结。",
        ),
    ],
)
def test_what_is_wrong_is_said_in_words(changes: dict[str, Any], rule: str, sentence: str) -> None:
    assert found(theme(**changes)) == {rule: sentence}


def test_a_circle_of_three_is_named_once() -> None:
    rows = [("TZ-01", "TZ-03"), ("TZ-03", "TZ-04"), ("TZ-04", "TZ-01")]
    definition = theme(requires=[{"item": item, "after": [before]} for item, before in rows])
    assert [set(circle) for circle in circles(definition)] == [{"TZ-01", "TZ-03", "TZ-04"}]
    assert "成了一个圈" in found(definition)["theme.circle"]


def test_a_long_chain_is_no_circle_and_does_not_exhaust_the_stack() -> None:
    codes = [f"AA-{number}" for number in range(1000, 4000)]
    rows = [Dependency(item=after, after=(before,)) for before, after in zip(codes, codes[1:], strict=False)]
    assert circles(theme(items=codes, requires=rows)) == []


def test_a_stage_that_was_kept_as_a_pair_is_still_read() -> None:
    assert theme(stages=[["立项", ["TZ-01"]]]).stages == (ThemeStage(name="立项", items=("TZ-01",)),)


# -- editions -------------------------------------------------------------------------------------------------------


@pytest.fixture
def route(db: None) -> ThemeDefinition:
    definition = theme()
    build_cast(items=definition.items)
    return definition


def test_publishing_a_theme_makes_numbered_editions(route: ThemeDefinition) -> None:
    first = publish_theme(route, by=None)
    again = publish_theme(route, by=None)
    assert first.current_edition == again.current_edition
    second = publish_theme(route.model_copy(update={"name": "新名称"}), by=None, note="改名")
    assert (second.name, second.current_edition.number, second.current_edition.note) == ("新名称", 2, "改名")
    assert [edition.number for edition in second.editions.all()] == [2, 1]
    assert second.editions.last().parsed.name == "试办主题"
    assert list(integrity.problems()) == []


def test_an_edition_of_a_theme_never_changes(route: ThemeDefinition) -> None:
    edition = publish_theme(route, by=None).current_edition
    with pytest.raises(TypeError):
        edition.save()
    with pytest.raises(TypeError):
        ThemeEdition.objects.all().update(note="")
    with pytest.raises(TypeError):
        ThemeEdition.objects.all().delete()


def test_a_theme_with_a_circle_is_not_published(route: ThemeDefinition) -> None:
    circle = [{"item": "TZ-01", "after": ["TZ-03"]}, {"item": "TZ-03", "after": ["TZ-01"]}]
    with pytest.raises(PreflightFailed, match="互为前提"):
        keep_theme(theme(requires=circle))
    assert not Theme.objects.exists()


def test_keeping_a_theme_leaves_what_people_changed(route: ThemeDefinition) -> None:
    keep_theme(route)
    publish_theme(route.model_copy(update={"note": "改过"}), by=None)
    assert keep_theme(route).parsed.note == "改过"


def test_a_changed_edition_of_a_theme_is_noticed(route: ThemeDefinition) -> None:
    edition = publish_theme(route, by=None).current_edition
    super(type(ThemeEdition.objects.all()), ThemeEdition.objects.all()).update(
        definition={**edition.definition, "note": "偷改"}
    )
    assert any("changed" in problem for problem in integrity.problems())


# -- chart ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def bodies(cast: Cast) -> None:
    """Short names of the departments."""


@pytest.mark.parametrize("code", sorted(THEMES))
def test_every_theme_is_drawn_with_every_item_its_lead_and_its_limit(code: str, bodies: None) -> None:
    drawing = theme_chart_svg(THEMES[code], ITEMS)
    root = ET.fromstring(drawing)
    text = "".join("".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text"))
    for step in theme_chart_steps(THEMES[code], ITEMS):
        assert step.name in text
        assert step.who in text
        assert step.limit in text
        assert f"{step.number}. " in root.find("{http://www.w3.org/2000/svg}desc").text
    assert {step.code for step in theme_chart_steps(THEMES[code], ITEMS)} == set(THEMES[code].items)
    assert " style=" not in drawing


def test_the_five_stages_stand_in_their_order_with_their_leads(bodies: None) -> None:
    text = "".join(ET.fromstring(theme_chart_svg(THEMES["ZT-03"], ITEMS)).itertext())
    places = [text.index(f"第{number}阶段") for number in range(1, 6)]
    assert places == sorted(places)
    assert "牵头：市建设局、市交通运输局、市水利局" in text
    assert list(dict.fromkeys(step.stage for step in theme_chart_steps(THEMES["ZT-03"], ITEMS))) == [
        "立项",
        "用地",
        "规划",
        "施工许可",
        "验收",
    ]


def test_a_route_numbers_its_stages_in_words_as_it_does_in_the_drawing(bodies: None) -> None:
    steps = theme_chart_steps(THEMES["ZT-03"], ITEMS)
    assert list(dict.fromkeys((step.number, step.stage) for step in steps)) == [
        (1, "立项"),
        (2, "用地"),
        (3, "规划"),
        (4, "施工许可"),
        (5, "验收"),
    ]
    twin = render_to_string("includes/theme_steps.html", {"steps": steps})
    assert twin.count("<li>") == 5
    assert twin.count("<strong>") == len(THEMES["ZT-03"].items)


def test_items_that_wait_for_nothing_of_each_other_share_a_number(bodies: None) -> None:
    steps = theme_chart_steps(THEMES["ZT-01"], ITEMS)
    assert [(step.code, step.number) for step in steps] == [("SS-01", 1), ("SS-05", 2), ("SS-04", 2), ("SH-05", 2)]
    assert steps[1].after == (NAMES["SS-01"],)


def test_every_dependency_has_its_arrow(bodies: None) -> None:
    definition = THEMES["ZT-03"]
    boxes = {code: Box(code, 44, 100 * at, 300, 80, [], [], []) for at, code in enumerate(definition.items)}
    heads = [head for _, ends in rails(definition, boxes) for head in ends]
    assert len(heads) == sum(len(definition.after(code)) for code in definition.items)


def test_rails_at_the_same_height_run_beside_each_other() -> None:
    definition = theme(requires=[{"item": "TZ-04", "after": ["TZ-01", "TZ-03"]}])
    boxes = {code: Box(code, 44, 100 * at, 300, 80, [], [], []) for at, code in enumerate(definition.items)}
    first, second = (path for path, _ in rails(definition, boxes))
    assert first.split("H")[1].split("V")[0] != second.split("H")[1].split("V")[0]


def test_a_circle_and_an_unknown_item_are_still_drawn(bodies: None) -> None:
    circle = [{"item": "TZ-01", "after": ["TZ-03"]}, {"item": "TZ-03", "after": ["TZ-01"]}]
    definition = theme(items=["TZ-01", "TZ-03", "XX-99"], requires=circle, name="长\x0b𠮷" * 60)
    assert levels(definition, definition.items) == [["XX-99"], ["TZ-01", "TZ-03"]]
    text = "".join(ET.fromstring(theme_chart_svg(definition, ITEMS)).itertext())
    assert "尚未发布" in text


def test_a_running_project_shows_where_it_is(bodies: None) -> None:
    drawing = theme_chart_svg(THEMES["ZT-03"], ITEMS, done={"TZ-01"}, current={"TZ-03"})
    text = "".join("".join(node.itertext()) for node in ET.fromstring(drawing).iter("{http://www.w3.org/2000/svg}text"))
    assert (text.count("✓ 已办结"), text.count("▶ 正在办理")) == (1, 1)


def test_a_theme_costs_one_query_however_many_items_it_has(bodies: None, django_assert_num_queries) -> None:
    for code in ("ZT-03", "ZT-04"):
        with django_assert_num_queries(1):
            theme_chart_steps(THEMES[code], ITEMS)
