"""The ledger (台账) of one item: its cases as rows, its own questions and form fields as columns, and its filters.

The columns come from the editions of the cases at hand, so that a field that was removed later still has its column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from portal.cases.clocks.lights import case_light
from portal.cases.models import Case
from portal.cases.reading.seeking import is_number, sought
from portal.cases.states import CaseStatus
from portal.catalog.models import Edition, ServiceItem
from portal.catalog.schema.answers import is_sealed, masked_text, situation_text
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.questions import Choice, FormField, Question
from portal.lib.masking import mask_identity
from portal.lib.search.text import key
from portal.lib.words import midnight
from portal.organisations.models import User
from portal.workdays.words import due_in_figures, is_estimated

MOST_ROWS = 20_000
"""How many rows one export may have."""
NUMBERS = frozenset({"number", "money"})
SEARCHED = frozenset({"text", "long_text", "address", "uscc"})
LONG_NUMBER = re.compile(r"[0-9Xx]{8,}")


@dataclass(frozen=True)
class Column:
    """One question or form field of the item; `removed` when the edition in force has it no more."""

    key: str
    label: str
    kind: str
    removed: bool
    sealed: bool
    choices: tuple[Choice, ...] = ()

    @property
    def header(self) -> str:
        return f"{self.label}（旧）" if self.removed else self.label

    @property
    def store(self) -> str:
        return "situation" if self.key.startswith("q") else "answers"

    @property
    def path(self) -> str:
        """The lookup of the plain answer in the database."""
        return f"{self.store}__{self.key}"

    @property
    def is_orderable(self) -> bool:
        return not self.sealed and self.kind in {"text", "uscc", "date", "choice"}


@dataclass(frozen=True)
class Filter:
    """One control that narrows the ledger: its name in the address, its label, its choices and what is chosen."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...]
    chosen: str


FIRST_YEAR, LAST_YEAR = 1900, 2999
"""Dates outside of these are mistakes, and the last ones have no day after them."""


