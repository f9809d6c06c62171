"""不同的手: a route that has a step for reviewing and a step for deciding has them done by different people."""

from __future__ import annotations

from portal.cases.models import Task
from portal.lib.refusal import Refused
from portal.organisations.models import User


def refuse_same_hand(task: Task, by: User) -> None:
    """Raise Refused when `by` had a hand in what comes before this step, so that the step would check nothing.

    受理和审批相分离: who received or accepted the case. Otherwise as the edition's route says: who signed for or did
    another of its steps. A route of one step asks for no second hand.
    """
    case = task.case
    if by.pk in {case.accepted_by_id, case.received_by_id}:
        raise Refused("受理和审批相分离：您收件或者受理了本件，不能再作决定，请由其他审批人办理。")
    for other in case.tasks.exclude(pk=task.pk).order_by("stage", "pk"):
        if by.pk in {other.signed_by_id, other.done_by_id}:
            done = "办理" if by.pk == other.done_by_id else "签收"
            raise Refused(f"审查和决定须由不同的人办理：您{done}了“{other.name}”，请由其他审批人办理“{task.name}”。")
