"""The limits of a case as dates, and as sentences a clerk can read out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from portal.cases.models import Case
from portal.cases.states import ClockState
from portal.workdays.calendar import Calendar, calendar_now, load_calendar
from portal.workdays.deadlines import Deadline, Unit, deadline, elapsed
from portal.workdays.words import due_in_words

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


MOVED_ON = "本期限按办理时的工作日历计算；工作日历后来有变动，办理中的期限正在重新计算，以这里写的日期为准。"
"""Instead of an explanation that would end on another day than the one that stands."""

AS_IT_WAS = "本期限按办理时的工作日历计算，办结以后不再变动。"
"""The same for a case that is decided: its dates stay what they were."""


def working_days(start: date, count: int) -> date:
    """The `count`-th working day after `start` (the start day is not counted)."""
    return _due(deadline(start, count, calendar_now()))


def natural_days(start: date, count: int) -> date:
    """`count` days after `start`, or the next working day when that is a rest day."""
    return _due(deadline(start, count, calendar_now(), unit=Unit.ND))


def step_due(case: Case, sent: date, days: int, *, to_sign: bool = True) -> date:
    """The one last day of a department's step, on slip and screens alike, whenever the department signs.

    The step's own `days` run from the last day on which the slip may be signed (`to_sign` False: from `sent`, where
    nobody has to, and not before the case's own clock), and never beyond what the applicant was promised or the law
    allows.
    """
    began = working_days(sent, HANDOVER_DAYS) if to_sign else max(sent, case.clock_start or sent)
    return min([working_days(began, days), *(last for last in (case.promised_due, case.statutory_due) if last)])


def _due(counted: Deadline) -> date:
    """The day; only an open pause leaves none, and here nothing pauses."""
    assert counted.due is not None
    return counted.due


def due(start: date, limit: Limit | None, calendar: Calendar) -> Deadline | None:
    """The deadline of a limit of the item that begins on `start`; None where the law sets none."""
    if limit is None or limit.value is None:
        return None
    return deadline(start, limit.value, calendar, unit=limit.unit)


def limits(definition: ItemDefinition, start: date) -> dict[str, date | None]:
    """`statutory` and `promised` as dates."""
    named, calendar = {"statutory": definition.statutory_limit, "promised": definition.promised_limit}, calendar_now()
    found = {name: due(start, limit, calendar) for name, limit in named.items()}
    return {name: item.due if item else None for name, item in found.items()}


def clocks(case: Case, day: date) -> dict[str, Any]:
    """What the verb that accepts a case claims with it: both clocks run from `day`."""
    found = limits(case.definition, day)
    return {
        "clock_start": day,
        "clock_state": ClockState.RUNNING,
        "statutory_due": found["statutory"],
        "promised_due": found["promised"],
    }


@dataclass(frozen=True)
class LimitRow:
    """One limit as the case page shows it: `used` working days so far, `left` until `due` (negative when over).

    `due` is the stored date, `due_text` the same in words.
    """

    name: str
    text: str
    due: date | None
    due_text: str
    used: int | None
    left: int | None
    explanation: list[str]


def limit_rows(case: Case, today: date) -> list[LimitRow]:
    """Both limits of an accepted case, each with its explanation; empty before acceptance and once it was given up."""
    if case.clock_start is None or (case.decided_at is None and case.clock_state == ClockState.STOPPED):
        return []
    stop = timezone.localdate(case.decided_at) if case.decided_at else today
    named = (
        ("法定期限", case.definition.statutory_limit, case.statutory_due),
        ("承诺期限", case.definition.promised_limit, case.promised_due),
    )
    otherwise = AS_IT_WAS if case.decided_at else MOVED_ON
    return [_row(name, limit, stored, case.clock_start, stop, otherwise) for name, limit, stored in named]


def _row(name: str, limit: Limit | None, stored: date | None, start: date, stop: date, otherwise: str) -> LimitRow:
    """One date everywhere: the stored one is shown, and explained as long as the calendar still says the same."""
    found = due(start, limit, load_calendar())
    if limit is None or found is None:
        note = getattr(limit, "note", "") or "法律、法规、规章没有规定办理期限。"
        return LimitRow(name, "无法定时限", None, "", None, None, [note])
    used = elapsed(start, stop, load_calendar())
    explanation = found.explain() if found.due == stored else [otherwise]
    return LimitRow(
        name, limit.days_text(), stored, due_in_words(stored, start), used, days_left(stored, stop), explanation
    )


def days_left(due_date: date | None, today: date) -> int | None:
    """Working days until the end of `due_date`, negative when it has passed; None without a date."""
    if due_date is None:
        return None
    calendar = load_calendar()
    if due_date >= today:
        return elapsed(today, due_date, calendar)
    return -elapsed(due_date, today, calendar)
