"""The lists of what readers told the editors, and of what editors ask to let stand."""

from __future__ import annotations

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.catalog.models import GuideFeedback, Waiver
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


class WaiverTable(DeskTable):
    clause = tables.Column("原文", orderable=False)
    code = tables.Column("事项编码")
    place = tables.Column("要素", orderable=False)
    asked_by = tables.Column("申请人")
    asked_at = tables.DateTimeColumn(verbose_name="申请时间", format=MOMENT)
    state_text = tables.Column("状态", orderable=False)

    class Meta(DeskTable.Meta):
        caption = "豁免申请"

    def render_clause(self, record: Waiver) -> SafeString:
        url = reverse("waivers_modeladmin_inspect", args=[record.pk])
        return format_html('<a href="{}">{}</a>', url, record.clause[:40])
