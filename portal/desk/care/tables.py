"""The list of what readers told the editors."""

from __future__ import annotations

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.catalog.models import GuideFeedback
from portal.desk.base.tables import MOMENT, DeskTable


class FeedbackTable(DeskTable):
    item = tables.Column("事项", accessor="item__name")
    part = tables.Column("内容")
    text = tables.Column("意见", orderable=False)
    left_at = tables.DateTimeColumn(verbose_name="提交时间", format=MOMENT)
    answered_at = tables.DateTimeColumn(verbose_name="处理时间", format=MOMENT)

    class Meta(DeskTable.Meta):
        caption = "指南纠错"

    def render_item(self, record: GuideFeedback) -> SafeString:
        url = reverse("feedback_modeladmin_inspect", args=[record.pk])
        return format_html('<a href="{}">{}</a>', url, record.item.name)

    def render_text(self, record: GuideFeedback) -> str:
        return record.text if len(record.text) <= 60 else f"{record.text[:60]}…"
