"""查看完整证件号码: an act of its own, with a reason, in the case's log."""

from __future__ import annotations

from portal.cases import authority
from portal.cases.models import Case
from portal.cases.models.acting import acting
from portal.lib.refusal import Refused
from portal.organisations.models import User
from portal.organisations.roles import Role

REVEALERS = frozenset({Role.RECEIVER, Role.WINDOW_LEAD, Role.ISSUER, Role.OFFICER, Role.DECIDER})
"""Who compares a number with a card or writes it on a paper; watching or giving an opinion needs none."""
LEAST_REASON = 4


def may_reveal(case: Case, user: User) -> bool:
    """A window of the case's place, and the department that decides it once the case has been accepted."""
    return authority.holds_for_case(user, case, REVEALERS, case.lead if case.accepted_at else None)


def reveal_identity(case: Case, *, by: User, reason: str) -> str:
    """The full identity number, for a reason that is logged with the name of whoever looked."""
    with acting(case):
        if not may_reveal(case, by):
            raise Refused("只有本区域窗口的受理员、组长、出件员，以及决定部门的承办人、审批人才能查看完整证件号码。")
        if len(reason.strip()) < LEAST_REASON:
            raise Refused(f"请写明查看完整证件号码的理由（不少于{LEAST_REASON}个字）。", field="reason")
        case.note("reveal_identity", "查看完整证件号码", by=by, text=reason.strip())
        number: str = case.application.identity_number
        return number
