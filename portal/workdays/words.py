"""A last day as people read it: what lies in a year without a notice says 预计, on every screen and paper."""

from __future__ import annotations

from datetime import date

from portal.lib import words
from portal.workdays.calendar import load_calendar

ESTIMATED = "（预计）"
NOTE = "注明“预计”的日期到了放假安排还没有公布的年度，公布后可能变动，以窗口和办件查询告知的日期为准。"
"""For papers, which stay as they were issued."""


def is_estimated(due: date | None, since: date | None = None) -> bool:
    """Whether a limit ending on `due` (and begun on `since`, where that is known) reaches into an estimated year."""
    if due is None:
        return False
    calendar = load_calendar()
    return any(calendar.is_estimated(date(year, 1, 1)) for year in range((since or due).year, due.year + 1))


def due_in_words(due: date | None, since: date | None = None) -> str:
    """2017年3月29日, 2027年1月28日（预计）, or a dash when there is no date."""
    return words.day(due) + (ESTIMATED if is_estimated(due, since) else "")


def note(*dues: str) -> str:
    """What a paper says below such dates; empty when none of them is an estimate."""
    return NOTE if any(due.endswith(ESTIMATED) for due in dues) else ""


def due_in_figures(due: date | None, since: date | None = None) -> str:
    """2017-03-29 or 2027-01-28（预计） for lists, or a dash."""
    if due is None:
        return words.NONE
    return due.isoformat() + (ESTIMATED if is_estimated(due, since) else "")
