"""Days off that are known without a notice: those the law fixes, and 清明."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from chinese_calendar.constants import Holiday, holidays

from portal.workdays.calendar import Calendar
from portal.workdays.deadlines import deadline
from portal.workdays.holidays import fixed_holidays

EMPTY = Calendar()


@pytest.mark.parametrize("month, day", [(1, 1), (4, 5), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)])
def test_a_year_without_a_notice_keeps_the_holidays_that_the_law_fixes(month: int, day: int) -> None:
    assert not EMPTY.is_workday(date(2027, month, day))


@pytest.mark.parametrize("day", [date(2027, 1, 4), date(2027, 4, 6), date(2027, 5, 4), date(2027, 10, 8)])
def test_an_ordinary_weekday_of_such_a_year_is_worked(day: date) -> None:
    assert EMPTY.is_workday(day)


@pytest.mark.parametrize("year", range(2008, 2027))
def test_no_notice_ever_made_a_fixed_holiday_a_working_day_and_its_name_is_the_same(year: int) -> None:
    names = {"元旦": Holiday.new_years_day, "清明": Holiday.tomb_sweeping_day, "劳动节": Holiday.labour_day}
    for day, name in fixed_holidays(year).items():
        assert day in holidays
        if name in names:
            assert holidays[day] == names[name].value


def test_each_wording_of_the_law_holds_from_its_own_first_year() -> None:
    second_of_may = {year: date(year, 5, 2) in fixed_holidays(year) for year in (1999, 2000, 2007, 2008, 2024, 2025)}
    assert second_of_may == {1999: False, 2000: True, 2007: True, 2008: False, 2024: False, 2025: True}
    assert date(2007, 4, 5) not in fixed_holidays(2007)


@pytest.mark.parametrize(
    ("years", "fixed"),
    [
        ((2000, 2007), {"元旦": ["01-01"], "劳动节": ["05-01", "05-02", "05-03"]}),
        ((2008, 2024), {"元旦": ["01-01"], "劳动节": ["05-01"], "清明": ["04-04"]}),
        ((2025, 2097), {"元旦": ["01-01"], "劳动节": ["05-01", "05-02"], "清明": ["04-04"]}),
    ],
)
def test_the_days_that_each_wording_fixes(years: tuple[int, int], fixed: dict[str, list[str]]) -> None:
    for year in years:
        named: dict[str, list[str]] = {}
        for day, name in fixed_holidays(year).items():
            named.setdefault(name, []).append(f"{day:%m-%d}")
        assert named == {**fixed, "国庆节": ["10-01", "10-02", "10-03"]}


def test_the_formula_of_clear_and_bright_is_not_trusted_beyond_its_century() -> None:
    assert [day for day, name in fixed_holidays(2026).items() if name == "清明"] == [date(2026, 4, 5)]
    assert "清明" in fixed_holidays(2099).values()
    assert "清明" not in fixed_holidays(2100).values()
    assert fixed_holidays(1999) == {}


def test_what_a_person_entered_stands_before_the_law() -> None:
    assert Calendar({date(2027, 1, 1): (True, "值班")}).is_workday(date(2027, 1, 1))


def test_new_year_and_national_day_2027_do_not_count_though_2027_is_not_entered() -> None:
    for holiday in (date(2027, 1, 1), date(2027, 10, 1)):
        found = deadline(holiday - timedelta(days=1), 1, EMPTY)
        assert found.due == holiday + timedelta(days=3)
        assert found.estimated


def test_the_explanation_of_an_estimate_tells_the_known_holidays_and_names_what_is_not_known() -> None:
    told = deadline(date(2026, 12, 30), 5, EMPTY).explain()
    assert "元旦（2027年1月1日）放假，不计入。" in told
    assert "预计" in told[-1]
    assert "春节、端午节、中秋节和调休还不知道" in told[-1]
