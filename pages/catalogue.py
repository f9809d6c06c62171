"""What the catalogue shows for an address: words, choices, order and page are all read from it, whatever it holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Page as Leaf
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.http import urlencode

from pages.guide_page import GuidePage
from portal.catalog.finding import demand, facets
from portal.catalog.finding.asking import Search, Tier, tier_of
from portal.catalog.finding.models import Entry, Facet
from portal.catalog.items.models import ServiceItem
from portal.lib.search.text import LONGEST, Query
from portal.lib.words import day
from portal.organisations.models import Zone

PER_PAGE = 20
PAGE_NUMBER = re.compile(r"[0-9]{1,9}")
SHOWN_AT_ONCE = 8
"""Values of a facet before 更多; a list of thirty departments hides the other facets."""
AZ = "az"
SIDE = [facet for facet in Facet if facet not in {Facet.LETTER, Facet.SUBJECT}]
"""Beside the list; letters and subjects stand above it."""
REASONS = {Tier.SYNONYM, Tier.DEPARTMENT, Tier.TEXT, Tier.PINYIN, Tier.PINYIN_PART, Tier.CODE_CONTAINS}
"""Tiers that say why: the words that were typed do not stand in the name."""


@dataclass(frozen=True)
class Option:
    """A choice with the address that makes or unmakes it."""

    choice: facets.Choice
    address: str


@dataclass(frozen=True)
class Group:
    """One facet beside the list."""

    facet: Facet
    first: list[Option]
    more: list[Option]
    is_open: bool


READS = {"q", "sort", "page", *Facet.values}
"""The parameters of an address of the catalogue."""


class Listing:
    """The catalogue for one address. `guides` are those that citizens may read."""

    def __init__(self, data: QueryDict, guides: QuerySet[GuidePage]) -> None:
        self.query = Query(data.get("q", ""))
        self.guides = guides
        self.entries = Entry.objects.filter(item__in=guides.order_by().values("item"))
        self.known = facets.known_values(self.entries)
        self.chosen, self.warnings = facets.chosen_from(data, self.known)
        self.is_az = data.get("sort") == AZ
        self.asked_page = data.get("page", "1")
        if self.query.is_cut:
            self.warnings.insert(0, f"查找的话太长，只用了前{LONGEST}个字。")

    @cached_property
    def search(self) -> Search:
        return Search(self.query, self.entries)

    @cached_property
    def is_unreadable(self) -> bool:
        """Something was typed, and there is no letter or digit in it."""
        return bool(self.query.typed.strip("\x00 \t\r\n")) and not self.query.words

    @cached_property
    def is_guess(self) -> bool:
        return bool(self.query.words) and self.search.is_guess

    @cached_property
    def _found(self) -> QuerySet[Entry]:
        if self.is_unreadable:
            return self.entries.none()
        if not self.query.words:
            order = ("az", "pk") if self.is_az or Facet.LETTER in self.chosen else ("rank", "pk")
            return self.entries.order_by(*order)
        return self.search.all()

    @cached_property
    def leaf(self) -> Leaf:
        """The page of entries; one that does not exist is answered with the nearest."""
        rows = facets.narrowed(self._found, self.chosen)
        if self.query.words and self.is_az:
            rows = rows.order_by("az", "pk")
        number = int(self.asked_page) if PAGE_NUMBER.fullmatch(self.asked_page) else 1
        return Paginator(rows, PER_PAGE).get_page(max(1, number))

    @property
    def total(self) -> int:
        return self.leaf.paginator.count

    @cached_property
    def page_warning(self) -> str:
        if PAGE_NUMBER.fullmatch(self.asked_page):
            number = int(self.asked_page)
            return f"没有第{number}页，已经显示第{self.leaf.number}页。" if number != self.leaf.number else ""
        return "没有这一页，已经显示第1页。" if self.asked_page != "1" else ""

    def rows(self) -> list[GuidePage]:
        """The guides of the page in its order, each with the `reason` it was found for: one query, however many."""
        entries = list(self.leaf.object_list)
        by_item = {guide.item_id: guide for guide in self._with_facts([entry.pk for entry in entries])}
        for entry in entries:
            if entry.pk in by_item:
                by_item[entry.pk].reason = self._reason(entry)
        return [by_item[entry.pk] for entry in entries if entry.pk in by_item]

    def _reason(self, entry: Entry) -> str:
        if not self.query.words or self.is_guess:
            return ""
        tier = tier_of(entry)
        return tier.label if tier in REASONS else ""

    def _with_facts(self, items: Iterable[int]) -> QuerySet[GuidePage]:
        return self.guides.filter(item__in=items).select_related("item__zone", "item__lead", "edition")

    @cached_property
    def _offered(self) -> dict[str, list[facets.Choice]]:
        return facets.choices(facets.counts(self._found, self.chosen), self.chosen)

    def groups(self) -> list[Group]:
        """The facets in which there is something to choose."""
        found = []
        for facet in SIDE:
            options = [self._option(facet, choice) for choice in self._offered[facet.value]]
            chosen = facet.value in self.chosen
            if len(options) > 1 or chosen:
                ahead = [option for option in options if option.choice.is_chosen]
                ahead += [option for option in options if not option.choice.is_chosen]
                first = [option for option in options if option in ahead[:SHOWN_AT_ONCE]]
                found.append(Group(facet, first, [option for option in options if option not in first], chosen))
        return found

    def subjects(self) -> list[Option]:
        """The two ways in, 个人 and 法人, where there are both; one leads away from the other."""
        options = [self._option(Facet.SUBJECT, choice, alone=True) for choice in self._offered[Facet.SUBJECT.value]]
        return options if len(options) > 1 else []

    def letters(self) -> list[Option]:
        return [self._option(Facet.LETTER, choice, alone=True) for choice in self._offered[Facet.LETTER.value]]

    def _option(self, facet: Facet, choice: facets.Choice, *, alone: bool = False) -> Option:
        others = () if alone else self.chosen.get(facet.value, ())
        values = (*(v for v in others if v != choice.value), *(() if choice.is_chosen else (choice.value,)))
        return Option(choice, self.address({**self.chosen, facet.value: values}))

    def taken(self) -> list[tuple[str, str, str]]:
        """What was chosen: facet, label and the address without it."""
        found = []
        for facet in Facet:
            for choice in self._offered[facet.value]:
                if choice.is_chosen:
                    found.append((facet.label, choice.label, self._option(facet, choice).address))
        return found

    def address(self, chosen: facets.Chosen | None = None, *, page: int = 1, az: bool | None = None) -> str:
        """The address of the same question with other choices, another page or another order."""
        pairs: list[tuple[str, Any]] = [("q", self.query.shown)] if self.query.shown else []
        pairs += [(facet, value) for facet, values in (chosen or {}).items() for value in values]
        pairs += [("sort", AZ)] if (self.is_az if az is None else az) else []
        pairs += [("page", page)] if page > 1 else []
        return "?" + urlencode(pairs)

    def pages(self) -> list[tuple[str, int | None, str]]:
        """The links of the page bar: words, number (None for a gap), address."""
        leaf = self.leaf
        found: list[tuple[str, int | None, str]] = []
        for number in leaf.paginator.get_elided_page_range(leaf.number, on_each_side=1, on_ends=1):
            found.append((str(number), number, self._page(number)) if isinstance(number, int) else ("…", None, ""))
        return found

    def _page(self, number: int) -> str:
        return self.address(self.chosen, page=number)

    def wanted(self) -> list[GuidePage]:
        """热门: what people came for lately; only where nobody has asked for anything yet."""
        if self.query.typed or self.chosen:
            return []
        return popular(self.guides)

    def zones(self) -> list[Zone]:
        """Where an empty answer leads on; not asked for otherwise."""
        return [] if self.total else list(Zone.objects.filter(code__in=self.known.get(Facet.ZONE.value, {})))

    def context(self) -> dict[str, Any]:
        """Everything the template needs."""
        leaf = self.leaf
        is_browsed = not self.query.words and not self.is_az and Facet.LETTER not in self.chosen
        warnings = [*self.warnings, *([self.page_warning] if self.page_warning else [])]
        return {
            "query": self.query.shown,
            "guides": self.rows(),
            "by_zone": is_browsed and not self.is_unreadable,
            "total": self.total,
            "leaf": leaf,
            "pages": self.pages() if leaf.paginator.num_pages > 1 else [],
            "previous": self._page(leaf.previous_page_number()) if leaf.has_previous() else "",
            "next": self._page(leaf.next_page_number()) if leaf.has_next() else "",
            "facet_groups": self.groups(),
            "subjects": self.subjects(),
            "letters": self.letters(),
            "taken": self.taken(),
            "kept": [(facet, value) for facet, values in self.chosen.items() for value in values],
            "is_az": self.is_az,
            "az_address": self.address(self.chosen, az=not self.is_az),
            "without_choices": self.address(),
            "warnings": warnings,
            "zones": self.zones(),
            "is_guess": self.is_guess and self.total > 0,
            "is_unreadable": self.is_unreadable,
            "wanted": self.wanted(),
            "everything": self._found.count() if self.total == 0 and self.chosen else 0,
        }


def popular(guides: QuerySet[GuidePage], at_most: int = demand.MOST) -> list[GuidePage]:
    """The guides of the items in demand, the most wanted first; empty when there were no cases."""
    ids = demand.in_demand(at_most)
    found = {guide.item_id: guide for guide in guides.filter(item__entry__in=ids)} if ids else {}
    return [found[pk] for pk in ids if pk in found]


def suggestions(text: str, guides: QuerySet[GuidePage], limit: int = 8) -> tuple[Query, list[tuple[GuidePage, str]]]:
    """The best answers while somebody types, best first: guides with the department and, before it, the first day."""
    query = Query(text)
    entries = Entry.objects.filter(item__in=guides.order_by().values("item")).select_related("item__lead")
    best = Search(query, entries).top(limit)
    found = {guide.item_id: guide for guide in guides.filter(item__in=[entry.pk for entry in best])}
    return query, [(found[entry.pk], _beside(entry.item)) for entry in best if entry.pk in found]


def _beside(item: ServiceItem) -> str:
    return item.lead.short_name + (f"，自{day(item.coming)}起受理" if item.coming else "")
