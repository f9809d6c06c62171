"""Which days count: a pure calendar, and how it is read from the database."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from portal.workdays.holidays import fixed_holidays
from portal.workdays.models import CalendarChange, CalendarDay, CalendarYear

SATURDAY = 5
RECHECK_SECONDS = 5.0


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
_kept: tuple[float, Mark, Calendar] | None = None


def _mark() -> Mark:
    """The last change; every way of writing a day or a year leaves one."""
    return CalendarChange.objects.order_by("-pk").values_list("pk", "at").first()


def load_calendar() -> Calendar:
    """The calendar for screens; a change made in another process is seen within five seconds."""
    if _kept and time.monotonic() - _kept[0] < RECHECK_SECONDS:
        return _kept[2]
    return calendar_now()


def calendar_now() -> Calendar:
    """The calendar for dates that are stored: read anew if anything has changed up to this very moment."""
    global _kept
    asked, mark = time.monotonic(), _mark()
    calendar = _kept[2] if _kept and _kept[1] == mark else _read()
    _kept = (asked, mark, calendar)
    return calendar


def _read() -> Calendar:
    days = CalendarDay.objects.values_list("date", "is_workday", "note")
    years = CalendarYear.objects.values_list("year", flat=True)
    return Calendar({day: (works, note) for day, works, note in days}, frozenset(years))


def forget_calendar() -> None:
    """Read the database again at the next question (after an edit in this process, and in tests)."""
    global _kept
    _kept = None
