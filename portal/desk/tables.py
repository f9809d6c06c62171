"""Lists of the back office: columns are declared, the light says its reason in words, ids are links."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_tables2 as tables
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_tables2 import RequestConfig, Table

from portal.cases.clocks.lights import Light, case_light, task_light
from portal.cases.models import Case, Task
from portal.catalog.models import GuideFeedback, Handbook, ServiceItem
from portal.handover.models import Slip
from portal.jobs.models import Promise
from portal.pickup.models import Delivery

__all__ = [
    "AnswerColumn",
    "CaseTable",
    "FeedbackTable",
    "DeliveryTable",
    "HandbookTable",
    "ItemTable",
    "LedgerTable",
    "PromiseTable",
    "SlipTable",
    "Table",
    "TaskTable",
    "paged",
]

PER_PAGE = 30


def paged(table: Table, request: HttpRequest) -> Table:
    """The table sorted and paged as the address says; an impossible page number shows the nearest page."""
    RequestConfig(request, paginate={"per_page": PER_PAGE, "silent": True}).configure(table)
    return table


def lamp(found: Light) -> SafeString:
    """A light for the eye, its reason for everybody."""
    return format_html(
        '<span class="lamp lamp--{}"><span class="lamp__dot" aria-hidden="true"></span>{}</span>',
        found.colour.value,
        found.reason,
    )


def badge(status: str, label: str) -> SafeString:
    return format_html('<span class="badge badge--{}">{}</span>', status, label)


class DeskTable(Table):
    """What all registers share: our own markup with caption, scope and aria-sort."""

    class Meta:
        template_name = "desk/table.html"
        attrs = {"class": "listing desk-table"}


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

    def render_promised_due(self, record: Case) -> SafeString:
        return lamp(case_light(record, timezone.localdate()))


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


class DeliveryTable(DeskTable):
    case = tables.Column("办件编号", accessor="case_id")
    item = tables.Column("事项", accessor="case__item__name")
    applicant = tables.Column("申请人", accessor="case__application__applicant_name")
    shelf = tables.Column("存放位置")
    ready_at = tables.DateTimeColumn(verbose_name="到件时间", format="m-d H:i")
    due = tables.DateColumn(verbose_name="送达期限", format="Y-m-d")
    status = tables.Column("状态")

    class Meta(DeskTable.Meta):
        caption = "出件"

    def render_case(self, record: Delivery) -> SafeString:
        url = reverse("pickup_modeladmin_inspect", args=[record.pk])
        return format_html('<a href="{}">{}</a>', url, record.case)

    def render_status(self, record: Delivery) -> SafeString:
        return badge(record.status, record.get_status_display())


WORK_NAMES = {"documents.render": "生成文书", "catalog.handbook": "制作手册", "catalog.health": "内容体检"}


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
        return record.promised_due.isoformat() if record.promised_due else "—"

    def render_light(self, record: Case) -> SafeString:
        return lamp(case_light(record, timezone.localdate()))


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
        day = timezone.localdate(record.current_edition.published_at)
        return f"第{record.current_edition.number}版，{day.isoformat()}"

    def render_status(self, record: ServiceItem) -> SafeString:
        return badge(record.status, record.get_status_display())


class HandbookTable(DeskTable):
    number = tables.Column("编号", order_by="pk")
    scope = tables.Column("范围", accessor="zone", empty_values=(), order_by=("zone__order", "-pk"))
    items = tables.Column("事项", accessor="contents", orderable=False)
    pages = tables.Column("页数")
    status = tables.Column("状态")
    ordered_at = tables.DateTimeColumn(verbose_name="提交时间", format="Y-m-d H:i")
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


class FeedbackTable(DeskTable):
    item = tables.Column("事项", accessor="item__name")
    part = tables.Column("内容")
    text = tables.Column("意见", orderable=False)
    left_at = tables.DateTimeColumn(verbose_name="提交时间", format="Y-m-d H:i")
    answered_at = tables.DateTimeColumn(verbose_name="处理时间", format="Y-m-d H:i")

    class Meta(DeskTable.Meta):
        caption = "指南纠错"

    def render_item(self, record: GuideFeedback) -> SafeString:
        url = reverse("feedback_modeladmin_inspect", args=[record.pk])
        return format_html('<a href="{}">{}</a>', url, record.item.name)

    def render_text(self, record: GuideFeedback) -> str:
        return record.text if len(record.text) <= 60 else f"{record.text[:60]}…"
