"""The register of items."""

from __future__ import annotations

from django.db.models import Q

from portal.catalog.items.models import ServiceItemQuerySet
from portal.catalog.models import ItemStatus, ServiceItem
from portal.desk.base.registers import DeskModelAdmin
from portal.desk.items import views
from portal.desk.items.tables import ItemTable
from portal.organisations.models import User


class ItemAdmin(DeskModelAdmin[ServiceItemQuerySet]):
    """Items are public; what the register adds is their history, their ledger, and the closing of intake."""

    model = ServiceItem
    base_url_path = "items"
    menu_label = "事项"
    menu_icon = "list-ul"
    menu_order = 24
    sees = "items.see"
    table_class = ItemTable
    page_class = views.ItemPage
    search_hint = "事项名称、编码、部门或者拼音首字母"
    walked = False
    filters = {"open": "在用", "closed": "暂停和取消", "all": "全部"}
    default_filter = "open"
    verbs = {"withdraw": views.WithdrawItem, "reopen": views.ReopenItem}

    def seen(self, user: User) -> ServiceItemQuerySet:
        seen = ServiceItem.objects.all() if self.permission_helper.user_can_list(user) else ServiceItem.objects.none()
        return seen.select_related("zone", "lead", "current_edition", "withdrawn_by")

    def for_list(self, rows: ServiceItemQuerySet) -> ServiceItemQuerySet:
        return rows.defer("current_edition__definition", "current_edition__report")

    def filtered(self, rows: ServiceItemQuerySet, chosen: str, user: User) -> ServiceItemQuerySet:
        if chosen == "all":
            return rows
        in_force = Q(status=ItemStatus.IN_FORCE)
        return rows.filter(in_force if chosen == "open" else ~in_force)

    def search(self, rows: ServiceItemQuerySet, query: str) -> ServiceItemQuerySet:
        return rows.matching(query)
