"""The handover slip (办理交接单): numbered, printed in three copies, signed by both sides."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from portal.cases.acts import place_of
from portal.cases.models import Case, CaseMaterial, Task
from portal.cases.models.place import PlacedRow
from portal.cases.states import MINE_TO_SEE, TaskStatus
from portal.documents.models import Document
from portal.lib import words
from portal.lib.refusal import TooLate
from portal.organisations import authority
from portal.organisations.models import Organisation

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.organisations.models import User


class Direction(models.TextChoices):
    TO_DEPARTMENT = "to_department", "窗口→部门"
    TO_WINDOW = "to_window", "部门→窗口"
    HOME = "home", "部门→窗口（退还材料）"


class SlipStatus(models.TextChoices):
    ISSUED = "issued", "待签收"
    IN_TRANSIT = "in_transit", "流转中"
    RECEIVED = "received", "已签收"
    RECEIVED_WITH_DIFFERENCE = "received_with_difference", "签收有差异"
    PRESUMED = "presumed", "推定签收"
    BOUNCED = "bounced", "已退回"
    CANCELLED = "cancelled", "已作废"


WAITING = frozenset({SlipStatus.ISSUED, SlipStatus.IN_TRANSIT})
"""Not signed yet: the papers are on their way."""


def _between_window_and(departments: list[int]) -> Q:
    """Their slips, while they have a part in the case (`task_door`): what they sent back they see no more.

    A slip that brings papers home is theirs to carry, and their receipt, after their part has ended.
    """
    part = Task.objects.filter(case=OuterRef("case"), department=OuterRef("department"), status__in=MINE_TO_SEE)
    return Q(department__in=departments) & (Q(Exists(part)) | Q(direction=Direction.HOME))


class SlipQuerySet(models.QuerySet):
    def visible_to(self, user: User | AnonymousUser) -> SlipQuerySet:
        """All slips of the cases of a window's zones or of a centre; a department sees those it gave or gets."""
        return self.where_may(user, "slips.see")

    def where_may(self, user: User | AnonymousUser, code: str) -> SlipQuerySet:
        """The slips to which the user may do the act, a department while it has a part in their cases."""
        return self.filter(authority.condition(user, code, turn=_between_window_and))

    def to_be_signed_by(self, user: User | AnonymousUser) -> SlipQuerySet:
        """What waits for the user's own signature: papers at a department, results at the issue counter, at the window
        papers on their way home."""
        papers = self.where_may(user, "slips.sign").filter(direction=Direction.TO_DEPARTMENT)
        results = self.where_may(user, "slips.take_in").filter(direction=Direction.TO_WINDOW)
        homeward = self.where_may(user, "slips.take_back").filter(direction=Direction.HOME)
        return (papers | results | homeward).waiting()

    def waiting(self) -> SlipQuerySet:
        return self.filter(status__in=WAITING)

    def for_list(self) -> SlipQuerySet:
        """What a row shows, newest first, and nothing that only the page of the slip reads: no printed content."""
        rows = self.select_related("case__application", "department", "document").order_by("-pk")
        return rows.only(
            "direction",
            "issued_at",
            "status",
            "due",
            "round",
            "case__number",
            "case__application__number",
            "department__short_name",
            "document__number",
        )


class Slip(PlacedRow):
    """One journey of a case's papers between the window and one department; `document` holds number and print."""

    case = models.ForeignKey(Case, verbose_name="办件", on_delete=models.PROTECT, related_name="slips")
    direction = models.CharField("方向", max_length=16, choices=Direction.choices)
    department = models.ForeignKey(
        Organisation, verbose_name="部门", on_delete=models.PROTECT, related_name="slips", db_index=False
    )  # `slip_register` begins with it
    document = models.OneToOneField(Document, verbose_name="文书", on_delete=models.PROTECT, related_name="slip")
    code = models.CharField("扫描码", max_length=20, unique=True)
    status = models.CharField("状态", max_length=26, choices=SlipStatus.choices, default=SlipStatus.ISSUED)
    round = models.PositiveSmallIntegerField("次数", default=1)
    due = models.DateField("签收期限", null=True)
    issued_at = models.DateTimeField("移交时间", default=timezone.now)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="移交人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    reminded_at = models.DateTimeField("催签时间", null=True)
    signed_at = models.DateTimeField("接收时间", null=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="接收人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    difference = models.TextField("差异", blank=True)

    objects = SlipQuerySet.as_manager()

    class Meta:
        verbose_name = "交接单"
        verbose_name_plural = "交接单"
        indexes = [
            # The register of what waits for a signature, newest first, and its number on the home page.
            models.Index(fields=["center", "status", "-id", "direction", "zone", "department"], name="slip_by_status"),
            # All slips of one department, and of a window or a centre, newest first.
            models.Index(fields=["department", "center", "-id", "direction"], name="slip_register"),
            models.Index(fields=["center", "-id", "zone", "direction"], name="slip_of_centre"),
        ]
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

    def seen_from(self) -> authority.Place:
        """Where its print is opened: the windows of its case's place and its department, behind the door of slips."""
        return place_of(self.case, self.department_id)

    @property
    def waits(self) -> bool:
        return self.status in WAITING

    def is_late(self, today: date) -> bool:
        return self.status in WAITING and self.due is not None and today > self.due

    def claim(self, target: str, sources: Iterable[str] = WAITING, **stamps: Any) -> None:
        """Guard and set in one conditional UPDATE; a slip is signed or bounced once."""
        if not Slip.objects.filter(pk=self.pk, status__in=sources).update(status=target, **stamps):
            self.refresh_from_db()
            who = f"{self.signed_by}已于{words.moment(self.signed_at)}办理，" if self.signed_by else ""
            raise TooLate(f"交接单{self.number}{who}现为“{self.get_status_display()}”，不能重复签收或者退回。")
        self.status = target
        for name, value in stamps.items():
            setattr(self, name, value)

    def supplements(self) -> bool:
        """Whether it only brings what came in later to a department that had signed before (移交补收材料)."""
        return bool(self.document.content.get("supplements"))

    def tasks(self) -> list[Task]:
        """What its department is to sign for with it; every task knows this very case."""
        return list(self.case.tasks.filter(department=self.department, status=TaskStatus.SENT))

    def tasks_unsigned(self) -> list[Task]:
        """What its department has not signed for itself, also where the slip counts as received; nothing once somebody
        of the department has worked on the case."""
        theirs = self.case.tasks.filter(department=self.department)
        if theirs.exclude(done_by=None).exists():
            return []
        return list(theirs.filter(status__in=[TaskStatus.SENT, TaskStatus.WORKING], signed_by=None))


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
