"""Items in force and their immutable, numbered editions."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from portal.catalog.feedback import GuideFeedback
from portal.catalog.finding.indexing import index_items, index_theme
from portal.catalog.finding.models import Entry, Facet, Mark, Synonym
from portal.catalog.findings import Finding, PreflightFailed
from portal.catalog.handbook import Handbook, HandbookStatus
from portal.catalog.health import HealthReport
from portal.catalog.lint.judge import lint_definition
from portal.catalog.lint.models import LintRule, LintWord
from portal.catalog.preflight import preflight
from portal.catalog.schema.definition import ItemDefinition, ThemeDefinition
from portal.catalog.shown import item_changed, theme_changed
from portal.catalog.theme_findings import theme_findings
from portal.catalog.waivers import Waiver, with_waivers
from portal.documents.models import Counter
from portal.lib.refusal import Refused, TooLate
from portal.organisations.models import Organisation, Zone

if TYPE_CHECKING:
    from portal.organisations.models import User

__all__ = [
    "Edition",
    "Entry",
    "Facet",
    "GuideFeedback",
    "Handbook",
    "HandbookStatus",
    "HealthReport",
    "ItemStatus",
    "LintRule",
    "LintWord",
    "Mark",
    "ServiceItem",
    "Synonym",
    "Theme",
    "Waiver",
    "check",
    "examine",
    "keep_theme",
    "publish",
]


class ItemStatus(models.TextChoices):
    IN_FORCE = "in_force", "在用"
    SUSPENDED = "suspended", "暂停"
    WITHDRAWN = "withdrawn", "取消"


class ServiceItemQuerySet(models.QuerySet):
    def open_for_intake(self) -> ServiceItemQuerySet:
        """Items a window may take in today."""
        return self.filter(status=ItemStatus.IN_FORCE, current_edition__isnull=False)

    def matching(self, text: str) -> ServiceItemQuerySet:
        """Every word of `text` stands in name, code, department, pinyin or initials."""
        found = self
        for word in text.replace("\x00", "").lower().split()[:8]:
            found = found.filter(search_text__contains=word[:60])
        return found


class ServiceItem(models.Model):
    """A service item (事项) of the one-window list; what it is stands in its current edition."""

    code = models.CharField("事项编码", max_length=20, unique=True)
    name = models.CharField("事项名称", max_length=200)
    zone = models.ForeignKey(Zone, verbose_name="受理区", on_delete=models.PROTECT, related_name="items")
    lead = models.ForeignKey(Organisation, verbose_name="实施主体", on_delete=models.PROTECT, related_name="led_items")
    status = models.CharField("状态", max_length=12, choices=ItemStatus.choices, default=ItemStatus.IN_FORCE)
    current_edition = models.ForeignKey(
        "Edition", verbose_name="现行版本", null=True, on_delete=models.PROTECT, related_name="+"
    )
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
    withdrawal_reason = models.CharField("取消理由", max_length=300, blank=True, editable=False)
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
        return self.status == ItemStatus.IN_FORCE and self.current_edition_id is not None

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

    @transaction.atomic
    def withdraw(self, *, by: User | None, reason: str, successor: ServiceItem | None = None) -> None:
        """取消: closes intake; running cases keep their edition and go on. `successor` is what people use instead.

        Raises TooLate when it is withdrawn.
        """
        if not reason.strip():
            raise Refused("请填写取消的理由。", field="reason")
        if successor and (successor.pk == self.pk or successor.status != ItemStatus.IN_FORCE):
            raise Refused("承接事项须是另一个在用的事项。", field="successor")
        changed = ServiceItem.objects.filter(pk=self.pk).exclude(status=ItemStatus.WITHDRAWN)
        if not changed.update(
            status=ItemStatus.WITHDRAWN,
            withdrawn_at=timezone.now(),
            withdrawn_by=by,
            withdrawal_reason=reason.strip(),
            successor=successor,
        ):
            raise TooLate(f"“{self.name}”已经取消。")
        index_items([self])
        item_changed(self.code)
        self.refresh_from_db()

    @transaction.atomic
    def reopen(self, *, by: User | None) -> None:
        """恢复收件 under the edition in force. Raises TooLate when the item is open, Refused without an edition."""
        if self.current_edition_id is None:
            raise Refused(f"“{self.name}”还没有发布过指南，不能收件。")
        changed = ServiceItem.objects.filter(pk=self.pk, status=ItemStatus.WITHDRAWN)
        nothing = {"withdrawn_at": None, "withdrawn_by": None, "withdrawal_reason": "", "successor": None}
        if not changed.update(status=ItemStatus.IN_FORCE, **nothing):
            raise TooLate(f"“{self.name}”没有取消，不需要恢复。")
        index_items([self])
        item_changed(self.code)
        self.refresh_from_db()


class EditionQuerySet(models.QuerySet):
    def update(self, **kwargs: Any) -> int:
        raise TypeError("an edition does not change")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("an edition is kept for good")


class Edition(models.Model):
    """One published version of an item, numbered from 1; cases keep the one they were taken under."""

    item = models.ForeignKey(ServiceItem, verbose_name="事项", on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField("版本号")
    definition = models.JSONField("定义")
    sha256 = models.CharField("校验值", max_length=64)
    published_at = models.DateTimeField("发布时间", default=timezone.now)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="发布人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField("发布说明", max_length=300, blank=True)
    report = models.JSONField("发布前检查", default=list, editable=False)

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ["item_id", "-number"]
        verbose_name = "指南版本"
        verbose_name_plural = "指南版本"
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="edition_number_once_per_item")]

    def __str__(self) -> str:
        return f"{self.item.code} 第{self.number}版"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("an edition does not change; publish a new one")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("an edition is kept for good")

    @property
    def parsed(self) -> ItemDefinition:
        """The definition; parsed once per process, because an edition cannot change."""
        key = (self.pk, self.sha256)
        found = None if self.pk is None else _parsed.get(key)
        if found is None:
            found = ItemDefinition.model_validate(self.definition)  # of the row at hand: a list costs no query for each
            if self.pk is not None:
                _remember(key, found)
        return found


_parsed: dict[tuple[int, str], ItemDefinition] = {}


def _remember(key: tuple[int, str], definition: ItemDefinition) -> None:
    if len(_parsed) >= 4096:
        _parsed.clear()
    _parsed[key] = definition


def search_text(definition: ItemDefinition, lead: Organisation) -> str:
    """What a clerk may type: name, code, department, full pinyin, initials."""
    from pypinyin import Style, lazy_pinyin  # its dictionary takes tens of MiB, and only publishing needs it

    words = f"{definition.name}{definition.short_name}"
    full = "".join(lazy_pinyin(words))
    initials = "".join(lazy_pinyin(words, style=Style.FIRST_LETTER))
    compact = definition.code.replace("-", "")
    parts = (words, definition.code, compact, lead.short_name, lead.full_name, full, initials)
    return "\n".join(parts).lower()


def examine(definition: ItemDefinition) -> list[Finding]:
    """Everything preflight says of a definition in this centre: errors block publishing, the rest is advice."""
    departments = set(Organisation.objects.standing().values_list("code", flat=True))
    zones = set(Zone.objects.values_list("code", flat=True))
    kinds = kinds_in_use(definition.code)
    found = preflight(definition, departments=departments, zones=zones, kinds_in_use=kinds)
    return with_waivers(definition.code, found + lint_definition(definition))


def kinds_in_use(code: str) -> dict[str, str]:
    """The kind of every form field of the item's editions, by key: answers are kept under it."""
    editions = Edition.objects.filter(item__code=code).order_by("number").values_list("definition", flat=True)
    return {field["key"]: field["kind"] for definition in editions for field in definition.get("form", [])}


