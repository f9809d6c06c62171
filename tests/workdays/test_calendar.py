"""The calendar in the database: seeded once, edited by people, read anew when it changes."""

from __future__ import annotations

from datetime import date

import pytest

from portal.workdays import calendar
from portal.workdays.calendar import calendar_now, load_calendar
from portal.workdays.models import SEEDED, CalendarChange, CalendarDay, CalendarYear
from portal.workdays.seed import seed_workdays

pytestmark = pytest.mark.django_db


def test_the_seed_knows_every_year_from_2004_to_2026_and_where_it_knows_it_from() -> None:
    assert seed_workdays() > 500
    assert set(CalendarYear.objects.values_list("year", flat=True)) == set(range(2004, 2027))
    assert all(source.startswith(SEEDED) for source in CalendarDay.objects.values_list("source", flat=True).distinct())


def test_seeding_again_adds_nothing_and_keeps_what_people_entered() -> None:
    CalendarDay.objects.create(date=date(2017, 10, 2), is_workday=True, note="演练", source="人工录入")
    seed_workdays()
    assert seed_workdays() == 0
    assert CalendarDay.objects.get(date=date(2017, 10, 2)).is_workday is True


def test_a_change_is_seen_at_once_by_the_process_that_made_it() -> None:
    seed_workdays()
    assert load_calendar().is_workday(date(2017, 5, 4))
    CalendarDay.objects.create(date=date(2017, 5, 4), is_workday=False, note="临时放假")
    assert not load_calendar().is_workday(date(2017, 5, 4))


def test_the_calendar_costs_no_query_while_it_is_fresh(django_assert_num_queries) -> None:
    seed_workdays()
    load_calendar()
    with django_assert_num_queries(0):
        load_calendar()


def test_a_year_that_is_not_entered_is_estimated() -> None:
    seed_workdays()
    known = load_calendar()
    assert not known.is_estimated(date(2026, 1, 1))
    assert known.is_estimated(date(2027, 1, 1))


def test_a_year_is_known_once_it_and_a_day_of_it_are_entered() -> None:
    CalendarYear.objects.create(year=2027, source="国务院办公厅通知")
    CalendarDay.objects.create(date=date(2028, 5, 4), is_workday=False, note="放假")
    assert [load_calendar().is_estimated(date(year, 6, 1)) for year in (2027, 2028)] == [True, True]
    CalendarDay.objects.create(date=date(2027, 5, 4), is_workday=False, note="放假")
    assert [load_calendar().is_estimated(date(year, 6, 1)) for year in (2027, 2028)] == [False, True]


def day_off_by_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if written elsewhere: this process has not counted it."""
    counted = CalendarChange.written_here
    CalendarDay.objects.create(date=date(2017, 5, 4), is_workday=False, note="临时放假")
    monkeypatch.setattr(CalendarChange, "written_here", counted)


def test_a_change_of_another_process_is_seen_at_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    seed_workdays()
    assert load_calendar().is_workday(date(2017, 5, 4))
    day_off_by_another_process(monkeypatch)
    assert load_calendar().is_workday(date(2017, 5, 4))
    monkeypatch.setattr(calendar, "RECHECK_SECONDS", 0)
    assert not load_calendar().is_workday(date(2017, 5, 4))


def test_a_date_that_is_stored_does_not_wait_for_the_next_look_of_screens(monkeypatch: pytest.MonkeyPatch) -> None:
    seed_workdays()
    assert load_calendar().is_workday(date(2017, 5, 4))
    day_off_by_another_process(monkeypatch)
    monkeypatch.setattr(calendar, "VERB_SECONDS", 0)
    assert load_calendar().is_workday(date(2017, 5, 4))
    assert not calendar_now().is_workday(date(2017, 5, 4))


def test_asking_whether_anything_changed_costs_one_small_query(
    django_assert_num_queries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar, "RECHECK_SECONDS", 0)
    seed_workdays()
    load_calendar()
    with django_assert_num_queries(1):
        load_calendar()
