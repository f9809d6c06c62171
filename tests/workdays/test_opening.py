"""When a hall is open: its week, holidays, make-up days and its own special days."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.organisations.content import load_organisations
from portal.organisations.models import OpeningHours, ServiceCenter, SpecialDay
from portal.workdays.calendar import forget_calendar
from portal.workdays.models import CalendarDay
from portal.workdays.opening import Opening, opening, openings
from portal.workdays.seed import seed_workdays

pytestmark = [pytest.mark.django_db, pytest.mark.once]
CHINA = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def center(db: None) -> ServiceCenter:
    load_organisations(settings.CONTENT_DIR)
    seed_workdays()
    return ServiceCenter.objects.get(code="sx-center")


def at(center: ServiceCenter, *moment: int) -> Opening:
    found = opening(center, datetime(*moment, tzinfo=CHINA))
    assert found is not None
    return found


@pytest.mark.parametrize(
    "moment, is_open, sentence",
    [
        ((2026, 11, 25, 8, 29), False, "现在还没有开门，今天8:30开门。"),
        ((2026, 11, 25, 8, 30), True, "现在开放，12:00休息。"),
        ((2026, 11, 25, 12, 0), False, "现在是休息时间，今天14:00开门。"),
        ((2026, 11, 25, 14, 0), True, "现在开放，17:30关门。"),
        ((2026, 11, 25, 17, 30), False, "今天已经关门，11月26日（星期四）8:30开门。"),
        ((2026, 11, 28, 10, 0), False, "今天不开放，11月30日（星期一）8:30开门。"),
    ],
)
def test_open_now(center: ServiceCenter, moment: tuple[int, ...], is_open: bool, sentence: str) -> None:
    found = at(center, *moment)
    assert (found.is_open, found.sentence) == (is_open, sentence)


def test_a_holiday_closes_the_hall_and_says_which(center: ServiceCenter) -> None:
    found = at(center, 2026, 10, 1, 10, 0)
    assert not found.is_open
    assert "今天不开放（国庆节）" in found.sentence


def test_a_make_up_saturday_has_the_hours_of_the_friday_before(center: ServiceCenter) -> None:
    found = at(center, 2026, 10, 10, 10, 0)
    assert found.is_open
    assert found.today.text == "8:30—12:00，14:00—17:30"
    assert "调休上班" in found.today.note


def test_own_saturday_hours_stay_on_a_make_up_saturday(center: ServiceCenter) -> None:
    OpeningHours.objects.create(center=center, weekday=5, opens=time(9), closes=time(11))
    assert at(center, 2026, 10, 10, 10, 0).today.text == "9:00—11:00"


def test_a_special_day_goes_before_calendar_and_week(center: ServiceCenter) -> None:
    SpecialDay.objects.create(center=center, date=date(2026, 11, 25), note="系统升级，暂停办理")
    SpecialDay.objects.create(center=center, date=date(2026, 11, 28), opens=time(9), closes=time(11), note="延时服务")
    assert "今天不开放（系统升级，暂停办理）" in at(center, 2026, 11, 25, 10, 0).sentence
    assert at(center, 2026, 11, 28, 10, 0).is_open


def test_a_make_up_sunday_has_the_hours_of_the_last_weekday_before_it_that_has_some(center: ServiceCenter) -> None:
    sunday = date(2026, 12, 6)
    CalendarDay.objects.create(date=sunday, is_workday=True, note="")
    assert at(center, 2026, 12, 6, 10, 0).today.text == "8:30—12:00，14:00—17:30"
    assert at(center, 2026, 12, 6, 10, 0).today.note == "调休上班"
    OpeningHours.objects.create(center=center, weekday=5, opens=time(9), closes=time(11))
    assert at(center, 2026, 12, 6, 10, 0).today.text == "9:00—11:00"
    center.opening_hours.exclude(weekday=0).delete()
    assert at(center, 2026, 12, 6, 10, 0).today.text == "8:30—12:00，14:00—17:30", "six days back is Monday"
    center.opening_hours.update(weekday=6)
    CalendarDay.objects.create(date=date(2026, 12, 5), is_workday=True, note="补班")
    assert at(center, 2026, 12, 5, 10, 0).today.note == "补班调休上班"


def test_a_day_off_without_a_name_says_that_it_is_off(center: ServiceCenter) -> None:
    CalendarDay.objects.create(date=date(2026, 12, 7), is_workday=False, note="")
    assert at(center, 2026, 12, 7, 10, 0).sentence.startswith("今天不开放（放假），12月8日（星期二）8:30开门")


def test_thirty_days_ahead_are_listed_and_not_the_thirty_first(center: ServiceCenter) -> None:
    for day in (date(2026, 12, 25), date(2026, 12, 26)):
        SpecialDay.objects.create(center=center, date=day, opens=time(9), closes=time(10), note="盘点")
    found = [day.day for day in at(center, 2026, 11, 25, 9, 0).exceptions]
    assert found == [date(2026, 12, 25)]
    assert [day.day for day in at(center, 2026, 11, 26, 9, 0).exceptions] == [date(2026, 12, 25), date(2026, 12, 26)]


def test_a_holiday_is_listed_thirty_days_ahead_and_not_thirty_one(center: ServiceCenter) -> None:
    listed = [[day.day for day in at(center, 2026, *day, 9, 0).exceptions] for day in ((8, 31), (9, 1))]
    assert [date(2026, 10, 1) in days for days in listed] == [False, True]


def test_a_special_day_with_the_hours_of_the_week_is_no_exception(center: ServiceCenter) -> None:
    center.opening_hours.all().delete()
    for weekday in range(5):
        OpeningHours.objects.create(center=center, weekday=weekday, opens=time(9), closes=time(17))
    SpecialDay.objects.create(center=center, date=date(2026, 11, 26), opens=time(9), closes=time(17), note="照常")
    assert at(center, 2026, 11, 25, 9, 0).exceptions == ()


def test_the_days_ahead_that_differ_are_listed_and_ordinary_ones_are_not(center: ServiceCenter) -> None:
    days = {day.day: day.text for day in at(center, 2026, 9, 28, 10, 0).exceptions}
    assert days[date(2026, 10, 1)] == "不开放"
    assert days[date(2026, 10, 10)] == "8:30—12:00，14:00—17:30"
    assert date(2026, 9, 29) not in days


def test_weekdays_with_the_same_hours_stand_together(center: ServiceCenter) -> None:
    assert at(center, 2026, 11, 25, 9, 0).week == (
        ("星期一至星期五", "8:30—12:00，14:00—17:30"),
        ("星期六、星期日", "不开放"),
    )


def test_a_weekday_of_its_own_stands_alone_and_three_are_a_stretch(center: ServiceCenter) -> None:
    center.opening_hours.filter(weekday__in=[2, 3]).delete()
    OpeningHours.objects.create(center=center, weekday=3, opens=time(9), closes=time(9, 5))
    assert [name for name, _ in at(center, 2026, 11, 25, 9, 0).week] == [
        "星期一、星期二",
        "星期三",
        "星期四",
        "星期五",
        "星期六、星期日",
    ]
    center.opening_hours.exclude(weekday__lte=3).delete()
    assert at(center, 2026, 11, 25, 9, 0).week[-1] == ("星期五至星期日", "不开放")
    assert at(center, 2026, 11, 25, 9, 0).week[-2] == ("星期四", "9:00—9:05")


def test_a_year_without_a_calendar_is_said_to_be_estimated(center: ServiceCenter) -> None:
    assert at(center, 2026, 11, 25, 9, 0).estimated_year is None
    assert at(center, 2026, 12, 20, 9, 0).estimated_year == 2027


def test_a_centre_without_hours_has_no_answer(center: ServiceCenter) -> None:
    assert opening(ServiceCenter.objects.get(code="br-ga")) is None


def test_a_hall_that_never_opens_says_what_to_do(center: ServiceCenter) -> None:
    center.opening_hours.all().delete()
    SpecialDay.objects.create(center=center, date=date(2026, 11, 25), note="搬迁")
    assert at(center, 2026, 11, 25, 9, 0).sentence == "今天不开放（搬迁）。近期的开放时间请打电话咨询。"


def test_many_centres_cost_no_more_queries_than_one(center: ServiceCenter) -> None:
    branch = ServiceCenter.objects.get(code="br-ga")
    OpeningHours.objects.create(center=branch, weekday=0, opens=time(9), closes=time(17))
    counted = []
    for centers in ([center], list(ServiceCenter.objects.all())):
        forget_calendar()
        with CaptureQueriesContext(connection) as captured:
            openings(centers)
        counted.append(len(captured))
    assert counted[0] == counted[1]
