"""The handover slip (办理交接单): numbered, printed in three copies, signed by both sides."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from portal.cases.models import Case, CaseMaterial, Task
from portal.cases.states import TaskStatus
from portal.documents.models import Document
from portal.handover.models.custody import Custody, HolderKind
from portal.lib.refusal import Refused, TooLate
from portal.organisations.models import Organisation
from portal.organisations.roles import DEPARTMENT_ROLES, WINDOW_ROLES, Role

if TYPE_CHECKING:
    from portal.organisations.models import User


class Direction(models.TextChoices):
    TO_DEPARTMENT = "to_department", "窗口→部门"
    TO_WINDOW = "to_window", "部门→窗口"


class SlipStatus(models.TextChoices):
    ISSUED = "issued", "待签收"
    IN_TRANSIT = "in_transit", "流转中"
    RECEIVED = "received", "已签收"
    RECEIVED_WITH_DIFFERENCE = "received_with_difference", "签收有差异"
    BOUNCED = "bounced", "已退回"
    CANCELLED = "cancelled", "已作废"


WAITING = frozenset({SlipStatus.ISSUED, SlipStatus.IN_TRANSIT})
"""Not signed yet: the papers are on their way."""


class SlipQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> SlipQuerySet:
        """Slips of the cases the user may see; a department sees those it gave or gets."""
        found = self.filter(case__in=Case.objects.visible_to(user))
        posts = user.posts_now() if user.is_authenticated else []
        if posts and all(post.role in DEPARTMENT_ROLES for post in posts):
            found = found.filter(department__in=[post.organisation_id for post in posts])
        return found

    def waiting(self) -> SlipQuerySet:
        return self.filter(status__in=WAITING)

    def for_list(self) -> SlipQuerySet:
        return self.select_related("case__application", "case__item", "department", "document", "issued_by").order_by(
            "-pk"
        )


class Slip(models.Model):
    """One journey of a case's papers between the window and one department; `document` holds number and print."""

    case = models.ForeignKey(Case, verbose_name="办件", on_delete=models.PROTECT, related_name="slips")
    direction = models.CharField("方向", max_length=16, choices=Direction.choices)
    department = models.ForeignKey(Organisation, verbose_name="部门", on_delete=models.PROTECT, related_name="slips")
    document = models.OneToOneField(Document, verbose_name="文书", on_delete=models.PROTECT, related_name="slip")
    code = models.CharField("扫描码", max_length=20, unique=True)
    status = models.CharField("状态", max_length=26, choices=SlipStatus.choices, default=SlipStatus.ISSUED)
    round = models.PositiveSmallIntegerField("次数", default=1)
    due = models.DateField("签收期限", null=True)
    issued_at = models.DateTimeField("移交时间", default=timezone.now)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="移交人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    signed_at = models.DateTimeField("接收时间", null=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="接收人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    difference = models.TextField("差异", blank=True)

    objects = SlipQuerySet.as_manager()

    class Meta:
        verbose_name = "交接单"
        verbose_name_plural = "交接单"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "department", "direction"],
                condition=models.Q(status__in=[SlipStatus.ISSUED, SlipStatus.IN_TRANSIT]),
                name="one_open_slip_per_case_and_department",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return self.document.number

    def is_late(self, today: date) -> bool:
        return self.status in WAITING and self.due is not None and today > self.due

    def _claim(self, target: str, **stamps: Any) -> None:
        """Guard and set in one conditional UPDATE; a slip is signed or bounced once."""
        if not Slip.objects.filter(pk=self.pk, status__in=WAITING).update(status=target, **stamps):
            self.refresh_from_db()
            when = timezone.localtime(self.signed_at).strftime("%m月%d日 %H:%M") if self.signed_at else ""
            who = f"{self.signed_by}已于{when}办理，" if self.signed_by else ""
            raise TooLate(f"交接单{self.number}{who}现为“{self.get_status_display()}”，不能重复签收或者退回。")
        self.status = target

    def _paper(self) -> list[CaseMaterial]:
        """The materials that travel as paper on this slip."""
        return [line.material for line in self.lines.select_related("material") if line.material and line.is_paper]

    def _tasks(self) -> list[Task]:
        return list(self.case.tasks.filter(department=self.department, status=TaskStatus.SENT))

    def _require_department(self, by: User) -> None:
        if not by.holds(Role.DEPT_RECEIVER, organisation=self.department):
            raise Refused(f"只有{self.department}的部门收件员才能签收或者退回本交接单。")

    def sign(self, *, by: User, difference: str = "", once: str | None = None) -> None:
        """签收 by the department: the papers are theirs, their tasks start, the time is the department's own.

        `difference` lists what does not match the slip; the papers are taken nevertheless and the window is shown it.
        """
        with transaction.atomic():
            self.case.lock()
            self._require_department(by)
            if self.direction != Direction.TO_DEPARTMENT:
                raise Refused("结果交接单由出件窗口接收。")
            target = SlipStatus.RECEIVED_WITH_DIFFERENCE if difference.strip() else SlipStatus.RECEIVED
            self._claim(target, signed_at=timezone.now(), signed_by=by, difference=difference.strip())
            Custody.objects.hand_over(self._paper(), to=HolderKind.DEPARTMENT, organisation=self.department, slip=self)
            if difference.strip():
                self.case.note("slip_difference", "交接差异", by=by, text=f"{self.number}：{difference.strip()}")
            for task in self._tasks():
                task.case = self.case
                task.sign_for(by=by, once=once)
                once = None  # the form's key marks the first event only

    def bounce(self, *, by: User, reason: str, once: str | None = None) -> None:
        """退回: the papers go back to the window, the slip keeps its number, the tasks wait for another department."""
        with transaction.atomic():
            self.case.lock()
            self._require_department(by)
            if not reason.strip():
                raise Refused("请写明退回的理由。", field="reason")
            self._claim(SlipStatus.BOUNCED, signed_at=timezone.now(), signed_by=by, difference=reason.strip())
            Custody.objects.hand_over(self._paper(), to=HolderKind.WINDOW, slip=self)
            for task in self._tasks():
                task.case = self.case
                task.bounce(by=by, reason=reason, once=once)
                once = None

    def take_in(self, *, by: User) -> None:
        """接收 at the issue counter: returned originals are there. Called by the verb that takes in the result."""
        with transaction.atomic():
            if not by.holds(Role.ISSUER, zone=self.case.zone):
                raise Refused("只有出件窗口的出件员才能接收结果交接单。")
            self._claim(SlipStatus.RECEIVED, signed_at=timezone.now(), signed_by=by)
            Custody.objects.hand_over(self._paper(), to=HolderKind.ISSUE_COUNTER, slip=self)

    def send_back(self, *, by: User, reason: str) -> None:
        """退回更正: the issue counter found an error; papers and result go back to the department."""
        with transaction.atomic():
            if not by.holds(*(WINDOW_ROLES & {Role.ISSUER}), zone=self.case.zone):
                raise Refused("只有出件窗口的出件员才能退回结果交接单。")
            if not reason.strip():
                raise Refused("请写明退回的理由。", field="reason")
            self._claim(SlipStatus.BOUNCED, signed_at=timezone.now(), signed_by=by, difference=reason.strip())
            Custody.objects.hand_over(self._paper(), to=HolderKind.DEPARTMENT, organisation=self.department, slip=self)


class SlipLine(models.Model):
    """One paper on a slip, as counted when it was handed over."""

    slip = models.ForeignKey(Slip, verbose_name="交接单", on_delete=models.PROTECT, related_name="lines")
    material = models.ForeignKey(CaseMaterial, null=True, on_delete=models.PROTECT, related_name="slip_lines")
    order = models.PositiveSmallIntegerField("序号")
    name = models.CharField("名称", max_length=200)
    originals = models.PositiveSmallIntegerField("原件份数", default=0)
    photocopies = models.PositiveSmallIntegerField("复印件份数", default=0)
    pages = models.PositiveSmallIntegerField("页数", default=0)
    scanned = models.BooleanField("已扫描", default=False)

    class Meta:
        ordering = ["slip_id", "order"]
        verbose_name = "交接单明细"
        verbose_name_plural = "交接单明细"

    def __str__(self) -> str:
        return self.name

    @property
    def is_paper(self) -> bool:
        return (self.originals + self.photocopies) > 0
