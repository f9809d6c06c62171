"""What cases do by themselves, minute by minute."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone

from portal.cases.intake import correction, outcomes
from portal.cases.models import Case, Task
from portal.cases.routes import opinions
from portal.cases.states import CaseStatus, TaskKind, TaskStatus
from portal.jobs.registry import every_minute
from portal.lib.refusal import Refused

logger = logging.getLogger(__name__)


@every_minute("cases.deem_accepted")
def deem_accepted(now: datetime) -> None:
    """Accept what has lain without its answer for too long; each case by itself."""
    waiting = [CaseStatus.RECEIVED, CaseStatus.CORRECTION_DONE]
    silent = Case.objects.filter(status__in=waiting, acceptance_due__lt=timezone.localdate(now))
    for case in silent.order_by("acceptance_due", "pk")[:100]:
        _alone(outcomes.deem_accepted, case)


@every_minute("cases.lapse")
def lapse(now: datetime) -> None:
    """Close what was not corrected in the applicant's time, and go on with what was; each case by itself."""
    overdue = Case.objects.filter(status=CaseStatus.CORRECTION, correction_due__lt=timezone.localdate(now))
    for case in overdue.order_by("correction_due", "pk")[:100]:
        _alone(correction.expire, case)


@every_minute("cases.deem_consent")
def deem_consent(now: datetime) -> None:
    """Count silence as agreement where the route allows it and the opinion is overdue; each task by itself."""
    silent = Task.objects.filter(
        kind=TaskKind.OPINION,
        deemed_consent=True,
        status__in=[TaskStatus.SENT, TaskStatus.WORKING],
        due__lt=timezone.localdate(now),
    )
    for task in silent.select_related("case", "department").order_by("due", "pk")[:100]:
        _alone(opinions.deem_consent, task)


def _alone(verb: Callable[[Any], None], thing: Any) -> None:
    """One that somebody was faster with is none any more; one that fails does not stop those after it."""
    try:
        verb(thing)
    except Refused:
        return
    except Exception:
        logger.exception("%s failed for %s %s", verb.__name__, thing._meta.label, thing.pk)
