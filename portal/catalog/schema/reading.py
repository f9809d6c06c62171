"""A definition in words: every element with its title and what it says, for people who read an edition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.catalog.schema.choices import CASE_TYPES, JOINS, NECESSITIES, STEP_KINDS
from portal.catalog.schema.definition import DeskStep, ItemDefinition, Limit, Material, Stage, Step
from portal.catalog.schema.questions import FIELD_KINDS, Choice, FormField, Part, Question, When

LABELS: dict[tuple[type[Part], str], Mapping[str, str]] = {
    (ItemDefinition, "case_type"): CASE_TYPES,
    (Material, "necessity"): NECESSITIES,
    (Step, "kind"): STEP_KINDS,
    (Stage, "join"): JOINS,
    (FormField, "kind"): FIELD_KINDS,
}
BODIES = {(ItemDefinition, "lead_dept"), (ItemDefinition, "coop_depts"), (Step, "department")}


def named(place: tuple[type[Part], str], code: Any, departments: Mapping[str, str], zones: Mapping[str, str]) -> str:
    """What a code of this element is called; a code that nothing names stands for itself."""
    if place in BODIES:
        return departments.get(code, code)
    if place == (ItemDefinition, "zone"):
        return zones.get(code, code)
    return LABELS.get(place, {}).get(code, str(code))


@dataclass(frozen=True)
class Element:
    """One element that says something; `lines` are its entries in their order."""

    name: str
    title: str
    lines: list[str]


def elements(definition: ItemDefinition, *, departments: Mapping[str, str], zones: Mapping[str, str]) -> list[Element]:
    """Every element that is not empty, in the order of the definition. The mappings give names for codes."""
    tell = _Teller(definition, departments, zones)
    found = []
    for name, field in ItemDefinition.model_fields.items():
        lines = tell.lines(definition, name, getattr(definition, name))
        if lines:
            found.append(Element(name, field.title or name, lines))
    return found


class _Teller:
    def __init__(self, definition: ItemDefinition, departments: Mapping[str, str], zones: Mapping[str, str]) -> None:
        self.definition, self.departments, self.zones = definition, departments, zones

    def lines(self, owner: Part, name: str, value: Any) -> list[str]:
        """One line for each entry of a list, one for anything else; none for what is empty."""
        if name == "route":
            return self._route()
        if isinstance(value, tuple):
            return [line for line in (self.text(owner, name, one) for one in value) if line]
        line = self.text(owner, name, value)
        return [line] if line else []

    def text(self, owner: Part, name: str, value: Any) -> str:
        if isinstance(value, Part):
            return self._part(value)
        if isinstance(value, bool):
            return "是" if value else ""
        if isinstance(value, tuple):
            return "、".join(text for text in (self.text(owner, name, one) for one in value) if text)
        if value in (None, ""):
            return ""
        return named((type(owner), name), value, self.departments, self.zones)

    def _part(self, part: Part) -> str:
        for kind, told in SPOKEN.items():
            if isinstance(part, kind):
                return told(part)
        if isinstance(part, When):
            return self.definition.condition_text(part)
        said = []
        for name, field in type(part).model_fields.items():
            text = self.text(part, name, getattr(part, name)) if name != "key" else ""
            if text:
                said.append(text if name in {"name", "label", "text"} else f"{field.title or name}：{text}")
        return "；".join(said)

    def _route(self) -> list[str]:
        route = self.definition.route
        found = [self._desk("受理", route.acceptance)]
        for number, stage in enumerate(route.stages, start=1):
            joins = f"（{JOINS[stage.join]}）" if len(stage.steps) > 1 else ""
            found += [f"环节{number}{joins}：{self._part(step)}" for step in stage.steps]
        if route.result:
            found.append(self._desk("制作结果", route.result))
        return [*found, self._desk("出件", route.issue)]

    def _desk(self, place: str, step: DeskStep) -> str:
        return f"{place}：{self._part(step)}"


def _question(question: Question) -> str:
    choices = "、".join(choice.text for choice in question.choices)
    return f"{question.text}（{'可选多个：' if question.multiple else ''}{choices}）"


SPOKEN: dict[type[Part], Callable[[Any], str]] = {
    Limit: lambda limit: limit.days_text() + (f"（{limit.note}）" if limit.note else ""),
    Question: _question,
    Choice: lambda choice: choice.text,
}
