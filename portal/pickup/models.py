"""What the department made, where it waits, and who got it (统一出件)."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.cases.models import Case, CaseFile
from portal.cases.models.place import PlacedRow
from portal.handover.models import Slip
from portal.lib.crypto import blind_index
from portal.lib.fields import EncryptedTextField
from portal.lib.identity import IdentityKind
from portal.lib.masking import mask_identity
from portal.lib.search.text import scanned
from portal.organisations import authority

if TYPE_CHECKING:
    from portal.organisations.models import User


def new_pickup_code() -> str:
    """Six digits; they count only together with an identity check, and five wrong ones lock for a while."""
    return f"{secrets.randbelow(1_000_000):06d}"


class Result(models.Model):
    """One paper a department made for the applicant: a certificate, an approval, or the written refusal."""

    case = models.ForeignKey(Case, verbose_name="办件", on_delete=models.PROTECT, related_name="results")
    name = models.CharField("结果名称", max_length=120)
    number = models.CharField("证照编号", max_length=80)
    originals = models.PositiveSmallIntegerField("正本份数", default=1)
    duplicates = models.PositiveSmallIntegerField("副本份数", default=0)
    validity = models.CharField("有效期", max_length=80, blank=True)
    file = models.ForeignKey(CaseFile, verbose_name="电子件", null=True, blank=True, on_delete=models.PROTECT)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="登记人", on_delete=models.PROTECT)
    made_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        ordering = ["pk"]
        verbose_name = "办理结果"
        verbose_name_plural = "办理结果"
        constraints = [models.UniqueConstraint(fields=["case", "name", "number"], name="result_once_in_case")]

    def __str__(self) -> str:
        return self.name


class DeliveryStatus(models.TextChoices):
    READY = "ready", "待领取"
    NOTIFIED = "notified", "已通知"
    DELIVERED = "delivered", "已送达"


class FeeSettled(models.TextChoices):
    PAID = "paid", "已缴清"
    WAIVED = "waived", "减免或者缓缴"


WAITING = frozenset({DeliveryStatus.READY, DeliveryStatus.NOTIFIED})


class DeliveryQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> DeliveryQuerySet:
        """What waits, or waited, in the cases that the user sees."""
        return self.filter(authority.condition(user, "cases.see", turn=Case.objects.part_of))

    def waiting(self) -> DeliveryQuerySet:
        return self.filter(status__in=WAITING)

    def for_list(self) -> DeliveryQuerySet:
        """What a row shows, and nothing that only the page at the counter reads: no identity of anybody."""
        return self.select_related("case__application", "case__item").only(
            "shelf",
            "ready_at",
            "due",
            "status",
            "case__number",
            "case__application__number",
            "case__application__applicant_name",
            "case__item__name",
        )


class Delivery(PlacedRow):
    """The way of a case's results to the right person: shelf, pickup code, identity, receipt."""

    case = models.OneToOneField(Case, verbose_name="办件", on_delete=models.PROTECT, related_name="delivery")
    status = models.CharField("状态", max_length=12, choices=DeliveryStatus.choices, default=DeliveryStatus.READY)
    slip = models.ForeignKey(Slip, verbose_name="结果交接单", null=True, on_delete=models.PROTECT)
    shelf = models.CharField("存放位置", max_length=40)
    code_index = models.CharField(max_length=64, editable=False)
    wrong_codes = models.PositiveSmallIntegerField("取件码错误次数", default=0)
    locked_until = models.DateTimeField("锁定至", null=True)
    due = models.DateField("送达期限", null=True)
    ready_at = models.DateTimeField("到件时间", default=timezone.now)
    collector_name = models.CharField("领取人", max_length=60, blank=True)
    collector_kind = models.CharField("证件类型", max_length=3, choices=IdentityKind.choices, blank=True)
    collector_identity = EncryptedTextField("证件号码", blank=True)
    authority = models.CharField("代领依据", max_length=200, blank=True)
    fee = models.CharField("费用", max_length=8, choices=FeeSettled.choices, blank=True)
    fee_note = models.CharField("缴费凭证号或者减免理由", max_length=200, blank=True)
    gaps_waived = models.CharField("材料未齐先行出件的理由", max_length=200, blank=True)
    delivered_at = models.DateTimeField("领取时间", null=True)
    delivered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="出件人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = "出件"
        verbose_name_plural = "出件"
        indexes = [
            # What waits on the shelf, by the day on which it must have reached its owner.
            models.Index(fields=["center", "status", "due", "id", "zone"], name="delivery_waiting"),
            # All results of a window or a centre, newest first.
            models.Index(fields=["center", "-id", "zone"], name="delivery_register"),
        ]

    def __str__(self) -> str:
        return f"{self.case} · {self.shelf}"

    @property
    def collector_masked(self) -> str:
        return mask_identity(self.collector_identity) if self.collector_identity else ""

    def code_matches(self, code: str) -> bool:
        return secrets.compare_digest(self.code_index, blind_index(f"pickup:{self.case_id}:{scanned(code)}"))
