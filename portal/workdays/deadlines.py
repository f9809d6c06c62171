"""Deadlines as pure functions of start, limit, pauses and calendar; each can explain itself.

行政许可法 art. 82: periods are working days; the start day does not count, make-up working days do. Intervals are half
open: the working days of (a, b].
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from portal.lib import words
from portal.workdays.calendar import SATURDAY, Calendar

ONE_DAY = timedelta(days=1)
ESTIMATE = (
    "其中有的年度放假安排尚未公布，日期是预计的：元旦、清明节、劳动节、国庆节的法定假日已经扣除，"
    "春节、端午节、中秋节和调休还不知道，公布后重新计算。"
)
"""What is missing from a deadline that reaches into a year without a notice."""


class Unit(StrEnum):
    WD = "WD"
    ND = "ND"
    MONTH = "MONTH"


UNIT_NAMES = {Unit.WD: "个工作日", Unit.ND: "个自然日", Unit.MONTH: "个月"}


@dataclass(frozen=True)
class Pause:
    """The clock stood still from `stop` (this day counts as used) to `resume` (this day does not); None: still."""

    stop: date
    resume: date | None = None


@dataclass(frozen=True)
class Deadline:
    """The last day of a limit. `due` is None while a pause is open; `estimated` when a year has no notice yet."""

    start: date
    limit: int
    unit: Unit
    due: date | None
    paused: bool
    estimated: bool
    sentences: tuple[str, ...]

    def explain(self) -> list[str]:
        """How the date came about, in sentences a clerk can read out."""
        return list(self.sentences)


def days_between(a: date, b: date) -> Iterator[date]:
    """The days of (a, b]."""
    day = a + ONE_DAY
    while day <= b:
        yield day
        day += ONE_DAY


def workdays_between(a: date, b: date, calendar: Calendar) -> int:
    """How many working days lie in (a, b]; 0 when b is not after a."""
    return sum(1 for day in days_between(a, b) if calendar.is_workday(day))


def paused_days(pauses: Iterable[Pause], start: date, until: date) -> set[date]:
    """The days of (start, until] on which the clock stood still; overlapping pauses count once."""
    found: set[date] = set()
    for pause in pauses:
        end = min(pause.resume or until, until)
        found.update(day for day in days_between(max(pause.stop, start), end))
    return found


def elapsed(start: date, until: date, calendar: Calendar, pauses: Iterable[Pause] = ()) -> int:
    """Working days used from `start` (not counted) to the end of `until`, without those of pauses."""
    still = paused_days(pauses, start, until)
    return sum(1 for day in days_between(start, until) if calendar.is_workday(day) and day not in still)


def remaining(start: date, limit: int, until: date, calendar: Calendar, pauses: Iterable[Pause] = ()) -> int:
    """Working days left of a limit in working days at the end of `until`; negative when it is over."""
    return limit - elapsed(start, until, calendar, pauses)


def deadline(
    start: date, limit: int, calendar: Calendar, pauses: Iterable[Pause] = (), unit: str = Unit.WD
) -> Deadline:
    """The deadline of `limit` units after `start`, valid to 23:59 of `due`. Raises ValueError for a negative limit."""
    if limit < 0:
        raise ValueError("a limit is zero or more")
    unit = Unit(unit)
    pauses = tuple(pauses)
    if any(pause.resume is None for pause in pauses):
        return Deadline(start, limit, unit, None, True, False, ("现在暂停计时，恢复办理后重新计算期限。",))
    if limit == 0:
        end, due = start, calendar.next_workday(start)
    elif unit == Unit.WD:
        end = due = _working(start, limit, calendar, pauses)
    else:
        end = _natural(start, limit, unit, pauses)
        due = calendar.next_workday(end)
    estimated = any(calendar.is_estimated(date(year, 1, 1)) for year in range(start.year, due.year + 1))
    sentences = tuple(_explain(start, end, due, limit, unit, calendar, pauses, estimated))
    return Deadline(start, limit, unit, due, False, estimated, sentences)


def _working(start: date, limit: int, calendar: Calendar, pauses: tuple[Pause, ...]) -> date:
    horizon = max([start, *(pause.resume for pause in pauses if pause.resume)])
    still = paused_days(pauses, start, horizon)
    day, left = start, limit
    while left:
        day += ONE_DAY
        if calendar.is_workday(day) and day not in still:
            left -= 1
    return day


def _natural(start: date, limit: int, unit: Unit, pauses: tuple[Pause, ...]) -> date:
    """Natural days and months, prolonged by the days of those pauses that began before the limit was over."""
    plain = _months_later(start, limit) if unit == Unit.MONTH else start + timedelta(days=limit)
    end = plain
    while (longer := plain + timedelta(days=len(paused_days(pauses, start, end)))) != end:
        end = longer
    return end


def _months_later(start: date, months: int) -> date:
    """The same day number, or the end of a shorter month."""
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _explain(
    start: date,
    end: date,
    due: date,
    limit: int,
    unit: Unit,
    calendar: Calendar,
    pauses: tuple[Pause, ...],
    estimated: bool,
) -> Iterator[str]:
    if limit == 0:
        if due == start:
            yield f"即办：当日（{words.day(start)}）办结。"
        else:
            yield f"即办：{words.day(start)}是休息日，顺延到下一个工作日（{words.day(due)}）办结。"
        return
    yield f"从{words.day(start)}起算，当日不计，期限{limit}{UNIT_NAMES[unit]}。"
    for name, days in _holidays(start, due, calendar):
        counted = "放假，不计入" if unit == Unit.WD else "放假，期限照常计算"
        yield f"{name}（{_span(days, start.year)}）{counted}。"
    if unit == Unit.WD and (worked := _make_up_days(start, due, calendar)):
        yield f"{'、'.join(_span([day], start.year) for day in worked)}调休上班，计入。"
    yield from _pauses(start, end, unit, calendar, pauses)
    if due != end:
        yield f"{words.day(end)}是休息日，顺延到下一个工作日。"
    yield f"期限届满日{'预计' if estimated else ''}为{words.day(due)}，当日24时前有效。"
    if estimated:
        yield ESTIMATE


def _pauses(start: date, end: date, unit: Unit, calendar: Calendar, pauses: tuple[Pause, ...]) -> Iterator[str]:
    """The times the clock stood still within the limit; overlapping ones are told once, so that the sum is right."""
    for run in _runs(sorted(paused_days(pauses, start, end))):
        worked = sum(1 for day in run if calendar.is_workday(day))
        taken = f"{worked}个工作日" if unit == Unit.WD else f"{len(run)}天"
        yield f"{words.day(run[0] - ONE_DAY)}至{words.day(run[-1])}暂停计时，{taken}不计入。"


def _holidays(start: date, due: date, calendar: Calendar) -> Iterator[tuple[str, list[date]]]:
    """Days off by notice or by law, one entry for each name and unbroken run."""
    off = [day for day in days_between(start, due) if calendar.is_holiday(day)]
    for run in _runs(off, calendar.note):
        yield calendar.note(run[0]) or "假日", run


def _make_up_days(start: date, due: date, calendar: Calendar) -> list[date]:
    """Weekend days that are worked (调休)."""
    return [day for day in days_between(start, due) if day.weekday() >= SATURDAY and calendar.is_workday(day)]


def _runs(days: list[date], name: Callable[[date], str] = lambda day: "") -> list[list[date]]:
    """Sorted days as unbroken runs of one name."""
    runs: list[list[date]] = []
    for day in days:
        if runs and runs[-1][-1] + ONE_DAY == day and name(runs[-1][-1]) == name(day):
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _span(days: list[date], year: int) -> str:
    """`4月2日` or `4月2日至4月4日`; days of another year than `year` say theirs."""
    ends = [days[0]] if len(days) == 1 else [days[0], days[-1]]
    return "至".join(f"{day.month}月{day.day}日" if day.year == year else words.day(day) for day in ends)
