"""The deadlines of cases and of departments' steps, registered with the calendar that may move them.

Each is worked out anew from what it was worked out from at first: its start, its limit, and the calendar of now.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from portal.cases.clocks.limits import ACCEPTANCE_DAYS, CORRECTION_DAYS, limits, natural_days, step_due, working_days
from portal.cases.models import Case, Event, Task
from portal.cases.states import IN_PROGRESS, CaseStatus, ClockState
from portal.documents.models import Document
from portal.lib import words
from portal.workdays.models import CalendarChange
from portal.workdays.registry import Keeper, Move, kept_by, register
from portal.workdays.words import due_in_words

OF_A_STEP = ("name", "status", "limit_days", "sent_at", "signed_at", "due")


def awaiting_acceptance() -> QuerySet[Case]:
    """The acceptance clock runs from receipt and stops with a correction notice."""
    return Case.objects.filter(status=CaseStatus.RECEIVED)


def in_correction() -> QuerySet[Case]:
    asked = Event.objects.filter(case=OuterRef("pk"), verb="request_correction").order_by("-seq")
    cases: QuerySet[Case] = Case.objects.filter(status=CaseStatus.CORRECTION)
    when, data = (Subquery(asked.values(name)[:1]) for name in ("at", "data"))
    return cases.annotate(asked_at=when, asked_data=data)


def running() -> QuerySet[Case]:
    """Both limits run from acceptance to the decision."""
    standing = Case.objects.filter(status__in=IN_PROGRESS, clock_state=ClockState.RUNNING)
    return standing.select_related("edition").only(
        "clock_start", "statutory_due", "promised_due", "edition__definition", "edition__sha256"
    )


def open_tasks() -> QuerySet[Task]:
    tasks = Task.objects.open().select_related("department", "case")
    of_the_case = ("case__clock_start", "case__promised_due", "case__statutory_due")
    return tasks.only("department__short_name", *of_the_case, *OF_A_STEP)


def acceptance_due(case: Case) -> date | None:
    return working_days(timezone.localdate(case.received_at), ACCEPTANCE_DAYS)


def correction_due(case: Any) -> date | None:
    if case.asked_at is None:
        return None
    days = case.asked_data.get("days", CORRECTION_DAYS)
    return natural_days(timezone.localdate(case.asked_at), days)


def has_passed(stored: date | None, fresh: Callable[[], date | None], today: date) -> bool:
    """Whether a limit is over.

    While a changed calendar is still moving the deadlines, nothing is forfeited by a date that is about to be moved:
    then the calendar of now (`fresh`) must say so as well.
    """
    if stored is None or today <= stored:
        return False
    moved = fresh() if CalendarChange.objects.unfinished().exists() else None
    return moved is None or today > moved


def window_is_late(case: Case, today: date) -> bool:
    """Whether the window's time to answer is over: five working days, or the day on which the corrections came in."""
    return has_passed(
        case.acceptance_due, lambda: acceptance_due(case) if case.status == CaseStatus.RECEIVED else None, today
    )


def applicant_is_late(case: Case, today: date) -> bool:
    """Whether the applicant's time for the corrections is over."""
    return has_passed(case.correction_due, lambda: correction_due(in_correction().get(pk=case.pk)), today)


def statutory_due(case: Case) -> date | None:
    return limits(case.definition, case.clock_start)["statutory"] if case.clock_start else None


def promised_due(case: Case) -> date | None:
    return limits(case.definition, case.clock_start)["promised"] if case.clock_start else None


def department_is_late(task: Task, today: date) -> bool:
    """Whether the time of a step is over; while the calendar moves, the limits of its case may move before it."""

    def fresh() -> date | None:
        case = copy(task.case)
        case.statutory_due, case.promised_due = statutory_due(case), promised_due(case)
        return task_due(task, case)

    return has_passed(task.due, fresh, today)


def task_due(task: Task, case: Case | None = None) -> date | None:
    """The one date that its slip says; a department that has signed before works on without a new slip.

    `case` is its case with other limits than those that are stored.
    """
    if task.sent_at is None:
        return None
    to_sign = task.sent_at != task.signed_at
    return step_due(case or task.case, timezone.localdate(task.sent_at), task.limit_days, to_sign=to_sign)


def tell(case: Case, moved: list[Move], why: str) -> list[list[str]]:
    """Write the event of a case whose deadlines were moved; for each, the applicant's papers with another date."""
    what = "；".join(f"{move.label}由{words.day(move.old)}改为{due_in_words(move.new)}" for move in moved)
    case.note("move_deadlines", "期限重新计算", by=None, text=f"{what}。原因：工作日历变动（{why}）。")
    papers = list(case.documents.filter(voided_at=None))
    return [[paper.number for paper in papers if carries(paper, move)] for move in moved]


def carries(paper: Document, move: Move) -> bool:
    """Whether this paper tells another date than the one that stands now, where it tells this deadline."""
    told = [paper.content.get(key, "") for kind, key in move.deadline.papers if kind == paper.kind]
    return any("年" in text and words.day(move.new) not in text for text in told)


def register_deadlines() -> None:
    """Called once, when the app is ready."""
    kept_by(Keeper(lock=Case.objects.lock, tell=tell))
    _of_the_case("acceptance", "受理期限", awaiting_acceptance, acceptance_due, ("receipt", "answer_by"))
    _of_the_case("correction", "补正期限", in_correction, correction_due, ("correction", "deadline"))
    _of_the_case("statutory", "法定期限", running, statutory_due, ("acceptance", "statutory_due"))
    _of_the_case("promised", "承诺期限", running, promised_due, ("acceptance", "promised_due"))
    register(
        "cases.task",
        "{row.department}“{row.name}”的期限",
        field="due",
        holder="case_id",
        open=open_tasks,
        recompute=task_due,
    )


def _of_the_case(
    name: str,
    label: str,
    open: Callable[[], QuerySet[Any]],
    recompute: Callable[[Case], date | None],
    paper: tuple[str, str],
) -> None:
    """A deadline in a field of the case, and the kind of paper and the element of it that say its date."""
    register(
        f"cases.{name}",
        label,
        field=f"{name}_due",
        holder="pk",
        open=open,
        recompute=recompute,
        papers=(paper,),
    )