def check(definition: ItemDefinition) -> list[Finding]:
    """Raise PreflightFailed with everything that blocks publishing; otherwise what was advised or waived."""
    findings = examine(definition)
    errors = [finding for finding in findings if finding.blocks]
    if errors:
        raise PreflightFailed(errors)
    return findings


def publish(definition: ItemDefinition, *, by: User | None, note: str = "", at: datetime | None = None) -> Edition:
    """Publish an item: preflight, then the next edition, at once in force for new cases, also after a withdrawal.

    Unchanged content returns the edition that is in force. Raises PreflightFailed with the findings that block.
    """
    report = [asdict(finding) for finding in check(definition)]
    with transaction.atomic():
        return _publish(definition, by, note, at or timezone.now(), report)


def _publish(
    definition: ItemDefinition, by: User | None, note: str, at: datetime, report: list[dict[str, str]]
) -> Edition:
    lead = Organisation.objects.get(code=definition.lead_dept)
    zone = Zone.objects.get(code=definition.zone)
    ServiceItem.objects.get_or_create(
        code=definition.code, defaults={"name": definition.name, "zone": zone, "lead": lead}
    )
    item = ServiceItem.objects.select_for_update().get(code=definition.code)
    current = item.current_edition
    digest = definition.digest()
    if current is None or current.sha256 != digest:
        current = Edition.objects.create(
            item=item,
            number=Counter.take(f"edition:{item.pk}"),
            definition=definition.model_dump(mode="json"),
            sha256=digest,
            published_at=at,
            published_by=by,
            note=note,
            report=report,
        )
    ServiceItem.objects.filter(pk=item.pk).update(
        name=definition.name,
        zone=zone,
        lead=lead,
        status=ItemStatus.IN_FORCE,
        successor=None,
        current_edition=current,
        search_text=search_text(definition, lead),
    )
    index_items([item])
    item_changed(item.code)
    return current


