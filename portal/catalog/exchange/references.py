"""References of a definition that lead nowhere: bodies, zones, and the questions that conditions ask for."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from portal.catalog.exchange.names import Names, prefix_of
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.questions import When
from portal.lib.links import REFUSED, holds_link, is_link

Path = tuple[str | int, ...]


def dangling(item: ItemDefinition, names: Names) -> Iterator[tuple[Path, str]]:
    """Path of the element and the sentence, for every name that nothing bears."""
    if item.zone not in names.zones:
        yield ("zone",), f"受理区“{item.zone}”不存在，请从“选项”中选择。"
    elif sentence := _foreign_zone(item, names):
        yield ("zone",), sentence
    for path, code in _departments(item):
        if code not in names.departments:
            yield path, f"部门“{code}”不存在，请从单位列表中选择，或者先登记该单位。"
    if names.files is not None:
        for path, number in _files(item):
            if number not in names.files:
                yield path, f"没有编号为{number}的文件，请先上传，或者留空。"
    for path, address in _addresses(item):
        if not is_link(address):
            yield path, f"“{address.strip()[:30]}”不能作为网址。{REFUSED}"
    answers = {question.key: {choice.key for choice in question.choices} for question in item.questions}
    answers |= {field.key: {choice.key for choice in field.choices} for field in item.form}
    for path, condition in _conditions(item):
        yield from _condition(path, condition, answers)


def _foreign_zone(item: ItemDefinition, names: Names) -> str:
    """The letters of a code say where it is taken in, and a code that was published never changes."""
    prefix = prefix_of(item.code)
    zones = names.prefix_zones.get(prefix, frozenset())
    if not zones or item.zone in zones:
        return ""
    there = "、".join(f"“{names.zones.get(zone, zone)}”" for zone in sorted(zones))
    return (
        f"编码以{prefix}开头的事项在{there}受理，不能放到“{names.zones[item.zone]}”。"
        "请改回受理区；确实要换受理区的，请取消原事项，用新受理区的编码另建。"
    )


def _addresses(part: BaseModel, above: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every element that becomes a link, however deep, as its name says."""
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, BaseModel):
            yield from _addresses(value, (*above, name))
        elif isinstance(value, tuple):
            for number, one in enumerate(value):
                if isinstance(one, BaseModel):
                    yield from _addresses(one, (*above, name, number))
        elif value and isinstance(value, str) and holds_link(name):
            yield (*above, name), value


def _departments(item: ItemDefinition) -> Iterator[tuple[Path, str]]:
    yield ("lead_dept",), item.lead_dept
    for number, code in enumerate(item.coop_depts):
        yield ("coop_depts", number), code
    for i, stage in enumerate(item.route.stages):
        for j, step in enumerate(stage.steps):
            yield ("route", "stages", i, "steps", j, "department"), step.department


def _files(item: ItemDefinition) -> Iterator[tuple[Path, int]]:
    for i, material in enumerate(item.materials):
        for name in ("blank_form", "sample"):
            if (file := getattr(material, name)) is not None:
                yield ("materials", i, name, "document"), file.document
    for i, result in enumerate(item.results):
        if result.sample is not None:
            yield ("results", i, "sample", "document"), result.sample.document


def _conditions(item: ItemDefinition) -> Iterator[tuple[Path, When]]:
    for name in ("materials", "form"):
        for number, part in enumerate(getattr(item, name)):
            for condition in part.when:
                yield (name, number, "when"), condition
    for i, stage in enumerate(item.route.stages):
        for j, step in enumerate(stage.steps):
            for condition in step.when:
                yield ("route", "stages", i, "steps", j, "when"), condition


def _condition(path: Path, condition: When, answers: dict[str, set[str]]) -> Iterator[tuple[Path, str]]:
    if condition.of not in answers:
        yield path, f"条件中的“{condition.of}”不是本事项的问题或者申请表字段。"
        return
    known = answers[condition.of]
    for value in condition.values:
        if known and value not in known:
            yield path, f"条件中的“{value[:30]}”不是“{condition.of}”的答案。"
