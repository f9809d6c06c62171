"""申请人撤回: the applicant takes the case back."""

from __future__ import annotations

from portal.cases.models import Case
from portal.cases.models.acting import acting
from portal.cases.papers import notices
from portal.cases.routes.join import cancel_open_tasks
from portal.cases.signals import case_ended
from portal.cases.states import ClockState
from portal.lib.refusal import Refused
from portal.organisations.models import User


def withdraw(case: Case, *, by: User, reason: str, once: str | None = None) -> None:
    """申请人撤回: before the decision only; open tasks end, both clocks stop."""
    with acting(case):
        case.guard("withdraw", by=by)
        if not reason.strip():
            raise Refused("请填写申请人撤回的理由。", field="reason")
        done = case.claim("withdraw", by=by, clock_state=ClockState.STOPPED)
        cancel_open_tasks(case)
        case.record(done, by=by, text=reason.strip(), once=once)
        case.issue("withdrawal", notices.withdrawal(case, by, reason.strip()), by=by)
        case_ended.send(sender=Case, case=case, by=by)
