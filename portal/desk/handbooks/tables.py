"""The list of handbooks."""

from __future__ import annotations

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.catalog.models import Handbook
from portal.desk.base.tables import MOMENT, DeskTable, badge


class HandbookTable(DeskTable):
    number = tables.Column("编号", order_by="pk")
    scope = tables.Column("范围", accessor="zone", empty_values=(), order_by=("zone__order", "-pk"))
    items = tables.Column("事项", accessor="contents", orderable=False)
    pages = tables.Column("页数")
    status = tables.Column("状态")
    ordered_at = tables.DateTimeColumn(verbose_name="提交时间", format=MOMENT)
    ordered_by = tables.Column("提交人", order_by="ordered_by__display_name", default="系统")

    class Meta(DeskTable.Meta):
        caption = "标准化手册"

    def render_number(self, record: Handbook) -> SafeString:
        url = reverse("handbooks_modeladmin_inspect", args=[record.pk])
        return format_html('<a href="{}">{}</a>', url, record.number)

    def render_scope(self, record: Handbook) -> str:
        return record.scope

    def render_items(self, record: Handbook) -> str:
        return f"{len(record.contents)}项"

    def render_pages(self, record: Handbook) -> str:
        return f"{record.pages}页" if record.pages else "—"

    def render_status(self, record: Handbook) -> SafeString:
        percent = f" {record.percent}%" if record.under_way else ""
        return badge(record.status, f"{record.get_status_display()}{percent}")
