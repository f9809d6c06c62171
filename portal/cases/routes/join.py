"""并联汇合: when a stage is over, what it no longer waits for, and the one call that opens the next.

Everything here runs behind the lock of the case, inside a verb's transaction.
"""

from __future__ import annotations

from portal.cases.models import Case, Task
from portal.cases.routes.dispatch import open_stage
from portal.cases.signals import tasks_overtaken
from portal.cases.states import OPEN_TASK, TaskStatus
from portal.organisations.models import User


def join(case: Case, number: int, *, by: User | None) -> bool:
    """Close stage `number` when its last task is done and open the next; True for the one call that joined it.

    Two departments finishing at once are counted one after the other behind the case lock; the conditional UPDATE
    and the event's `once` key make a second join impossible.
    """
    if case.tasks.filter(stage=number, status__in=OPEN_TASK).exists() and not _lead_has_closed(case, number):
        return False
    if not Case.objects.filter(pk=case.pk, stage=number).update(stage=number + 1):
        return False
    case.stage = number + 1
    overtake(case, number)
    following = case.tasks.filter(stage=number + 1).values_list("name", flat=True)
    text = f"第{number}环节各部门均已办结，转入“{'、'.join(following)}”。"
    case.note("join", "并联汇合", by=None, text=text, once=f"join:{number}")
    open_stage(case, number + 1, by=by)
    return True


def lead_decides(case: Case, number: int) -> bool:
    """Whether stage `number` is over as soon as the lead's own steps are (Stage.join)."""
    stages = case.definition.stages_for(case.situation)
    return 0 < number <= len(stages) and stages[number - 1].join == "lead"


def _lead_has_closed(case: Case, number: int) -> bool:
    leads = case.tasks.filter(stage=number, is_lead=True)
    return lead_decides(case, number) and leads.exists() and not leads.filter(status__in=OPEN_TASK).exists()


def may_close(task: Task) -> bool:
    """Whether the decision may be made: nobody else of the stage is at work, or the stage does not wait for them."""
    if lead_decides(task.case, task.stage):
        return True
    return not task.case.tasks.filter(stage=task.stage, status__in=OPEN_TASK).exclude(pk=task.pk).exists()


def overtake(case: Case, number: int) -> None:
    """End what is left of a stage that no longer waits for it; slips on their way become void."""
    left = list(case.tasks.filter(stage=number, status__in=OPEN_TASK).select_related("department"))
    if not left:
        return
    case.tasks.filter(pk__in=[task.pk for task in left]).update(status=TaskStatus.CANCELLED)
    names = "、".join(str(task.department) for task in left)
    case.note("overtake", "牵头部门汇合", by=None, text=f"牵头部门已办结，不再等待{names}。", once=f"overtake:{number}")
    let_go(case, left)


def let_go(case: Case, tasks: list[Task]) -> None:
    """Tell whoever keeps the papers that these departments are not waited for any more."""
    tasks_overtaken.send(sender=type(case), case=case, tasks=tasks)


def nobody_holds(case: Case) -> bool:
    """Whether no department has the case any more: everything that was sent out has bounced."""
    held = [TaskStatus.SENT, TaskStatus.WORKING, TaskStatus.DONE]
    return not case.tasks.filter(status__in=held).exists()


def cancel_open_tasks(case: Case) -> None:
    """End what departments have not finished; what is done stays on record."""
    unfinished = OPEN_TASK | {TaskStatus.WAITING}
    case.tasks.filter(status__in=unfinished).update(status=TaskStatus.CANCELLED)
