"""The register of promised work."""

from __future__ import annotations

from django.db.models import QuerySet

from portal.desk.base.registers import DeskModelAdmin
from portal.desk.promises import views
from portal.desk.promises.tables import PromiseTable
from portal.jobs.models import Promise, PromiseStatus
from portal.organisations.models import User


class PromiseAdmin(DeskModelAdmin):
    """Promised work that went wrong stands where a person can see it and try again."""

    model = Promise
    base_url_path = "promises"
    menu_label = "后台工作"
    menu_icon = "cogs"
    menu_order = 90
    sees = "promises.see"
    table_class = PromiseTable
    page_class = views.PromisePage
    filters = {"dead": "失败的", "all": "全部"}
    default_filter = "dead"
    groups = {"dead": frozenset({PromiseStatus.DEAD})}
    verbs = {"retry": views.Retry}

    def seen(self, user: User) -> QuerySet:
        return Promise.objects.all() if self.permission_helper.user_can_list(user) else Promise.objects.none()

    def for_list(self, rows: QuerySet) -> QuerySet:
        return rows
