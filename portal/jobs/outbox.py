"""Promising work inside a transaction, and doing it."""

from __future__ import annotations

import logging
import time

from django.db import connection
from django.utils import timezone

from portal.jobs import heartbeat, queue
from portal.jobs.models import Promise, PromiseStatus
from portal.jobs.registry import HANDLERS

logger = logging.getLogger(__name__)

ROUND_SECONDS = 60.0
"""A round of due work starts nothing new after this: the queue ends a task, here the tick, after two minutes."""


def promise(kind: str, *, key: str, **ids: int | str) -> Promise:
    """Write down work in the caller's transaction; the same key again returns the row that is there.

    Raises RuntimeError outside a transaction: a promise without its change, or a change without its promise, is the
    very thing an outbox is for. Raises TypeError for an argument that is no id: whole things go stale and leak.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("promise work inside the transaction of the change it belongs to")
    for name, value in ids.items():
        if not isinstance(value, int | str):
            raise TypeError(f"{name} of a promise must be an id")
    row, created = Promise.objects.get_or_create(key=key, defaults={"kind": kind, "args": ids})
    if created:
        queue.wake_after_commit(row.pk)
    return row


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


def run_due(limit: int = 200) -> int:
    """Do what is due, oldest first, for about a minute; returns how much was done."""
    return run_these(list(Promise.objects.due(timezone.now()).order_by("due_at").values_list("pk", flat=True)[:limit]))


def run_these(promises: list[int]) -> int:
    """Do these promises in turn for about a minute and leave the rest to the tick; returns how much was done."""
    until = time.monotonic() + ROUND_SECONDS
    done = 0
    for pk in promises:
        if time.monotonic() > until:
            break
        done += run(pk)
    return done
