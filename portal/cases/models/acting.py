"""How every verb begins and how a refused one ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import models, transaction

from portal.cases.models.case import Case
from portal.cases.models.event import keep_head


@contextmanager
def acting(case: Case, *things: models.Model) -> Iterator[None]:
    """One short transaction behind the lock of `case`, in which a verb guards, claims and writes.

    When it raises, nothing has happened: the database rolls back, and `case` and `things` (a task, a slip) are in
    memory what they were before, so that whoever called may show, retry or drop them. What the verb put off
    (`Case.at_last`) is done at its end, for a verb within a verb at the end of the outer one.
    """
    before = [(thing, _inside(thing)) for thing in (case, *things)]
    outermost = case.put_off is None
    try:
        with transaction.atomic():
            case.lock()
            if outermost:
                case.put_off = ()
            yield
            if outermost:
                _do_what_was_put_off(case)
                keep_head(case)
    except BaseException:
        for thing, inside in before:
            _put_back(thing, *inside)
        raise


def _do_what_was_put_off(case: Case) -> None:
    """In the order in which it was put off, also what is put off meanwhile."""
    while case.put_off:
        first, *rest = case.put_off
        case.put_off = tuple(rest)
        first()
    case.put_off = None


def _inside(thing: models.Model) -> tuple[dict[str, Any], dict[str, Any]]:
    return dict(thing.__dict__), dict(thing._state.fields_cache)


def _put_back(thing: models.Model, fields: dict[str, Any], neighbours: dict[str, Any]) -> None:
    thing.__dict__.clear()
    thing.__dict__.update(fields)
    thing._state.fields_cache = neighbours
