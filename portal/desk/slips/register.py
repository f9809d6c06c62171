"""The register of slips."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from portal.desk.base.registers import DeskModelAdmin
from portal.desk.slips import views
from portal.desk.slips.tables import SlipTable
from portal.handover.models import Direction, Slip
from portal.handover.models.slip import WAITING as SLIP_WAITING
from portal.organisations.models import User


class SlipAdmin(DeskModelAdmin):
    model = Slip
    base_url_path = "slips"
    menu_label = "交接单"
    menu_icon = "doc-full"
    menu_order = 22
    sees = "slips.see"
    index_view_class = views.SlipRegister
    table_class = SlipTable
    page_class = views.SlipPage
    search_hint = "扫描交接单条码，或者输入办件编号"
    filters = {"waiting": "待签收", "to_department": "窗口→部门", "to_window": "部门→窗口", "all": "全部"}
    default_filter = "waiting"
    groups = {"waiting": SLIP_WAITING}
    verbs = {
        "sign": views.Sign,
        "bounce": views.Bounce,
        "take_in": views.TakeIn,
        "bounce_result": views.BounceResult,
    }

    def door(self, user: User) -> QuerySet:
        return (
            super()
            .door(user)
            .select_related(
                "case__application__center",
                "case__item",
                "case__zone",
                "case__lead",
                "case__edition",
                "department",
                "document",
            )
        )

    def filtered(self, rows: QuerySet, chosen: str, user: User) -> QuerySet:
        return rows.filter(direction=chosen) if chosen in Direction.values else super().filtered(rows, chosen, user)

    def search(self, rows: QuerySet, query: str) -> QuerySet:
        return rows.filter(Q(case__number__iexact=query) | Q(code__iexact=query) | Q(document__number=query))
