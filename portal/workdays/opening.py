"""When a hall is open: its own week, corrected by the working calendar and by its special days.

A holiday closes every hall. A make-up day (调休上班) that falls on a day without hours has those of the last weekday
before it that has some, because it stands in for an ordinary working day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from django.utils import timezone

from portal.organisations.models import OpeningHours, ServiceCenter, SpecialDay
from portal.workdays.calendar import Calendar, load_calendar

DAYS_AHEAD = 30
"""How far the days are listed that differ from the week, and how far the next opening is looked for."""
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, order=True)
class Span:
    """One stretch of a day."""

    opens: time
    closes: time

    def __str__(self) -> str:
        return f"{clock(self.opens)}—{clock(self.closes)}"


Week = Mapping[int, tuple[Span, ...]]


@dataclass(frozen=True)
class DayHours:
    """The hours of one date; `note` says why they differ from the week, and is empty where they do not."""

    day: date
    spans: tuple[Span, ...]
    note: str = ""
    estimated: bool = False

    @property
    def text(self) -> str:
        return spans_text(self.spans)

    @property
    def name(self) -> str:
        """10月9日（星期五）."""
        return f"{self.day.month}月{self.day.day}日（星期{WEEKDAYS[self.day.weekday()]}）"


@dataclass(frozen=True)
class Opening:
    """What a visitor asks: open now, until when, the week, and the days ahead that differ from it."""

    is_open: bool
    sentence: str
    today: DayHours
    week: tuple[tuple[str, str], ...]
    exceptions: tuple[DayHours, ...]
    estimated_year: int | None


def clock(value: time) -> str:
    """8:30, without a nought before it."""
    return f"{value.hour}:{value.minute:02d}"


def spans_text(spans: tuple[Span, ...]) -> str:
    return "，".join(map(str, spans)) or "不开放"


def hours_on(day: date, week: Week, special: Mapping[date, SpecialDay], calendar: Calendar) -> DayHours:
    """The hours of that date: the centre's own special day first, then the calendar, then the week."""
    estimated = calendar.is_estimated(day)
    own = special.get(day)
    if own is not None:
        spans = (Span(own.opens, own.closes),) if own.opens and own.closes else ()
        return DayHours(day, spans, own.note)
    usual = week.get(day.weekday(), ())
    known = calendar.known(day)
    if known is None:
        return DayHours(day, usual, "", estimated)
    works, note = known
    if not works:
        return DayHours(day, (), note or "放假")
    if usual:
        return DayHours(day, usual)
    return DayHours(day, _working_hours_before(day.weekday(), week), f"{note}调休上班" if note else "调休上班")


def _working_hours_before(weekday: int, week: Week) -> tuple[Span, ...]:
    for back in range(1, 7):
        if spans := week.get((weekday - back) % 7):
            return spans
    return ()


def opening(center: ServiceCenter, at: datetime | None = None) -> Opening | None:
    """The answer at that moment (now when none is given); None for a centre whose hours nobody has entered."""
    return openings([center], at).get(center.pk)


def business_day(center: ServiceCenter, at: datetime | None = None) -> date:
    """The day to which what comes in at that moment (now when none is given) belongs: the day itself, but the next
    working day after closing time and on a rest day."""
    now, found = timezone.localtime(at), opening(center, at)
    spans = found.today.spans if found else ()
    is_over = bool(spans) and now.time() >= spans[-1].closes
    return load_calendar().next_workday(now.date() + timedelta(days=is_over))


def openings(centers: Iterable[ServiceCenter], at: datetime | None = None) -> dict[int, Opening]:
    """The same for many, in as many queries as for one: by the key of the centre, without those that have no hours."""
    keys = [center.pk for center in centers]
    today = timezone.localdate(at)
    weeks: dict[int, dict[int, tuple[Span, ...]]] = defaultdict(dict)
    for row in OpeningHours.objects.filter(center__in=keys).order_by("weekday", "opens"):
        weeks[row.center_id][row.weekday] = (*weeks[row.center_id].get(row.weekday, ()), Span(row.opens, row.closes))
    special: dict[int, dict[date, SpecialDay]] = defaultdict(dict)
    ahead = (today, today + timedelta(days=DAYS_AHEAD))
    for day in SpecialDay.objects.filter(center__in=keys, date__range=ahead):
        special[day.center_id][day.date] = day
    known = [key for key in keys if key in weeks or key in special]
    calendar = load_calendar() if known else Calendar()
    return {key: _opening(weeks[key], special[key], calendar, timezone.localtime(at)) for key in known}


def _opening(week: Week, special: Mapping[date, SpecialDay], calendar: Calendar, now: datetime) -> Opening:
    dates = [now.date() + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1)]
    days = [hours_on(day, week, special, calendar) for day in dates]
    is_open, sentence = _now(now.time(), days)
    return Opening(
        is_open=is_open,
        sentence=sentence,
        today=days[0],
        week=tuple(_week_rows(week)),
        exceptions=tuple(day for day in days if day.note and day.spans != week.get(day.day.weekday(), ())),
        estimated_year=next((day.day.year for day in days if day.estimated), None),
    )


def _now(moment: time, days: list[DayHours]) -> tuple[bool, str]:
    today = days[0]
    for span in today.spans:
        if span.opens <= moment < span.closes:
            ends = "关门" if span == today.spans[-1] else "休息"
            return True, f"现在开放，{clock(span.closes)}{ends}。"
        if moment < span.opens:
            begun = span != today.spans[0]
            return False, f"{'现在是休息时间' if begun else '现在还没有开门'}，今天{clock(span.opens)}开门。"
    closed = "今天已经关门" if today.spans else f"今天不开放{f'（{today.note}）' if today.note else ''}"
    coming = next((day for day in days[1:] if day.spans), None)
    if coming is None:
        return False, f"{closed}。近期的开放时间请打电话咨询。"
    return False, f"{closed}，{coming.name}{clock(coming.spans[0].opens)}开门。"


def _week_rows(week: Week) -> Iterator[tuple[str, str]]:
    """Neighbouring weekdays with the same hours as one row: 星期一至星期五."""
    for spans, days in groupby(range(7), key=lambda day: week.get(day, ())):
        run = list(days)
        first, last = (f"星期{WEEKDAYS[day]}" for day in (run[0], run[-1]))
        joined = first if len(run) == 1 else f"{first}、{last}" if len(run) == 2 else f"{first}至{last}"
        yield joined, spans_text(spans)
