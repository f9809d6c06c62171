"""One item of one application on its way: the four dimensions, the limits, and the verbs that move it."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from portal.cases import authority, clocks, opening, papers, routing
from portal.cases.flow import MOVES, Move
from portal.cases.models.application import Application
from portal.cases.models.doors import CaseQuerySet
from portal.cases.models.event import Event, log
from portal.cases.models.material import CaseMaterial
from portal.cases.numbers import CaseNumber, counter_of_cases
from portal.cases.signals import case_withdrawn, materials_changed
from portal.cases.states import (
    AT_THE_WINDOW,
    CaseStatus,
    ClockState,
    TaskOutcome,
)
from portal.catalog.models import Edition, ServiceItem
from portal.documents.models import Counter, Document
from portal.lib.fields import EncryptedTextField
from portal.lib.refusal import Refused, TooLate
from portal.organisations.models import Zone

if TYPE_CHECKING:
    from portal.catalog.schema.definition import ItemDefinition
    from portal.organisations.models import User


class Case(models.Model):
    """A case (办件): it keeps the edition of the item under which it was taken in."""

    application = models.ForeignKey(Application, verbose_name="申请", on_delete=models.PROTECT, related_name="cases")
    item = models.ForeignKey(ServiceItem, verbose_name="事项", on_delete=models.PROTECT, related_name="cases")
    edition = models.ForeignKey(Edition, verbose_name="指南版本", on_delete=models.PROTECT, related_name="cases")
    zone = models.ForeignKey(Zone, verbose_name="受理区", on_delete=models.PROTECT, related_name="cases")
    lead = models.ForeignKey("organisations.Organisation", verbose_name="牵头部门", on_delete=models.PROTECT)
    number = models.CharField("办件编号", max_length=24, unique=True, null=True, editable=False)

    status = models.CharField("状态", max_length=24, choices=CaseStatus.choices, default=CaseStatus.DRAFT)
    clock_state = models.CharField("计时", max_length=12, choices=ClockState.choices, default=ClockState.NOT_STARTED)
    stage = models.PositiveSmallIntegerField("当前环节", default=0)
    version = models.PositiveIntegerField("版本", default=0)

    received_at = models.DateTimeField("收件时间", default=timezone.now)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="收件人", on_delete=models.PROTECT, related_name="+"
    )
    accepted_at = models.DateTimeField("受理时间", null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="受理人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    clock_start = models.DateField("起算日", null=True)
    acceptance_due = models.DateField("受理期限", null=True)
    correction_due = models.DateField("补正期限", null=True)
    statutory_due = models.DateField("法定期限", null=True)
    promised_due = models.DateField("承诺期限", null=True, db_index=True)
    decided_at = models.DateTimeField("决定时间", null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="决定人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField("办理结果", max_length=24, choices=TaskOutcome.choices, blank=True)
    reasons = models.TextField("理由", blank=True)

    situation = models.JSONField("情形", default=dict, editable=False)
    answers = models.JSONField("申请表", default=dict, editable=False)
    sealed_answers = EncryptedTextField("申请表中的证件和电话", blank=True, default="", editable=False)

    documents = models.ManyToManyField(Document, verbose_name="文书", related_name="cases")

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = "办件"
        verbose_name_plural = "办件"
        indexes = [
            # The registers: newest first within a status.
            models.Index(fields=["status", "-received_at"], name="case_register"),
            # What is made public, newest first.
            models.Index(fields=["-decided_at", "-id"], name="case_decisions"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(number__isnull=False), name="case_accepted_has_number"
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.application.number

    @property
    def definition(self) -> ItemDefinition:
        return self.edition.parsed

    @property
    def applicant_shown(self) -> str:
        """The applicant for screens that need no sign-in: a body by its name, a person masked."""
        return self.application.name_shown

    def answers_in_full(self) -> dict[str, Any]:
        """The answers of the item's form by field key, identity and phone numbers in clear: mask them to show them."""
        sealed = json.loads(self.sealed_answers) if self.sealed_answers else {}
        return {**self.answers, **sealed}

    def documents_for(self, user: User) -> models.QuerySet[Document]:
        """The papers of the case that this user may open; `opening.rendition_for` says with which copies."""
        return self.documents.filter(kind__in=opening.kinds_open_to(user, self)).order_by("pk")

    # -- how every verb works -------------------------------------------------------------------------------------

    def lock(self) -> None:
        """Take the case's row for this transaction and read it anew: what a verb decides on is read after the lock."""
        fresh = Case.objects.lock(self.pk)
        for field in self._meta.concrete_fields:
            setattr(self, field.attname, getattr(fresh, field.attname))
        self._state.fields_cache.update(fresh._state.fields_cache)

    def claim(self, verb: str, *, by: User | None, department: Any = None, **stamps: Any) -> tuple[Move, str]:
        """Guard and set in one conditional UPDATE; nobody else can have moved the case in between.

        Returns the move and the status it left. Raises Refused without the right post, TooLate when the case is not
        (any more) where the verb starts.
        """
        move = MOVES[verb]
        authority.require(move, by, self, department)
        left = self.status
        standing = Case.objects.filter(pk=self.pk, status__in=move.sources, version=self.version)
        if not standing.update(status=move.target, version=self.version + 1, **stamps):
            raise self.too_late(move.name)
        self.status, self.version = move.target, self.version + 1
        for name, value in stamps.items():
            setattr(self, name, value)
        return move, left

    def too_late(self, wish: str) -> TooLate:
        """The sentence for whoever came second: who did what when, and where the case stands now."""
        last = self.events.select_related("actor").order_by("-seq").first()
        stands = f"本件现为“{self.get_status_display()}”，不能再办理“{wish}”。"
        if last is None:
            return TooLate(stands)
        when = timezone.localtime(last.at).strftime("%m月%d日 %H:%M")
        return TooLate(f"{last.actor or '系统'}已于{when}办理“{last.name}”，{stands}")

    def record(
        self, done: tuple[Move, str], *, by: User | None, text: str = "", once: str | None = None, **data
    ) -> Event:
        """Log a move that was claimed."""
        move, left = done
        return log(
            self,
            verb=move.verb,
            name=move.name,
            by=by,
            from_status=left,
            to_status=move.target,
            text=text,
            data=data,
            once=once,
        )

    def note(self, verb: str, name: str, *, by: User | None, text: str = "", once: str | None = None, **data) -> Event:
        """Log something that leaves the status as it is."""
        return log(
            self,
            verb=verb,
            name=name,
            by=by,
            from_status=self.status,
            to_status=self.status,
            text=text,
            data=data,
            once=once,
        )

    def issue(self, kind: str, content: dict[str, Any], *, by: User | None) -> Document:
        """Issue a numbered document of this case; its PDF is promised work."""
        document = Document.issue(kind, content=content, by=by)
        self.documents.add(document)
        return document

    # -- at the window --------------------------------------------------------------------------------------------

    def check_materials(self, rows: list[dict[str, Any]], *, by: User, once: str | None = None) -> None:
        """Write what was handed in and how it was judged; `rows` name materials of the list by `key`.

        Raises Refused for a key that is not on the item's list (行政许可法 art. 31: no unrelated materials) and once
        the case has been accepted.
        """
        with transaction.atomic():
            self.lock()
            authority.require(MOVES["accept"], by, self)
            if self.status not in AT_THE_WINDOW:
                raise self.too_late("核对材料")
            lines = {line.key: line for line in self.materials.all()}
            for row in rows:
                values = dict(row)
                line = lines.get(values.pop("key"))
                if line is None:
                    raise Refused("提交的材料不在本事项的材料清单内，没有保存任何改动。请刷新页面后重新填写。")
                CaseMaterial.objects.filter(pk=line.pk).update(**values)
            received = sum(1 for row in rows if row.get("received"))
            self.note("check_materials", "核对材料", by=by, text=f"已收{received}项，清单共{len(lines)}项。", once=once)
            materials_changed.send(sender=Case, case=self, by=by)

    def accept(self, *, by: User, once: str | None = None) -> None:
        """受理: number the case, start both clocks, issue the acceptance notice and dispatch by the route.

        行政许可法 art. 32 para. 1 (5). Raises Refused while a necessary material is missing, short or unsound.
        """
        with transaction.atomic():
            self.lock()
            self._accept("accept", by=by, start=timezone.localdate(), once=once)

    def deem_accepted(self) -> None:
        """视为受理: five working days of silence count as acceptance from the day of receipt (art. 32 para. 1 (4)).

        Done by the portal itself, whatever materials are in; raises Refused while the days are not over.
        """
        with transaction.atomic():
            self.lock()
            if self.acceptance_due is None or timezone.localdate() <= self.acceptance_due:
                raise Refused("收件未满5个工作日，不能视为受理。")
            self._accept("deem_accepted", by=None, start=timezone.localdate(self.received_at), once="deem_accepted")

    def _accept(self, verb: str, *, by: User | None, start: date, once: str | None) -> None:
        """What both ways of acceptance share; a person accepts sound materials only."""
        now = timezone.now()
        done = self.claim(verb, by=by, accepted_at=now, accepted_by=by, number=self._take_number(now))
        if by is not None:
            self._refuse_gaps()
        self._start_clocks(start)
        self.record(done, by=by, once=once, text=f"办件编号{self.number}。")
        self.issue("acceptance", papers.acceptance(self, by), by=by)
        self.dispatch(by=by)

    def _take_number(self, now: datetime) -> str | None:
        """The next number of the zone's day. A refused acceptance rolls the counter back, so no number is lost."""
        if self.number:
            return self.number
        day = timezone.localdate(now).strftime("%Y%m%d")
        letter = self.zone.letter
        return str(CaseNumber(letter, day, Counter.take(counter_of_cases(letter, day))))

    def _refuse_gaps(self) -> None:
        gaps = [(line, line.shortfall()) for line in self._lines()]
        wrong = [f"“{line.name}”{shortfall}" for line, shortfall in gaps if shortfall]
        if wrong:
            raise Refused(f"材料还不能受理：{'；'.join(wrong)}。请补齐后受理，或者出具一次性补正告知书。")

    def _lines(self) -> list[CaseMaterial]:
        lines = list(self.materials.all())
        for line in lines:
            line.case = self
        return lines

    def _start_clocks(self, start: date) -> None:
        limits = clocks.limits(self.definition, start)
        self.clock_start, self.clock_state = start, ClockState.RUNNING
        self.statutory_due, self.promised_due = limits["statutory"], limits["promised"]
        Case.objects.filter(pk=self.pk).update(
            clock_start=start,
            clock_state=ClockState.RUNNING,
            statutory_due=self.statutory_due,
            promised_due=self.promised_due,
        )

    def request_correction(self, gaps: dict[str, str], *, by: User, once: str | None = None) -> None:
        """一次性告知补正: `gaps` says for each material key what must be supplied; it can be said once only.

        行政许可法 art. 32 para. 1 (4): within five working days, all of it at once. Raises Refused for an empty list,
        a material outside the list, or after the five days.
        """
        with transaction.atomic():
            self.lock()
            today = timezone.localdate()
            due = clocks.natural_days(today, clocks.CORRECTION_DAYS)
            done = self.claim("request_correction", by=by, correction_due=due)
            if self.acceptance_due and today > self.acceptance_due:
                raise Refused("收件已超过5个工作日，依法视为受理，不能再要求补正。")
            lines = {line.key: line for line in self._lines()}
            if not gaps:
                raise Refused("请至少选择一项需要补正的材料，并写明要求。")
            if set(gaps) - set(lines):
                raise Refused("补正材料只能从本事项的材料清单中选取。")
            for key, wanted in gaps.items():
                CaseMaterial.objects.filter(pk=lines[key].pk).update(gap=wanted)
            names = "、".join(lines[key].name for key in gaps)
            self.record(done, by=by, text=f"需补正：{names}。", once=once or "correction", materials=sorted(gaps))
            self.issue("correction", papers.correction(self, by), by=by)

    def complete_correction(self, *, by: User, once: str | None = None) -> None:
        """补正到齐: everything on the notice is in and sound."""
        with transaction.atomic():
            self.lock()
            done = self.claim("complete_correction", by=by)
            open_gaps = [line.name for line in self._lines() if line.gap and line.shortfall()]
            if open_gaps:
                raise Refused(f"告知书所列的{'、'.join(open_gaps)}还没有补齐或者还没有核对。")
            self.record(done, by=by, once=once)
            self.issue("correction_receipt", papers.correction_receipt(self, by), by=by)

    def withdraw(self, *, by: User, reason: str, once: str | None = None) -> None:
        """申请人撤回: before the decision only; open tasks end, both clocks stop."""
        with transaction.atomic():
            self.lock()
            done = self.claim("withdraw", by=by, clock_state=ClockState.STOPPED)
            if not reason.strip():
                raise Refused("请填写申请人撤回的理由。", field="reason")
            routing.cancel_open_tasks(self)
            self.record(done, by=by, text=reason.strip(), once=once)
            self.issue("withdrawal", papers.withdrawal(self, by, reason.strip()), by=by)
            case_withdrawn.send(sender=Case, case=self, by=by)

    # -- dispatch and decision ------------------------------------------------------------------------------------

    def dispatch(self, *, by: User | None) -> None:
        """分办: one task per department and step of the route; the first stage opens and its slips are made.

        An instant item (即办件) sends no papers: its one task opens at the window and the case stays accepted.
        """
        with transaction.atomic():
            self.lock()
            routing.make_tasks(self)
            if self.definition.is_instant:
                routing.open_at_window(self)
                return
            done = self.claim("dispatch", by=by, stage=1)
            departments = "、".join(dict.fromkeys(str(task.department) for task in self.tasks.current()))
            self.record(done, by=by, text=f"分办至{departments}。")
            routing.open_stage(self, 1, by=by)

    def decide(self, *, by: User, granted: bool, reasons: str, department: Any, once: str | None = None) -> None:
        """准予 / 不予许可 / 当场决定: stop both clocks and issue the written decision (行政许可法 art. 38).

        Called by `Task.decide`, which has locked the case and closed the task. Raises Refused when `by` received or
        accepted the case (受理和审批相分离) or when a refusal gives no reasons.
        """
        if by.pk in {self.accepted_by_id, self.received_by_id}:
            raise Refused("受理和审批相分离：您收件或者受理了本件，不能再作决定，请由其他审批人办理。")
        if not granted and not reasons.strip():
            raise Refused("不予许可须写明理由和依据。", field="reasons")
        if self.definition.is_instant and not granted:
            raise Refused("即办件只能当场准予；不能当场准予的，请窗口撤件后按承诺件办理。", field="outcome")
        verb = "decide_on_the_spot" if self.definition.is_instant else "grant" if granted else "refuse"
        outcome = TaskOutcome.GRANTED if granted else TaskOutcome.REFUSED
        done = self.claim(
            verb,
            by=by,
            department=department,
            clock_state=ClockState.STOPPED,
            decided_at=timezone.now(),
            decided_by=by,
            outcome=outcome,
            reasons=reasons.strip(),
        )
        self.record(done, by=by, text=reasons.strip(), once=once)
        kind = "decision_grant" if granted else "decision_refusal"
        self.issue(kind, papers.decision(self, by), by=by)

    # -- after the decision: moved by portal.pickup, which knows the results --------------------------------------

    def move_result(self, verb: str, *, by: User, text: str, once: str | None = None) -> None:
        """Move a decided case along 结果移交 → 待领取 → 已送达; `verb` is one of the moves after the decision.

        The caller holds the lock (`lock()`) in its own transaction and has checked the result itself.
        """
        done = self.claim(verb, by=by, department=self.lead)
        self.record(done, by=by, text=text, once=once)

    def reveal_identity(self, *, by: User, reason: str) -> str:
        """The full identity number, for a reason that is logged with the name of whoever looked."""
        if len(reason.strip()) < 4:
            raise Refused("请写明查看完整证件号码的理由（不少于4个字）。", field="reason")
        with transaction.atomic():
            self.lock()
            self.note("reveal_identity", "查看完整证件号码", by=by, text=reason.strip())
        return self.application.identity_number