class Theme(models.Model):
    """A joint service (一件事): several items under a lead department; what it is stands in its current edition."""

    code = models.CharField("主题编码", max_length=20, unique=True)
    name = models.CharField("主题名称", max_length=200)
    zone = models.ForeignKey(Zone, verbose_name="受理区", on_delete=models.PROTECT, related_name="themes")
    lead = models.ForeignKey(Organisation, verbose_name="牵头部门", on_delete=models.PROTECT, related_name="+")
    definition = models.JSONField("定义")
    current_edition = models.ForeignKey(
        "ThemeEdition", verbose_name="现行版本", null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

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
        """The definitions in force by code, in the theme's own order; others are left out."""
        in_force = (item for item in self.items() if item.is_open_for_intake)
        return {item.code: item.current_edition.parsed for item in in_force}

    @classmethod
    def publish(cls, definition: ThemeDefinition, *, by: User | None, note: str = "") -> Theme:
        """Publish a theme: findings, then the next edition; unchanged content keeps the edition in force.

        Raises PreflightFailed with the findings that block.
        """
        errors = [finding for finding in examine_theme(definition) if finding.blocks]
        if errors:
            raise PreflightFailed(errors)
        with transaction.atomic():
            return _publish_theme(definition, by, note)


class ThemeEdition(models.Model):
    """One published version of a theme, numbered from 1."""

    theme = models.ForeignKey(Theme, verbose_name="主题", on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField("版本号")
    definition = models.JSONField("定义")
    sha256 = models.CharField("校验值", max_length=64)
    published_at = models.DateTimeField("发布时间", default=timezone.now)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="发布人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField("发布说明", max_length=300, blank=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ["theme_id", "-number"]
        verbose_name = "主题版本"
        verbose_name_plural = "主题版本"
        constraints = [models.UniqueConstraint(fields=["theme", "number"], name="theme_edition_number_once")]

    def __str__(self) -> str:
        return f"{self.theme.code} 第{self.number}版"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("an edition does not change; publish a new one")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("an edition is kept for good")

    @property
    def parsed(self) -> ThemeDefinition:
        return ThemeDefinition.model_validate(self.definition)


def examine_theme(definition: ThemeDefinition) -> list[Finding]:
    """Everything wrong with a theme in this centre."""
    return theme_findings(
        definition,
        items=dict(ServiceItem.objects.values_list("code", "name")),
        departments=set(Organisation.objects.standing().values_list("code", flat=True)),
        zones=set(Zone.objects.values_list("code", flat=True)),
    )


def _publish_theme(definition: ThemeDefinition, by: User | None, note: str) -> Theme:
    values = {
        "name": definition.name,
        "zone": Zone.objects.get(code=definition.zone),
        "lead": Organisation.objects.get(code=definition.lead),
        "definition": definition.model_dump(mode="json"),
    }
    Theme.objects.get_or_create(code=definition.code, defaults=values)
    theme = Theme.objects.select_for_update(of=("self",)).select_related("current_edition").get(code=definition.code)
    edition, before = theme.current_edition, theme.parsed.items
    if edition is None or edition.sha256 != definition.digest():
        edition = ThemeEdition.objects.create(
            theme=theme,
            number=Counter.take(f"theme:{theme.pk}"),
            definition=values["definition"],
            sha256=definition.digest(),
            published_by=by,
            note=note,
        )
    Theme.objects.filter(pk=theme.pk).update(**values, current_edition=edition)
    published = Theme.objects.select_related("zone", "lead", "current_edition").get(pk=theme.pk)
    index_theme(published, before)
    theme_changed(theme.code)
    return published


def keep_theme(definition: ThemeDefinition) -> Theme:
    """Publish the theme unless it is there; people's changes stay. Raises PreflightFailed for a wrong one."""
    return Theme.objects.filter(code=definition.code).first() or Theme.publish(definition, by=None)
