"""The register of results that wait for their owners."""

from __future__ import annotations

from django.db.models import QuerySet

from portal.cases.reading.seeking import sought
from portal.desk.base.registers import DeskModelAdmin
from portal.desk.pickup import views
from portal.desk.pickup.tables import DeliveryTable
from portal.lib.walking import NEWEST_FIRST, Order
from portal.organisations.models import User
from portal.pickup.models import WAITING as DELIVERY_WAITING
from portal.pickup.models import Delivery


class DeliveryAdmin(DeskModelAdmin):
    model = Delivery
    base_url_path = "pickup"
    menu_label = "出件"
    menu_icon = "download"
    menu_order = 23
    sees = "pickup.see"
    table_class = DeliveryTable
    page_class = views.DeliveryPage
    search_hint = "办件编号或者申请人"
    filters = {"waiting": "待领取", "all": "全部"}
    default_filter = "waiting"
    groups = {"waiting": DELIVERY_WAITING}
    verbs = {"deliver": views.Deliver}

    def door(self, user: User) -> QuerySet:
        return (
            super()
            .door(user)
            .select_related(
                "case__application__center",
                "case__application__window",
                "case__item",
                "case__zone",
                "case__lead",
                "case__edition",
                "slip",
            )
        )

    def order_of(self, chosen: str) -> Order:
        """What waits, by the day on which it must have reached its owner."""
        return Order("due") if chosen == "waiting" else NEWEST_FIRST

    def search(self, rows: QuerySet, query: str) -> QuerySet:
        return rows.filter(sought(query, "case"))
