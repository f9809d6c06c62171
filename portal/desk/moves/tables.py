"""The list of moved deadlines."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.desk.base.tables import DAY, MOMENT, DeskTable
from portal.workdays.models import MovedDeadline
from portal.workdays.words import due_in_figures

ON_ONE_LINE = {"td": {"class": "desk-short"}}


class MoveTable(DeskTable):
    case = tables.Column("办件编号", accessor="holder")
    applicant = tables.Column("申请人")
    label = tables.Column("期限", attrs=ON_ONE_LINE)
    old = tables.DateColumn(verbose_name="原期限", format=DAY, attrs=ON_ONE_LINE)
    new = tables.Column("新期限", attrs=ON_ONE_LINE)
    papers = tables.Column("写有原期限的文书", orderable=False)
    at = tables.DateTimeColumn(verbose_name="变动时间", format=MOMENT, attrs=ON_ONE_LINE)

    class Meta(DeskTable.Meta):
        caption = "期限变动"

    def render_case(self, record: Any) -> SafeString:
        number = record.case_number or record.application_number
        return format_html('<a href="{}">{}</a>', reverse("moves_modeladmin_inspect", args=[record.pk]), number)

    def render_new(self, record: MovedDeadline) -> str:
        return due_in_figures(record.new)

    def render_papers(self, record: MovedDeadline) -> str:
        return "、".join(record.papers) or "—"
