"""How long a slip may wait for its signature."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from portal.cases.clocks.limits import HANDOVER_DAYS, working_days
from portal.handover.models import Slip
from portal.workdays.registry import register


def slip_due(issued: date) -> date:
    return working_days(issued, HANDOVER_DAYS)


def waiting() -> QuerySet[Slip]:
    return Slip.objects.waiting().select_related("department")


def register_deadlines() -> None:
    """Called once, when the app is ready."""
    register(
        "handover.slip",
        "{row.department}交接单的签收期限",
        field="due",
        holder="case_id",
        open=waiting,
        recompute=lambda slip: slip_due(timezone.localdate(slip.issued_at)),
    )
