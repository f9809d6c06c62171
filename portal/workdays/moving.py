"""A changed calendar moves every open deadline that depends on the changed days, case by case.

Batches keep memory small, one short transaction per case keeps the tables free, and whatever is not done within a
minute goes on as another promise.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from heapq import merge
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.jobs.outbox import promise
from portal.workdays.calendar import VERB_SECONDS, forget_calendar
from portal.workdays.models import MOVE_DEADLINES, CalendarChange, MovedDeadline
from portal.workdays.registry import DEADLINES, KEEPERS, Move, OpenDeadline

BATCH = 200
"""Cases looked at together."""
ROUND_SECONDS = 45.0
"""A job starts no new batch after this; the queue ends it after two minutes."""


def move_deadlines(change: int, after: int = 0) -> None:
    """Move what the change with this key moves, from the case with key `after` on. Idempotent.

    A newer change takes the unfinished older ones over, so that a year entered day by day is gone through once.
    """
    time.sleep(VERB_SECONDS)  # dates stored from now on were worked out after the change
    forget_calendar()
    if CalendarChange.objects.filter(pk__gt=change).exists():
        return
    pending = list(CalendarChange.objects.unfinished().order_by("-pk"))
    if not pending:
        return
    since = min(row.first_day for row in pending)
    why = pending[0].why if len(pending) == 1 else f"{pending[0].why}等{len(pending)}次变动"
    until = time.monotonic() + ROUND_SECONDS
    while cases := _next_cases(since, after):
        _move_batch(cases, since, pending[0], why)
        after = cases[-1]
        if time.monotonic() > until:
            _go_on(change, after)
            return
    CalendarChange.objects.filter(pk__in=[row.pk for row in pending]).update(finished_at=timezone.now())


def _go_on(change: int, after: int) -> None:
    with transaction.atomic():
        promise(MOVE_DEADLINES, key=f"{MOVE_DEADLINES}:{change}:{after}", change=change, after=after)


def _next_cases(since: date, after: int) -> list[int]:
    """Keys of the next cases with an open deadline on or after `since`, in order."""
    found = [_holders(deadline, since, after) for deadline in DEADLINES.values()]
    return list(islice(dict.fromkeys(merge(*found)), BATCH))


def _holders(deadline: OpenDeadline, since: date, after: int) -> list[int]:
    rows = deadline.rows(since).filter(**{f"{deadline.holder}__gt": after})
    return list(rows.order_by(deadline.holder).values_list(deadline.holder, flat=True).distinct()[:BATCH])


def _move_batch(cases: list[int], since: date, change: CalendarChange, why: str) -> None:
    """Find out without a lock which cases move at all, and lock only those."""
    moving = {case for case, _ in _moves(cases, since)}
    for case in sorted(moving):
        _move_case(case, since, change, why)


def _moves(cases: list[int], since: date) -> Iterator[tuple[int, Move]]:
    """Every deadline of these cases that is no longer where the calendar puts it, with the key of its case."""
    for deadline in DEADLINES.values():
        for row in deadline.rows(since).filter(**{f"{deadline.holder}__in": cases}):
            old, new = deadline.stored(row), deadline.recompute(row)
            if new is not None and new != old:
                yield _attribute(row, deadline.holder), Move(deadline, row.pk, _label(deadline, row), old, new)


def _attribute(row: Any, path: str) -> int:
    for name in path.split("__"):
        row = getattr(row, name)
    key: int = row
    return key


def _label(deadline: OpenDeadline, row: Any) -> str:
    """The deadline's own name; that of a step may name the department: `{row.department}办理期限`."""
    return deadline.label.format(row=row)


def _move_case(case: int, since: date, change: CalendarChange, why: str) -> None:
    """Move what is still to be moved behind the case's lock; dates, event and report are written together."""
    with transaction.atomic():
        keeper = KEEPERS[0]
        locked = keeper.lock(case)
        moved = [move for _, move in _moves([case], since) if _store(move)]
        if not moved:
            return
        papers = keeper.tell(locked, moved, why)
        _supersede(moved)
        MovedDeadline.objects.bulk_create(
            MovedDeadline(
                change=change,
                name=move.deadline.name,
                label=move.label,
                holder=case,
                row=move.row,
                old=move.old,
                new=move.new,
                papers=held,
                has_papers=bool(held),
            )
            for move, held in zip(moved, papers, strict=True)
        )


def _supersede(moved: list[Move]) -> None:
    """What was told about these deadlines before is no longer to be told to anybody: the newest row says it all."""
    for move in moved:
        earlier = MovedDeadline.objects.filter(name=move.deadline.name, row=move.row, has_papers=True)
        earlier.update(has_papers=False)


def _store(move: Move) -> bool:
    """A conditional update: a row that was moved or closed meanwhile stays as it is."""
    field = move.deadline.field
    row = move.deadline.open().filter(pk=move.row, **{field: move.old})
    return bool(row.update(**{field: move.new}))
