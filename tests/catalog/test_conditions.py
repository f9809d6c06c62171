"""A condition is said in one way on screens, papers, in comparisons and in the handbook."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.template import Context, Template

from portal.catalog.editions.compare import differences
from portal.catalog.exchange.content import load_items
from portal.catalog.papers.item_papers import material_row
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.questions import When
from portal.catalog.schema.reading import elements

BY = {"key": "q1", "text": "由谁来办理？", "choices": [{"key": "a1", "text": "本人"}, {"key": "a2", "text": "代理人"}]}
TRADE = {
    "key": "f01",
    "label": "经营方式",
    "kind": "choice",
    "choices": [{"key": "a1", "text": "批发"}, {"key": "a2", "text": "零售"}],
}
SAID = "由谁来办理？＝代理人且经营方式＝批发或零售"


@pytest.fixture
def item() -> ItemDefinition:
    """An item whose first material is wanted under two conditions."""
    whole = next(one for one in load_items(settings.CONTENT_DIR) if one.code == "SS-01").model_dump()
    whole |= {"questions": [BY], "form": [TRADE]}
    whole["materials"][0]["when"] = [{"of": "q1", "values": ["a2"]}, {"of": "f01", "values": ["a1", "a2"]}]
    return ItemDefinition.model_validate(whole)


def test_conditions_name_what_is_asked_and_the_answers(item: ItemDefinition) -> None:
    assert item.conditions_text(item.materials[0].when) == SAID
    assert item.conditions_text(()) == ""


def test_a_key_that_nothing_bears_stands_as_it_is(item: ItemDefinition) -> None:
    assert item.condition_text(When(of="q9", values=("a1", "a2"))) == "q9＝a1或a2"


def test_papers_and_the_reading_of_an_edition_say_the_same(item: ItemDefinition) -> None:
    assert material_row(1, item.materials[0], item)["situation"] == SAID
    materials = next(one for one in elements(item, departments={}, zones={}) if one.name == "materials")
    assert "由谁来办理？＝代理人" in materials.lines[0]


def test_a_changed_condition_is_compared_in_the_same_words(item: ItemDefinition) -> None:
    free = item.materials[0].model_copy(update={"when": ()})
    before = item.model_copy(update={"materials": (free, *item.materials[1:])})
    told = [found.new for found in differences(before, item, departments={}, zones={})]
    assert any("由谁来办理？＝代理人" in text for text in told)


def test_a_fee_is_said_in_one_way(item: ItemDefinition) -> None:
    fee = item.fee.model_copy(update={"charged": True, "item": "登记费", "standard": "每件80元"})
    assert (fee.charge_text, fee.text) == ("收费", "登记费：每件80元")
    assert fee.before_pickup == "领取前须缴清登记费"
    paper = Template("{% load fees %}{{ fee|fee_text }}；{{ fee|before_pickup }}")
    assert paper.render(Context({"fee": fee.model_dump()})) == "登记费：每件80元；领取前须缴清登记费"
    assert paper.render(Context({"fee": {"charged": False}})) == "不收费；"  # as older papers froze it
    free = fee.model_copy(update={"charged": False, "item": "", "standard": ""})
    assert (free.charge_text, free.text) == ("不收费", "不收费")
