"""Export, import, export: the same items and the same bytes, in both formats, whatever the texts are."""

from __future__ import annotations

import io

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from portal.catalog.exchange import workbook_file, workbook_reader, yaml_file
from portal.catalog.exchange.cells import SPACES, Asked, join, join_conditions, split, split_conditions
from portal.catalog.exchange.report import judge
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.questions import When
from tests.catalog.exchange_items import (
    EVERYTHING,
    content_items,
    content_names,
    everything,
    strange_conditions,
    strange_items,
    texts,
    untouched,
)

NAMES = content_names()


def in_yaml(items: list[ItemDefinition]) -> tuple[bytes, list[ItemDefinition | None]]:
    data = yaml_file.write_items(items)
    reading = yaml_file.read_items(data, NAMES)
    report = judge(reading, NAMES, {})
    assert report.is_clean, list(report.lines())
    return data, [row.definition for row in report.rows]


def in_a_workbook(items: list[ItemDefinition]) -> tuple[bytes, list[ItemDefinition | None]]:
    data = workbook_file.write_items(items, NAMES)
    reading = workbook_reader.read_items(data, NAMES)
    report = judge(reading, NAMES, {})
    assert report.is_clean, list(report.lines())
    return data, [row.definition for row in report.rows]


FORMATS = pytest.mark.parametrize("there_and_back", [in_yaml, in_a_workbook])


def test_the_hand_made_item_uses_every_element() -> None:
    assert untouched(ItemDefinition, EVERYTHING) == []


@FORMATS
def test_the_starting_content_comes_back_byte_for_byte(there_and_back) -> None:
    items = content_items()
    data, back = there_and_back(items)
    assert back == items
    assert there_and_back(back)[0] == data


@FORMATS
def test_an_item_with_every_element_comes_back_byte_for_byte(there_and_back) -> None:
    data, back = there_and_back([everything()])
    assert back == [everything()]
    assert there_and_back(back)[0] == data


@FORMATS
@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(item=strange_items())
def test_any_text_comes_back_as_it_went(there_and_back, item: ItemDefinition) -> None:
    data, back = there_and_back([item])
    assert back == [item]
    assert there_and_back(back)[0] == data


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(item=strange_items())
def test_no_text_of_a_workbook_computes(item: ItemDefinition) -> None:
    book = load_workbook(io.BytesIO(workbook_file.write_items([item], NAMES)))
    assert not any(cell.data_type == "f" for page in book for row in page.iter_rows() for cell in row)


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(item=strange_items())
def test_other_programs_read_the_same_yaml(item: ItemDefinition) -> None:
    data = yaml.safe_load(yaml_file.write_items([item]).decode())
    assert data["items"] == [item.model_dump(mode="json", exclude_defaults=True)]


@pytest.mark.parametrize("sign", ["\x7f", "\x85", "\xa0", "\u2028", "\ufeff"])
@pytest.mark.parametrize("text", ["{}\n下一行", "第一行{}\n下一行", "第一行\n{}"])
def test_signs_that_nobody_sees_are_written_so_that_others_can_read_them(sign: str, text: str) -> None:
    item = everything().model_copy(update={"name": text.format(sign)})
    assert yaml.safe_load(yaml_file.write_items([item]).decode())["items"][0]["name"] == text.format(sign)


def test_rare_characters_are_written_as_they_are() -> None:
    item = everything().model_copy(update={"name": "㛃𬱖街道\n事项"})
    assert "㛃𬱖街道" in yaml_file.write_items([item]).decode()


@given(values=st.lists(texts.map(lambda text: text.strip(SPACES)), max_size=4), words=st.booleans())
@example(values=["", "\\空", "、；"], words=True)
def test_a_list_in_one_cell_comes_back(values: list[str], words: bool) -> None:
    assert split(join(values, words=words), words=words) == values


@given(conditions=strange_conditions)
@example(conditions=[When(of="q1", values=("a1", "是", "a9", ""))])
def test_conditions_come_back_as_they_went(conditions: list[When]) -> None:
    scope = {
        "q1": Asked("是否新建", {"a1": "是", "a2": "否"}),
        "q2": Asked("是否新建", {"a1": "a2", "a2": "a1"}),
        "f7": Asked("=面积|；", {"a1": "=", "a2": "a1"}),
    }
    expected = [{"of": part.of, "values": [known(part, value, scope) for value in part.values]} for part in conditions]
    assert split_conditions(join_conditions(conditions, scope), scope) == expected


def known(condition: When, value: str, scope: dict[str, Asked]) -> str:
    """An answer that is no key but the words of exactly one is that one."""
    answers = scope[condition.of].answers
    meant = [key for key, text in answers.items() if text == value]
    return value if value in answers or len(meant) != 1 else meant[0]


def test_conditions_are_written_in_words() -> None:
    scope = {"q1": Asked("是否新建", {"a1": "是", "a2": "否"})}
    written = join_conditions([When(of="q1", values=("a1", "a2"))], scope)
    assert written == "是否新建=是|否"
    assert split_conditions("q1=a1|a2", scope) == split_conditions(written, scope)


def test_two_questions_with_the_same_words_are_told_apart_by_key() -> None:
    scope = {"q1": Asked("是否新建", {"a1": "是"}), "q2": Asked("是否新建", {"a1": "是"})}
    assert join_conditions([When(of="q2", values=("a1",))], scope) == "q2=a1"
