"""Items and themes in force and their immutable, numbered editions."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.catalog.items.editioned import Editioned, EditionOf
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.theme import ThemeDefinition
from portal.organisations.models import Organisation, Zone

LONGEST_REASON = 300
"""Of closing intake or opening it again."""


class ItemStatus(models.TextChoices):
    IN_FORCE = "in_force", "在用"
    SUSPENDED = "suspended", "暂停"
    WITHDRAWN = "withdrawn", "取消"


class ThemeStatus(models.TextChoices):
    IN_FORCE = "in_force", "在用"
    WITHDRAWN = "withdrawn", "撤下"


class NeverPublished(LookupError):
    """An item without an edition was asked for what only an edition says."""


M = TypeVar("M", bound=models.Model)


def coded(rows: models.QuerySet[M], code: str) -> M | None:
    """The item or theme that an address names, in any case of its letters; None for one that is not among `rows`."""
    return rows.filter(code=code[:20].upper()).first() if code and code.isprintable() else None


class ServiceItemQuerySet(models.QuerySet):
    def open_for_intake(self) -> ServiceItemQuerySet:
        """Items a window may take in today."""
        return self.shown().filter(Q(opens_on=None) | Q(opens_on__lte=timezone.localdate()))

    def shown(self) -> ServiceItemQuerySet:
        """Items that people find: those that are taken in today, and those that are coming and say from when."""
        in_force = self.filter(status=ItemStatus.IN_FORCE, current_edition__isnull=False)
        return in_force.filter(Q(closes_on=None) | Q(closes_on__gt=timezone.localdate()))

    def matching(self, text: str) -> ServiceItemQuerySet:
        """Every word of `text` stands in name, code, department, pinyin or initials."""
        found = self
        for word in text.replace("\x00", "").lower().split()[:8]:
            found = found.filter(search_text__contains=word[:60])
        return found


class ServiceItem(Editioned):  # type: ignore[django-manager-missing]  # of its guides: Wagtail brings no types
    """A service item (事项) of the one-window list; what it is stands in its current edition."""

    series = "edition"
    code = models.CharField("事项编码", max_length=20, unique=True)
    name = models.CharField("事项名称", max_length=200)
    zone = models.ForeignKey(Zone, verbose_name="受理区", on_delete=models.PROTECT, related_name="items")
    lead = models.ForeignKey(Organisation, verbose_name="实施主体", on_delete=models.PROTECT, related_name="led_items")
    status = models.CharField("状态", max_length=12, choices=ItemStatus.choices, default=ItemStatus.IN_FORCE)
    current_edition = models.ForeignKey(
        "Edition", verbose_name="现行版本", null=True, on_delete=models.PROTECT, related_name="+"
    )
    opens_on = models.DateField("开始收件", null=True, editable=False)
    closes_on = models.DateField("停止收件", null=True, editable=False)
    search_text = models.TextField(editable=False, default="")
    withdrawn_at = models.DateTimeField("取消时间", null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="取消人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    withdrawal_reason = models.CharField("取消理由", max_length=LONGEST_REASON, blank=True, editable=False)
    successor = models.ForeignKey(
        "self",
        verbose_name="承接事项",
        null=True,
        on_delete=models.PROTECT,
        related_name="predecessors",
        editable=False,
    )

    objects = ServiceItemQuerySet.as_manager()

    class Meta:
        ordering = ["zone__order", "pk"]
        verbose_name = "事项"
        verbose_name_plural = "事项"

    def __str__(self) -> str:
        return self.name

    @property
    def is_open_for_intake(self) -> bool:
        return self.is_shown and not self.coming

    @property
    def is_shown(self) -> bool:
        """As `shown` says it of many."""
        over = self.closes_on is not None and self.closes_on <= timezone.localdate()
        return self.status == ItemStatus.IN_FORCE and self.current_edition_id is not None and not over

    @property
    def coming(self) -> date | None:
        """The day on which intake begins, while it has not begun (计划生效日期)."""
        waits = self.opens_on is not None and self.opens_on > timezone.localdate()
        return self.opens_on if waits and self.status == ItemStatus.IN_FORCE else None

    @property
    def edition_in_force(self) -> Edition:
        """What people read and apply under. Raises NeverPublished; `open_for_intake` leaves such items out."""
        if self.current_edition is None:
            raise NeverPublished(self.code)
        return self.current_edition

    def successor_in_force(self) -> ServiceItem | None:
        """What people use instead today: a successor may have been withdrawn in its turn; None when the way ends."""
        found, seen = self.successor, {self.pk}
        while found is not None and found.pk not in seen and found.status != ItemStatus.IN_FORCE:
            seen.add(found.pk)
            found = found.successor
        return found if found is not None and found.status == ItemStatus.IN_FORCE else None

    @classmethod
    def search(cls, text: str) -> ServiceItemQuerySet:
        return cls.objects.matching(text)


class IntakeAct(models.TextChoices):
    WITHDRAWN = "withdrawn", "取消事项"
    REOPENED = "reopened", "恢复收件"


class IntakeChange(models.Model):
    """Intake of an item was closed, or opened again: who did it, when and why. Rows are added and never changed."""

    item = models.ForeignKey(ServiceItem, verbose_name="事项", on_delete=models.PROTECT, related_name="intake_changes")
    act = models.CharField("变更", max_length=12, choices=IntakeAct.choices)
    at = models.DateTimeField("时间", default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="经办人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField("理由", max_length=LONGEST_REASON)
    successor = models.ForeignKey(
        ServiceItem, verbose_name="承接事项", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        verbose_name = "收件变更"
        verbose_name_plural = "收件变更"

    def __str__(self) -> str:
        return f"{self.item.code} {self.get_act_display()}"


class Edition(EditionOf):
    """One published version of an item, numbered from 1; cases keep the one they were taken under."""

    item = models.ForeignKey(ServiceItem, verbose_name="事项", on_delete=models.PROTECT, related_name="editions")
    report = models.JSONField("发布前检查", default=list, editable=False)

    class Meta:
        ordering = ["item_id", "-number"]
        verbose_name = "指南版本"
        verbose_name_plural = "指南版本"
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="edition_number_once_per_item")]

    def __str__(self) -> str:
        return f"{self.item.code} 第{self.number}版"

    @property
    def parsed(self) -> ItemDefinition:
        return self.read(ItemDefinition)


class ThemeQuerySet(models.QuerySet):
    def in_force(self) -> ThemeQuerySet:
        """Themes that people find and read."""
        return self.filter(status=ThemeStatus.IN_FORCE)


class Theme(Editioned):
    """A joint service (一件事): several items under a lead department; what it is stands in its current edition."""

    series = "theme"
    code = models.CharField("主题编码", max_length=20, unique=True)
    name = models.CharField("主题名称", max_length=200)
    zone = models.ForeignKey(Zone, verbose_name="受理区", on_delete=models.PROTECT, related_name="themes")
    lead = models.ForeignKey(Organisation, verbose_name="牵头部门", on_delete=models.PROTECT, related_name="+")
    definition = models.JSONField("定义")
    status = models.CharField("状态", max_length=12, choices=ThemeStatus.choices, default=ThemeStatus.IN_FORCE)
    current_edition = models.ForeignKey(
        "ThemeEdition", verbose_name="现行版本", null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = ThemeQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = "主题"
        verbose_name_plural = "主题"

    def __str__(self) -> str:
        return self.name

    @property
    def parsed(self) -> ThemeDefinition:
        return ThemeDefinition.model_validate(self.definition)

    def items(self) -> list[ServiceItem]:
        """The items of the theme in its own order."""
        codes = self.parsed.items
        found = ServiceItem.objects.filter(code__in=codes).select_related("lead", "current_edition")
        return sorted(found, key=lambda item: codes.index(item.code))

    def definitions(self) -> dict[str, ItemDefinition]:
        """The definitions in force, and of what is coming, by code, in the theme's own order; others are left out."""
        in_force = (item for item in self.items() if item.is_shown)
        return {item.code: item.edition_in_force.parsed for item in in_force}


class ThemeEdition(EditionOf):
    """One published version of a theme, numbered from 1."""

    theme = models.ForeignKey(Theme, verbose_name="主题", on_delete=models.PROTECT, related_name="editions")

    class Meta:
        ordering = ["theme_id", "-number"]
        verbose_name = "主题版本"
        verbose_name_plural = "主题版本"
        constraints = [models.UniqueConstraint(fields=["theme", "number"], name="theme_edition_number_once")]

    def __str__(self) -> str:
        return f"{self.theme.code} 第{self.number}版"

    @property
    def parsed(self) -> ThemeDefinition:
        return self.read(ThemeDefinition)
