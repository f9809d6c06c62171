"""A last day as people read it: what lies in a year without a notice says 预计, on every screen and paper."""

from __future__ import annotations

from datetime import date

from portal.lib import words
from portal.workdays.calendar import load_calendar

ESTIMATED = "预计"


def is_estimated(due: date | None, since: date | None = None) -> bool:
    """Whether a limit ending on `due` (and begun on `since`, where that is known) reaches into an estimated year."""
    if due is None:
        return False
    calendar = load_calendar()
    return any(calendar.is_estimated(date(year, 1, 1)) for year in range((since or due).year, due.year + 1))


def due_in_words(due: date | None, since: date | None = None) -> str:
    """2017年3月29日, 预计2027年1月28日, or a dash when there is no date."""
    return f"{ESTIMATED if is_estimated(due, since) else ''}{words.day(due)}"


def due_in_figures(due: date | None, since: date | None = None) -> str:
    """2017-03-29 or 预计2027-01-28 for lists, or a dash."""
    if due is None:
        return words.NONE
    return f"{ESTIMATED if is_estimated(due, since) else ''}{due.isoformat()}"
