"""How many rows there are, as far as anybody counts: beyond 10,000 it is “more”."""

from __future__ import annotations

import hashlib
import time
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

MOST_COUNTED = 10_000
REMEMBERED_SECONDS = 600
"""A list that has more is not counted again for so long: few fall below within ten minutes, and none by much."""
MOST_REMEMBERED = 2_000

_more: dict[str, float] = {}


def counted(rows: QuerySet[Any], most: int | None = None) -> int:
    """How many rows there are; `most` + 1 (10,001) when there are more, or were within the last ten minutes."""
    most = MOST_COUNTED if most is None else most
    some = rows.order_by().values("pk")[: most + 1]
    name = _name(some)
    if _more.get(name, 0) > time.monotonic():
        return most + 1
    found = some.count()
    if found > most:
        _remember(name)
    return found


def count_in_words(count: int) -> str:
    """As a screen says what `counted` has found: 10,000+ for more than that."""
    return f"{MOST_COUNTED:,}+" if count > MOST_COUNTED else f"{count:,}"


def few(rows: QuerySet[Any]) -> list[int] | None:
    """The keys of `rows`; None when there are more than 10,000, or were within the last ten minutes."""
    most = MOST_COUNTED
    some = rows.order_by().values_list("pk", flat=True)[: most + 1]
    name = _name(some)
    if _more.get(name, 0) > time.monotonic():
        return None
    found = list(some)
    if len(found) <= most:
        return found
    _remember(name)
    return None


def forget_counts() -> None:
    """For tests: what was more in one of them need not be so in the next."""
    _more.clear()


def _remember(name: str) -> None:
    if len(_more) >= MOST_REMEMBERED:
        _more.clear()
    _more[name] = time.monotonic() + REMEMBERED_SECONDS


def _name(rows: QuerySet[Any]) -> str:
    """One for each question and those who may ask it; a digest, for what somebody looks for is in it."""
    try:
        asked = repr(rows.query.sql_with_params())
    except EmptyResultSet:
        return ""
    return hashlib.sha256(asked.encode()).hexdigest()
