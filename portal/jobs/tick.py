"""What happens every minute: forgotten promises are done, and every app looks at its own clocks."""

from __future__ import annotations

import logging

from django.utils import timezone

from portal.jobs import heartbeat
from portal.jobs.outbox import run_due
from portal.jobs.registry import MINUTE

logger = logging.getLogger(__name__)


def tick() -> None:
    """Run what is due; one function that fails does not stop the others."""
    now = timezone.now()
    for name, function in MINUTE.items():
        heartbeat.beat()
        try:
            function(now)
        except Exception:
            logger.exception("minute function %s failed", name)
    run_due()
