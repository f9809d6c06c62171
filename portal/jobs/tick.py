"""What happens every minute, and what a wake-up does."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from portal.jobs import heartbeat, queue
from portal.jobs.models import Promise
from portal.jobs.outbox import purge, run_due
from portal.jobs.registry import MINUTE

logger = logging.getLogger(__name__)

MINUTE_SECONDS = 60.0


def tick() -> None:
    """The minute's own work before anything that waits; called by the queue's schedule."""
    minute()
    work()


def work() -> None:
    """What a wake-up asks for: all that is due, the most urgent first, and the minute's own work at its time.

    A wake-up names no promise. However many stand in the queue, the first of them does what the law times first.
    """
    run_due(between=_minute_if_due)
    if Promise.objects.most_urgent(timezone.now()) is not None:
        queue.wake()


def minute() -> None:
    """Every app looks at its own clocks; one function that fails does not stop the others."""
    heartbeat.minute_begins()
    now = timezone.now()
    for name, function in MINUTE.items():
        heartbeat.beat()
        _alone(name, function, now)
    _alone("jobs.purge", purge, now)


def _minute_if_due() -> None:
    """The schedule's tick may stand in the queue behind us: whoever works for long does the minute's work itself."""
    if heartbeat.since_minute() >= MINUTE_SECONDS:
        minute()


def _alone(name: str, function: Callable[[datetime], None], now: datetime) -> None:
    try:
        function(now)
    except Exception:
        logger.exception("minute function %s failed", name)
