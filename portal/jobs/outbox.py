"""Promising work inside a transaction, and doing it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from portal.jobs import heartbeat, queue
from portal.jobs.models import Promise, PromiseStatus
from portal.jobs.registry import HANDLERS, urgency_of

logger = logging.getLogger(__name__)

ROUND_SECONDS = 40.0
"""A round of due work starts nothing new after this: the queue ends a task after two minutes, and a tick that stands
behind a round waits no longer."""
A_MINUTES_PURGE = 500


def promise(kind: str, *, key: str, **ids: int | str) -> Promise:
    """Write down work in the caller's transaction; the same key again returns the row that is there.

    How urgent it is says the registration of its handler.

    Raises RuntimeError outside a transaction: a promise without its change, or a change without its promise, is the
    very thing an outbox is for. Raises TypeError for an argument that is no id: whole things go stale and leak.
    """
    promise_many(kind, {key: ids})
    return Promise.objects.get(key=key)


def promise_many(kind: str, wanted: Mapping[str, Mapping[str, int | str]]) -> None:
    """Write down several pieces of one kind of work at the price of one: key → ids. Raises like `promise`."""
    if not connection.in_atomic_block:
        raise RuntimeError("promise work inside the transaction of the change it belongs to")
    for ids in wanted.values():
        for name, value in ids.items():
            if not isinstance(value, int | str):
                raise TypeError(f"{name} of a promise must be an id")
    urgency = urgency_of(kind)
    rows = [Promise(kind=kind, key=key, args=dict(ids), urgency=urgency) for key, ids in wanted.items()]
    # One statement decides between twins; an INSERT that failed would need a savepoint around it.
    Promise.objects.bulk_create(rows, ignore_conflicts=True)
    queue.wake_after_commit()


def run(promise_id: int) -> bool:
    """Do one promised piece of work if it is due; True when it was done now. Called by worker, tick and command.

    Raises RuntimeError inside a transaction: the handler would hold its locks, and a rollback would undo the count.
    """
    heartbeat.beat()
    row = Promise.objects.filter(pk=promise_id).first()
    if row is None or row.status == PromiseStatus.DONE or not row.claim():
        return False
    work = HANDLERS.get(row.kind)
    if work is None:
        row.fail(LookupError(f"no handler for {row.kind}"), final=True)
        return False
    try:
        work(**row.args)
    except Exception as error:  # whatever a handler raises is written down and tried again
        logger.warning("promise %s (%s) failed: %s", row.pk, row.kind, type(error).__name__)
        row.fail(error)
        return False
    row.fulfil()
    return True


def run_due(between: Callable[[], None] = lambda: None) -> int:
    """Do what is due, the most urgent first, for about `ROUND_SECONDS`; returns how much was done.

    The next piece is chosen after each: what becomes urgent meanwhile does not wait for the rest. `between` is called
    before each.
    """
    until = time.monotonic() + ROUND_SECONDS
    done = 0
    while time.monotonic() <= until:
        between()
        pk = Promise.objects.most_urgent(timezone.now())
        if pk is None:
            break
        done += run(pk)
    return done


def purge(now: datetime) -> None:
    """Delete done work that has been kept long enough, the oldest first and only so much at a time."""
    old = Promise.objects.filter(done_at__lt=now - timedelta(days=settings.PROMISES_KEPT_DAYS))
    Promise.objects.filter(pk__in=list(old.order_by("done_at").values_list("pk", flat=True)[:A_MINUTES_PURGE])).delete()
