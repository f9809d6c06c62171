"""作出决定: granted, refused, or decided on the spot, by somebody who had no hand in what was done before."""

from __future__ import annotations

from django.utils import timezone

from portal.cases.decision.findings import NOTHING, Findings, refuse_unfounded
from portal.cases.models import Case, Task
from portal.cases.models.acting import acting
from portal.cases.models.material import shortfalls
from portal.cases.papers import notices
from portal.cases.routes.dissent import answer_dissents, refuse_unanswered
from portal.cases.routes.hands import refuse_same_hand
from portal.cases.routes.join import may_close, overtake
from portal.cases.routes.tasks import finish
from portal.cases.states import ClockState, TaskKind, TaskOutcome
from portal.lib.refusal import Refused
from portal.organisations.models import User


def decide(task: Task, *, by: User, granted: bool, findings: Findings = NOTHING, once: str | None = None) -> None:
    """准予 / 不予 / 当场决定: the route's last step; both clocks stop and the deciding department's paper is issued.

    行政许可法 art. 38. Raises Refused when `by` had a hand in the case before (受理和审批相分离), while somebody else
    is still asked, for a refusal without facts, a named requirement, reasons and basis, and for a grant that leaves
    a department's dissent unanswered.
    """
    case, found = task.case, findings.stripped()
    with acting(case, task):
        verb, department = _verb(case, granted), task.department
        case.guard(verb, by=by, department=department)
        _refuse_unready(task)
        refuse_same_hand(task, by)
        unmet = _refuse_unsound(case, granted, found)
        outcome = TaskOutcome.GRANTED if granted else TaskOutcome.REFUSED
        finish(task, by=by, outcome=outcome, opinion=found.reasons, legal_basis=found.basis)
        overtake(case, task.stage)
        done = case.claim(
            verb,
            by=by,
            department=department,
            clock_state=ClockState.STOPPED,
            decided_at=timezone.now(),
            decided_by=by,
            outcome=outcome,
            facts=found.facts,
            unmet=unmet,
            reasons=found.reasons,
            basis=found.basis,
        )
        case.record(done, by=by, text=found.reasons, once=once)
        if granted:
            answer_dissents(case, found.replies, by=by)
        kind = "decision_grant" if granted else "decision_refusal"
        case.issue(kind, notices.decision(case, department, by), by=by, department=department)


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


def _refuse_unsound(case: Case, granted: bool, found: Findings) -> list[str]:
    """The requirements not met, in words. Raises Refused for a decision that the law does not allow in this form."""
    if not granted:
        return refuse_unfounded(case, found)
    wrong = shortfalls(case.lines())
    if wrong:
        raise Refused(f"材料还没有齐，不能准予：{'；'.join(wrong)}。请窗口收齐，或者作出不予决定。", field="outcome")
    refuse_unanswered(case, found.replies)
    return []
