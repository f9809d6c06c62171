"""The three doors to case data: staff by their posts, applicants by their code, everybody by rule."""

from __future__ import annotations

import secrets
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.db.models.fields.json import KeyTextTransform

from portal.cases.models.application import Application, new_query_code
from portal.cases.models.publicity import PublicityRule
from portal.cases.states import AFTER_DECISION, IN_PROGRESS, MINE_TO_SEE, CaseStatus, TaskOutcome
from portal.documents.models import Document
from portal.organisations import authority

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.organisations.models import User

DECISIONS = ("decision_grant", "decision_refusal")


class CaseQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User | AnonymousUser) -> CaseQuerySet:
        """The only door for staff: the zones of the user's windows, their departments' tasks, or the centre.

        Two more doors are for people who do not sign in, `followed_by` and `made_public`; there is no fourth.
        """
        return self.where_may(user, "cases.see")

    def where_may(self, user: User | AnonymousUser, code: str) -> CaseQuerySet:
        """The cases to which the user may do the act, a department while it has a part in them."""
        return self.filter(authority.condition(user, code, turn=partial(self.part_of, case="pk")))

    def part_of(self, departments: list[int], *, case: str = "case") -> Q:
        """Rows in whose case one of these departments has a part; `case` is the column with its key.

        Asked row by row (`task_door`), so that a list stops when its page is full.
        """
        tasks = self.model._meta.get_field("tasks").related_model._base_manager
        mine = tasks.filter(case=OuterRef(case), status__in=MINE_TO_SEE, department__in=departments)
        return Q(Exists(mine))

    def followed_by(self, number: str, code: str) -> CaseQuerySet:
        """The applicant's door: the case of that number, or all cases of an application, for its query code.

        Nothing for a wrong pair, found out with the same two queries and one comparison in constant time, so that an
        unknown number looks like a wrong code. Callers show what is masked, and limit how often anybody may ask.
        """
        by_case = Application.objects.filter(cases__number=number).values_list("pk", "query_code").first()
        by_application = Application.objects.filter(number=number).values_list("pk", "query_code").first()
        application, wanted = by_case or by_application or (None, new_query_code())
        if not secrets.compare_digest(wanted.encode(), code.encode()) or application is None:
            return self.none()
        found = self.filter(application=application).exclude(status=CaseStatus.DRAFT)
        return found.filter(number=number) if by_case else found

    def made_public(self, today: date) -> CaseQuerySet:
        """Everybody's door: decisions that a rule makes public on that day (行政许可法 art. 40), newest first.

        A row brings no identity number, telephone or form; `applicant_shown` is the name to print.
        """
        decided = self.filter(status__in=AFTER_DECISION, outcome__in=[TaskOutcome.GRANTED, TaskOutcome.REFUSED])
        return decided.filter(PublicityRule.objects.all().as_condition(today)).order_by("-decided_at", "-pk")

    def without_personal_data(self) -> CaseQuerySet:
        """Rows for screens that need no sign-in: what must not be shown is not even read."""
        return self.defer(
            "sealed_answers",
            "answers",
            "application__identity_number",
            "application__contact_phone",
            "application__contact_other",
            "application__contact_name",
            "application__legal_representative",
            "application__address",
            "application__query_code",
        )

    def lock(self, pk: int) -> Any:
        """The case row, fresh and held until the transaction ends; on SQLite the IMMEDIATE transaction holds it.

        Every verb begins here: events are numbered and branches are counted behind this lock.
        """
        return self.select_for_update(of=("self",)).with_context().get(pk=pk)

    def with_context(self) -> CaseQuerySet:
        """Everything a case page, a paper or a verb reads of the case's surroundings, in one query."""
        return self.select_related(
            "application__center",
            "application__window",
            "item",
            "edition",
            "zone",
            "lead",
            "accepted_by",
            "received_by",
        )

    def for_list(self) -> CaseQuerySet:
        """What a register row shows, and nothing that only the case page reads: no edition, answers or identity."""
        return self.select_related("application", "item").only(
            "number",
            "status",
            "received_at",
            "acceptance_due",
            "clock_start",
            "promised_due",
            "decided_at",
            "application__number",
            "application__applicant_name",
            "item__name",
        )

    def for_publicity(self) -> CaseQuerySet:
        """What a row of 办件公示 needs, in two queries: the case with its neighbours, and the decision's number.

        `item_then`: what the item was called in the edition that the case was decided by.
        """
        decisions = Document.objects.filter(kind__in=DECISIONS, voided_at=None).only("number", "kind")
        rows = self.select_related("application__center", "zone", "lead").prefetch_related(
            Prefetch("documents", queryset=decisions, to_attr="decisions")
        )
        rows = rows.annotate(item_then=KeyTextTransform("name", "edition__definition"))
        shown: CaseQuerySet = rows.only(
            "outcome",
            "decided_at",
            "application__applicant_name",
            "application__applicant_kind",
            "application__center__name",
            "zone__name",
            "lead__full_name",
        )
        return shown

    def in_progress(self) -> CaseQuerySet:
        return self.filter(status__in=IN_PROGRESS)
