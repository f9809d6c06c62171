"""分办: tasks are made by the route, stages open in order, departments work in parallel.

Everything but the verb itself runs behind the lock of the case, inside a verb's transaction.
"""

from __future__ import annotations

from django.utils import timezone

from portal.cases.clocks.limits import step_due
from portal.cases.models import Case, Task
from portal.cases.models.acting import acting
from portal.cases.signals import tasks_sent
from portal.cases.states import TaskStatus
from portal.organisations.models import Organisation, User


def dispatch(case: Case, *, by: User | None) -> None:
    """分办: one task per department and step of the route; the first stage opens and its slips are made.

    An instant item (即办件) sends no papers: its one task opens at the window and the case stays accepted. It happens
    once; what a department bounced is sent again by `redispatch`.
    """
    with acting(case):
        send_out(case, by=by)


def send_out(case: Case, *, by: User | None) -> None:
    """What `dispatch` does, for the verb that accepts: its event follows the one that bears the case's number."""
    move = case.guard("dispatch", by=by)
    if case.stage:
        raise case.too_late(move.name)
    make_tasks(case)
    if case.definition.is_instant:
        open_at_window(case)
        return
    done = case.claim("dispatch", by=by, stage=1)
    tasks = case.tasks.current().select_related("department")
    departments = "、".join(dict.fromkeys(str(task.department) for task in tasks))
    case.at_last(lambda: case.record(done, by=by, text=f"分办至{departments}。"))
    open_stage(case, 1, by=by)


def make_tasks(case: Case) -> None:
    """A waiting task for every step that this case's situation asks for; a second call changes nothing."""
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
    now = timezone.now()
    Case.objects.filter(pk=case.pk).update(stage=1)
    case.stage = 1
    Task.objects.filter(case=case, stage=1).update(
        status=TaskStatus.WORKING, sent_at=now, signed_at=now, due=case.promised_due or timezone.localdate(now)
    )


def open_stage(case: Case, number: int, *, by: User | None) -> None:
    """Open a stage: a department that already signed for this case goes on at once, the others get a slip."""
    tasks = list(case.tasks.filter(stage=number, status=TaskStatus.WAITING).select_related("department"))
    signed = set(case.tasks.exclude(signed_at=None).values_list("department_id", flat=True))
    now = timezone.now()
    going_on = [task for task in tasks if task.department_id in signed]
    for task in going_on:
        task.status, task.sent_at, task.signed_at = TaskStatus.WORKING, now, now
        task.due = step_due(case, timezone.localdate(now), task.limit_days, to_sign=False)
    Task.objects.bulk_update(going_on, ["status", "sent_at", "signed_at", "due"])
    send(case, [task for task in tasks if task.department_id not in signed], by=by)


def send(case: Case, tasks: list[Task], *, by: User | None) -> None:
    """Send waiting tasks to their departments; whoever keeps the papers answers with handover slips."""
    if not tasks:
        return
    now = timezone.now()
    for task in tasks:
        task.status, task.sent_at = TaskStatus.SENT, now
        task.due = step_due(case, timezone.localdate(now), task.limit_days)
    Task.objects.bulk_update(tasks, ["status", "sent_at", "due"])
    tasks_sent.send(sender=type(case), case=case, tasks=tasks, by=by)
