"""What one department has to do in one step of the route: sign for, answer or decide, or bounce."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from portal.cases import authority, clocks, routing
from portal.cases.flow import MOVES
from portal.cases.states import ANSWERS, CaseStatus, TaskKind, TaskOutcome, TaskStatus
from portal.lib.refusal import Refused, TooLate
from portal.organisations.models import Organisation
from portal.organisations.roles import DEPARTMENT_ROLES, Role

if TYPE_CHECKING:
    from portal.organisations.models import User

ANSWERING = frozenset({Role.OFFICER, Role.REVIEWER, Role.DECIDER})


class TaskQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> TaskQuerySet:
        """Tasks of the cases the user may see; a department sees its own tasks only."""
        from portal.cases.models.case import Case

        if not user.is_authenticated:
            return self.none()
        posts = user.posts_now()
        found = self.filter(case__in=Case.objects.visible_to(user))
        if posts and all(post.role in DEPARTMENT_ROLES for post in posts):
            found = found.filter(department__in=[post.organisation_id for post in posts])
        return found

    def of_departments(self, user: User) -> TaskQuerySet:
        """The work list of the user's departments, whatever other posts they hold."""
        mine = [post.organisation_id for post in user.posts_now() if post.role in DEPARTMENT_ROLES]
        return self.filter(department__in=mine)

    def current(self) -> TaskQuerySet:
        """Tasks of the stage the case is in."""
        return self.filter(stage=models.F("case__stage"))

    def open(self) -> TaskQuerySet:
        return self.filter(status__in=[TaskStatus.SENT, TaskStatus.WORKING])

    def for_list(self) -> TaskQuerySet:
        """What burns first: by due date, tasks without one last."""
        return self.select_related("case__application", "case__item", "department").order_by(
            models.F("due").asc(nulls_last=True), "pk"
        )


