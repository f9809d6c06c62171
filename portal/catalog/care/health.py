"""内容体检: what editors should look at, gathered by night and on request.

The checks themselves are registered by those who know the content (`pages.health`); here is what a finding is, who may
ask, and the report that is kept. A report is asked for, worked out as promised work, and never changed afterwards.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from portal.jobs.models import Promise, PromiseStatus
from portal.jobs.outbox import promise
from portal.lib import words
from portal.organisations.authority import require
from portal.organisations.models import User

WORK = "catalog.health"
MOST_FINDINGS = 3000
"""Kept of one report; more than anybody would read, and the number of all is kept as well."""
KEPT_REPORTS = 60
"""About two months of nights; older ones go when a new one is finished."""
UNDER_WAY = "under_way"


class HealthKind(models.TextChoices):
    STALE = "stale", "久未更新"
    MISSING = "missing", "要素缺失或者有误"
    BROKEN = "broken", "失效链接"
    VAGUE = "vague", "模糊用语"
    UNPUBLISHED = "unpublished", "修改未发布"
    WITHDRAWN = "withdrawn", "指向已取消的事项"
    WAIVER = "waiver", "豁免待复核"


@dataclass(frozen=True)
class Ailment:
    """One thing to look at: where (`title`, and `url` of its editor), what is wrong, what to do."""

    kind: str
    title: str
    sentence: str
    advice: str
    url: str = ""

    @property
    def kind_name(self) -> str:
        return HealthKind(self.kind).label


Check = Callable[[datetime], Iterable[Ailment]]
CHECKS: dict[str, Check] = {}


def health_check(name: str) -> Callable[[Check], Check]:
    """Register a check of the report. It gets the present moment and yields what it finds."""

    def register(check: Check) -> Check:
        if CHECKS.get(name, check) is not check:
            raise ValueError(f"two health checks named {name}")
        CHECKS[name] = check
        return check

    return register


class HealthReport(models.Model):
    """One check-up. `slot` holds the only place of a report under way, so that two clicks start one."""

    key = models.CharField("唯一键", max_length=80, unique=True)
    slot = models.CharField(max_length=10, unique=True, null=True, default=UNDER_WAY, editable=False)
    asked_at = models.DateTimeField("开始时间", default=timezone.now)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="发起人", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    finished_at = models.DateTimeField("完成时间", null=True)
    failed = models.BooleanField("没有完成", default=False)
    total = models.PositiveIntegerField("问题数", default=0)
    findings = models.JSONField("问题", default=list)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "内容体检"
        verbose_name_plural = "内容体检"

    def __str__(self) -> str:
        return f"内容体检 {words.moment(self.asked_at)}"

    @property
    def ailments(self) -> list[Ailment]:
        return [Ailment(**row) for row in self.findings]

    @classmethod
    def latest(cls) -> HealthReport | None:
        """The newest report that was finished; None before the first one."""
        return cls.objects.filter(finished_at__isnull=False, failed=False).first()

    @classmethod
    def under_way(cls) -> HealthReport | None:
        return cls.objects.filter(slot=UNDER_WAY).first()

    def work_out(self) -> None:
        """Run every check and keep what they find; a report that is finished stays as it is."""
        if self.finished_at is not None or self.failed:
            return
        now = timezone.now()
        found = [ailment for check in CHECKS.values() for ailment in check(now)]
        rows = [asdict(ailment) for ailment in found[:MOST_FINDINGS]]
        HealthReport.objects.filter(pk=self.pk, finished_at=None, failed=False).update(
            slot=None, finished_at=timezone.now(), total=len(found), findings=rows
        )
        old = HealthReport.objects.exclude(slot=UNDER_WAY).values_list("pk", flat=True)[KEPT_REPORTS:]
        HealthReport.objects.filter(pk__in=list(old)).delete()

    def give_up(self) -> None:
        """The work was tried as often as it may be; the place becomes free for the next one."""
        HealthReport.objects.filter(pk=self.pk, finished_at=None).update(slot=None, failed=True)


def ask(*, by: User | None, key: str = "") -> HealthReport:
    """Start a check-up, or return the one that is under way or was asked for under the same key."""
    require(by, "health.ask")
    key = key or f"asked:{uuid.uuid4()}"
    with transaction.atomic():
        known = HealthReport.objects.filter(key=key).first() or HealthReport.under_way()
        if known is not None:
            return known
        report, created = HealthReport.objects.get_or_create(slot=UNDER_WAY, defaults={"key": key, "asked_by": by})
        if created:
            promise(WORK, key=f"{WORK}:{report.pk}", report=report.pk)
        return report


def dead_work() -> Iterable[HealthReport]:
    """Reports whose promised work has been given up."""
    for report in HealthReport.objects.filter(slot=UNDER_WAY):
        if Promise.objects.filter(key=f"{WORK}:{report.pk}", status=PromiseStatus.DEAD).exists():
            yield report
