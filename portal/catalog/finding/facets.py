"""Narrowing: what may be chosen in each facet, how many items each choice would leave, and what was chosen.

Within a facet any of the chosen values will do, between facets all must hold. The counts of a facet are those under the
choices in the other facets, so no count ever leads to an empty list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypedDict

from django.db.models import Count, QuerySet
from django.http import QueryDict

from portal.catalog.finding.indexing import BODY, OFFLINE, PERSON
from portal.catalog.finding.models import Entry, Facet, Mark
from portal.catalog.items.models import Theme
from portal.catalog.schema.choices import BUSINESS_EVENTS, CASE_TYPES, LIFE_EVENTS
from portal.lib.words import one_line
from portal.organisations.models import Organisation, Zone

Chosen = dict[str, tuple[str, ...]]
Counts = dict[str, dict[str, int]]
FIXED = {
    Facet.SUBJECT: {PERSON: "个人", BODY: "法人和其他组织"},
    Facet.SPEED: {"instant": "即办件（当场办结）", "promised": CASE_TYPES["promised"]},
    Facet.DEPTH: {OFFLINE: "暂不能网上办理"},
    Facet.LIFE: {name: name for name in (*LIFE_EVENTS, *BUSINESS_EVENTS)},
}
MOST_UNKNOWN = 3
"""Sentences about values that do not exist; a thousand of them help nobody."""


class Key(TypedDict):
    """A row that is nothing but its key."""

    pk: int


@dataclass(frozen=True)
class Choice:
    """One value of a facet as it is offered."""

    value: str
    label: str
    count: int
    is_chosen: bool


def known_values(entries: QuerySet[Entry]) -> Counts:
    """Every value that any of `entries` carries, by facet, with how many do."""
    return _counted(Mark.objects.filter(entry__in=_ids(entries)))


def chosen_from(data: QueryDict, known: Counts) -> tuple[Chosen, list[str]]:
    """What was chosen in the address, and a sentence for each value that does not exist and is ignored."""
    chosen: Chosen = {}
    unknown: list[str] = []
    for facet in Facet:
        given = list(dict.fromkeys(data.getlist(facet.value)))
        there = known.get(facet.value, {})
        kept = tuple(value for value in given if value in there)
        if kept:
            chosen[facet.value] = kept
        strange = [said for value in given if value not in there and (said := one_line(value[:200])[:20])]
        unknown += [f"没有“{said}”这个{facet.label}，已经忽略这个条件。" for said in strange]
    return chosen, unknown[:MOST_UNKNOWN]


def narrowed(entries: QuerySet[Entry], chosen: Mapping[str, Iterable[str]], *, but: str = "") -> QuerySet[Entry]:
    """The entries that carry what was chosen in every facet (`but` one)."""
    for facet, values in chosen.items():
        if facet != but:
            carriers = Mark.objects.filter(facet=facet, value__in=values).values("entry")
            entries = entries.filter(pk__in=carriers)
    return entries


def counts(entries: QuerySet[Entry], chosen: Chosen) -> Counts:
    """How many entries each value would leave: one query, and one more for each facet in which something is chosen."""
    marks = Mark.objects.filter(entry__in=_ids(narrowed(entries, chosen)))
    found = _counted(marks.exclude(facet__in=list(chosen)))
    for facet in chosen:
        others = _ids(narrowed(entries, chosen, but=facet))
        found |= _counted(Mark.objects.filter(facet=facet, entry__in=others))
    return found


def choices(found: Counts, chosen: Chosen) -> dict[str, list[Choice]]:
    """What each facet offers, in the order to show it; what was chosen stays there also with nothing behind it."""
    labels = _labels()
    offered: dict[str, list[Choice]] = {}
    for facet in Facet:
        numbers = {**dict.fromkeys(chosen.get(facet.value, ()), 0), **found.get(facet.value, {})}
        names = labels.get(facet, {})
        rows = [
            Choice(value, names.get(value, value), number, value in chosen.get(facet.value, ()))
            for value, number in numbers.items()
        ]
        offered[facet.value] = sorted(rows, key=_order(facet, list(names)))
    return offered


def _order(facet: Facet, names: list[str]):
    if facet == Facet.LETTER:
        return lambda choice: (choice.value == "#", choice.value)
    if facet in {Facet.ZONE, Facet.SUBJECT, Facet.LIFE, Facet.SPEED}:
        return lambda choice: (names.index(choice.value) if choice.value in names else len(names), choice.value)
    return lambda choice: (-choice.count, choice.label)


def _labels() -> dict[Facet, dict[str, str]]:
    return {
        **FIXED,
        Facet.ZONE: dict(Zone.objects.values_list("code", "name")),
        Facet.DEPARTMENT: dict(Organisation.objects.values_list("code", "short_name")),
        Facet.EVENT: dict(Theme.objects.values_list("code", "name")),
    }


def _ids(entries: QuerySet[Entry]) -> QuerySet[Entry, Key]:
    return entries.order_by().values("pk")


def _counted(marks: QuerySet[Mark]) -> Counts:
    found: Counts = {}
    for facet, value, number in marks.values_list("facet", "value").annotate(Count("entry")).order_by():
        found.setdefault(facet, {})[value] = number
    return found
