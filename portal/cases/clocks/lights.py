"""The light on a clock (红黄灯): computed, never stored, and always with the reason in words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils import timezone

from portal.cases.clocks.limits import days_left
from portal.cases.models import Case, Task
from portal.cases.states import IN_PROGRESS, TaskStatus


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


def light(*, left: int | None, limit: int | None, finished: bool = False, paused: bool = False) -> Light:
    """The light of one clock; `left` and `limit` are working days, None where no limit runs.

    Green while more than max(1, a fifth of the limit) is left, yellow from there to the last day, red beyond.
    """
    if paused or left is None or limit is None:
        return Light(Colour.GREY, "暂停计时" if paused else "没有计时")
    if left < 0:
        return Light(Colour.RED, f"已超期{-left}个工作日")
    if finished:
        return Light(Colour.BLUE, f"提前{left}个工作日办结" if left else "按时办结")
    if left <= max(1, math.ceil(limit * 0.2)):
        return Light(Colour.YELLOW, f"剩余{left}个工作日" if left else "今日到期")
    return Light(Colour.GREEN, f"剩余{left}个工作日")


def case_light(case: Case, today: date) -> Light:
    """The light of a case's promised limit."""
    stop = timezone.localdate(case.decided_at) if case.decided_at else today
    left = days_left(case.promised_due, stop)
    limit = days_left(case.promised_due, case.clock_start) if case.clock_start else None
    running = case.status in IN_PROGRESS or case.decided_at is not None
    return light(left=left if running else None, limit=limit, finished=case.decided_at is not None)


def task_light(task: Task, today: date) -> Light:
    """The light of a department's own step; grey until it is sent."""
    if task.status == TaskStatus.DONE:
        left = days_left(task.due, timezone.localdate(task.done_at)) if task.done_at else None
        return light(left=left, limit=task.limit_days, finished=True)
    running = task.status in {TaskStatus.SENT, TaskStatus.WORKING}
    return light(left=days_left(task.due, today) if running else None, limit=task.limit_days)
