"""The register of promised work."""

from __future__ import annotations

from django.utils import timezone

from portal.desk.base.registers import DeskModelAdmin
from portal.desk.promises import views
from portal.desk.promises.tables import PromiseTable
from portal.jobs.integrity import FORGOTTEN
from portal.jobs.models import Promise, PromiseQuerySet, PromiseStatus
from portal.organisations.models import User


class PromiseAdmin(DeskModelAdmin[PromiseQuerySet]):
    """Promised work that went wrong stands where a person can see it and try again."""

    model = Promise
    base_url_path = "promises"
    menu_label = "后台工作"
    menu_icon = "cogs"
    menu_order = 90
    sees = "promises.see"
    table_class = PromiseTable
    page_class = views.PromisePage
    filters = {"dead": "失败的", "forgotten": "积压的", "all": "全部"}
    default_filter = "dead"
    groups = {"dead": frozenset({PromiseStatus.DEAD})}
    verbs = {"retry": views.Retry}

    def seen(self, user: User) -> PromiseQuerySet:
        return Promise.objects.all() if self.permission_helper.user_can_list(user) else Promise.objects.none()

    def filtered(self, rows: PromiseQuerySet, chosen: str, user: User) -> PromiseQuerySet:
        if chosen == "forgotten":
            return rows.due(timezone.now() - FORGOTTEN)
        return super().filtered(rows, chosen, user)

    def for_list(self, rows: PromiseQuerySet) -> PromiseQuerySet:
        return rows
