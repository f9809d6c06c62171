"""The light on a clock (红黄灯): computed, never stored, and always with the reason in words."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from django.utils import timezone

from portal.cases.clocks.limits import ACCEPTANCE_DAYS, days_left
from portal.cases.models import Case, Task
from portal.cases.states import IN_PROGRESS, CaseStatus, TaskStatus
from portal.workdays.words import ESTIMATED, is_estimated

AWAITING_ANSWER = frozenset({CaseStatus.RECEIVED, CaseStatus.CORRECTION_DONE})
"""The window still owes the applicant its answer (行政许可法 art. 32)."""


class Colour(StrEnum):
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"
    BLUE = "blue"


LABELS = {
    Colour.GREEN: "正常",
    Colour.YELLOW: "预警",
    Colour.RED: "超期",
    Colour.GREY: "暂停或未开始",
    Colour.BLUE: "提前办结",
}


@dataclass(frozen=True)
class Light:
    """A colour and why; `label` is what a reader who sees no colour reads."""

    colour: Colour
    reason: str

    @property
    def label(self) -> str:
        return LABELS[self.colour]


def light(
    *, left: int | None, limit: int | None, late: bool = False, finished: bool = False, paused: bool = False
) -> Light:
    """The light of one clock; `left` and `limit` are working days, None where no limit runs.

    Green while more than max(1, a fifth of the limit) is left, yellow from there to the last day, red from its
    midnight on (`late`), also while no working day has passed since.
    """
    if paused or left is None or limit is None:
        return Light(Colour.GREY, "暂停计时" if paused else "没有计时")
    if late or left < 0:
        return Light(Colour.RED, f"已超期{-left}个工作日" if left < 0 else "已超期")
    if finished:
        return Light(Colour.BLUE, f"提前{left}个工作日办结" if left else "按时办结")
    if left <= max(1, math.ceil(limit * 0.2)):
        return Light(Colour.YELLOW, f"剩余{left}个工作日" if left else "今日到期")
    return Light(Colour.GREEN, f"剩余{left}个工作日")


def due_light(due: date | None, at: date, limit: int | None, *, since: date | None = None, finished: bool) -> Light:
    """The light of a stored last day on the day `at`; an open one that is an estimate says so."""
    found = light(left=days_left(due, at), limit=limit, late=due is not None and at > due, finished=finished)
    if finished or found.colour in {Colour.GREY, Colour.RED} or not is_estimated(due, since):
        return found
    return replace(found, reason=found.reason + ESTIMATED)


def case_light(case: Case, today: date) -> Light:
    """The light of the limit that runs: of the window's answer before acceptance, then of the promise."""
    if case.status in AWAITING_ANSWER:
        found = due_light(case.acceptance_due, today, ACCEPTANCE_DAYS, finished=False)
        return replace(found, reason=f"受理{found.reason}")
    if case.status == CaseStatus.CORRECTION:
        return Light(Colour.GREY, "等待补正")
    decided = case.decided_at is not None
    if not decided and case.status not in IN_PROGRESS:
        return due_light(None, today, None, finished=False)
    limit = days_left(case.promised_due, case.clock_start) if case.clock_start else None
    stop = timezone.localdate(case.decided_at) if decided else today
    return due_light(case.promised_due, stop, limit, since=case.clock_start, finished=decided)


def task_light(task: Task, today: date) -> Light:
    """The light of a department's own step; grey until it is sent."""
    if task.status == TaskStatus.DONE and task.done_at:
        return due_light(task.due, timezone.localdate(task.done_at), task.limit_days, finished=True)
    running = task.status in {TaskStatus.SENT, TaskStatus.WORKING}
    return due_light(task.due if running else None, today, task.limit_days, finished=False)
