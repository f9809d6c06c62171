"""Which days count: a pure calendar, and how it is read from the database."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from portal.workdays.holidays import fixed_holidays
from portal.workdays.models import CalendarChange, CalendarDay, CalendarYear

SATURDAY = 5
RECHECK_SECONDS = 5.0
VERB_SECONDS = 0.2
"""How old the calendar may be for a date that is stored; the job that moves deadlines waits for so long."""


@dataclass(frozen=True)
class Calendar:
    """Monday to Friday without the fixed holidays of the law, corrected by `exceptions` (date → works, note).

    `years` are those whose notice is known; of the others only the fixed holidays are.
    """

    exceptions: dict[date, tuple[bool, str]] = field(default_factory=dict)
    years: frozenset[int] = frozenset()

    def known(self, day: date) -> tuple[bool, str] | None:
        """Whether a day that differs from its weekday is worked, and its name; None for an ordinary day."""
        found = self.exceptions.get(day)
        if found is not None:
            return found
        name = fixed_holidays(day.year).get(day)
        return (False, name) if name else None

    def is_workday(self, day: date) -> bool:
        known = self.known(day)
        return known[0] if known else day.weekday() < SATURDAY

    def is_estimated(self, day: date) -> bool:
        """Whether the day lies in a year without an entered notice, so that moving holidays are missing."""
        return day.year not in self.years

    def note(self, day: date) -> str:
        known = self.known(day)
        return known[1] if known else ""

    def is_holiday(self, day: date) -> bool:
        """Whether the day is off by notice or by law, whatever its weekday."""
        known = self.known(day)
        return known is not None and not known[0]

    def next_workday(self, day: date) -> date:
        """The day itself when it is worked, otherwise the first worked day after it."""
        while not self.is_workday(day):
            day += timedelta(days=1)
        return day


Mark = tuple[int, datetime] | None


@dataclass(frozen=True)
class _Kept:
    """The calendar as last read: when it was last looked after, and up to which change it goes."""

    asked: float
    written_here: int
    mark: Mark
    calendar: Calendar

    def is_younger_than(self, seconds: float) -> bool:
        """What this very process has written makes it old at once."""
        return self.written_here == CalendarChange.written_here and time.monotonic() - self.asked < seconds


_kept: _Kept | None = None


def _mark() -> Mark:
    """The last change; every way of writing a day or a year leaves one."""
    return CalendarChange.objects.order_by("-pk").values_list("pk", "at").first()


def load_calendar() -> Calendar:
    """The calendar for screens; a change made in another process is seen within five seconds."""
    return _kept.calendar if _kept and _kept.is_younger_than(RECHECK_SECONDS) else _look()


def calendar_now() -> Calendar:
    """The calendar for dates that are stored: one look serves the dozen dates of a verb, and no more than that."""
    return _kept.calendar if _kept and _kept.is_younger_than(VERB_SECONDS) else _look()


def _look() -> Calendar:
    global _kept
    asked, written_here, mark = time.monotonic(), CalendarChange.written_here, _mark()
    calendar = _kept.calendar if _kept and _kept.mark == mark else _read()
    _kept = _Kept(asked, written_here, mark, calendar)
    return calendar


def _read() -> Calendar:
    """A year counts as known once its notice is entered with its days; a bare year says nothing."""
    days = CalendarDay.objects.values_list("date", "is_workday", "note")
    exceptions = {day: (works, note) for day, works, note in days}
    years = set(CalendarYear.objects.values_list("year", flat=True))
    return Calendar(exceptions, frozenset(years & {day.year for day in exceptions}))


def forget_calendar() -> None:
    """Read the database again at the next question."""
    global _kept
    _kept = None
