"""A page of a big register, found by key: an index is walked from the nearer end, and only then are its rows read.

Skipping ten thousand rows means reading them, so a page has no number; it stands behind, or before, a row that the
reader has seen. The first page and the last one cost the same, and the same as in a young house.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

Position = tuple[bool, Any, int]
"""Where a row stands: whether it has no value, the value, its key."""


@dataclass(frozen=True)
class Order:
    """By one column and then by key, or by key alone.

    Rows without a value stand behind all that have one, as PostgreSQL has it, on every database.
    """

    field: str = ""
    descending: bool = False


NEWEST_FIRST = Order(descending=True)


@dataclass(frozen=True)
class Place:
    """What the address says: behind that row, before it, at the end, or, with none of them, at the beginning."""

    after: int | None = None
    before: int | None = None
    at_end: bool = False


@dataclass(frozen=True)
class Stretch:
    """The keys of one page, in the order of the list, and whether there are more on either side."""

    keys: list[int]
    more_before: bool = False
    more_after: bool = False


@dataclass(frozen=True)
class Walk:
    """A list to walk: `branches` share no row, and each has an index in `order`; `seen` is all that the reader sees."""

    branches: Sequence[QuerySet[Any]]
    order: Order
    seen: QuerySet[Any]

    def stretch(self, place: Place, size: int) -> Stretch:
        """The page of `size` rows at `place`; from a row that the reader does not see the list begins again."""
        if place.at_end:
            return self._before(None, size)
        if place.before is not None and (here := self._position(place.before)):
            found = self._before(here, size)
            return found if found.more_before else self._after(None, size)
        if place.after is not None and (here := self._position(place.after)):
            found = self._after(here, size)
            return found if found.keys else self._before(None, size)
        return self._after(None, size)

    def _after(self, here: Position | None, size: int) -> Stretch:
        keys = self._keys(here, size + 1, down=self.order.descending)
        return Stretch(keys[:size], more_before=here is not None, more_after=len(keys) > size)

    def _before(self, here: Position | None, size: int) -> Stretch:
        keys = self._keys(here, size + 1, down=not self.order.descending)
        return Stretch(keys[:size][::-1], more_before=len(keys) > size, more_after=here is not None)

    def _position(self, pk: int) -> Position | None:
        """Where the row stands, also when it has left the filter since."""
        if not self.order.field:
            return True, None, pk
        for value in self.seen.filter(pk=pk).values_list(self.order.field, flat=True):
            return value is None, value, pk
        return None

    def _keys(self, here: Position | None, count: int, *, down: bool) -> list[int]:
        """The next `count` keys from `here`; of each branch no more are read."""
        found = [
            position
            for rows in self.branches
            for part in _parts(rows, self.order.field, here, down=down)
            for position in part[:count]
        ]
        found.sort(reverse=down)
        return [pk for _, _, pk in found[:count]]


def whole(rows: QuerySet[Any], order: Order) -> Stretch:
    """All of a list that fits on one page: read at once, since there is nothing to skip."""
    names = (order.field, "pk") if order.field else ("pk",)
    found = sorted(map(_position_of, rows.order_by().values_list(*names)), reverse=order.descending)
    return Stretch([pk for _, _, pk in found])


def _position_of(row: tuple[Any, ...]) -> Position:
    """Of a value, if the list goes by one, and a key."""
    value = row[0] if len(row) > 1 else None
    return value is None, value, row[-1]


class _Part:
    """A run of rows that lies in one index, read as positions."""

    def __init__(self, rows: QuerySet[Any], *names: str, down: bool) -> None:
        order = [f"-{name}" if down else name for name in names]
        self.rows = rows.order_by(*order).values_list(*names)

    def __getitem__(self, wanted: slice) -> list[Position]:
        return [_position_of(row) for row in self.rows[wanted]]


def _parts(rows: QuerySet[Any], field: str, here: Position | None, *, down: bool) -> Iterator[_Part]:
    """The rows beyond `here`; those with a value apart from those without, so that each part lies in one index."""
    behind_all_values = here is not None and here[0]
    if field and (down or not behind_all_values):
        with_value = rows.filter(**{f"{field}__isnull": False}) if _may_lack(rows, field) else rows
        beyond = Q() if here is None or here[0] else _beyond(field, here, down=down)
        yield _Part(with_value.filter(beyond), field, "pk", down=down)
    if not field or (_may_lack(rows, field) and (here is None or here[0] or not down)):
        without = rows.filter(**{f"{field}__isnull": True}) if field else rows
        beyond = _beyond_key(here, down=down) if here is not None and here[0] else Q()
        yield _Part(without.filter(beyond), "pk", down=down)


def _may_lack(rows: QuerySet[Any], field: str) -> bool:
    return bool(rows.model._meta.get_field(field).null)


def _beyond(field: str, here: Position, *, down: bool) -> Q:
    """Said so that an index is entered at the value: with an OR alone it would be read from its end."""
    than = "lt" if down else "gt"
    farther = Q(**{f"{field}__{than}": here[1]}) | _beyond_key(here, down=down)
    return Q(**{f"{field}__{than}e": here[1]}) & farther


def _beyond_key(here: Position, *, down: bool) -> Q:
    return Q(pk__lt=here[2]) if down else Q(pk__gt=here[2])
