"""Whoever enters, changes or withdraws a day or a year promises one job, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import transaction

from portal.jobs.models import Promise
from portal.workdays.calendar import load_calendar
from portal.workdays.models import MOVE_DEADLINES, CalendarChange, CalendarDay, CalendarYear
from portal.workdays.seed import seed_workdays

pytestmark = pytest.mark.django_db
TYPHOON = date(2017, 9, 14)


def changes() -> list[tuple[date, str]]:
    """What was told, oldest first; every change has exactly one promise."""
    found = list(CalendarChange.objects.order_by("pk"))
    promised = Promise.objects.filter(kind=MOVE_DEADLINES).order_by("pk").values_list("args", flat=True)
    assert list(promised) == [{"change": change.pk} for change in found]
    return [(change.first_day, change.why) for change in found]


def test_a_day_entered_is_told() -> None:
    CalendarDay.objects.create(date=TYPHOON, is_workday=False, note="台风")
    assert changes() == [(TYPHOON, "2017年9月14日放假（台风）")]


def a_typhoon_day() -> CalendarDay:
    day = CalendarDay.objects.create(date=TYPHOON, is_workday=False, note="台风")
    CalendarChange.objects.all().delete()
    Promise.objects.all().delete()
    return day


def test_a_day_changed_is_told_from_the_earlier_of_its_two_dates() -> None:
    day = a_typhoon_day()
    day.date = date(2017, 9, 20)
    day.save()
    assert changes() == [(TYPHOON, "2017年9月20日放假（台风）等2处")]


def test_a_day_withdrawn_is_told() -> None:
    a_typhoon_day().delete()
    assert changes() == [(TYPHOON, "2017年9月14日恢复为普通日期")]


@pytest.mark.parametrize(
    "act, why",
    [
        (lambda: CalendarDay.objects.filter(date=TYPHOON).delete(), "2017年9月14日恢复为普通日期"),
        (lambda: CalendarDay.objects.filter(date=TYPHOON).update(is_workday=True), "2017年9月14日上班（台风）等2处"),
        (
            lambda: CalendarDay.objects.bulk_create([CalendarDay(date=date(2017, 9, 15), is_workday=False)]),
            "2017年9月15日放假",
        ),
    ],
)
def test_changes_of_many_rows_at_once_are_told_too(act: Callable[[], object], why: str) -> None:
    a_typhoon_day()
    act()
    assert [told for _, told in changes()] == [why]


def test_a_year_entered_and_withdrawn_is_told_from_its_first_day() -> None:
    CalendarYear.objects.create(year=2027, source="国务院办公厅通知")
    CalendarYear.objects.get(year=2027).delete()
    assert changes() == [
        (date(2027, 1, 1), "2027年的放假安排已录入"),
        (date(2027, 1, 1), "2027年的放假安排已撤销"),
    ]


def test_the_seed_tells_its_days_and_its_years_once_and_nothing_when_it_adds_nothing() -> None:
    seed_workdays()
    assert [first for first, _ in changes()] == [date(2004, 1, 1), date(2004, 1, 1)]
    seed_workdays()
    assert len(changes()) == 2


def test_a_change_that_is_rolled_back_leaves_no_promise() -> None:
    with transaction.atomic():
        CalendarDay.objects.create(date=TYPHOON, is_workday=False)
        transaction.set_rollback(True)
    assert not CalendarDay.objects.exists()
    assert changes() == []


def test_a_note_alone_is_seen_as_well() -> None:
    day = CalendarDay.objects.create(date=TYPHOON, is_workday=False, note="台风")
    assert load_calendar().note(TYPHOON) == "台风"
    day.note = "台风“泰利”"
    day.save()
    assert load_calendar().note(TYPHOON) == "台风“泰利”"
