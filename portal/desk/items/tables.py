"""The list of items, and the ledger of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.cases.clocks.lights import case_light
from portal.cases.models import Case
from portal.catalog.models import ServiceItem
from portal.desk.base.tables import DeskTable, badge, lamp
from portal.desk.cases.tables import CaseTable
from portal.workdays.words import due_in_figures


class ItemTable(DeskTable):
    code = tables.Column("事项编码")
    name = tables.Column("事项名称")
    zone = tables.Column("受理区", order_by=("zone__order", "pk"))
    lead = tables.Column("实施主体", order_by="lead__short_name")
    edition = tables.Column("现行版本", accessor="current_edition__number", order_by="current_edition__published_at")
    status = tables.Column("状态")

    class Meta(DeskTable.Meta):
        caption = "事项"

    def render_name(self, record: ServiceItem) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("items_modeladmin_inspect", args=[record.pk]), record.name)

    def render_edition(self, record: ServiceItem) -> str:
        day = timezone.localdate(record.edition_in_force.published_at)
        return f"第{record.edition_in_force.number}版，{day.isoformat()}"

    def render_status(self, record: ServiceItem) -> SafeString:
        return badge(record.status, record.get_status_display())


class AnswerColumn(tables.Column):
    """One question or form field of a ledger; its cell is read from the whole row."""

    def __init__(self, read: Callable[[Case], str], **options: Any) -> None:
        super().__init__(accessor="pk", **options)
        self.read = read

    def render(self, record: Case) -> str:
        return self.read(record) or "—"


class LedgerTable(CaseTable):
    light = tables.Column("期限情况", accessor="pk", orderable=False)

    class Meta(DeskTable.Meta):
        caption = "台账"
        exclude = ("item",)
        sequence = ("number", "applicant", "received_at", "status", "promised_due", "light", "...")

    def render_promised_due(self, record: Case) -> str:
        return due_in_figures(record.promised_due, record.clock_start)

    def render_light(self, record: Case) -> SafeString:
        return lamp(case_light(record, timezone.localdate()))
