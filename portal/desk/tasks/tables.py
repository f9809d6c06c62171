"""The list of the departments' own work."""

from __future__ import annotations

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.cases.clocks.lights import task_light
from portal.cases.models import Task
from portal.desk.base.tables import DeskTable, badge, lamp


class TaskTable(DeskTable):
    case = tables.Column("办件编号", accessor="case_id")
    item = tables.Column("事项", accessor="case__item__name")
    applicant = tables.Column("申请人", accessor="case__application__applicant_name")
    name = tables.Column("步骤")
    role = tables.Column("角色", accessor="is_lead")
    status = tables.Column("状态")
    due = tables.Column("剩余时间", empty_values=())

    class Meta(DeskTable.Meta):
        caption = "部门待办"

    def render_case(self, record: Task) -> SafeString:
        return format_html(
            '<a href="{}">{}</a>', reverse("cases_modeladmin_inspect", args=[record.case_id]), record.case
        )

    def render_role(self, record: Task) -> str:
        return "牵头" if record.is_lead else "协办"

    def render_status(self, record: Task) -> SafeString:
        return badge(record.status, record.get_status_display())

    def render_due(self, record: Task) -> SafeString:
        return lamp(task_light(record, timezone.localdate()))
