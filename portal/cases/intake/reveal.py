"""查看完整证件号码, 查看联系电话: acts of their own, with a reason, in the case's log."""

from __future__ import annotations

from portal.cases.acts import place_of
from portal.cases.models import Case
from portal.cases.models.acting import acting
from portal.lib.refusal import Refused
from portal.organisations import authority
from portal.organisations.authority import Place
from portal.organisations.models import User

ACT = "cases.reveal_identity"
LEAST_REASON = 4


def may_reveal(case: Case, user: User) -> bool:
    return authority.may(user, ACT, _turn(case))


def _turn(case: Case) -> Place:
    """A window of the case's place, and the department that decides it once the case has been accepted."""
    return place_of(case, case.lead_id if case.accepted_at else None)


def reveal_identity(case: Case, *, by: User, reason: str) -> str:
    """The full identity number, for a reason that is logged with the name of whoever looked."""
    return _reveal(case, "reveal_identity", "查看完整证件号码", "identity_number", by=by, reason=reason)


def reveal_phone(case: Case, *, by: User, reason: str) -> str:
    """The applicant's telephone number, logged like the identity number."""
    return _reveal(case, "reveal_phone", "查看联系电话", "contact_phone", by=by, reason=reason)


def _reveal(case: Case, verb: str, name: str, field: str, *, by: User, reason: str) -> str:
    with acting(case):
        authority.require(by, ACT, _turn(case))
        if len(reason.strip()) < LEAST_REASON:
            raise Refused(f"请写明{name}的理由（不少于{LEAST_REASON}个字）。", field="reason")
        case.note(verb, name, by=by, text=reason.strip())
        shown: str = getattr(case.application, field)
        return shown
