"""The official calendar 2004–2026 as chinesecalendar carries it, written into our own table once."""

from __future__ import annotations

import chinese_calendar
from chinese_calendar.constants import Holiday, holidays, workdays
from django.db import transaction

from portal.workdays.models import SEEDED, CalendarDay, CalendarYear

NAMES = {holiday.value: holiday.chinese for holiday in Holiday}
VERSION = getattr(chinese_calendar, "__version__", "1.11")
SOURCE = f"{SEEDED} {VERSION}（国务院办公厅放假通知）"


@transaction.atomic
def seed_workdays() -> int:
    """Write the days that are missing; returns how many were new. Rows entered by people stay as they are."""
    present = set(CalendarDay.objects.values_list("date", flat=True))
    rows = [
        CalendarDay(date=day, is_workday=works, note=NAMES.get(str(name), str(name)), source=SOURCE)
        for works, table in ((False, holidays), (True, workdays))
        for day, name in table.items()
        if day not in present
    ]
    CalendarDay.objects.bulk_create(rows)
    years = {day.year for day in holidays} - set(CalendarYear.objects.values_list("year", flat=True))
    CalendarYear.objects.bulk_create(CalendarYear(year=year, source=SOURCE) for year in sorted(years))
    return len(rows)
