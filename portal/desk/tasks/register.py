"""The register of the departments' own work."""

from __future__ import annotations

from functools import cache

from portal.cases.models import Task
from portal.cases.models.task import TaskQuerySet
from portal.cases.reading.seeking import sought
from portal.cases.states import TaskStatus
from portal.desk.base.registers import DeskModelAdmin
from portal.desk.tasks import views
from portal.desk.tasks.tables import TaskTable
from portal.lib.walking import NEWEST_FIRST, Order
from portal.organisations.models import User


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
    filters = {"open": "待签收和办理中", "coming": "未到环节", "done": "已办", "all": "全部"}
    default_filter = "open"
    groups = {
        "open": frozenset({TaskStatus.SENT, TaskStatus.WORKING}),
        "coming": frozenset({TaskStatus.WAITING}),
        "done": frozenset({TaskStatus.DONE}),
    }
    verbs = {"answer": views.Answer, "decide": views.Decide, "redispatch": views.Redispatch}

    def door(self, user: User) -> TaskQuerySet:
        return (
            super().door(user).select_related("case__application__center", "case__item", "case__edition", "department")
        )

    def filtered(self, rows: TaskQuerySet, chosen: str, user: User) -> TaskQuerySet:
        """What is the work of the user's own departments: asked of the table anew, or one door would be asked twice."""
        return super().filtered(Task.objects.of_departments(user), chosen, user)

    def order_of(self, chosen: str) -> Order:
        """What burns first; what is done, and all together, the newest first."""
        return {"open": Order("due"), "coming": Order("due"), "done": Order("due", descending=True)}.get(
            chosen, NEWEST_FIRST
        )

    def search(self, rows: TaskQuerySet, query: str) -> TaskQuerySet:
        return rows.filter(sought(query, "case"))


@cache
def tasks_admin() -> TaskAdmin:
    """The one register of tasks; the case page asks it for the buttons of each task."""
    return TaskAdmin()
