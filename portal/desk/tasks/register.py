"""The register of the departments' own work."""

from __future__ import annotations

from functools import cache

from django.utils import timezone

from portal.cases.acts import of_move
from portal.cases.models import Task
from portal.cases.models.task import TaskQuerySet
from portal.cases.reading.seeking import sought
from portal.cases.states import TaskKind, TaskStatus
from portal.desk.base.registers import DeskModelAdmin
from portal.desk.tasks import views
from portal.desk.tasks.tables import TaskTable
from portal.lib.walking import NEWEST_FIRST, Order
from portal.organisations.authority import somewhere
from portal.organisations.models import User

AT_HAND = frozenset({TaskStatus.SENT, TaskStatus.WORKING})


class TaskAdmin(DeskModelAdmin[TaskQuerySet]):
    model = Task
    base_url_path = "tasks"
    menu_label = "部门待办"
    menu_icon = "tasks"
    menu_order = 21
    sees = "tasks.list"
    table_class = TaskTable
    page_class = views.TaskPage
    search_hint = "办件编号或者申请人"
    filters = {
        "open": "待签收和办理中",
        "sign": "待我签收",
        "work": "待我承办",
        "decide": "待我决定",
        "late": "已超期",
        "coming": "未到环节",
        "done": "已办",
        "all": "全部",
    }
    default_filter = "open"
    groups = {
        "open": AT_HAND,
        "sign": frozenset({TaskStatus.SENT}),
        "work": frozenset({TaskStatus.WORKING}),
        "decide": frozenset({TaskStatus.WORKING}),
        "late": AT_HAND,
        "coming": frozenset({TaskStatus.WAITING}),
        "done": frozenset({TaskStatus.DONE}),
    }
    verbs = {"answer": views.Answer, "decide": views.Decide, "redispatch": views.Redispatch, "drop": views.Drop}

    def door(self, user: User) -> TaskQuerySet:
        return (
            super().door(user).select_related("case__application__center", "case__item", "case__edition", "department")
        )

    def filtered(self, rows: TaskQuerySet, chosen: str, user: User) -> TaskQuerySet:
        """What is the work of the user's own departments: asked of the table anew, or one door would be asked twice."""
        mine = super().filtered(Task.objects.of_departments(user), chosen, user)
        match chosen:
            case "work":
                return mine.exclude(kind=TaskKind.DECISION)
            case "decide":
                decisions = mine.filter(kind=TaskKind.DECISION)
                decides = somewhere(user, of_move("grant"))
                return decisions if decides else decisions.filter(case__edition__definition__case_type="instant")
            case "late":
                return mine.filter(due__lt=timezone.localdate())
        return mine

    def order_of(self, chosen: str) -> Order:
        """What burns first; what is done, and all together, the newest first."""
        if chosen == "all":
            return NEWEST_FIRST
        return Order("due", descending=chosen == "done")

    def search(self, rows: TaskQuerySet, query: str) -> TaskQuerySet:
        return rows.filter(sought(query, "case"))


@cache
def tasks_admin() -> TaskAdmin:
    """The one register of tasks; the case page asks it for the buttons of each task."""
    return TaskAdmin()
