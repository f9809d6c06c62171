"""The list of cases."""

from __future__ import annotations

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.cases.clocks.lights import case_light
from portal.cases.models import Case
from portal.desk.base.tables import DeskTable, badge, lamp


class CaseTable(DeskTable):
    number = tables.Column("办件编号", accessor="pk", order_by="pk")
    item = tables.Column("事项", accessor="item__name")
    applicant = tables.Column("申请人", accessor="application__applicant_name")
    status = tables.Column("状态")
    promised_due = tables.Column("承诺期限", empty_values=())
    received_at = tables.DateTimeColumn(verbose_name="收件时间", format="m-d H:i")

    class Meta(DeskTable.Meta):
        caption = "办件"

    def render_number(self, record: Case) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("cases_modeladmin_inspect", args=[record.pk]), str(record))

    def render_status(self, record: Case) -> SafeString:
        return badge(record.status, record.get_status_display())

    def render_promised_due(self, record: Case) -> str:
        return lamp(case_light(record, timezone.localdate()))