class Ledger:
    """The ledger of `item` as `user` may see it, narrowed by what the address says.

    `problems` are sentences about filters that cannot be read; then there are no rows, rather than too many.
    """

    def __init__(self, item: ServiceItem, user: User, given: Mapping[str, str]) -> None:
        self.item = item
        self.given = {name: str(value).replace("\x00", "").strip()[:60] for name, value in given.items()}
        self.problems: list[str] = []
        self.visible = Case.objects.where_may(user, "ledgers.read").filter(item=item)
        self.since, self.until = self._day("from", "起始日期"), self._day("to", "截止日期")
        if self.since and self.until and self.since > self.until:
            self.problems.append("起始日期晚于截止日期，请改正。")
        self.text = self.given.get("q", "")
        status = self.given.get("status", "")
        self.chosen_status = status if status in CaseStatus.values else ""

    def _day(self, name: str, label: str) -> date | None:
        try:
            day = date.fromisoformat(self.given[name]) if self.given.get(name) else None
            if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
                raise ValueError
            return day
        except ValueError:
            self.problems.append(f"{label}应当是日期，例如2017-03-15。")
            return None

    # -- columns --------------------------------------------------------------------------------------------------

    @cached_property
    def definitions(self) -> dict[int, ItemDefinition]:
        """Edition id → definition, of the cases at hand and of the edition in force; the newest first."""
        used = Exists(self.visible.filter(edition=OuterRef("pk")))  # one by one: there are few editions of an item
        editions = Edition.objects.filter(item=self.item).filter(used | Q(pk=self.item.current_edition_id))
        return {edition.pk: edition.parsed for edition in editions.order_by("-number")}

    @cached_property
    def columns(self) -> list[Column]:
        """Questions, then fields, each once by key; the label is the newest one, the choices are all there were."""
        current = self.definitions.get(self.item.current_edition_id or 0)
        found: list[Column] = []
        for read in (_questions, _fields):
            kept = {one.key for one in read(current)} if current else set()
            same_key: dict[str, list[Question | FormField]] = {}
            for definition in self.definitions.values():
                for one in read(definition):
                    same_key.setdefault(one.key, []).append(one)
            found += [_column(versions, removed=key not in kept) for key, versions in same_key.items()]
        return found

    @cached_property
    def choice_filters(self) -> list[Filter]:
        """One for each column with choices."""
        return [
            Filter(
                column.key, column.header, tuple((one.key, one.text) for one in column.choices), self._chosen(column)
            )
            for column in self.columns
            if column.choices and not column.sealed
        ]

    def _chosen(self, column: Column) -> str:
        value = self.given.get(column.key, "")
        return value if any(choice.key == value for choice in column.choices) else ""

    # -- rows -----------------------------------------------------------------------------------------------------

    @cached_property
    def rows(self) -> QuerySet[Case]:
        """The cases that pass every filter, newest first."""
        if self.problems:
            return self.visible.none()
        rows = self.visible
        if self.since:
            rows = rows.filter(received_at__gte=midnight(self.since))
        if self.until:
            rows = rows.filter(received_at__lt=midnight(self.until + timedelta(days=1)))
        if self.chosen_status:
            rows = rows.filter(status=self.chosen_status)
        for chosen in self.choice_filters:
            if chosen.chosen:
                rows = rows.filter(self._has_choice(chosen))
        if self.text:
            rows = rows.filter(self._contains(self.text))
        return rows.select_related("application").order_by("-received_at", "-pk")

    def _has_choice(self, chosen: Filter) -> Q:
        """Equal where one could be chosen; in the list where several could."""
        column = next(column for column in self.columns if column.key == chosen.name)
        return Q(**{column.path: chosen.chosen}) | Q(**{f"{column.path}__icontains": f'"{chosen.chosen}"'})

    def _contains(self, text: str) -> Q:
        """A number is looked for as one (`sought`); words in the applicant's name and in what was answered."""
        if is_number(text):
            return sought(text)
        found = Q(application__applicant_key__contains=key(text)) if key(text) else Q(pk__in=[])
        for column in self.columns:
            if column.kind in SEARCHED and not column.sealed:
                found |= Q(**{f"{column.path}__icontains": text})
        return found

    def text_of(self, case: Case, key: str) -> str:
        """What stands in one cell, identity and phone numbers masked, in the words of the case's own edition."""
        return self._texts(case).get(key, "")

    def _texts(self, case: Any) -> dict[str, str]:
        if not hasattr(case, "ledger_texts"):
            definition = self.definitions[case.edition_id]
            asked = {one.key: situation_text([one], case.situation) for one in definition.questions}
            found = {key: words[0][1] for key, words in asked.items() if words}
            answers = case.answers_in_full()
            found |= {field.key: masked_text(field, answers.get(field.key)) for field in _fields(definition)}
            case.ledger_texts = found
        texts: dict[str, str] = case.ledger_texts  # kept on the row, which is asked once for each column
        return texts

    # -- export ---------------------------------------------------------------------------------------------------

    @property
    def headers(self) -> list[str]:
        fixed = ["办件编号", "申请人", "收件时间", "状态", "承诺期限", "期限情况"]
        return [*fixed, *(column.header for column in self.columns)]

    def lines(self) -> Iterator[list[Any]]:
        """Every filtered row as it is exported."""
        today = timezone.localdate()
        for case in self.rows.iterator(chunk_size=500):
            texts = self._texts(case)
            own = [_value(column, texts.get(column.key, "")) for column in self.columns]
            received = timezone.localtime(case.received_at).replace(tzinfo=None)
            light = case_light(case, today).reason
            fixed = [str(case), case.application.applicant_name, received, case.get_status_display()]
            yield [*fixed, _due(case), light, *own]

    def filter_text(self) -> str:
        """The filters in words, for the log; long numbers that somebody typed are masked."""
        parts = [f"收件{self.since or ''}至{self.until or ''}"] if self.since or self.until else []
        if self.chosen_status:
            parts.append(f"状态：{CaseStatus(self.chosen_status).label}")
        parts += [
            f"{one.label}：{text}" for one in self.choice_filters for key, text in one.choices if key == one.chosen
        ]
        if self.text:
            parts.append(f"文字：{LONG_NUMBER.sub(lambda found: mask_identity(found.group()), self.text)}")
        return "；".join(parts) or "全部"


def _questions(definition: ItemDefinition) -> Iterable[Question]:
    return definition.questions


def _fields(definition: ItemDefinition) -> Iterable[FormField]:
    return [field for field in definition.form if field.is_asked]


def _column(versions: list[Question | FormField], *, removed: bool) -> Column:
    """`versions` of one question or field, the newest first."""
    newest = versions[0]
    choices = {choice.key: choice for version in reversed(versions) for choice in version.choices}
    sealed = any(isinstance(version, FormField) and is_sealed(version) for version in versions)
    if isinstance(newest, Question):
        kind = "choices" if newest.multiple else "choice"
        return Column(newest.key, newest.text, kind, removed, sealed, tuple(choices.values()))
    return Column(newest.key, newest.label, newest.kind, removed, sealed, tuple(choices.values()))


def _value(column: Column, text: str) -> Any:
    """Numbers go out as numbers, everything else as it is read."""
    if column.kind not in NUMBERS or not text:
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return int(number) if number == number.to_integral_value() else float(number)


def _due(case: Case) -> date | str | None:
    """A date that sorts as one, or the words of an estimate."""
    due, since = case.promised_due, case.clock_start
    return due_in_figures(due, since) if is_estimated(due, since) else due
