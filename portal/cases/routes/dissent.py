"""不同意见: whoever goes on over a dissent answers it in writing, and the answer stays with the dissent."""

from __future__ import annotations

from collections.abc import Mapping

from portal.cases.models import Case, Task
from portal.cases.states import TaskOutcome
from portal.lib.refusal import Refused
from portal.lib.words import is_thin
from portal.organisations.models import User

LEAST_REPLY = 8
"""In the signs that `is_thin` counts."""


def dissents(case: Case) -> list[Task]:
    """The steps whose department disagreed, in the order of the route."""
    disagreed = case.tasks.filter(outcome=TaskOutcome.DISAGREE).select_related("department")
    return list(disagreed.order_by("stage", "pk"))


def refuse_unanswered(case: Case, replies: Mapping[str, str]) -> None:
    """Raise Refused while a dissent has no answer of some length; `replies` are by the key of the step."""
    for task in dissents(case):
        if is_thin(replies.get(task.step, ""), LEAST_REPLY):
            raise Refused(
                f"{task.department}在“{task.name}”中不同意，须逐一书面答复：为什么仍然可以同意办理。",
                field=f"reply_{task.step}",
            )


def answer_dissents(case: Case, replies: Mapping[str, str], *, by: User) -> None:
    """Keep each answer beside its dissent, with an event; called by the verb that goes on, behind its lock."""
    for task in dissents(case):
        reply = replies[task.step]
        Task.objects.filter(pk=task.pk).update(reply=reply)
        text = f"{task.department}不同意：{task.opinion}答复：{reply}"
        case.note("answer_dissent", "答复不同意见", by=by, text=text, once=f"answer_dissent:{task.step}")
