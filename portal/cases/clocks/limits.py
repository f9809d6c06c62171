"""The limits of a case as dates, and as sentences a clerk can read out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from portal.cases.models import Case
from portal.cases.states import ClockState
from portal.workdays.calendar import load_calendar
from portal.workdays.deadlines import Deadline, deadline, elapsed

if TYPE_CHECKING:
    from portal.catalog.schema.definition import ItemDefinition, Limit

ACCEPTANCE_DAYS = 5
"""行政许可法 art. 32 para. 1 (4): silence for five working days counts as acceptance."""

CORRECTION_DAYS = 90
"""Natural days the applicant has to supply corrections; local practice, no legal limit."""

HANDOVER_DAYS = 1
"""Working days a slip may wait for its signature."""

BOUNCE_DAYS = 2
"""Working days within which a wrong dispatch must be reported."""


def working_days(start: date, count: int) -> date:
    """The `count`-th working day after `start` (the start day is not counted)."""
    return deadline(start, count, load_calendar()).due


def natural_days(start: date, count: int) -> date:
    return start + timedelta(days=count)


def due(start: date, limit: Limit | None) -> Deadline | None:
    """The deadline of a limit of the item that begins on `start`; None where the law sets none."""
    if limit is None or limit.value is None:
        return None
    return deadline(start, limit.value, load_calendar(), unit=limit.unit)


def limits(definition: ItemDefinition, start: date) -> dict[str, date | None]:
    """`statutory` and `promised` as dates."""
    found = {"statutory": due(start, definition.statutory_limit), "promised": due(start, definition.promised_limit)}
    return {name: item.due if item else None for name, item in found.items()}


def start_clocks(case: Case, day: date) -> None:
    """Start both clocks of an accepted case; called by the verb that accepts it."""
    found = limits(case.definition, day)
    stamps = {
        "clock_start": day,
        "clock_state": ClockState.RUNNING,
        "statutory_due": found["statutory"],
        "promised_due": found["promised"],
    }
    Case.objects.filter(pk=case.pk).update(**stamps)
    for name, value in stamps.items():
        setattr(case, name, value)


@dataclass(frozen=True)
class LimitRow:
    """One limit as the case page shows it: `used` working days so far, `left` until `due` (negative when over)."""

    name: str
    text: str
    due: date | None
    estimated: bool
    used: int | None
    left: int | None
    explanation: list[str]


def limit_rows(case: Case, today: date) -> list[LimitRow]:
    """Both limits of an accepted case, each with its explanation; empty before acceptance."""
    if case.clock_start is None:
        return []
    stop = timezone.localdate(case.decided_at) if case.decided_at else today
    named = (("法定期限", case.definition.statutory_limit), ("承诺期限", case.definition.promised_limit))
    return [_row(name, limit, case.clock_start, stop) for name, limit in named]


def _row(name: str, limit: Limit | None, start: date, stop: date) -> LimitRow:
    found = due(start, limit)
    if limit is None or found is None:
        note = getattr(limit, "note", "") or "法律、法规、规章没有规定办理期限。"
        return LimitRow(name, "无法定时限", None, False, None, None, [note])
    used = elapsed(start, stop, load_calendar())
    left = days_left(found.due, stop)
    return LimitRow(name, limit.days_text(), found.due, found.estimated, used, left, found.explain())


def days_left(due_date: date | None, today: date) -> int | None:
    """Working days until the end of `due_date`, negative when it has passed; None without a date."""
    if due_date is None:
        return None
    calendar = load_calendar()
    if due_date >= today:
        return elapsed(today, due_date, calendar)
    return -elapsed(due_date, today, calendar)