class Task(models.Model):
    """A department's share of a case (one per department and step)."""

    case = models.ForeignKey("cases.Case", verbose_name="办件", on_delete=models.PROTECT, related_name="tasks")
    step = models.CharField("步骤键", max_length=20)
    stage = models.PositiveSmallIntegerField("环节")
    name = models.CharField("步骤", max_length=80)
    department = models.ForeignKey(Organisation, verbose_name="承办部门", on_delete=models.PROTECT)
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
    bounce_reason = models.CharField("退回理由", max_length=300, blank=True)

    deemed_consent = models.BooleanField("逾期视为同意", default=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["case_id", "stage", "pk"]
        verbose_name = "部门任务"
        verbose_name_plural = "部门任务"
        constraints = [models.UniqueConstraint(fields=["case", "step"], name="task_once_per_step")]
        indexes = [
            # A department's work list, what burns first.
            models.Index(fields=["department", "status", "due"], name="task_work_list"),
        ]

    def __str__(self) -> str:
        return f"{self.department} · {self.name}"

    def _claim(self, wish: str, sources: set[str], target: str, **stamps) -> None:
        """The guard of every task verb: one conditional UPDATE, and a sentence for whoever came second."""
        if not Task.objects.filter(pk=self.pk, status__in=sources).update(status=target, **stamps):
            self.refresh_from_db()
            raise TooLate(f"{self.department}的“{self.name}”现为“{self.get_status_display()}”，不能再{wish}。")
        self.status = target
        for name, value in stamps.items():
            setattr(self, name, value)

    def sign_for(self, *, by: User, once: str | None = None) -> None:
        """签收: the department has the papers; its limit runs from now (M5 of the slip). Called by the slip's verb."""
        with transaction.atomic():
            self.case.lock()
            now = timezone.now()
            due = clocks.working_days(timezone.localdate(now), self.limit_days)
            done = self.case.claim("sign_for", by=by, department=self.department)
            self._claim("签收", {TaskStatus.SENT}, TaskStatus.WORKING, signed_at=now, signed_by=by, due=due)
            self.case.record(done, by=by, text=f"{self.department}签收，承办“{self.name}”。", once=once)

    def bounce(self, *, by: User, reason: str, once: str | None = None) -> None:
        """退回: not ours, or the papers do not match. Reported within two working days, with a reason."""
        with transaction.atomic():
            self.case.lock()
            authority.require(MOVES["bounce"], by, self.case, self.department)
            if not reason.strip():
                raise Refused("请写明退回的理由。", field="reason")
            today = timezone.localdate()
            if self.sent_at and today > clocks.working_days(timezone.localdate(self.sent_at), clocks.BOUNCE_DAYS):
                raise Refused("分办已超过2个工作日，不能再退回，请签收后办理。")
            self._claim("退回", {TaskStatus.SENT}, TaskStatus.BOUNCED, bounce_reason=reason.strip())
            text = f"{self.department}退回：{reason.strip()}"
            if self.case.status == CaseStatus.DISPATCHED and routing.nobody_holds(self.case):
                self.case.record(
                    self.case.claim("bounce", by=by, department=self.department), by=by, text=text, once=once
                )
            else:
                self.case.note("bounce", "部门退回", by=by, text=text, once=once)

    def redispatch(self, *, by: User, department: Organisation, once: str | None = None) -> None:
        """重新分办: the window sends a bounced task to the right department, with a new slip."""
        with transaction.atomic():
            self.case.lock()
            authority.require(MOVES["dispatch"], by, self.case)
            self._claim("重新分办", {TaskStatus.BOUNCED}, TaskStatus.WAITING, department=department, bounce_reason="")
            text = f"“{self.name}”重新分办至{department}。"
            if self.case.status == CaseStatus.ACCEPTED:
                self.case.record(self.case.claim("dispatch", by=by), by=by, text=text, once=once)
            else:
                self.case.note("dispatch", "重新分办", by=by, text=text, once=once)
            routing.send(self.case, [self], by=by)

    def answer(self, *, by: User, outcome: str, opinion: str, legal_basis: str = "", once: str | None = None) -> None:
        """Answer a review or an opinion; the last answer of a stage joins it, exactly once.

        Raises Refused for a disagreement without legal basis and reasons.
        """
        with transaction.atomic():
            self.case.lock()
            self._require_officer(by)
            if self.kind == TaskKind.DECISION or outcome not in ANSWERS:
                raise Refused("本步骤须由审批人作出决定，不能用回复意见代替。")
            if outcome != TaskOutcome.AGREE and not opinion.strip():
                raise Refused("附条件同意或者不同意的，请写明意见。", field="opinion")
            if outcome == TaskOutcome.DISAGREE and not legal_basis.strip():
                raise Refused("不同意须写明法律依据。", field="legal_basis")
            self._finish(by, outcome, opinion.strip(), legal_basis.strip())
            self.case.note(
                "answer",
                "回复意见" if self.kind == TaskKind.OPINION else "审查",
                by=by,
                text=f"{self.department}：{self.get_outcome_display()}。{opinion.strip()}",
                once=once,
            )
            routing.join(self.case, self.stage, by=by)

    def deem_consent(self) -> None:
        """逾期视为同意: an opinion whose route allows it counts as agreement once its limit has passed in silence.

        Done by the portal itself. Raises Refused while the limit runs or where silence is no consent.
        """
        with transaction.atomic():
            self.case.lock()
            self.refresh_from_db()
            late = self.due is not None and self.due < timezone.localdate()
            if not (self.deemed_consent and self.kind == TaskKind.OPINION and late):
                raise Refused("期限未到，或者本步骤不适用逾期视为同意。")
            self._claim(
                "视为同意",
                {TaskStatus.SENT, TaskStatus.WORKING},
                TaskStatus.DONE,
                done_at=timezone.now(),
                outcome=TaskOutcome.DEEMED_AGREE,
            )
            text = f"{self.department}逾期没有回复，“{self.name}”视为同意。"
            self.case.note("deem_consent", "逾期视为同意", by=None, text=text, once=f"deem:{self.step}")
            routing.let_go(self.case, [self])
            routing.join(self.case, self.stage, by=None)

    def decide(self, *, by: User, granted: bool, reasons: str = "", once: str | None = None) -> None:
        """Decide the case: the route's last step, by a decider of the lead department who did not accept the case."""
        with transaction.atomic():
            self.case.lock()
            if self.kind != TaskKind.DECISION:
                raise Refused("本步骤只能回复意见，不能作出决定。")
            if not routing.may_close(self):
                raise Refused("尚有部门没有回复意见，不能作出决定。")
            outcome = TaskOutcome.GRANTED if granted else TaskOutcome.REFUSED
            self._finish(by, outcome, reasons.strip(), "")
            routing.overtake(self.case, self.stage)
            self.case.decide(by=by, granted=granted, reasons=reasons, department=self.department, once=once)

    def _require_officer(self, by: User) -> None:
        if not authority.holds_for_case(by, self.case, ANSWERING, self.department):
            raise Refused(f"只有{self.department}的承办人、审核人或者审批人才能办理“{self.name}”。")

    def _finish(self, by: User, outcome: str, opinion: str, legal_basis: str) -> None:
        self._claim(
            "办理",
            {TaskStatus.WORKING},
            TaskStatus.DONE,
            done_at=timezone.now(),
            done_by=by,
            outcome=outcome,
            opinion=opinion,
            legal_basis=legal_basis,
        )
