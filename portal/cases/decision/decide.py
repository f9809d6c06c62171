"""作出决定: granted, refused, or decided on the spot, by somebody who did not take the case in."""

from __future__ import annotations

from django.utils import timezone

from portal.cases.models import Case, Task
from portal.cases.models.acting import acting
from portal.cases.models.material import shortfalls
from portal.cases.papers import notices
from portal.cases.routes.join import may_close, overtake
from portal.cases.routes.tasks import finish
from portal.cases.states import ClockState, TaskKind, TaskOutcome
from portal.lib.refusal import Refused
from portal.organisations.models import User


def decide(task: Task, *, by: User, granted: bool, reasons: str = "", once: str | None = None) -> None:
    """准予 / 不予 / 当场决定: the route's last step; both clocks stop and the written decision is issued.

    行政许可法 art. 38. Raises Refused when `by` received or accepted the case (受理和审批相分离), while somebody else
    is still asked, or when a refusal gives no reasons.
    """
    case, reasons = task.case, reasons.strip()
    with acting(case, task):
        verb, department = _verb(case, granted), task.department
        case.guard(verb, by=by, department=department)
        _refuse_unready(task)
        _refuse_unsound(case, by, granted, reasons)
        outcome = TaskOutcome.GRANTED if granted else TaskOutcome.REFUSED
        finish(task, by=by, outcome=outcome, opinion=reasons)
        overtake(case, task.stage)
        done = case.claim(
            verb,
            by=by,
            department=department,
            clock_state=ClockState.STOPPED,
            decided_at=timezone.now(),
            decided_by=by,
            outcome=outcome,
            reasons=reasons,
        )
        case.record(done, by=by, text=reasons, once=once)
        kind = "decision_grant" if granted else "decision_refusal"
        case.issue(kind, notices.decision(case, by), by=by)


def _verb(case: Case, granted: bool) -> str:
    if case.definition.is_instant:
        return "decide_on_the_spot" if granted else "refuse_on_the_spot"
    return "grant" if granted else "refuse"


def _refuse_unready(task: Task) -> None:
    """Raise Refused for a step that is no decision, or while somebody else is still asked."""
    if task.kind != TaskKind.DECISION:
        raise Refused("本步骤只能回复意见，不能作出决定。")
    if not may_close(task):
        raise Refused("尚有部门没有回复意见，不能作出决定。")


def _refuse_unsound(case: Case, by: User, granted: bool, reasons: str) -> None:
    """Raise Refused for a decision that the law does not allow to this person, or not in this form."""
    if by.pk in {case.accepted_by_id, case.received_by_id}:
        raise Refused("受理和审批相分离：您收件或者受理了本件，不能再作决定，请由其他审批人办理。")
    if not granted and not reasons:
        raise Refused(f"{case.definition.procedure.refused}须写明理由和依据。", field="reasons")
    wrong = shortfalls(case.lines()) if granted else []
    if wrong:
        raise Refused(f"材料还没有齐，不能准予：{'；'.join(wrong)}。请窗口收齐，或者作出不予决定。", field="outcome")
