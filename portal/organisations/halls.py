"""The hall as citizens meet it: when it is open, what helps people in it, and where that stands on the plan."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from portal.lib import words

PLAN_WIDTH, PLAN_HEIGHT = 36, 48
"""Squares of a floor plan; a square is about a pace and a half, so that 36 of them show on a phone."""
LOWEST_FLOOR, HIGHEST_FLOOR = -3, 60


def floor_name(floor: int) -> str:
    """1 → 1层, -1 → 地下1层."""
    return f"{floor}层" if floor > 0 else f"地下{-floor}层" if floor < 0 else "地面层"


class FloorField(models.SmallIntegerField):
    """A storey: 1 is the ground floor as Chinese buildings count, -1 the first below it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", 1)
        kwargs.setdefault("help_text", "一层填1，地下一层填-1。")
        kwargs.setdefault("validators", [MinValueValidator(LOWEST_FLOOR), MaxValueValidator(HIGHEST_FLOOR)])
        super().__init__(*args, **kwargs)


class Weekday(models.IntegerChoices):
    MONDAY = 0, "星期一"
    TUESDAY = 1, "星期二"
    WEDNESDAY = 2, "星期三"
    THURSDAY = 3, "星期四"
    FRIDAY = 4, "星期五"
    SATURDAY = 5, "星期六"
    SUNDAY = 6, "星期日"


class OpeningHours(models.Model):
    """One stretch of one weekday; a day with a break at noon has two. A weekday without any is closed."""

    center = models.ForeignKey(
        "organisations.ServiceCenter", verbose_name="中心", on_delete=models.CASCADE, related_name="opening_hours"
    )
    weekday = models.PositiveSmallIntegerField("星期", choices=Weekday.choices)
    opens = models.TimeField("开门", default=time(8, 30))
    closes = models.TimeField("关门", default=time(17, 30))

    class Meta:
        ordering = ["center_id", "weekday", "opens"]
        verbose_name = "开放时间"
        verbose_name_plural = "开放时间"
        constraints = [
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")),
                name="hall_opens_before_it_closes",
                violation_error_message="关门时间应当晚于开门时间。",
            ),
            models.UniqueConstraint(
                fields=["center", "weekday", "opens"],
                name="hall_opens_once_at_a_time",
                violation_error_message="这个时段已经登记。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}—{self.closes:%H:%M}"

    def clean(self) -> None:
        """Two stretches of a day do not overlap."""
        if self.center_id is None or self.weekday is None or self.opens is None or self.closes is None:
            return
        others = OpeningHours.objects.filter(center=self.center_id, weekday=self.weekday).exclude(pk=self.pk)
        if others.filter(opens__lt=self.closes, closes__gt=self.opens).exists():
            raise ValidationError("与当天的另一个时段重叠，请改正开门或者关门时间。")


class SpecialDay(models.Model):
    """One date on which this centre differs from its week and from the calendar (搬迁, 停电, 延时服务)."""

    center = models.ForeignKey(
        "organisations.ServiceCenter", verbose_name="中心", on_delete=models.CASCADE, related_name="special_days"
    )
    date = models.DateField("日期")
    opens = models.TimeField("开门", null=True, blank=True, help_text="当天不开放的，开门和关门都不填。")
    closes = models.TimeField("关门", null=True, blank=True)
    note = models.CharField("原因", max_length=80, help_text="显示给群众，例如：系统升级，暂停办理。")

    class Meta:
        ordering = ["center_id", "date"]
        verbose_name = "特殊安排"
        verbose_name_plural = "特殊安排"
        constraints = [
            models.UniqueConstraint(
                fields=["center", "date"],
                name="special_day_once_per_hall",
                violation_error_message="该中心当天的特殊安排已经登记。",
            ),
            models.CheckConstraint(
                condition=Q(opens=None, closes=None)
                | Q(opens__isnull=False, closes__isnull=False, closes__gt=F("opens")),
                name="special_day_opens_before_it_closes",
                violation_error_message="开门和关门时间要么都填，要么都不填；关门应当晚于开门。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.center} {words.day(self.date)} {self.note}"


class FacilityKind(models.TextChoices):
    ENTRANCE = "entrance", "出入口"
    STEP_FREE = "step_free", "无障碍出入口"
    LIFT = "lift", "无障碍电梯"
    TOILET = "toilet", "无障碍卫生间"
    NURSING = "nursing", "母婴室"
    GUIDE_DESK = "guide_desk", "咨询导办台"
    SELF_SERVICE = "self_service", "自助服务区"
    WAITING = "waiting", "等候区"
    PARKING = "parking", "无障碍停车位"
    LOAN = "loan", "便民借用"


FACILITY_SIGNS: dict[str, str] = {
    FacilityKind.ENTRANCE: "门",
    FacilityKind.STEP_FREE: "坡",
    FacilityKind.LIFT: "梯",
    FacilityKind.TOILET: "卫",
    FacilityKind.NURSING: "婴",
    FacilityKind.GUIDE_DESK: "询",
    FacilityKind.SELF_SERVICE: "自",
    FacilityKind.WAITING: "候",
    FacilityKind.PARKING: "车",
    FacilityKind.LOAN: "借",
}
"""The one character that stands for a facility on the plan; the list beside it spells it out."""

FOR_ACCESS = frozenset(
    {
        FacilityKind.STEP_FREE,
        FacilityKind.LIFT,
        FacilityKind.TOILET,
        FacilityKind.NURSING,
        FacilityKind.PARKING,
        FacilityKind.LOAN,
    }
)
"""What people with a wheelchair, a child or weak eyes look for first."""


class HallFacility(models.Model):
    """Something in the hall that helps people, with its place on the plan when it has one."""

    center = models.ForeignKey(
        "organisations.ServiceCenter", verbose_name="中心", on_delete=models.CASCADE, related_name="facilities"
    )
    kind = models.CharField("类别", max_length=20, choices=FacilityKind.choices)
    name = models.CharField("名称", max_length=60)
    note = models.CharField("说明", max_length=120, blank=True)
    floor = FloorField("楼层")
    x = models.PositiveSmallIntegerField("横向位置", null=True, blank=True, validators=[MaxValueValidator(PLAN_WIDTH)])
    y = models.PositiveSmallIntegerField("纵向位置", null=True, blank=True, validators=[MaxValueValidator(PLAN_HEIGHT)])

    class Meta:
        ordering = ["center_id", "floor", "pk"]
        verbose_name = "大厅设施"
        verbose_name_plural = "大厅设施"
        constraints = [
            models.CheckConstraint(
                condition=Q(x=None, y=None) | Q(x__isnull=False, y__isnull=False),
                name="facility_has_a_whole_place",
                violation_error_message="横向和纵向位置要么都填，要么都不填。",
            ),
            models.UniqueConstraint(
                fields=["center", "kind", "name", "floor"],
                name="facility_once_per_floor",
                violation_error_message="该设施已经登记。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def sign(self) -> str:
        return FACILITY_SIGNS[self.kind]

    @property
    def floor_name(self) -> str:
        return floor_name(self.floor)
