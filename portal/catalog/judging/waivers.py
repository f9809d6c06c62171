"""豁免: one clause of one element may stand although the linter objects, for a reason, by an article, by a person."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.catalog.judging.findings import Finding
from portal.lib.refusal import Refused
from portal.lib.words import day
from portal.organisations.authority import require

if TYPE_CHECKING:
    from portal.organisations.models import User

ARTICLE = re.compile(r"《[^》]{2,}》.*第[零一二三四五六七八九十百千\d]+条")


class Waiver(models.Model):
    """Holds for exactly this clause: a changed text is judged anew. It is never changed; a wrong one is ended."""

    code = models.CharField("事项编码", max_length=20, db_index=True)
    rule = models.CharField("规则", max_length=40)
    element = models.CharField("要素", max_length=80)
    clause = models.TextField("原文")
    reason = models.CharField("理由", max_length=500)
    article = models.CharField("依据条款", max_length=300)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="批准人", on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField("批准时间", default=timezone.now)
    ended_at = models.DateTimeField("终止时间", null=True, blank=True)

    class Meta:
        ordering = ["code", "pk"]
        verbose_name = "豁免"
        verbose_name_plural = "豁免"
        constraints = [
            models.UniqueConstraint(
                fields=["code", "rule", "element", "clause"],
                condition=models.Q(ended_at=None),
                name="waiver_once_per_clause",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.rule}：{self.clause[:30]}"


def general(field: str) -> str:
    """An element without its place in the list: `materials.name` of `materials[2].name`."""
    return re.sub(r"\[\d+\]", "", field)


def waivable(finding: Finding) -> bool:
    """Only what is said of a text; a sum that does not add up is corrected, not waived."""
    return finding.blocks and bool(finding.clause)


def waive(code: str, finding: Finding, *, by: User, reason: str, article: str) -> Waiver:
    """Let one clause through. Raises Refused without the right post, a reason, or an article of a named law."""
    require(by, "waivers.grant")
    if not waivable(finding):
        raise Refused("这个问题不能豁免，请改正。")
    if len(reason.strip()) < 4:
        raise Refused("请写明豁免的理由（不少于4个字）。", field="reason")
    if not ARTICLE.search(article):
        raise Refused("请写明法律法规的名称和条款，例如《中华人民共和国建筑法》第八条。", field="article")
    waiver, _ = Waiver.objects.get_or_create(
        code=code,
        rule=finding.rule,
        element=general(finding.field),
        clause=finding.clause,
        ended_at=None,
        defaults={"reason": reason.strip(), "article": article.strip(), "approved_by": by},
    )
    return waiver


def with_waivers(code: str, findings: list[Finding]) -> list[Finding]:
    """The findings with those that were waived no longer blocking; each names the waiver."""
    if not any(waivable(finding) for finding in findings):
        return findings
    standing = {
        (waiver.rule, waiver.element, waiver.clause): waiver
        for waiver in Waiver.objects.filter(code=code, ended_at=None).select_related("approved_by")
    }
    return [_waived(one, standing.get((one.rule, general(one.field), one.clause))) for one in findings]


def _waived(finding: Finding, waiver: Waiver | None) -> Finding:
    if waiver is None or not waivable(finding):
        return finding
    approved = f"{waiver.approved_by}{day(waiver.approved_at)}批准"
    told = f"已豁免：{waiver.reason.rstrip('。')}。依据{waiver.article}，{approved}。"
    return replace(finding, severity="waived", suggestion=told)
