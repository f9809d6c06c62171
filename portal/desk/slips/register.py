"""The register of slips."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

from portal.cases.reading.seeking import sought
from portal.desk.base.registers import DeskModelAdmin
from portal.desk.slips import views
from portal.desk.slips.tables import SlipTable
from portal.handover.models import Direction, Slip
from portal.handover.models.slip import WAITING as SLIP_WAITING
from portal.handover.models.slip import SlipQuerySet
from portal.handover.numbers import PREFIX
from portal.lib.search.names import beginning
from portal.lib.search.text import scanned
from portal.organisations.authority import somewhere
from portal.organisations.models import User

IN_PAPER_NUMBER = "字〔"
"""Stands in the number of every paper, and in no name."""


class SlipAdmin(DeskModelAdmin[SlipQuerySet]):
    model = Slip
    base_url_path = "slips"
    menu_label = "交接单"
    menu_icon = "doc-full"
    menu_order = 22
    sees = "slips.see"
    index_view_class = views.SlipRegister
    table_class = SlipTable
    page_class = views.SlipPage
    search_hint = "扫描交接单条码，或者输入文号、办件编号、申请人"
    filters = {
        "mine": "待我签收",
        "waiting": "待签收",
        "out": "待部门签收",
        "late": "超时未签",
        "homeward": "退还途中",
        "to_department": "窗口→部门",
        "to_window": "部门→窗口",
        "home": "退还材料",
        "all": "全部",
    }
    default_filter = "waiting"
    groups = dict.fromkeys(("mine", "waiting", "out", "late", "homeward"), SLIP_WAITING)
    verbs = {
        "sign": views.Sign,
        "bounce": views.Bounce,
        "recall": views.Recall,
        "take_in": views.TakeIn,
        "bounce_result": views.BounceResult,
        "take_back": views.TakeBack,
    }

    def door(self, user: User) -> SlipQuerySet:
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

    def filters_for(self, user: User) -> dict[str, str]:
        """Who signs for nothing is not asked for a signature."""
        signs = any(somewhere(user, act) for act in ("slips.sign", "slips.take_in", "slips.take_back"))
        return {key: label for key, label in self.filters.items() if key != "mine" or signs}

    def filtered(self, rows: SlipQuerySet, chosen: str, user: User) -> SlipQuerySet:
        rows = super().filtered(rows, chosen, user)
        if chosen == "mine":
            return rows.to_be_signed_by(user)
        if chosen == "late":
            return rows.filter(due__lt=timezone.localdate())
        if chosen == "homeward":
            return rows.filter(direction=Direction.HOME)
        direction = Direction.TO_DEPARTMENT if chosen == "out" else chosen
        return rows.filter(direction=direction) if direction in Direction.values else rows

    def search(self, rows: SlipQuerySet, query: str) -> SlipQuerySet:
        """The code of a slip, the number of its paper, the number of its case, or a part of the applicant's name."""
        typed = scanned(query)
        if typed.startswith(PREFIX) and typed[len(PREFIX) :].isdigit():
            return rows.filter(beginning("code", typed, connection))
        if IN_PAPER_NUMBER in query:
            return rows.filter(beginning("document__number", query, connection))
        return rows.filter(sought(query, "case"))
