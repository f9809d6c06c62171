"""What one department has to do in one step of the route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.cases.models.case import Case
from portal.cases.models.place import PlacedRow
from portal.cases.states import MINE_TO_SEE, TaskKind, TaskOutcome, TaskStatus
from portal.lib.refusal import TooLate
from portal.organisations import authority
from portal.organisations.models import Organisation

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.organisations.models import User


def _work_of(departments: list[int]) -> Q:
    return Q(department__in=departments, status__in=MINE_TO_SEE)


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: User | AnonymousUser) -> TaskQuerySet:
        """All tasks of the cases of a window's zones or of a centre; of a department those that are its own."""
        return self.where_may(user, "tasks.see")

    def of_departments(self, user: User | AnonymousUser) -> TaskQuerySet:
        """The work list of the user's departments, whatever other posts they hold: a part of what they see."""
        return self.where_may(user, "tasks.list")

    def where_may(self, user: User | AnonymousUser, code: str) -> TaskQuerySet:
        """The tasks to which the user may do the act; one that a department sent back is its own no more."""
        return self.filter(authority.condition(user, code, turn=_work_of))

    def current(self) -> TaskQuerySet:
        """Tasks of the stage the case is in."""
        return self.filter(stage=models.F("case__stage"))

    def open(self) -> TaskQuerySet:
        return self.filter(status__in=[TaskStatus.SENT, TaskStatus.WORKING])

    def for_list(self) -> TaskQuerySet:
        """What a register row shows, and nothing that only the page of the task reads."""
        return self.select_related("case__application", "case__item").only(
            "name",
            "status",
            "is_lead",
            "limit_days",
            "due",
            "done_at",
            "case__number",
            "case__application__number",
            "case__application__applicant_name",
            "case__item__name",
        )


class Task(PlacedRow):
    """A department's share of a case (one per department and step)."""

    case = models.ForeignKey(Case, verbose_name="办件", on_delete=models.PROTECT, related_name="tasks")
    step = models.CharField("步骤键", max_length=20)
    stage = models.PositiveSmallIntegerField("环节")
    name = models.CharField("步骤", max_length=80)
    department = models.ForeignKey(
        Organisation, verbose_name="承办部门", on_delete=models.PROTECT, db_index=False
    )  # `task_work_list` begins with it
    kind = models.CharField("类别", max_length=10, choices=TaskKind.choices)
    is_lead = models.BooleanField("牵头", default=False)
    takes_paper = models.BooleanField("接收纸质材料", default=False)
    limit_days = models.PositiveSmallIntegerField("时限（工作日）", default=0)

    status = models.CharField("状态", max_length=10, choices=TaskStatus.choices, default=TaskStatus.WAITING)
    sent_at = models.DateTimeField("分办时间", null=True)
    signed_at = models.DateTimeField("签收时间", null=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="签收人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    due = models.DateField("期限", null=True)
    done_at = models.DateTimeField("办结时间", null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="办理人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField("结果", max_length=24, choices=TaskOutcome.choices, blank=True)
    opinion = models.TextField("意见", blank=True)
    legal_basis = models.CharField("法律依据", max_length=300, blank=True)
    reply = models.TextField("对不同意见的答复", blank=True, default="")
    bounce_reason = models.CharField("退回理由", max_length=300, blank=True)

    deemed_consent = models.BooleanField("逾期视为同意", default=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["case_id", "stage", "pk"]
        verbose_name = "部门任务"
        verbose_name_plural = "部门任务"
        constraints = [models.UniqueConstraint(fields=["case", "step"], name="task_once_per_step")]
        indexes = [
            # A department's work list by status, what burns first.
            models.Index(fields=["department", "center", "status", "due", "id"], name="task_work_list"),
            # Whether a department has a part in a case: its door to cases, row by row.
            models.Index(fields=["case", "department", "status"], name="task_door"),
            # All that a department ever got, newest first.
            models.Index(fields=["department", "center", "-id", "status"], name="task_register"),
            # The home page of a window: what came back from a department, and waits to be sent again.
            models.Index(fields=["case"], condition=models.Q(status=TaskStatus.BOUNCED), name="task_bounced"),
            # Every minute: whose silence counts as agreement by now (`jobs.deem_consent`).
            models.Index(fields=["status", "due"], condition=Q(deemed_consent=True), name="task_silence"),
        ]

    def __str__(self) -> str:
        return f"{self.department} · {self.name}"

    def claim(self, wish: str, sources: set[str], target: str, **stamps: Any) -> None:
        """The claim of every task verb: one conditional UPDATE, and a sentence for whoever came second.

        It holds for the department that was asked for its post, also when the task was dispatched anew meanwhile.
        """
        if not self._standing(sources).update(status=target, **stamps):
            raise self._too_late(wish)
        self.status = target
        for name, value in stamps.items():
            setattr(self, name, value)

    def guard(self, wish: str, sources: set[str]) -> None:
        """What `claim` will ask, before anything else is asked of whoever comes second. Raises TooLate."""
        if not self._standing(sources).exists():
            raise self._too_late(wish)

    def _standing(self, sources: set[str]) -> TaskQuerySet:
        return Task.objects.filter(pk=self.pk, status__in=sources, department=self.department_id)

    def _too_late(self, wish: str) -> TooLate:
        self.refresh_from_db()
        return TooLate(f"{self.department}的“{self.name}”现为“{self.get_status_display()}”，不能再{wish}。")
