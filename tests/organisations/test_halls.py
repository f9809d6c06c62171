"""What the house knows about its halls: hours, plan, facilities, and that loading twice adds nothing."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from portal.organisations.content import load_organisations
from portal.organisations.halls import floor_name
from portal.organisations.models import (
    HallArea,
    HallFacility,
    OpeningHours,
    ServiceCenter,
    SpecialDay,
    Window,
)

pytestmark = pytest.mark.django_db
FUNCTIONAL_AREAS = {"前台受理区", "后台审批区", "公共事务区", "电子政务体验区", "商务区"}


@pytest.fixture
def center(db: None) -> ServiceCenter:
    load_organisations(settings.CONTENT_DIR)
    return ServiceCenter.objects.get(code="sx-center")


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (ServiceCenter, HallArea, HallFacility, OpeningHours, Window))


def test_the_five_areas_of_the_plan_stand_on_the_floor_plan(center: ServiceCenter) -> None:
    assert {area.name for area in center.areas.all()} == FUNCTIONAL_AREAS
    for area in center.areas.all():
        assert area.is_drawn
        area.full_clean()


def test_every_window_stands_in_the_front_area(center: ServiceCenter) -> None:
    assert set(center.windows.values_list("area__code", flat=True)) == {"front"}


def test_loading_again_changes_nothing(center: ServiceCenter) -> None:
    before = counts()
    load_organisations(settings.CONTENT_DIR)
    assert counts() == before


def test_what_people_changed_stays_and_what_they_removed_does_not_come_back(center: ServiceCenter) -> None:
    center.opening_hours.filter(weekday=4).delete()
    center.facilities.filter(kind="loan").delete()
    HallArea.objects.filter(code="front").update(purpose="交材料。")
    load_organisations(settings.CONTENT_DIR)
    assert not center.opening_hours.filter(weekday=4).exists()
    assert not center.facilities.filter(kind="loan").exists()
    assert HallArea.objects.get(code="front").purpose == "交材料。"


def test_a_stretch_of_hours_ends_after_it_begins(center: ServiceCenter) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        OpeningHours.objects.create(center=center, weekday=5, opens=time(12), closes=time(9))
    OpeningHours.objects.create(center=center, weekday=5, opens=time(9), closes=time(12))


def test_two_stretches_of_a_day_do_not_overlap(center: ServiceCenter) -> None:
    with pytest.raises(ValidationError, match="重叠"):
        OpeningHours(center=center, weekday=0, opens=time(11), closes=time(13)).full_clean()
    OpeningHours(center=center, weekday=0, opens=time(12), closes=time(13)).full_clean()


@pytest.mark.parametrize("opens, closes, fits", [(9, 12, True), (None, None, True), (None, 12, False), (12, 9, False)])
def test_a_special_day_is_closed_or_has_both_times(
    center: ServiceCenter, opens: int | None, closes: int | None, fits: bool
) -> None:
    hours = [None if hour is None else time(hour) for hour in (opens, closes)]
    day = SpecialDay(center=center, date=date(2026, 12, 1), opens=hours[0], closes=hours[1], note="系统升级")
    if fits:
        day.save()
        return
    with pytest.raises(IntegrityError), transaction.atomic():
        day.save()


def test_an_area_lies_on_the_plan_and_on_no_other_area(center: ServiceCenter) -> None:
    front = HallArea.objects.get(code="front")
    other = HallArea(center=center, code="new", name="新区", floor=1, x=0, y=front.y + 2, width=4, height=4)
    with pytest.raises(ValidationError, match="前台受理区"):
        other.full_clean()
    other.floor = 3
    other.full_clean()
    other.x = 34
    with pytest.raises(ValidationError, match="超出了平面图"):
        other.full_clean()


def test_a_window_stands_in_an_area_of_its_own_centre(center: ServiceCenter) -> None:
    window = Window.objects.get(code="A01")
    branch = ServiceCenter.objects.get(code="br-ga")
    window.area = HallArea.objects.create(center=branch, code="ga-front", name="公安受理区")
    with pytest.raises(ValidationError, match="本中心的功能区"):
        window.full_clean()


@pytest.mark.parametrize("floor, name", [(1, "1层"), (12, "12层"), (-1, "地下1层")])
def test_floors_have_chinese_names(floor: int, name: str) -> None:
    assert floor_name(floor) == name
