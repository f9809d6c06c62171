"""Which deadlines are open: every app that stores one says here which rows still run and how to work the date out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True)
class OpenDeadline:
    """One stored date.

    `open` gives the rows whose limit still runs, `recompute` the date of one row by the calendar of now (None when it
    has none, for example while a pause is open). `holder` is the way from a row to the key of its case. `papers` are
    (kind of document, key of its content) pairs of papers the applicant holds that carry the date in words.
    """

    name: str
    label: str
    field: str
    holder: str
    open: Callable[[], QuerySet[Any]]
    recompute: Callable[[Any], date | None]
    papers: tuple[tuple[str, str], ...] = ()

    def rows(self, since: date) -> QuerySet[Any]:
        """Open rows that days from `since` on can move: a day after the last one has no say."""
        return self.open().filter(**{f"{self.field}__gte": since})

    def stored(self, row: Any) -> date:
        day: date = getattr(row, self.field)
        return day


@dataclass(frozen=True)
class Move:
    """One deadline of one row from its old date to its new one; `label` is the deadline's name for people."""

    deadline: OpenDeadline
    row: int
    label: str
    old: date
    new: date


@dataclass(frozen=True)
class Keeper:
    """The app that keeps the cases: how one is locked, and how it is told what moved.

    `tell` gets the locked case, its moves and why, writes the event, and returns for each move the numbers of the
    applicant's papers that still carry the old date.
    """

    lock: Callable[[int], Any]
    tell: Callable[[Any, list[Move], str], list[list[str]]]


DEADLINES: dict[str, OpenDeadline] = {}
KEEPERS: list[Keeper] = []


def register(
    name: str,
    label: str,
    *,
    field: str,
    holder: str,
    open: Callable[[], QuerySet[Any]],
    recompute: Callable[[Any], date | None],
    papers: tuple[tuple[str, str], ...] = (),
) -> None:
    """Register one stored deadline. Raises ValueError for a name that is taken."""
    if name in DEADLINES:
        raise ValueError(f"two deadlines named {name}")
    DEADLINES[name] = OpenDeadline(name, label, field, holder, open, recompute, papers)


def kept_by(keeper: Keeper) -> None:
    """Say who keeps the cases that the deadlines belong to. Raises ValueError for a second keeper."""
    if KEEPERS:
        raise ValueError("the cases have one keeper")
    KEEPERS.append(keeper)
