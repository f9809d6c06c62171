"""How a case travels its route: stages in order, departments in parallel, joined exactly once.

Everything here runs behind the lock of the case, inside a verb's transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from portal.cases import clocks
from portal.cases.signals import tasks_overtaken, tasks_sent
from portal.cases.states import OPEN_TASK, TaskStatus
from portal.organisations.models import Organisation

if TYPE_CHECKING:
    from portal.cases.models import Case, Task
    from portal.organisations.models import User


def make_tasks(case: Case) -> None:
    """A waiting task for every step that this case's situation asks for; a second call changes nothing."""
    from portal.cases.models import Task

    stages = case.definition.stages_for(case.situation)
    departments = Organisation.objects.in_bulk(
        {step.department for stage in stages for step in stage.steps}, field_name="code"
    )
    Task.objects.bulk_create(
        [
            Task(
                case=case,
                step=step.key,
                stage=number,
                name=step.name,
                department=departments[step.department],
                kind=step.kind,
                is_lead=step.is_lead,
                takes_paper=step.takes_paper,
                limit_days=step.limit_wd,
                deemed_consent=step.deemed_consent,
            )
            for number, stage in enumerate(stages, start=1)
            for step in stage.steps
        ],
        ignore_conflicts=True,
    )


def open_at_window(case: Case) -> None:
    """An instant case: its one task is worked at the window, without a slip."""
    from portal.cases.models import Case, Task

    now = timezone.now()
    Case.objects.filter(pk=case.pk).update(stage=1)
    case.stage = 1
    Task.objects.filter(case=case, stage=1).update(
        status=TaskStatus.WORKING, sent_at=now, signed_at=now, due=timezone.localdate(now)
    )


def open_stage(case: Case, number: int, *, by: User | None) -> None:
    """Open a stage: a department that already signed for this case goes on at once, the others get a slip."""
    from portal.cases.models import Task

    tasks = list(case.tasks.filter(stage=number, status=TaskStatus.WAITING).select_related("department"))
    signed = set(case.tasks.exclude(signed_at=None).values_list("department_id", flat=True))
    now = timezone.now()
    for task in tasks:
        if task.department_id in signed:
            due = clocks.working_days(timezone.localdate(now), task.limit_days)
            Task.objects.filter(pk=task.pk).update(status=TaskStatus.WORKING, sent_at=now, signed_at=now, due=due)
    send(case, [task for task in tasks if task.department_id not in signed], by=by)


def send(case: Case, tasks: list[Task], *, by: User | None) -> None:
    """Send waiting tasks to their departments; whoever keeps the papers answers with handover slips."""
    from portal.cases.models import Task

    if not tasks:
        return
    now = timezone.now()
    for task in tasks:
        due = clocks.working_days(timezone.localdate(now), task.limit_days)
        Task.objects.filter(pk=task.pk).update(status=TaskStatus.SENT, sent_at=now, due=due)
        task.status, task.sent_at, task.due = TaskStatus.SENT, now, due
    tasks_sent.send(sender=type(case), case=case, tasks=tasks, by=by)


def join(case: Case, number: int, *, by: User | None) -> bool:
    """Close stage `number` when its last task is done and open the next; True for the one call that joined it.

    Two departments finishing at once are counted one after the other behind the case lock; the conditional UPDATE
    and the event's `once` key make a second join impossible.
    """
    from portal.cases.models import Case

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
