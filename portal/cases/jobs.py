"""What cases do by themselves, minute by minute."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from portal.cases.intake import correction, outcomes
from portal.cases.models import Case, Task
from portal.cases.routes import opinions
from portal.cases.states import CaseStatus, TaskKind, TaskStatus
from portal.jobs.registry import every_minute
from portal.lib.refusal import Refused


@every_minute("cases.deem_accepted")
def deem_accepted(now: datetime) -> None:
    """Accept what has lain without its answer for too long; each case by itself."""
    waiting = [CaseStatus.RECEIVED, CaseStatus.CORRECTION_DONE]
    silent = Case.objects.filter(status__in=waiting, acceptance_due__lt=timezone.localdate(now))
    for case in silent.order_by("acceptance_due", "pk")[:100]:
        try:
            outcomes.deem_accepted(case)
        except Refused:  # somebody accepted or corrected it this very minute
            continue


@every_minute("cases.lapse")
def lapse(now: datetime) -> None:
    """Close what was not corrected in the applicant's time; each case by itself."""
    overdue = Case.objects.filter(status=CaseStatus.CORRECTION, correction_due__lt=timezone.localdate(now))
    for case in overdue.order_by("correction_due", "pk")[:100]:
        try:
            correction.lapse(case)
        except Refused:  # it was corrected this very minute
            continue


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
        try:
            opinions.deem_consent(task)
        except Refused:  # it was answered this very minute
            continue
