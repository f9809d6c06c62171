"""查看完整证件号码, 查看联系电话: acts of their own, with a reason, in the case's log."""

from __future__ import annotations

from portal.cases.acts import place_of
from portal.cases.models import Application, Case
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
    number: str = _reveal(case, "reveal_identity", "查看完整证件号码", by=by, reason=reason).identity_number
    return number


def reveal_phone(case: Case, *, by: User, reason: str) -> str:
    """The applicant's telephone number and what other way there is, logged like the identity number."""
    application = _reveal(case, "reveal_phone", "查看联系电话", by=by, reason=reason)
    ways = [application.contact_phone, application.contact_other and f"其他联系方式：{application.contact_other}"]
    return "；".join(way for way in ways if way) or "没有留联系方式"


def _reveal(case: Case, verb: str, name: str, *, by: User, reason: str) -> Application:
    with acting(case):
        authority.require(by, ACT, _turn(case))
        if len(reason.strip()) < LEAST_REASON:
            raise Refused(f"请写明{name}的理由（不少于{LEAST_REASON}个字）。", field="reason")
        case.note(verb, name, by=by, text=reason.strip())
        shown: Application = case.application
        return shown
