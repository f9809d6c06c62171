"""The list of slips."""

from __future__ import annotations

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.desk.base.tables import DeskTable, badge
from portal.handover.models import Slip


class SlipTable(DeskTable):
    number = tables.Column("交接单号", accessor="document__number")
    case = tables.Column("办件", accessor="case_id")
    direction = tables.Column("方向")
    department = tables.Column("部门")
    issued_at = tables.DateTimeColumn(verbose_name="移交时间", format="m-d H:i")
    status = tables.Column("状态")

    class Meta(DeskTable.Meta):
        caption = "交接单"

    def render_number(self, record: Slip) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("slips_modeladmin_inspect", args=[record.pk]), record.number)

    def render_case(self, record: Slip) -> str:
        return str(record.case)

    def render_status(self, record: Slip) -> SafeString:
        late = record.is_late(timezone.localdate())
        label = f"{record.get_status_display()}{'（超时未签）' if late else ''}"
        return badge("late" if late else record.status, label)
