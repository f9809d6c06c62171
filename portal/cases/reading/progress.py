"""Where a running case stands on the process chart of its own route."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portal.cases.models import Case, Task
from portal.cases.states import AT_THE_WINDOW, DECIDED, HANDED_OUT, CaseStatus, TaskStatus
from portal.catalog.drawing.chart import (
    ACCEPTANCE,
    APPLY,
    COLLECT,
    ISSUE,
    RESULT,
    process_chart,
)
from portal.catalog.schema.definition import ItemDefinition


def case_chart(case: Case, tasks: Iterable[Task]) -> dict[str, Any]:
    """The chart with what is done and what is at hand, and the same as a list: `chart` and `chart_steps`."""
    definition = route_of(case)
    chart, steps = process_chart(definition, **progress(case, list(tasks)))
    return {"chart": chart, "chart_steps": steps}


def route_of(case: Case) -> ItemDefinition:
    """The definition with the steps that the case's situation asks for."""
    stages = case.definition.stages_for(case.situation)
    if not stages:
        return case.definition
    return case.definition.model_copy(update={"route": case.definition.route.model_copy(update={"stages": stages})})


def progress(case: Case, tasks: list[Task]) -> dict[str, set[str]]:
    """Keys of the steps that are `done`, of those at hand (`current`), and of those `sent` and not signed for."""
    done = {APPLY} | {task.step for task in tasks if task.status == TaskStatus.DONE}
    sent = {task.step for task in tasks if task.status in {TaskStatus.SENT, TaskStatus.BOUNCED}}
    current = {task.step for task in tasks if task.status == TaskStatus.WORKING}
    if case.accepted_at:
        done.add(ACCEPTANCE)
    elif case.status in AT_THE_WINDOW:
        current.add(ACCEPTANCE)
    if case.status in DECIDED or case.status == CaseStatus.RESULT_TRANSFER:
        current.add(RESULT if case.definition.route.result else ISSUE)
    elif case.status == CaseStatus.READY:
        done.add(RESULT)
        current |= {ISSUE, COLLECT}
    elif case.status in HANDED_OUT:
        done |= {RESULT, ISSUE, COLLECT}
    return {"done": done, "current": current, "sent": sent}
