"""The questions and the form of an item as they stand on a screen: what was typed, what is wrong, what shows when."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from portal.catalog.schema.answers import MOST_ROWS, REGIONS, check_answers, check_situation
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.questions import Choice, Column, FormField, When, all_hold

FIRST_ROWS = 3
INPUT_TYPES = {"date": "date", "number": "text", "money": "text", "mobile": "tel"}


@dataclass
class Control:
    """One question, field or cell: its name in the form, what stands in it, and the sentence beside it."""

    name: str
    label: str
    kind: str
    values: list[str]
    options: list[tuple[str, str]] = field(default_factory=list)
    help: str = ""
    required: bool = False
    error: str = ""
    when: str = ""
    rows: list[list[Control]] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""

    @property
    def input_type(self) -> str:
        return INPUT_TYPES.get(self.kind, "text")


class AnswerSheet:
    """The answers of one filing: read from what was posted, or blank. `is_valid` asks the definition's own checks."""

    def __init__(self, definition: ItemDefinition, posted: QueryDict | None = None) -> None:
        self.definition = definition
        self.posted = posted
        self.raw_situation = {q.key: self._list(f"a-{q.key}") for q in definition.questions}
        self.raw = {one.key: self._given(one) for one in definition.form if one.is_asked}
        self.situation, problems = check_situation(definition.questions, self.raw_situation)
        self.answers, wrong = check_answers(definition.form, self.raw, self.situation, today=timezone.localdate())
        self.problems = {problem.key: problem.message for problem in [*problems, *wrong]} if posted is not None else {}

    def is_valid(self) -> bool:
        return not self.problems

    def applies(self, conditions: tuple[When, ...]) -> bool:
        return all_hold(conditions, self.situation)

    def _list(self, name: str) -> list[str]:
        return self.posted.getlist(name)[:100] if self.posted is not None else []

    def _given(self, one: FormField) -> Any:
        name = f"a-{one.key}"
        if one.kind != "rows":
            return self._list(name)
        numbers = [n for n in range(MOST_ROWS + 1) if any(self._list(f"{name}-{n}-{c.key}") for c in one.columns)]
        return [{c.key: self._list(f"{name}-{n}-{c.key}") for c in one.columns} for n in numbers]

    def questions(self) -> list[Control]:
        """情形引导 as controls: one answer or several."""
        return [
            Control(
                name=f"a-{question.key}",
                label=question.text,
                kind="choices" if question.multiple else "choice",
                values=self.raw_situation[question.key],
                options=_options(question.choices),
                help=question.help,
                required=True,
                error=self.problems.get(question.key, ""),
            )
            for question in self.definition.questions
        ]

    def fields(self) -> list[Control]:
        """The item's own form as controls, in its own order."""
        return [self._control(one) for one in self.definition.form]

    def _control(self, one: FormField) -> Control:
        control = Control(
            name=f"a-{one.key}",
            label=one.label,
            kind=one.kind,
            values=self.raw.get(one.key, []) if one.kind != "rows" else [],
            options=_field_options(one),
            help=one.help,
            required=one.required,
            error=self.problems.get(one.key, ""),
            when=shown_when(one.when),
            columns=[column.label for column in one.columns],
        )
        if one.kind == "rows":
            given = self.raw[one.key]
            count = min(max(len(given), FIRST_ROWS), MOST_ROWS)
            control.rows = [
                [self._cell(one, number, column, given) for column in one.columns] for number in range(count)
            ]
        return control

    def _cell(self, one: FormField, number: int, column: Column, given: list[dict[str, Any]]) -> Control:
        return Control(
            name=f"a-{one.key}-{number}-{column.key}",
            label=f"{one.label}第{number + 1}行：{column.label}",
            kind=column.kind,
            values=given[number].get(column.key, []) if number < len(given) else [],
            options=_field_options(column),
            required=column.required,
            error=self.problems.get(f"{one.key}-{number}-{column.key}", ""),
        )


def shown_when(conditions: Iterable[When]) -> str:
    """Conditions for the script that hides what is not asked; the server decides by itself all the same."""
    rows = [{"of": f"a-{when.of}", "values": list(when.values)} for when in conditions]
    return json.dumps(rows) if rows else ""


def _options(choices: Iterable[Choice]) -> list[tuple[str, str]]:
    return [(choice.key, choice.text) for choice in choices]


def _field_options(one: FormField | Column) -> list[tuple[str, str]]:
    return list(REGIONS.items()) if one.kind == "region" else _options(one.choices)
