"""Bodies, places and people: who may do what where."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from portal.documents.numbers import CENTRE
from portal.organisations import access
from portal.organisations.choices import CenterKind, OrganisationKind, WindowKind, codes_in, codes_only
from portal.organisations.halls import (
    PLAN_HEIGHT,
    PLAN_WIDTH,
    FacilityKind,
    FloorField,
    HallFacility,
    OpeningHours,
    SpecialDay,
    floor_name,
)
from portal.organisations.roles import CENTRE_ROLES, CONTENT_ROLES, DEPARTMENT_ROLES, WINDOW_ROLES, Role

__all__ = [
    "CenterKind",
    "FacilityKind",
    "HallArea",
    "HallFacility",
    "OpeningHours",
    "Organisation",
    "OrganisationKind",
    "Post",
    "Role",
    "ServiceCenter",
    "SpecialDay",
    "User",
    "Window",
    "WindowKind",
    "Zone",
]


class User(AbstractUser):
    """A member of staff. What they may do comes from their posts, never from a flag on the account."""

    display_name = models.CharField("姓名", max_length=60, blank=True)
    is_demo = models.BooleanField("演示账号", default=False, editable=False)

    class Meta:
        verbose_name = "工作人员"
        verbose_name_plural = "工作人员"

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    def posts_now(self) -> list[Post]:
        """The posts held today; read once per request object and kept on it."""
        if not self.is_active:
            return []
        if not hasattr(self, "_posts_now"):
            posts = Post.objects.current().filter(user=self).select_related("window", "organisation", "center")
            self._posts_now = list(posts)
        return self._posts_now


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def named(self, name: str) -> OrganisationQuerySet:
        """Organisations printed under this short name, full name or alias."""
        matches = [org.pk for org in self if name in {org.short_name, org.full_name, *org.aliases}]
        return self.filter(pk__in=matches)

    def standing(self, on: date | None = None) -> OrganisationQuerySet:
        """Bodies that exist on that day; the reform of 2018–19 dissolved and renamed many."""
        on = on or timezone.localdate()
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=on)).filter(Q(valid_to=None) | Q(valid_to__gte=on))


SIGN_LENGTH = 20
LEFT_EMPTY = "留空的，文书上不指名，并列入内容体检。"
UNVERIFIED = "待核实"


def certain(text: str) -> str:
    """Without what is marked 待核实: a paper never prints a guess."""
    return "" if UNVERIFIED in text else text.strip()


def refuse_the_centres_sign(sign: str) -> None:
    """A department's numbers are told from the centre's by their beginning."""
    if sign == CENTRE:
        raise ValidationError(f"“{CENTRE}”是行政服务中心的代字，请填写本单位自己的。")


class Organisation(models.Model):
    """A department, office or body named in the plan; `document_sign` stands at the head of its own papers' numbers."""

    code = models.SlugField("代码", max_length=40, unique=True)
    short_name = models.CharField("简称", max_length=60)
    full_name = models.CharField("全称", max_length=120)
    kind = models.CharField("类别", max_length=40, choices=OrganisationKind.choices, blank=True)
    aliases = models.JSONField("别名", default=list, blank=True)
    document_sign = models.CharField(
        "文号代字",
        max_length=SIGN_LENGTH,
        blank=True,
        validators=[refuse_the_centres_sign],
        help_text="本单位决定书编号的开头，例如“绍市建”；没有登记的，编号以单位全称开头。",
    )
    reconsideration_body = models.CharField(
        "行政复议机关",
        max_length=120,
        blank=True,
        help_text=f"印在不予决定书上；不能确定的留空，不要填写推测的名称。{LEFT_EMPTY}",
    )
    court = models.CharField("行政诉讼管辖法院", max_length=120, blank=True, help_text=LEFT_EMPTY)
    phone = models.CharField("电话", max_length=60, blank=True)
    note = models.TextField("备注", blank=True)
    valid_from = models.DateField("设立日期", null=True, blank=True)
    valid_to = models.DateField("撤销日期", null=True, blank=True)
    successor = models.ForeignKey(
        "self", verbose_name="承继单位", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors"
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = "单位"
        verbose_name_plural = "单位"
        constraints = [
            models.UniqueConstraint(
                fields=["document_sign"],
                condition=~Q(document_sign=""),
                name="document_sign_of_one_body",
                violation_error_message="这个文号代字已经是另一个单位的，请核对。",
            )
        ]

    def __str__(self) -> str:
        return self.short_name

    @property
    def sign_of_papers(self) -> str:
        """What its numbers begin with: its registered sign, else its name; empty when neither is short enough."""
        names = (self.document_sign, self.full_name, self.short_name)
        return next((name for name in names if name and len(name) <= SIGN_LENGTH), "")

    @property
    def letterhead(self) -> dict[str, str]:
        """What a paper of its own says of it."""
        return {"name": self.full_name, "phone": self.phone}

    @property
    def calls_itself(self) -> str:
        """本机关 for a body of government, 本单位 for others."""
        return (
            "本单位"
            if self.kind in {OrganisationKind.SERVICE_CENTER, OrganisationKind.PUBLIC_INSTITUTION}
            else "本机关"
        )

    @property
    def reconsideration(self) -> str:
        """Where its decisions are reconsidered; empty where nobody has registered it, or not for certain."""
        return certain(self.reconsideration_body)

    @property
    def court_named(self) -> str:
        """The court that hears suits against it; likewise."""
        return certain(self.court)


class ServiceCenter(models.Model):
    """An administrative service centre (行政服务中心) or one of its branches."""

    code = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=80)
    kind = models.CharField("类型", max_length=20, choices=CenterKind.choices, default=CenterKind.CITY)
    owner = models.ForeignKey(Organisation, verbose_name="主管单位", on_delete=models.PROTECT, related_name="centers")
    address = models.CharField("地址", max_length=160, blank=True)
    hours = models.CharField("办公时间", max_length=160, blank=True)
    phone = models.CharField("咨询电话", max_length=60, blank=True)
    complaint_phone = models.CharField("投诉电话", max_length=60, blank=True)
    correction_days = models.PositiveSmallIntegerField(
        "补正期限（天）", default=90, validators=[MinValueValidator(1)], help_text="自然日；法律没有规定，由中心确定。"
    )
    presume_days = models.PositiveSmallIntegerField(
        "逾期未签视为签收（工作日）",
        default=2,
        help_text="窗口移交部门的交接单，移交后超过这些工作日没有签收的，视为部门已经收件；填0的，不适用。地方规则，由中心确定。",
    )
    bus = models.TextField("公共交通", blank=True, help_text="公交线路、站名和步行时间，每行一条。")
    parking = models.TextField("停车", blank=True, help_text="停车场入口、车位和收费，每行一条。")
    directions = models.TextField("怎样找到", blank=True, help_text="从哪个门进、几楼、找哪个标志，每行一条。")
    note = models.TextField("备注", blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "服务中心"
        verbose_name_plural = "服务中心"

    def __str__(self) -> str:
        return self.name

    @classmethod
    def city(cls) -> Self | None:
        """市行政服务中心, whose address and phones stand on every page and paper; None in an empty house."""
        return cls.objects.filter(kind=CenterKind.CITY).order_by("pk").first()

    @classmethod
    def city_or_blank(cls) -> Self:
        """For what is printed also in an empty house, which leaves its lines empty."""
        return cls.city() or cls()

    @property
    def letterhead(self) -> dict[str, str]:
        """What every paper says of the centre."""
        return {name: getattr(self, name) for name in ("name", "address", "hours", "phone", "complaint_phone")}


class HallArea(models.Model):
    """A functional area of the hall (功能区)."""

    code = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=60)
    center = models.ForeignKey(ServiceCenter, verbose_name="中心", on_delete=models.CASCADE, related_name="areas")
    purpose = models.CharField("用途", max_length=120, blank=True, help_text="群众到这里做什么，一句话。")
    floor = FloorField("楼层")
    x = models.PositiveSmallIntegerField("左边", default=0, help_text=f"平面图横向{PLAN_WIDTH}格，从0起。")
    y = models.PositiveSmallIntegerField("上边", default=0, help_text=f"平面图纵向{PLAN_HEIGHT}格，从0起。")
    width = models.PositiveSmallIntegerField("宽", default=0, help_text="不画在平面图上的，宽和高都填0。")
    height = models.PositiveSmallIntegerField("高", default=0, validators=[MaxValueValidator(PLAN_HEIGHT)])

    class Meta:
        ordering = ["pk"]
        verbose_name = "功能区"
        verbose_name_plural = "功能区"
        constraints = [
            models.CheckConstraint(
                condition=Q(width=0, height=0) | Q(width__gt=0, height__gt=0),
                name="area_has_a_whole_size",
                violation_error_message="宽和高要么都填，要么都是0。",
            ),
            models.CheckConstraint(
                condition=Q(x__lte=PLAN_WIDTH - F("width")) & Q(y__lte=PLAN_HEIGHT - F("height")),
                name="area_lies_on_the_plan",
                violation_error_message=f"超出了平面图（横向{PLAN_WIDTH}格，纵向{PLAN_HEIGHT}格）。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def floor_name(self) -> str:
        return floor_name(self.floor)

    @property
    def is_drawn(self) -> bool:
        """Whether the area has a place on the plan."""
        return bool(self.width and self.height)

    def clean(self) -> None:
        """Two areas of a floor do not lie on each other."""
        if not self.is_drawn or self.center_id is None or None in (self.x, self.y, self.floor):
            return
        others = HallArea.objects.filter(center=self.center_id, floor=self.floor, width__gt=0).exclude(pk=self.pk)
        for other in others:
            beside = self.x >= other.x + other.width or other.x >= self.x + self.width
            apart = self.y >= other.y + other.height or other.y >= self.y + self.height
            if not (beside or apart):
                raise ValidationError(f"与“{other.name}”重叠，请改正位置或者大小。")


ZONE_LETTERS = "BCDEFGHIJKLMNOPQRSTUVWXYZ"
"""A small one cannot be read back from a number, and `A` stands in those of applications (`portal.cases.numbers`)."""


class Zone(models.Model):
    """An acceptance zone (受理区); its letter stands in every case number."""

    code = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=60)
    letter = models.CharField("编号字母", max_length=1, unique=True)
    lead = models.ForeignKey(
        Organisation, verbose_name="牵头部门", null=True, blank=True, on_delete=models.PROTECT, related_name="led_zones"
    )
    order = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = "受理区"
        verbose_name_plural = "受理区"
        constraints = [
            models.CheckConstraint(
                condition=Q(letter__in=ZONE_LETTERS),
                name="zone_letter_stands_in_a_case_number",
                violation_error_message="编号字母须是大写字母B至Z；A用在申请编号里。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Window(models.Model):
    """A counter in the hall: comprehensive (综合), professional (部门专业) or for handing out (出件)."""

    code = models.SlugField("窗口号", max_length=20, unique=True)
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类型", max_length=20, choices=WindowKind.choices, default=WindowKind.COMPREHENSIVE)
    center = models.ForeignKey(ServiceCenter, verbose_name="中心", on_delete=models.PROTECT, related_name="windows")
    zones = models.ManyToManyField(Zone, verbose_name="受理区", related_name="windows", blank=True)
    organisation = models.ForeignKey(
        Organisation, verbose_name="所属部门", null=True, blank=True, on_delete=models.PROTECT, related_name="windows"
    )
    area = models.ForeignKey(
        HallArea, verbose_name="功能区", null=True, blank=True, on_delete=models.SET_NULL, related_name="windows"
    )
    only_items = models.CharField(
        "只受理的事项",
        max_length=400,
        blank=True,
        validators=[codes_only],
        help_text="事项编码，用顿号分开，例如“GY-04、GY-05”；事项所属的受理区也要选上。留空的，按受理区（综合窗口）或者所属部门"
        "（专业窗口）受理。专业窗口写明的事项，本中心的综合窗口不再受理。",
    )

    class Meta:
        ordering = ["code"]
        verbose_name = "窗口"
        verbose_name_plural = "窗口"

    def __str__(self) -> str:
        return self.name

    @property
    def item_codes(self) -> frozenset[str]:
        """The codes of `only_items`; what they mean is said in `portal.catalog.items.taking`."""
        return frozenset(codes_in(self.only_items))

    def clean(self) -> None:
        if self.area and self.center_id and self.area.center_id != self.center_id:
            raise ValidationError({"area": f"“{self.area}”不在{self.center}，请选本中心的功能区。"})


class PostQuerySet(models.QuerySet):
    def current(self, on: date | None = None) -> PostQuerySet:
        """Posts in force on that day (today when none is given)."""
        on = on or timezone.localdate()
        return self.filter(valid_from__lte=on).filter(Q(valid_to=None) | Q(valid_to__gte=on))


def _place_fits_role() -> Q:
    window = Q(role__in=sorted(WINDOW_ROLES), window__isnull=False, organisation__isnull=True)
    department = Q(role__in=sorted(DEPARTMENT_ROLES), organisation__isnull=False, window__isnull=True)
    centre = Q(role__in=sorted(CENTRE_ROLES | CONTENT_ROLES), window__isnull=True, organisation__isnull=True)
    return window | department | centre


class Post(models.Model):
    """One person in one role at one place (岗位), for a time. Rights follow from posts alone."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="人员", on_delete=models.CASCADE, related_name="posts"
    )
    role = models.CharField("岗位", max_length=20, choices=Role.choices)
    window = models.ForeignKey(Window, verbose_name="窗口", null=True, blank=True, on_delete=models.PROTECT)
    organisation = models.ForeignKey(Organisation, verbose_name="部门", null=True, blank=True, on_delete=models.PROTECT)
    center = models.ForeignKey(ServiceCenter, verbose_name="中心", on_delete=models.PROTECT, related_name="posts")
    valid_from = models.DateField("起始日期", default=timezone.localdate)
    valid_to = models.DateField("截止日期", null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = "岗位"
        verbose_name_plural = "岗位"
        constraints = [
            models.CheckConstraint(
                condition=_place_fits_role(),
                name="post_place_fits_role",
                violation_error_message="窗口岗位须选窗口，部门岗位须选部门，其他岗位两者都不选。",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "window", "valid_from"],
                condition=Q(window__isnull=False),
                name="window_post_held_once",
                violation_error_message="该人员在该窗口已有同一岗位。",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "organisation", "valid_from"],
                condition=Q(organisation__isnull=False),
                name="department_post_held_once",
                violation_error_message="该人员在该部门已有同一岗位。",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "center", "valid_from"],
                condition=Q(window__isnull=True, organisation__isnull=True),
                name="centre_post_held_once",
                violation_error_message="该人员在该中心已有同一岗位。",
            ),
        ]

    def __str__(self) -> str:
        place = self.window or self.organisation or self.center
        return f"{self.user} · {place} · {self.get_role_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A post is what opens the back office, so the account's groups follow it."""
        super().save(*args, **kwargs)
        access.follow_posts(self.user)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        deleted = super().delete(*args, **kwargs)
        access.follow_posts(self.user)
        return deleted

    def zone_ids(self) -> set[int]:
        """The zones the post's window serves; empty for posts without a window."""
        if self.window is None:
            return set()
        if not hasattr(self, "_zone_ids"):
            self._zone_ids = set(self.window.zones.values_list("pk", flat=True))
        return self._zone_ids
