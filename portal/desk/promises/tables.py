"""The list of promised work."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.desk.base.tables import DeskTable, badge
from portal.jobs.models import Promise

WORK_NAMES = {
    "documents.render": "生成文书",
    "catalog.handbook": "制作手册",
    "catalog.health": "内容体检",
    "workdays.move_deadlines": "重新计算期限",
}


class PromiseTable(DeskTable):
    kind = tables.Column("工作", accessor="kind")
    status = tables.Column("状态")
    attempts = tables.Column("次数")
    last_error = tables.Column("最近的错误")
    created_at = tables.DateTimeColumn(verbose_name="约定时间", format="m-d H:i")

    class Meta(DeskTable.Meta):
        caption = "后台工作"

    def render_kind(self, record: Promise) -> SafeString:
        url = reverse("promises_modeladmin_inspect", args=[record.pk])
        return format_html('<a href="{}">{}</a>', url, WORK_NAMES.get(record.kind, record.kind))

    def render_status(self, record: Promise) -> Any:
        return badge(record.status, record.get_status_display())
