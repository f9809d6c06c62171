"""豁免: one clause of one element may stand although the linter objects, for a reason, by an article, by two people.

Somebody who looks after the content asks, the office grants or declines; the row keeps who did what and when."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.catalog.judging.findings import Finding, path_of, place_name
from portal.lib.refusal import Refused, TooLate
from portal.lib.words import day, visible
from portal.organisations.authority import require

if TYPE_CHECKING:
    from portal.organisations.models import User

LEAST_REASON = 4
ARTICLE = re.compile(r"《[^》]{2,}》.*第[零一二三四五六七八九十百千\d]+条")


class WaiverQuerySet(models.QuerySet):
    def waiting(self) -> WaiverQuerySet:
        """Asked for and not answered."""
        return self.filter(approved_at=None, ended_at=None)

    def standing(self) -> WaiverQuerySet:
        """Granted, and still so."""
        return self.exclude(approved_at=None).filter(ended_at=None)

    def declined(self) -> WaiverQuerySet:
        return self.filter(approved_at=None).exclude(ended_at=None)


class Waiver(models.Model):
    """Holds for exactly this clause, once it is granted: a changed text is judged anew. What was asked is never
    changed; a wrong one is ended."""

    code = models.CharField("事项编码", max_length=20, db_index=True)
    rule = models.CharField("规则", max_length=40)
    element = models.CharField("要素", max_length=80)
    clause = models.TextField("原文")
    objection = models.CharField("检查意见", max_length=500, blank=True)
    reason = models.CharField("理由", max_length=500)
    article = models.CharField("依据条款", max_length=300)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="申请人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    """None only of those granted before anybody had to ask."""
    asked_at = models.DateTimeField("申请时间", null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="批准人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField("批准时间", null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="终止人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField("终止时间", null=True, blank=True)
    answer = models.CharField("答复", max_length=500, blank=True)

    objects = WaiverQuerySet.as_manager()

    class Meta:
        ordering = ["code", "pk"]
        verbose_name = "豁免"
        verbose_name_plural = "豁免"
        constraints = [
            models.UniqueConstraint(
                fields=["code", "rule", "element", "clause"],
                condition=models.Q(ended_at=None),
                name="waiver_once_per_clause",
            ),
            models.CheckConstraint(
                condition=~models.Q(approved_by=models.F("asked_by")), name="waiver_asked_and_granted_by_two"
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by=None, approved_at=None)
                | models.Q(approved_by__isnull=False, approved_at__isnull=False),
                name="waiver_granted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.place}：{self.clause[:30]}"

    @property
    def place(self) -> str:
        """The element in words."""
        return place_name(path_of(self.element))

    @property
    def state_text(self) -> str:
        if self.approved_at is None:
            return "待批准" if self.ended_at is None else "未批准"
        return "已批准" if self.ended_at is None else "已终止"

    def grant(self, *, by: User) -> None:
        """Let the clause through. Raises Refused without the post or for the one who asked, TooLate once answered."""
        self._may_be_answered(by)
        self._answer(approved_by=by, approved_at=timezone.now())

    def decline(self, *, by: User, answer: str) -> None:
        """Say no, and why. Refused and TooLate as above; also Refused without a reason."""
        self._may_be_answered(by)
        answer = visible(answer)
        if len(answer) < LEAST_REASON:
            raise Refused(f"请写明不批准的理由（不少于{LEAST_REASON}个字）。", field="answer")
        self._answer(ended_by=by, ended_at=timezone.now(), answer=answer[:500])

    def _may_be_answered(self, by: User) -> None:
        require(by, "waivers.grant")
        if self.asked_by_id == by.pk:
            raise Refused("这是您自己的申请，须由另一人批准。")
        self.refresh_from_db()
        if self.approved_at is not None or self.ended_at is not None:
            raise TooLate(f"{self.approved_by or self.ended_by}已经答复了这个申请。")

    def _answer(self, **values: Any) -> None:
        """Of two who answer at once, the first."""
        answered = Waiver.objects.waiting().filter(pk=self.pk).update(**values)
        self.refresh_from_db()
        if not answered:
            raise TooLate(f"{self.approved_by or self.ended_by}已经答复了这个申请。")


def general(field: str) -> str:
    """An element without its place in the list: `materials.name` of `materials[2].name`."""
    return re.sub(r"\[\d+\]", "", field)


def waivable(finding: Finding) -> bool:
    """Only what is said of a text; a sum that does not add up is corrected, not waived."""
    return finding.blocks and bool(finding.clause)


def ask_for(code: str, finding: Finding, *, by: User, reason: str, article: str) -> Waiver:
    """Ask that one clause may stand; what was asked already is returned as it is.

    Raises Refused without the right post, a reason, or an article of a named law.
    """
    require(by, "waivers.ask")
    if not waivable(finding):
        raise Refused("这个问题不能豁免，请改正。")
    reason, article = visible(reason), visible(article)
    if len(reason) < LEAST_REASON:
        raise Refused(f"请写明豁免的理由（不少于{LEAST_REASON}个字）。", field="reason")
    if not ARTICLE.search(article):
        raise Refused("请写明法律法规的名称和条款，例如《中华人民共和国建筑法》第八条。", field="article")
    said = {"objection": finding.message[:500], "reason": reason, "article": article}
    waiver, _ = Waiver.objects.get_or_create(
        code=code,
        rule=finding.rule,
        element=general(finding.field),
        clause=finding.clause,
        ended_at=None,
        defaults={**said, "asked_by": by, "asked_at": timezone.now()},
    )
    return waiver


def asked_about(code: str, finding: Finding) -> Waiver | None:
    """What somebody has asked about this clause and nobody has answered."""
    return _about(Waiver.objects.waiting(), code, finding)


def declined_about(code: str, finding: Finding) -> Waiver | None:
    """The last request about this clause that was declined."""
    return _about(Waiver.objects.declined(), code, finding)


def _about(among: WaiverQuerySet, code: str, finding: Finding) -> Waiver | None:
    key = {"rule": finding.rule, "element": general(finding.field), "clause": finding.clause}
    return among.filter(code=code, **key).select_related("asked_by", "ended_by").order_by("pk").last()


def with_waivers(code: str, findings: list[Finding]) -> list[Finding]:
    """The findings with those that were waived no longer blocking; each names the waiver."""
    if not any(waivable(finding) for finding in findings):
        return findings
    standing = {
        (waiver.rule, waiver.element, waiver.clause): waiver
        for waiver in Waiver.objects.standing().filter(code=code).select_related("asked_by", "approved_by")
    }
    return [_waived(one, standing.get((one.rule, general(one.field), one.clause))) for one in findings]


def _waived(finding: Finding, waiver: Waiver | None) -> Finding:
    if waiver is None or not waivable(finding):
        return finding
    hands = f"{waiver.asked_by}申请，" if waiver.asked_by else ""
    approved = f"{hands}{waiver.approved_by}{day(waiver.approved_at)}批准" if waiver.approved_at else ""
    told = f"已豁免：{waiver.reason.rstrip('。')}。依据{waiver.article}，{approved}。"
    return replace(finding, severity="waived", suggestion=told)
