"""查看完整证件号码: an act of its own, with a reason, in the case's log."""

from __future__ import annotations

from django.db import transaction

from portal.cases.models import Case
from portal.lib.refusal import Refused
from portal.organisations.models import User


def reveal_identity(case: Case, *, by: User, reason: str) -> str:
    """The full identity number, for a reason that is logged with the name of whoever looked."""
    if len(reason.strip()) < 4:
        raise Refused("请写明查看完整证件号码的理由（不少于4个字）。", field="reason")
    with transaction.atomic():
        case.lock()
        case.note("reveal_identity", "查看完整证件号码", by=by, text=reason.strip())
    return case.application.identity_number
