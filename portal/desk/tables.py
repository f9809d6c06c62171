"""The lights of a case and of a step, until they move to the rules of the clock."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from portal.cases import clocks
from portal.cases.models import Case, Task
from portal.cases.states import IN_PROGRESS, TaskStatus
from portal.supervision.lights import Light, light


def case_light(case: Case, today: date) -> Light:
    """The light of a case's promised limit."""
    stop = timezone.localdate(case.decided_at) if case.decided_at else today
    left = clocks.days_left(case.promised_due, stop)
    limit = clocks.days_left(case.promised_due, case.clock_start) if case.clock_start else None
    running = case.status in IN_PROGRESS or case.decided_at is not None
    return light(left=left if running else None, limit=limit, finished=case.decided_at is not None)


def task_light(task: Task, today: date) -> Light:
    """The light of a department's own step; grey until it is sent."""
    if task.status == TaskStatus.DONE:
        left = clocks.days_left(task.due, timezone.localdate(task.done_at)) if task.done_at else None
        return light(left=left, limit=task.limit_days, finished=True)
    running = task.status in {TaskStatus.SENT, TaskStatus.WORKING}
    return light(left=clocks.days_left(task.due, today) if running else None, limit=task.limit_days)
