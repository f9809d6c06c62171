"""Which decisions are made public (办件公示), from when and for how long: rules that the centre's managers keep.

The law asks for the decision to be open to the public (行政许可法 art. 40) without harm to privacy (政府信息公开条例
art. 15); seven working days are the practice of double publicity (双公示). Days, scope and persons are therefore data,
not code.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from portal.cases.states import ApplicantKind
from portal.catalog.models import ServiceItem
from portal.catalog.schema.procedure import LICENCE
from portal.lib.words import midnight
from portal.organisations.models import ServiceCenter
from portal.workdays.calendar import Calendar, load_calendar
from portal.workdays.deadlines import workdays_between

LATEST_DAYS = 7
"""Working days within which a decision must be public."""
USUAL_SHOW_DAYS = 365


class PublicityRuleQuerySet(models.QuerySet["PublicityRule"]):
    def as_condition(self, today: date) -> Q:
        """The cases these rules make public on `today`; nothing without a rule. One query, whatever their number.

        An item's own rule stands in place of the general one of its centre, also to keep the item back.
        """
        calendar, general = load_calendar(), []
        own: dict[tuple[int, bool, int, int], set[int]] = defaultdict(set)
        overridden: dict[int, set[int]] = defaultdict(set)
        for rule in self:
            if rule.item_id is None:
                general.append(rule)
                continue
            overridden[rule.center_id].add(rule.item_id)
            if rule.is_public:
                own[rule.center_id, rule.persons, rule.after_days, rule.show_days].add(rule.item_id)
        found = Q(pk__in=[])
        for (center, persons, after, show), items in own.items():
            span = in_span(today, after, show, calendar)
            found |= Q(application__center=center, item__in=items) & span & of_whom(persons)
        for rule in general:
            if rule.is_public:
                rest = rule.scope() & ~Q(item__in=overridden[rule.center_id])
                found |= rest & in_span(today, rule.after_days, rule.show_days, calendar) & of_whom(rule.persons)
        return found


def in_span(today: date, after: int, show: int, calendar: Calendar) -> Q:
    """Decided so that the `after`-th working day has come, and not more than `show` days ago."""
    last = today
    while workdays_between(last, today, calendar) < after:
        last -= timedelta(days=1)
    return Q(decided_at__gte=midnight(today - timedelta(days=show)), decided_at__lt=midnight(last + timedelta(days=1)))


def of_whom(persons: bool) -> Q:
    return Q() if persons else Q(application__applicant_kind=ApplicantKind.BODY)


class PublicityRule(models.Model):
    """What of a centre's decisions is public; with `item` it speaks of that item alone."""

    center = models.ForeignKey(ServiceCenter, verbose_name="中心", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(
        ServiceItem,
        verbose_name="事项",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="留空是本中心的一般规则；选定事项的，该事项只按这一条。",
    )
    is_public = models.BooleanField("公示", default=True)
    licences_only = models.BooleanField("只公示行政许可", default=True, help_text="只对一般规则起作用。")
    persons = models.BooleanField(
        "自然人的也公示", default=True, help_text="自然人的姓名总是遮盖；涉及个人隐私的事项请取消勾选。"
    )
    after_days = models.PositiveSmallIntegerField(
        "决定后第几个工作日起公示",
        default=1,
        validators=[MaxValueValidator(LATEST_DAYS)],
        help_text="0是当日公示；最迟7个工作日。",
    )
    show_days = models.PositiveSmallIntegerField(
        "公示天数",
        default=USUAL_SHOW_DAYS,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text="从决定之日起计算的自然日。",
    )

    objects = PublicityRuleQuerySet.as_manager()

    class Meta:
        ordering = ["center_id", "item_id"]
        verbose_name = "公示规则"
        verbose_name_plural = "公示规则"
        constraints = [
            models.UniqueConstraint(
                fields=["center"],
                condition=Q(item__isnull=True),
                name="publicity_general_once_per_center",
                violation_error_message="这个中心已有一般规则，请修改原有的一条。",
            ),
            models.UniqueConstraint(
                fields=["center", "item"],
                condition=Q(item__isnull=False),
                name="publicity_once_per_item",
                violation_error_message="这个事项已有公示规则，请修改原有的一条。",
            ),
            models.CheckConstraint(condition=Q(after_days__lte=LATEST_DAYS), name="publicity_within_seven_days"),
            models.CheckConstraint(condition=Q(show_days__gte=1), name="publicity_lasts_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.center} · {self.item or '一般规则'}"

    def scope(self) -> Q:
        """The cases a general rule speaks of."""
        cases = Q(application__center=self.center_id)
        if not self.licences_only:
            return cases
        licences = ServiceItem.objects.filter(current_edition__definition__item_type=LICENCE)
        return cases & Q(item__in=licences.values("pk"))

    @classmethod
    def keep_general(cls, center: ServiceCenter) -> None:
        """The rule a new portal starts with; what people have made of it stays."""
        cls.objects.get_or_create(center=center, item=None)
