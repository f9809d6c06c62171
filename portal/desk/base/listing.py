"""One page of a register as it is shown: its rows, how many there are, and the ways to the other pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import QuerySet
from django.http import QueryDict

from portal.desk.base.parameters import Shape, column, number, one_of, text
from portal.desk.base.tables import PER_PAGE, Table, show_rows, sorted_rows
from portal.lib.counting import MOST_COUNTED, count_in_words, counted
from portal.lib.walking import Order, Place, Stretch, Walk, whole
from portal.organisations.models import User

LAST = "last"
TAKES: dict[str, Shape] = {
    "show": text,
    "q": text,
    "sort": column,
    "page": number,
    "after": number,
    "before": number,
    "end": one_of([LAST]),
}


@dataclass(frozen=True)
class Way:
    """A link to another page."""

    label: str
    url: str
    rel: str


class Register(Protocol):
    """What a list asks of its register; `DeskModelAdmin` says what each of these is."""

    filters: dict[str, str]
    default_filter: str
    empty_text: str
    walked: bool

    @property
    def table_class(self) -> Callable[..., Table]: ...
    @property
    def kept(self) -> Sequence[str]: ...
    def seen(self, user: User) -> QuerySet: ...
    def filtered(self, rows: QuerySet, chosen: str, user: User) -> QuerySet: ...
    def search(self, rows: QuerySet, query: str) -> QuerySet: ...
    def order_of(self, chosen: str) -> Order: ...
    def branches(self, rows: QuerySet, chosen: str) -> list[QuerySet]: ...
    def for_list(self, rows: Any) -> QuerySet: ...


class Listing:
    """What of a register the address asks for. `total` is 10,001 when there are more than 10,000."""

    def __init__(self, admin: Register, user: User, given: Mapping[str, str]) -> None:
        self.admin, self.user, self.given = admin, user, given
        asked = given.get("show", admin.default_filter)
        self.chosen = asked if asked in admin.filters else admin.default_filter
        self.query = given.get("q", "")
        self.seen = admin.seen(user)
        self.rows = self._searched(admin.filtered(self.seen, self.chosen, user))
        self.total = counted(self.rows)

    def _searched(self, rows: QuerySet) -> QuerySet:
        return self.admin.search(rows, self.query) if self.query else rows

    @property
    def is_long(self) -> bool:
        """More rows than anybody sorts by a column that has no index of its own."""
        return self.total > MOST_COUNTED

    @property
    def count_text(self) -> str:
        return count_in_words(self.total)

    def table(self) -> Table:
        """The table with the rows of the page in it, and the ways to the others."""
        rows = self._in_order() if self.admin.walked else self.admin.for_list(self.rows)
        table = self.admin.table_class(rows, empty_text=self.admin.empty_text, orderable=not self.is_long)
        sort = "" if self.is_long else self.given.get("sort", "")
        in_order = sorted_rows(table, sort)
        if in_order is None and not self.admin.walked:
            in_order = self.admin.for_list(self.rows)
        found = self._walked() if in_order is None else self._skipped(in_order)
        self.ways = self._ways(found) if in_order is None else self._numbered()
        return show_rows(table, self._fetched(found.keys))

    def _in_order(self) -> QuerySet:
        """Not to be read; the table says by it which of its columns the list goes by."""
        order = self.admin.order_of(self.chosen)
        return self.rows.order_by(f"{'-' if order.descending else ''}{order.field or 'pk'}")

    def _walked(self) -> Stretch:
        order = self.admin.order_of(self.chosen)
        if self.total <= PER_PAGE:
            return whole(self.rows, order)
        branches = self.admin.branches(self.rows, self.chosen)
        return Walk(branches, order, self.seen).stretch(self._place(), PER_PAGE)

    def _place(self) -> Place:
        after, before = (int(self.given[name]) if name in self.given else None for name in ("after", "before"))
        return Place(after, before, "end" in self.given)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))

    @property
    def page(self) -> int:
        """The number of a page of a sorted list; an impossible one is the nearest."""
        return min(max(1, int(self.given.get("page", 1))), self.pages)

    def _skipped(self, rows: QuerySet) -> Stretch:
        first = (self.page - 1) * PER_PAGE
        return Stretch(list(rows.values_list("pk", flat=True)[first : first + PER_PAGE]))

    def _fetched(self, keys: Sequence[int]) -> list[Any]:
        """The rows of these keys, through the door once more and with what the list shows of their neighbours."""
        found = {row.pk: row for row in self.admin.for_list(self.seen.filter(pk__in=keys)).order_by()} if keys else {}
        return [found[pk] for pk in keys if pk in found]

    def _ways(self, found: Stretch) -> list[Way]:
        keys = found.keys
        return [
            *self._back(found.more_before, {}, {"before": keys[0] if keys else 0}),
            *self._on(found.more_after, {"after": keys[-1] if keys else 0}, {"end": LAST}),
        ]

    def _numbered(self) -> list[Way]:
        here, last = self.page, self.pages
        sort = {"sort": self.given["sort"]} if "sort" in self.given else {}
        return [
            *self._back(here > 1, {**sort, "page": 1}, {**sort, "page": here - 1}),
            *self._on(here < last, {**sort, "page": here + 1}, {**sort, "page": last}),
        ]

    def _back(self, there_is_more: bool, first: dict[str, Any], previous: dict[str, Any]) -> list[Way]:
        ways = [Way("首页", self._url(**first), "first"), Way("上一页", self._url(**previous), "prev")]
        return ways if there_is_more else []

    def _on(self, there_is_more: bool, following: dict[str, Any], last: dict[str, Any]) -> list[Way]:
        ways = [Way("下一页", self._url(**following), "next"), Way("末页", self._url(**last), "last")]
        return ways if there_is_more else []

    def _url(self, **said: Any) -> str:
        address = QueryDict(mutable=True)
        address.update({name: self.given[name] for name in self.admin.kept if name in self.given})
        address.update({name: str(value) for name, value in said.items()})
        return f"?{address.urlencode()}"
