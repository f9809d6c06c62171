"""Day arithmetic against the worked examples of 2017: start day out, make-up days in, pauses out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from chinese_calendar.constants import holidays, workdays
from hypothesis import given
from hypothesis import strategies as st

from portal.workdays.calendar import Calendar
from portal.workdays.deadlines import Pause, Unit, deadline, elapsed, remaining, workdays_between

NOTES = {**dict.fromkeys(holidays, (False, "放假")), **dict.fromkeys(workdays, (True, "调休"))}
CALENDAR = Calendar(NOTES, frozenset({2016, 2017, 2018}))
START = date(2017, 3, 15)


def day(text: str) -> date:
    return date.fromisoformat(f"2017-{text}")


@pytest.mark.parametrize(
    "start, limit, due",
    [
        ("03-15", 1, "03-16"),
        ("03-15", 2, "03-17"),
        ("03-15", 3, "03-20"),
        ("03-15", 5, "03-22"),
        ("03-15", 7, "03-24"),
        ("03-15", 10, "03-29"),
        ("03-15", 15, "04-06"),
        ("03-15", 20, "04-13"),
        ("03-15", 30, "04-27"),
        ("03-15", 45, "05-19"),
        ("03-15", 60, "06-12"),
        ("03-29", 20, "04-27"),
        ("03-31", 2, "04-05"),
        ("01-20", 5, "01-26"),
        ("01-20", 20, "02-22"),
        ("09-29", 5, "10-12"),
        ("03-30", 5, "04-07"),
        ("03-15", 0, "03-15"),
    ],
)
def test_working_days(start: str, limit: int, due: str) -> None:
    assert deadline(day(start), limit, CALENDAR).due == day(due)


@pytest.mark.parametrize(
    "start, limit, unit, due",
    [
        (START, 3, Unit.MONTH, date(2017, 6, 15)),
        (date(2017, 11, 30), 3, Unit.MONTH, date(2018, 2, 28)),
        (START, 90, Unit.ND, date(2017, 6, 13)),
        (START, 3, Unit.ND, date(2017, 3, 20)),
        (date(2017, 1, 31), 1, Unit.MONTH, date(2017, 2, 28)),
        (date(2016, 1, 31), 1, Unit.MONTH, date(2016, 2, 29)),
        (date(2016, 12, 15), 1, Unit.MONTH, date(2017, 1, 16)),
        (date(2017, 11, 15), 1, Unit.MONTH, date(2017, 12, 15)),
        (date(2017, 11, 15), 13, Unit.MONTH, date(2018, 12, 17)),
        (date(2017, 3, 15), 1, Unit.ND, date(2017, 3, 16)),
    ],
)
def test_months_and_natural_days_end_on_a_working_day(start: date, limit: int, unit: Unit, due: date) -> None:
    assert deadline(start, limit, CALENDAR, unit=unit).due == due


def test_a_pause_prolongs_the_limit_by_its_working_days() -> None:
    pause = Pause(day("03-20"), day("03-31"))
    assert deadline(START, 20, CALENDAR, [pause]).due == day("04-26")
    assert elapsed(START, day("04-10"), CALENDAR, [pause]) == 8


def test_overlapping_pauses_count_once() -> None:
    pauses = [Pause(day("03-20"), day("03-31")), Pause(day("03-27"), day("04-05"))]
    assert deadline(START, 20, CALENDAR, pauses).due == day("04-28")


def test_an_open_pause_means_paused_not_a_guess() -> None:
    found = deadline(START, 20, CALENDAR, [Pause(day("03-20"))])
    assert (found.due, found.paused) == (None, True)
    assert "暂停计时" in found.explain()[0]
    assert elapsed(START, day("04-10"), CALENDAR, [Pause(day("03-20"))]) == 3


def test_a_pause_of_one_day_has_no_effect_and_one_over_a_weekend_counts_one() -> None:
    assert deadline(START, 20, CALENDAR, [Pause(day("03-20"), day("03-20"))]).due == day("04-13")
    assert workdays_between(day("03-24"), day("03-27"), CALENDAR) == 1


def test_the_explanation_names_holidays_make_up_days_and_the_last_day() -> None:
    told = "".join(deadline(day("03-29"), 5, CALENDAR).explain())
    assert "当日不计" in told
    assert "4月2日至4月4日" in told
    assert "4月1日调休上班，计入" in told
    assert "期限届满日为2017年4月6日" in told


def test_make_up_days_far_apart_are_told_one_by_one() -> None:
    told = deadline(day("01-20"), 20, CALENDAR).explain()
    assert "1月22日、2月4日调休上班，计入。" in told


def test_overlapping_pauses_are_told_once_with_their_true_sum() -> None:
    pauses = [Pause(day("03-20"), day("03-31")), Pause(day("03-27"), day("04-05"))]
    told = [sentence for sentence in deadline(START, 20, CALENDAR, pauses).explain() if "暂停" in sentence]
    assert told == ["2017年3月20日至2017年4月5日暂停计时，11个工作日不计入。"]


def test_a_pause_after_the_last_day_changes_nothing_and_is_not_told() -> None:
    late = Pause(day("05-16"), day("05-20"))
    for unit, limit, due in ((Unit.WD, 10, "03-29"), (Unit.ND, 10, "03-27"), (Unit.MONTH, 2, "05-15")):
        found = deadline(START, limit, CALENDAR, [late], unit)
        assert found.due == day(due)
        assert "暂停" not in "".join(found.explain())


def test_a_pause_prolongs_natural_days_by_its_natural_days() -> None:
    found = deadline(START, 30, CALENDAR, [Pause(day("03-20"), day("03-31"))], Unit.ND)
    assert found.due == day("04-25")
    assert "2017年3月20日至2017年3月31日暂停计时，11天不计入。" in found.explain()


def test_a_pause_counts_within_the_limit_only_and_from_the_day_after_it_began() -> None:
    before = Pause(day("03-01"), day("03-17"))
    assert elapsed(START, day("03-20"), CALENDAR, [before]) == 1
    assert deadline(START, 5, CALENDAR, [before]).due == day("03-24")
    assert deadline(START, 5, CALENDAR, [before], Unit.ND).due == day("03-22")
    on_the_last_day = Pause(day("03-22"), day("03-24"))
    assert deadline(START, 5, CALENDAR, [on_the_last_day]).due == day("03-22")
    assert deadline(START, 7, CALENDAR, [on_the_last_day], Unit.ND).due == day("03-22")
    on_the_day_before = Pause(day("03-21"), day("03-24"))
    assert deadline(START, 7, CALENDAR, [on_the_day_before], Unit.ND).due == day("03-27")


def test_a_pause_prolonged_into_another_is_prolonged_by_that_too() -> None:
    pauses = [Pause(day("03-16"), day("03-19")), Pause(day("03-26"), day("03-28"))]
    assert deadline(START, 10, CALENDAR, pauses, Unit.ND).due == day("03-30")


def test_no_day_lies_between_a_day_and_itself_or_one_before_it() -> None:
    assert workdays_between(START, START, CALENDAR) == 0
    assert workdays_between(START, START - timedelta(days=5), CALENDAR) == 0
    assert workdays_between(START, START + timedelta(days=1), CALENDAR) == 1


def test_natural_days_count_holidays_and_say_so_and_tell_no_make_up_days() -> None:
    told = "".join(deadline(day("03-29"), 8, CALENDAR, unit=Unit.ND).explain())
    assert "（4月2日至4月4日）放假，期限照常计算。" in told
    assert "调休" not in told
    assert "顺延" not in told


def test_a_limit_of_no_days_is_told_as_done_on_the_spot() -> None:
    assert deadline(START, 0, CALENDAR).explain() == ["即办：当日（2017年3月15日）办结。"]


def test_an_ordinary_limit_is_told_in_two_sentences() -> None:
    found = deadline(START, 2, CALENDAR)
    assert (found.estimated, found.paused) == (False, False)
    assert found.explain() == [
        "从2017年3月15日起算，当日不计，期限2个工作日。",
        "期限届满日为2017年3月17日，当日24时前有效。",
    ]


def test_two_holidays_of_different_names_side_by_side_are_told_apart() -> None:
    notes = {day("10-02"): (False, "国庆节"), day("10-03"): (False, "国庆节"), day("10-04"): (False, "中秋节")}
    told = "".join(deadline(day("09-29"), 3, Calendar(notes, frozenset({2017}))).explain())
    assert "中秋节（10月4日）放假" in told
    assert "国庆节（10月1日至10月3日）放假" in told


def test_a_limit_that_crosses_a_year_without_a_notice_is_estimated_whichever_year_that_is() -> None:
    known = frozenset({2017})
    assert not deadline(day("12-20"), 3, Calendar({}, known)).estimated
    assert deadline(day("12-29"), 3, Calendar({}, known)).estimated
    assert deadline(date(2016, 12, 30), 3, Calendar({}, known)).estimated


def test_the_explanation_says_when_a_rest_day_moves_the_end() -> None:
    assert "2017年3月18日是休息日，顺延到下一个工作日。" in deadline(START, 3, CALENDAR, unit=Unit.ND).explain()


def test_a_holiday_of_the_next_year_is_told_with_its_year() -> None:
    assert "2018年1月1日）放假" in "".join(deadline(day("12-29"), 3, CALENDAR).explain())


def test_what_remains_is_the_limit_less_what_is_used() -> None:
    pause = Pause(day("03-20"), day("03-31"))
    assert remaining(START, 20, day("04-10"), CALENDAR, [pause]) == 12
    assert remaining(START, 5, day("03-24"), CALENDAR) == -2


@pytest.mark.parametrize("unit", list(Unit))
def test_no_days_at_all_end_on_the_start_day_or_on_the_next_working_day(unit: Unit) -> None:
    assert deadline(day("03-17"), 0, CALENDAR, unit=unit).due == day("03-17")
    rolled = deadline(day("03-18"), 0, CALENDAR, unit=unit)
    assert rolled.due == day("03-20")
    assert "休息日，顺延到下一个工作日（2017年3月20日）" in rolled.explain()[0]


def test_a_year_without_a_notice_is_estimated_and_says_so() -> None:
    found = deadline(date(2018, 12, 28), 5, CALENDAR)
    assert found.estimated
    assert "尚未公布" in found.explain()[-1]


def test_a_negative_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="zero or more"):
        deadline(START, -1, CALENDAR)


@given(st.dates(date(2016, 6, 1), date(2018, 3, 1)), st.integers(0, 60))
def test_the_deadline_is_a_working_day_with_exactly_the_limit_in_between(start: date, limit: int) -> None:
    due = deadline(start, limit, CALENDAR).due
    assert CALENDAR.is_workday(due)
    assert workdays_between(start, due, CALENDAR) == limit or (limit == 0 and not CALENDAR.is_workday(start))


@given(st.dates(date(2016, 6, 1), date(2018, 3, 1)), st.integers(1, 20), st.integers(0, 15), st.integers(0, 15))
def test_a_pause_never_makes_a_deadline_earlier(start: date, limit: int, after: int, long: int) -> None:
    pause = Pause(start + timedelta(days=after), start + timedelta(days=after + long))
    assert deadline(start, limit, CALENDAR, [pause]).due >= deadline(start, limit, CALENDAR).due
