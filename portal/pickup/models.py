"""What the department made, where it waits, and who got it (统一出件)."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from portal.cases.authority import require
from portal.cases.flow import MOVES
from portal.cases.models import Case, CaseFile
from portal.cases.states import ApplicantKind
from portal.handover.models import Custody, HolderKind, Slip
from portal.lib.crypto import blind_index
from portal.lib.fields import EncryptedTextField
from portal.lib.identity import IdentityError, IdentityKind, check_identity
from portal.lib.masking import mask_identity
from portal.lib.refusal import Refused, TooLate
from portal.pickup import papers

if TYPE_CHECKING:
    from portal.organisations.models import User

WRONG_CODES_ALLOWED = 5
LOCK_MINUTES = 15
DELIVERY_DAYS = 10
"""Working days from the decision to delivery (行政许可法 art. 44)."""


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


WAITING = frozenset({DeliveryStatus.READY, DeliveryStatus.NOTIFIED})


class DeliveryQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> DeliveryQuerySet:
        return self.filter(case__in=Case.objects.visible_to(user))

    def waiting(self) -> DeliveryQuerySet:
        return self.filter(status__in=WAITING)

    def for_list(self) -> DeliveryQuerySet:
        return self.select_related("case__application", "case__item").order_by("due", "pk")


class Delivery(models.Model):
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
    delivered_at = models.DateTimeField("领取时间", null=True)
    delivered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="出件人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = "出件"
        verbose_name_plural = "出件"

    def __str__(self) -> str:
        return f"{self.case} · {self.shelf}"

    @property
    def collector_masked(self) -> str:
        return mask_identity(self.collector_identity) if self.collector_identity else ""

    def code_matches(self, code: str) -> bool:
        return secrets.compare_digest(self.code_index, blind_index(f"pickup:{self.case_id}:{code.strip()}"))

    def deliver(
        self,
        *,
        by: User,
        code: str,
        name: str,
        identity_kind: str,
        identity_number: str,
        authority: str = "",
        once: str | None = None,
    ) -> None:
        """领取: code and identity are right, the results go out, the receipt is made; once.

        Raises Refused for a wrong code (counted, five lock the delivery for a quarter of an hour), a false identity
        number, or somebody who is not the applicant and brings no authority; TooLate when it has been collected.
        """
        require(MOVES["deliver"], by, self.case)
        self._check_code(code, by)
        number = self._check_collector(name, identity_kind, identity_number, authority)
        with transaction.atomic():
            self.case.lock()
            done = Delivery.objects.filter(pk=self.pk, status__in=WAITING).update(
                status=DeliveryStatus.DELIVERED, delivered_at=timezone.now(), delivered_by=by
            )
            if not done:
                raise TooLate("本件的结果已经领取，不能重复出件。")
            self.refresh_from_db(fields=["status", "delivered_at", "delivered_by", "locked_until", "wrong_codes"])
            self.collector_name, self.collector_kind = name.strip(), identity_kind
            self.collector_identity, self.authority = number, authority.strip()
            self.save(update_fields=["collector_name", "collector_kind", "collector_identity", "authority"])
            self.case.move_result("deliver", by=by, text=f"{self.collector_name}到窗口领取。", once=once)
            held = Custody.objects.now().of_case(self.case).filter(holder=HolderKind.ISSUE_COUNTER)
            Custody.objects.hand_over([item.material for item in held], to=HolderKind.APPLICANT)
            self.case.issue("delivery_receipt", papers.delivery_receipt(self, by), by=by)

    def _check_code(self, code: str, by: User) -> None:
        """Count wrong codes in a transaction of their own, so that a refusal does not undo the count."""
        now = timezone.now()
        fresh = Delivery.objects.get(pk=self.pk)
        if fresh.status not in WAITING:
            raise TooLate("本件的结果已经领取，不能重复出件。")
        if fresh.locked_until and fresh.locked_until > now:
            minutes = int((fresh.locked_until - now).total_seconds() // 60) + 1
            raise Refused(f"取件码连续输错，已锁定，请{minutes}分钟后再试。", field="code")
        if fresh.code_matches(code):
            return
        Delivery.objects.filter(pk=self.pk).update(wrong_codes=models.F("wrong_codes") + 1)
        fresh.refresh_from_db(fields=["wrong_codes"])
        if fresh.wrong_codes >= WRONG_CODES_ALLOWED:
            until = now + timedelta(minutes=LOCK_MINUTES)
            with transaction.atomic():
                Delivery.objects.filter(pk=self.pk).update(wrong_codes=0, locked_until=until)
                self.case.lock()
                self.case.note("lock_pickup", "取件码锁定", by=by, text=f"连续输错{WRONG_CODES_ALLOWED}次。")
            raise Refused(f"取件码已连续输错{WRONG_CODES_ALLOWED}次，锁定{LOCK_MINUTES}分钟。", field="code")
        raise Refused("取件码不正确，请核对领取通知上的六位数字。", field="code")

    def _check_collector(self, name: str, kind: str, number: str, authority: str) -> str:
        try:
            checked = check_identity(kind, number, today=timezone.localdate())
        except IdentityError as error:
            raise Refused(str(error), field="identity_number") from error
        if not name.strip():
            raise Refused("请填写领取人姓名。", field="name")
        if not authority.strip() and not self._is_applicant(name.strip(), checked):
            raise Refused("领取人与申请人不一致。代领的，请核对授权委托书，并填写代领依据。", field="authority")
        return checked

    def _is_applicant(self, name: str, number: str) -> bool:
        """A person collects with the document they applied with; a body sends its contact or legal representative."""
        application = self.case.application
        if application.applicant_kind == ApplicantKind.PERSON:
            return name == application.applicant_name and blind_index(number) == application.identity_index
        return name in {application.contact_name, application.legal_representative}
