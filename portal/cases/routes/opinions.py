"""Answering a review or an opinion, by the department or by its silence; the last answer of a stage joins it."""

from __future__ import annotations

from django.utils import timezone

from portal.cases.clocks.moving import department_is_late
from portal.cases.models import Task
from portal.cases.models.acting import acting
from portal.cases.routes.join import join, let_go
from portal.cases.routes.tasks import finish, require_officer
from portal.cases.states import ANSWERS, TaskKind, TaskOutcome, TaskStatus
from portal.lib.refusal import Refused
from portal.organisations.models import User

ANSWERED: dict[str, str] = {TaskKind.OPINION: "回复意见", TaskKind.REPORT: "上报"}
"""What the event of an answer is called; a review otherwise."""


def answer(task: Task, *, by: User, outcome: str, opinion: str, legal_basis: str = "", once: str | None = None) -> None:
    """Answer a review or an opinion; the last answer of a stage joins it, exactly once.

    Raises Refused for a disagreement without legal basis and reasons.
    """
    with acting(task.case, task):
        require_officer(task, by)
        if task.kind == TaskKind.DECISION or outcome not in ANSWERS:
            raise Refused("本步骤须由审批人作出决定，不能用回复意见代替。")
        if outcome != TaskOutcome.AGREE and not opinion.strip():
            raise Refused("附条件同意或者不同意的，请写明意见。", field="opinion")
        if outcome == TaskOutcome.DISAGREE and not legal_basis.strip():
            raise Refused("不同意须写明法律依据。", field="legal_basis")
        finish(task, by=by, outcome=outcome, opinion=opinion.strip(), legal_basis=legal_basis.strip())
        name = ANSWERED.get(task.kind, "审查")
        text = f"{task.department}：{task.get_outcome_display()}。{opinion.strip()}"
        task.case.note("answer", name, by=by, text=text, once=once)
        join(task.case, task.stage, by=by)


def deem_consent(task: Task) -> None:
    """逾期视为同意: an opinion whose route allows it counts as agreement once its limit has passed in silence.

    Done by the portal itself. Raises Refused while the limit runs or where silence is no consent.
    """
    with acting(task.case, task):
        task.refresh_from_db()
        late = department_is_late(task, timezone.localdate())
        if not (task.deemed_consent and task.kind == TaskKind.OPINION and late):
            raise Refused("期限未到，或者本步骤不适用逾期视为同意。")
        task.claim(
            "视为同意",
            {TaskStatus.SENT, TaskStatus.WORKING},
            TaskStatus.DONE,
            done_at=timezone.now(),
            outcome=TaskOutcome.DEEMED_AGREE,
        )
        text = f"{task.department}逾期没有回复，“{task.name}”视为同意。"
        task.case.note("deem_consent", "逾期视为同意", by=None, text=text, once=f"deem:{task.step}")
        let_go(task.case, [task])
        join(task.case, task.stage, by=None)
