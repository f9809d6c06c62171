"""Which files a nightly check reads: all of a small house, of a large one another part each night."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

NIGHTS = 30
"""After so many nights every file has been read once."""
FEW = 5000
"""So many files are read every night."""
_wholly: ContextVar[bool] = ContextVar("every file is read", default=False)


@contextmanager
def every_file() -> Iterator[None]:
    """Within, all files are read, however many."""
    token = _wholly.set(True)
    try:
        yield
    finally:
        _wholly.reset(token)


def of_tonight(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows whose files are read tonight."""
    if _wholly.get() or not rows.order_by("pk")[FEW : FEW + 1].exists():
        return rows
    tonight: QuerySet[Any] = rows.annotate(night=F("pk") % NIGHTS)
    return tonight.filter(night=timezone.localdate().toordinal() % NIGHTS)
