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
from portal.workdays.opening import Opening, opening, openings
from portal.workdays.seed import seed_workdays

pytestmark = pytest.mark.django_db
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
