"""One item of one application on its way: the four dimensions, the limits, and what every verb of it is made of."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.cases import opening
from portal.cases.acts import of_move, place_of
from portal.cases.flow import MOVES, Move
from portal.cases.models.application import Application
from portal.cases.models.doors import CaseQuerySet
from portal.cases.models.event import Event, log
from portal.cases.states import DECIDED, MINE_TO_SEE, CaseStatus, ClockState, TaskOutcome
from portal.catalog.models import Edition, ServiceItem
from portal.documents.models import Document
from portal.documents.registry import Body, kind_of
from portal.lib import words
from portal.lib.fields import EncryptedTextField
from portal.lib.refusal import Refused, TooLate
from portal.organisations import authority
from portal.organisations.models import ServiceCenter, Zone

if TYPE_CHECKING:
    from portal.cases.models.material import CaseMaterial
    from portal.catalog.schema.definition import ItemDefinition
    from portal.organisations.models import Organisation, User


class Case(models.Model):
    """A case (办件): it keeps the edition of the item under which it was taken in."""

    application = models.ForeignKey(Application, verbose_name="申请", on_delete=models.PROTECT, related_name="cases")
    center = models.ForeignKey(
        ServiceCenter, verbose_name="中心", on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )  # of the application, written beside the zone for the door's index; `save` and `integrity` hold the two together
    item = models.ForeignKey(
        ServiceItem, verbose_name="事项", on_delete=models.PROTECT, related_name="cases", db_index=False
    )  # `case_ledger` begins with it
    edition = models.ForeignKey(Edition, verbose_name="指南版本", on_delete=models.PROTECT, related_name="cases")
    zone = models.ForeignKey(Zone, verbose_name="受理区", on_delete=models.PROTECT, related_name="cases")
    lead = models.ForeignKey(
        "organisations.Organisation", verbose_name="牵头部门", on_delete=models.PROTECT, db_index=False
    )  # `case_by_lead` begins with it
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
    completed_on = models.DateField("补齐日", null=True)
    statutory_due = models.DateField("法定期限", null=True)
    promised_due = models.DateField("承诺期限", null=True)
    decided_at = models.DateTimeField("决定时间", null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="决定人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField("办理结果", max_length=24, choices=TaskOutcome.choices, blank=True)
    facts = models.TextField("认定事实", blank=True, default="")
    unmet = models.JSONField("不符合的要求", default=list, editable=False)
    reasons = models.TextField("理由", blank=True)
    basis = models.TextField("决定依据", blank=True, default="")

    situation = models.JSONField("情形", default=dict, editable=False)
    answers = models.JSONField("申请表", default=dict, editable=False)
    sealed_answers = EncryptedTextField("申请表中的证件和电话", blank=True, default="", editable=False)

    event_head = models.CharField("最后一条日志的校验值", max_length=64, default="", editable=False)

    documents = models.ManyToManyField(Document, verbose_name="文书", related_name="cases")

    put_off: tuple[Callable[[], object], ...] | None = None
    """What the verb at work does at its end (`at_last`); None while no verb is at work."""

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = "办件"
        verbose_name_plural = "办件"
        indexes = [
            # The register, newest first, behind the door of a window or a centre (`visible_to`).
            models.Index(fields=["center", "-id", "zone"], name="case_register"),
            # The register by status, newest first, and the numbers on the home page.
            models.Index(fields=["status", "-id", "center", "zone"], name="case_by_status"),
            # Every minute: who has waited for an answer beyond the day (`jobs.deem_accepted`).
            models.Index(fields=["status", "acceptance_due"], name="case_silence"),
            # The home page: what runs beyond its day, and what a department has decided and not yet handed over.
            models.Index(fields=["center", "status", "promised_due", "zone"], name="case_late"),
            models.Index(fields=["lead", "status", "id"], name="case_by_lead"),
            # The ledger of one item, newest first, behind the door.
            models.Index(fields=["item", "-received_at", "-id", "center", "zone"], name="case_ledger"),
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

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The centre is the one that the application was brought to, whatever somebody has set."""
        self.center_id = self.application.center_id
        super().save(*args, **kwargs)

    @property
    def definition(self) -> ItemDefinition:
        return self.edition.parsed

    @property
    def ruling(self) -> str:
        """The decision as the type of the item says it: 准予行政许可, 不予登记; empty before there is one."""
        return self.definition.procedure.ruling(self.outcome == TaskOutcome.GRANTED) if self.outcome else ""

    @property
    def status_text(self) -> str:
        """Where the case stands, a decision in the words of its type; lists without the edition say it in general."""
        return self.ruling if self.status in DECIDED and self.outcome else self.get_status_display()

    @property
    def applicant_shown(self) -> str:
        """The applicant for screens that need no sign-in: a body by its name, a person masked."""
        return self.application.name_shown

    def answers_in_full(self) -> dict[str, Any]:
        """The answers of the item's form by field key, identity and phone numbers in clear: mask them to show them."""
        sealed = json.loads(self.sealed_answers) if self.sealed_answers else {}
        return {**self.answers, **sealed}

    def seen_from(self) -> authority.Place:
        """Where the case is seen: the windows of its place, and the departments that have a part in it."""
        departments = self.tasks.filter(status__in=MINE_TO_SEE).values_list("department_id", flat=True)
        return place_of(self, *departments)

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

    def at_last(self, act: Callable[[], object]) -> None:
        """Put off to the end of the verb at work what takes a number, or must follow what does.

        From the taking of a number to the end of the transaction everybody else who needs the next one waits. What is
        put off guards nothing: after it nobody may refuse. Raises RuntimeError outside a verb (`acting`).
        """
        if self.put_off is None:
            raise RuntimeError("only a verb at work puts anything off to its end")
        self.put_off = (*self.put_off, act)

    def guard(self, verb: str, *, by: User | None, department: Any = None) -> Move:
        """The first guards of every move, before its own: the post at its place, then the status it starts from.

        Raises Refused without the right post, TooLate when the case is not (any more) where the verb starts.
        """
        move = MOVES[verb]
        authority.require(by, of_move(verb), place_of(self, department.pk if department else None))
        if self.status not in move.sources:
            raise self.too_late(move.name)
        return move

    def claim(self, verb: str, *, by: User | None, department: Any = None, **stamps: Any) -> tuple[Move, str]:
        """Set, after every guard, in one conditional UPDATE; nobody else can have moved the case in between.

        Returns the move and the status it left. Raises what `guard` raises.
        """
        move = self.guard(verb, by=by, department=department)
        left = self.status
        standing = Case.objects.filter(pk=self.pk, status__in=move.sources, version=self.version)
        if not standing.update(status=move.target, version=self.version + 1, **stamps):
            raise self.too_late(move.name)
        self.status, self.version = move.target, self.version + 1
        for name, value in stamps.items():
            setattr(self, name, value)
        return move, left

    def stamp(self, **stamps: Any) -> None:
        """Set what a claimed move brings later, behind the lock of the case."""
        Case.objects.filter(pk=self.pk).update(**stamps)
        for name, value in stamps.items():
            setattr(self, name, value)

    def too_late(self, wish: str) -> TooLate:
        """The sentence for whoever came second: who did what when, and where the case stands now."""
        last = self.events.select_related("actor").order_by("-seq").first()
        stands = f"本件现为“{self.status_text}”，不能再办理“{wish}”。"
        if last is None:
            return TooLate(stands)
        return TooLate(f"{last.actor or '系统'}已于{words.moment(last.at)}办理“{last.name}”，{stands}")

    def record(
        self, done: tuple[Move, str], *, by: User | None, text: str = "", once: str | None = None, **data: Any
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

    def note(
        self, verb: str, name: str, *, by: User | None, text: str = "", once: str | None = None, **data: Any
    ) -> Event:
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

    @property
    def is_deemed(self) -> bool:
        """Whether silence accepted it (视为受理): nobody did."""
        return self.accepted_at is not None and self.accepted_by_id is None

    def lines(self) -> list[CaseMaterial]:
        """The material list, every line knowing this very case (and with it the edition, read once)."""
        return list(self.materials.all())

    def issue(
        self, kind: str, content: dict[str, Any], *, by: User | None, department: Organisation | None = None
    ) -> Document:
        """Issue a numbered document of this case; its PDF is promised work. See `issue_many`."""
        return self.issue_many(kind, [content], by=by, department=department)[0]

    def issue_many(
        self,
        kind: str,
        contents: Sequence[dict[str, Any]],
        *,
        by: User | None,
        department: Organisation | None = None,
    ) -> list[Document]:
        """Issue several documents of one kind at the price of one, in the order of `contents`.

        A department's paper bears the number of `department`, of the one that leads when none is given. Raises Refused
        when nothing can stand for that department at the head of a number.
        """
        paper, body, issuer = kind_of(kind), "", department or self.lead
        if paper.body == Body.DEPARTMENT:
            body = issuer.sign_of_papers
            if not body:
                raise Refused(f"{issuer}还没有登记文号代字，不能出具{paper.title}，请联系审管办登记。")
        documents = Document.issue_many(kind, contents=contents, by=by, body=body)
        self.documents.add(*documents)
        return documents
