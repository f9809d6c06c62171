"""What a department does with a task as such: sign for it, bounce it; and what the window does with a bounced one."""

from __future__ import annotations

from django.utils import timezone

from portal.cases.acts import of_move, place_of
from portal.cases.clocks.limits import BOUNCE_DAYS, working_days
from portal.cases.models import Case, Task
from portal.cases.models.acting import acting
from portal.cases.routes.dispatch import send
from portal.cases.routes.join import join, nobody_holds
from portal.cases.states import CaseStatus, TaskKind, TaskStatus
from portal.lib.refusal import Refused
from portal.organisations import authority
from portal.organisations.models import Organisation, User


def sign_for(task: Task, *, by: User | None, once: str | None = None) -> None:
    """签收: the department has the papers; its last day stays the one that the slip says. Called by the slip's verb.

    Without `by` the slip lay unsigned for too long and counts as received (推定签收).
    """
    with acting(task.case, task):
        task.case.guard("sign_for", by=by, department=task.department)
        now = timezone.now()
        task.claim("签收", {TaskStatus.SENT}, TaskStatus.WORKING, signed_at=now, signed_by=by)
        done = task.case.claim("sign_for", by=by, department=task.department)
        how = "签收" if by else "逾期没有签收，推定签收"
        task.case.record(done, by=by, text=f"{task.department}{how}，承办“{task.name}”。", once=once)


def bounce(task: Task, *, by: User, reason: str, once: str | None = None) -> None:
    """退回: not ours, or the papers do not match. Reported within two working days, with a reason."""
    with acting(task.case, task):
        refuse_to_bounce(task, by=by, reason=reason)
        task.claim("退回", {TaskStatus.SENT}, TaskStatus.BOUNCED, bounce_reason=reason.strip())
        text = f"{task.department}退回：{reason.strip()}"
        if task.case.status == CaseStatus.DISPATCHED and nobody_holds(task.case):
            done = task.case.claim("bounce", by=by, department=task.department)
            task.case.record(done, by=by, text=text, once=once)
        else:
            task.case.note("bounce", "部门退回", by=by, text=text, once=once)


def refuse_to_bounce(task: Task, *, by: User, reason: str) -> None:
    """Raise Refused unless `by` may bounce the task now, with this reason."""
    authority.require(by, of_move("bounce"), place_of(task.case, task.department_id))
    if not reason.strip():
        raise Refused("请写明退回的理由。", field="reason")
    last = working_days(timezone.localdate(task.sent_at), BOUNCE_DAYS) if task.sent_at else None
    if last and timezone.localdate() > last:
        raise Refused(f"分办已超过{BOUNCE_DAYS}个工作日，不能再退回，请签收后办理。")


def recall(task: Task, *, by: User, reason: str, once: str | None = None) -> None:
    """收回: the window takes a step back that its department has not signed for itself, to dispatch it anew.

    Called by the slip's verb.
    """
    with acting(task.case, task):
        case = task.case
        authority.require(by, of_move("recall"), place_of(case))
        unsigned: set[str] = {TaskStatus.SENT} if task.signed_by_id else {TaskStatus.SENT, TaskStatus.WORKING}
        task.claim("收回", unsigned, TaskStatus.BOUNCED, bounce_reason=reason.strip(), signed_at=None)
        text = f"窗口收回{task.department}的“{task.name}”：{reason.strip()}"
        if case.status == CaseStatus.DISPATCHED and nobody_holds(case):
            case.record(case.claim("recall", by=by), by=by, text=text, once=once)
        else:
            case.note("recall", "收回", by=by, text=text, once=once)


def redispatch(task: Task, *, by: User, department: Organisation, once: str | None = None) -> None:
    """重新分办: the window sends a bounced task to the right department, with a new slip.

    Whoever decides leads the case: with the decision the lead goes as well, for its papers, results and their making.
    """
    with acting(task.case, task):
        authority.require(by, "tasks.redispatch", place_of(task.case))
        task.claim("重新分办", {TaskStatus.BOUNCED}, TaskStatus.WAITING, department=department, bounce_reason="")
        text = f"“{task.name}”重新分办至{department}。"
        if task.kind == TaskKind.DECISION:
            _lead(task.case, department)
        if task.case.status == CaseStatus.ACCEPTED:
            task.case.record(task.case.claim("dispatch", by=by), by=by, text=text, once=once)
        else:
            task.case.note("dispatch", "重新分办", by=by, text=text, once=once)
        send(task.case, [task], by=by)


def drop(task: Task, *, by: User, reason: str, once: str | None = None) -> None:
    """不再征求意见: a department that sent its task back is not concerned, and is not asked any more.

    The lead's own steps and the decision are sent to another department instead. The last task of a stage joins it.
    """
    with acting(task.case, task):
        authority.require(by, "tasks.drop", place_of(task.case))
        if not may_be_dropped(task):
            raise Refused("牵头部门的步骤和作出决定的步骤不能取消，请重新分办。")
        task.guard("不再征求意见", {TaskStatus.BOUNCED})
        if not reason.strip():
            raise Refused("请写明不再征求该部门意见的理由。", field="reason")
        task.claim("不再征求意见", {TaskStatus.BOUNCED}, TaskStatus.CANCELLED)
        text = f"不再征求{task.department}的意见：{reason.strip()}"
        task.case.note("drop", "不再征求意见", by=by, text=text, once=once)
        if join(task.case, task.stage, by=by) and task.case.status == CaseStatus.ACCEPTED:
            task.case.record(task.case.claim("dispatch", by=by), by=by, text="转入下一环节。")


def may_be_dropped(task: Task) -> bool:
    """Whether the case can go on without this step."""
    return task.kind != TaskKind.DECISION and not task.is_lead


def _lead(case: Case, department: Organisation) -> None:
    Case.objects.filter(pk=case.pk).update(lead=department)
    case.lead = department


def require_officer(task: Task, by: User) -> None:
    """Raise Refused unless `by` may answer or decide for the task's department."""
    authority.require(by, "tasks.answer", place_of(task.case, task.department_id))


def finish(task: Task, *, by: User, outcome: str, opinion: str, legal_basis: str = "") -> None:
    """Close a task that is being worked on; called by the verb that answers or decides."""
    task.claim(
        "办理",
        {TaskStatus.WORKING},
        TaskStatus.DONE,
        done_at=timezone.now(),
        done_by=by,
        outcome=outcome,
        opinion=opinion,
        legal_basis=legal_basis,
    )
