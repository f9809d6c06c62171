"""The list of what waits on the shelf."""

from __future__ import annotations

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.desk.base.tables import DeskTable, badge
from portal.pickup.models import Delivery
from portal.workdays.words import due_in_figures


class DeliveryTable(DeskTable):
    case = tables.Column("办件编号", accessor="case_id")
    item = tables.Column("事项", accessor="case__item__name")
    applicant = tables.Column("申请人", accessor="case__application__applicant_name")
    shelf = tables.Column("存放位置")
    ready_at = tables.DateTimeColumn(verbose_name="到件时间", format="m-d H:i")
    due = tables.Column("送达期限")
    status = tables.Column("状态")

    class Meta(DeskTable.Meta):
        caption = "出件"

    def render_case(self, record: Delivery) -> SafeString:
        url = reverse("pickup_modeladmin_inspect", args=[record.pk])
        return format_html('<a href="{}">{}</a>', url, record.case)

    def render_due(self, record: Delivery) -> str:
        return due_in_figures(record.due)

    def render_status(self, record: Delivery) -> SafeString:
        return badge(record.status, record.get_status_display())
