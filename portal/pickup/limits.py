"""Until when a decision must be in the applicant's hands: the edition's own limit, never beyond the legal one."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from portal.cases.clocks.limits import working_days
from portal.cases.models import Case
from portal.pickup.models import Delivery
from portal.workdays.registry import register


def delivery_due(case: Case) -> date | None:
    """The last day of delivery of a decided case (行政许可法 art. 44); None before the decision."""
    if case.decided_at is None:
        return None
    return working_days(timezone.localdate(case.decided_at), case.definition.delivery_days)


def waiting() -> QuerySet[Delivery]:
    return Delivery.objects.waiting().select_related("case__edition")


def register_deadlines() -> None:
    """Called once, when the app is ready."""
    register(
        "pickup.delivery",
        "送达期限",
        field="due",
        holder="case_id",
        open=waiting,
        recompute=lambda delivery: delivery_due(delivery.case),
        papers=(("pickup_notice", "due"),),
    )
