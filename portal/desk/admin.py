"""The registers of the back office: about cases through doors, about the house through ordinary forms."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.admin import display
from django.db.models import Q, QuerySet
from wagtail_modeladmin.options import ModelAdmin, ModelAdminGroup

from portal.cases.models import Case, PublicityRule, Task
from portal.cases.states import AFTER_DECISION, AT_THE_WINDOW, ENDED, IN_PROGRESS, TaskStatus
from portal.catalog.models import Handbook, ItemStatus, ServiceItem
from portal.desk import tables
from portal.desk.base import DeskModelAdmin, yes_or_no
from portal.desk.views import cases, handbooks, items, jobs, papers, pickup
from portal.handover.models import Direction, Slip
from portal.handover.models.slip import WAITING as SLIP_WAITING
from portal.jobs.models import Promise
from portal.organisations.models import (
    HallArea,
    HallFacility,
    OpeningHours,
    Organisation,
    Post,
    ServiceCenter,
    SpecialDay,
    User,
    Window,
    Zone,
)
from portal.organisations.roles import CENTRE_ROLES, DEPARTMENT_ROLES, WINDOW_ROLES, Role
from portal.pickup.models import WAITING as DELIVERY_WAITING
from portal.pickup.models import Delivery
from portal.workdays.models import CalendarDay, CalendarYear


class CaseAdmin(DeskModelAdmin):
    model = Case
    base_url_path = "cases"
    menu_label = "办件"
    menu_icon = "folder-open-inverse"
    menu_order = 20
    roles = WINDOW_ROLES | DEPARTMENT_ROLES | CENTRE_ROLES
    table_class = tables.CaseTable
    page_class = cases.CasePage
    search_hint = "办件编号、申请编号、申请人或者事项"
    filters = {"window": "窗口待办", "running": "办理中", "decided": "已决定", "ended": "已结束", "all": "全部"}
    default_filter = "all"
    verbs = {
        "accept": cases.Accept,
        "corrected": cases.CompleteCorrection,
        "transfer": cases.Transfer,
        "ready": cases.ReadyAtWindow,
        "materials": cases.CheckMaterials,
        "correct": cases.RequestCorrection,
        "receipt": cases.PrintReceipt,
        "form": cases.PrintApplicationForm,
        "upload": cases.Upload,
        "withdraw": cases.Withdraw,
        "reveal": cases.RevealIdentity,
    }

    def door(self, user: User) -> QuerySet:
        return super().door(user).with_context()

    def filtered(self, rows: QuerySet, chosen: str, user: User) -> QuerySet:
        groups = {"window": AT_THE_WINDOW, "running": IN_PROGRESS, "decided": AFTER_DECISION, "ended": ENDED}
        return rows.filter(status__in=groups[chosen]) if chosen in groups else rows

    def search(self, rows: QuerySet, query: str) -> QuerySet:
        return rows.filter(
            Q(number__iexact=query)
            | Q(application__number__iexact=query)
            | Q(application__applicant_name__icontains=query)
            | Q(item__name__icontains=query)
        )


class TaskAdmin(DeskModelAdmin):
    model = Task
    base_url_path = "tasks"
    menu_label = "部门待办"
    menu_icon = "tasks"
    menu_order = 21
    roles = DEPARTMENT_ROLES
    table_class = tables.TaskTable
    page_class = cases.TaskPage
    search_hint = "办件编号或者申请人"
    filters = {"open": "待签收和办理中", "coming": "未到环节", "done": "已办", "all": "全部"}
    default_filter = "open"
    verbs = {"answer": cases.Answer, "decide": cases.Decide, "redispatch": cases.Redispatch}

    def door(self, user: User) -> QuerySet:
        return (
            super().door(user).select_related("case__application__center", "case__item", "case__edition", "department")
        )

    def filtered(self, rows: QuerySet, chosen: str, user: User) -> QuerySet:
        rows = rows.of_departments(user)
        groups = {
            "open": {TaskStatus.SENT, TaskStatus.WORKING},
            "coming": {TaskStatus.WAITING},
            "done": {TaskStatus.DONE},
        }
        return rows.filter(status__in=groups[chosen]) if chosen in groups else rows

    def search(self, rows: QuerySet, query: str) -> QuerySet:
        return rows.filter(Q(case__number__iexact=query) | Q(case__application__applicant_name__icontains=query))


class SlipAdmin(DeskModelAdmin):
    model = Slip
    base_url_path = "slips"
    menu_label = "交接单"
    menu_icon = "doc-full"
    menu_order = 22
    roles = WINDOW_ROLES | DEPARTMENT_ROLES | CENTRE_ROLES
    index_view_class = papers.SlipRegister
    table_class = tables.SlipTable
    page_class = papers.SlipPage
    search_hint = "扫描交接单条码，或者输入办件编号"
    filters = {"waiting": "待签收", "to_department": "窗口→部门", "to_window": "部门→窗口", "all": "全部"}
    default_filter = "waiting"
    verbs = {
        "sign": papers.Sign,
        "bounce": papers.Bounce,
        "take_in": papers.TakeIn,
        "bounce_result": papers.BounceResult,
    }

    def door(self, user: User) -> QuerySet:
        return (
            super()
            .door(user)
            .select_related(
                "case__application__center",
                "case__item",
                "case__zone",
                "case__lead",
                "case__edition",
                "department",
                "document",
            )
        )

    def filtered(self, rows: QuerySet, chosen: str, user: User) -> QuerySet:
        if chosen == "waiting":
            return rows.filter(status__in=SLIP_WAITING)
        return rows.filter(direction=chosen) if chosen in Direction.values else rows

    def search(self, rows: QuerySet, query: str) -> QuerySet:
        return rows.filter(Q(case__number__iexact=query) | Q(code__iexact=query) | Q(document__number=query))


class DeliveryAdmin(DeskModelAdmin):
    model = Delivery
    base_url_path = "pickup"
    menu_label = "出件"
    menu_icon = "download"
    menu_order = 23
    roles = frozenset({Role.ISSUER, Role.WINDOW_LEAD, *CENTRE_ROLES})
    table_class = tables.DeliveryTable
    page_class = pickup.DeliveryPage
    search_hint = "办件编号或者申请人"
    filters = {"waiting": "待领取", "all": "全部"}
    default_filter = "waiting"
    verbs = {"deliver": pickup.Deliver}

    def door(self, user: User) -> QuerySet:
        return (
            super()
            .door(user)
            .select_related(
                "case__application__center",
                "case__application__window",
                "case__item",
                "case__zone",
                "case__lead",
                "case__edition",
                "slip",
            )
        )

    def filtered(self, rows: QuerySet, chosen: str, user: User) -> QuerySet:
        return rows.filter(status__in=DELIVERY_WAITING) if chosen == "waiting" else rows

    def search(self, rows: QuerySet, query: str) -> QuerySet:
        return rows.filter(Q(case__number__iexact=query) | Q(case__application__applicant_name__icontains=query))


class PromiseAdmin(DeskModelAdmin):
    """Promised work that went wrong stands where a person can see it and try again."""

    model = Promise
    base_url_path = "promises"
    menu_label = "后台工作"
    menu_icon = "cogs"
    menu_order = 90
    roles = frozenset({Role.CATALOG_ADMIN, Role.SUPERVISOR})
    table_class = tables.PromiseTable
    page_class = jobs.PromisePage
    filters = {"dead": "失败的", "all": "全部"}
    default_filter = "dead"
    verbs = {"retry": jobs.Retry}

    def door(self, user: User) -> QuerySet:
        return Promise.objects.all() if self.permission_helper.user_can_list(user) else Promise.objects.none()

    def for_list(self, rows: QuerySet) -> QuerySet:
        return rows.order_by("-pk")

    def filtered(self, rows: QuerySet, chosen: str, user: User) -> QuerySet:
        return rows.filter(status="dead") if chosen == "dead" else rows


class ItemAdmin(DeskModelAdmin):
    """Items are public; what the register adds is their history, their ledger, and the closing of intake."""

    model = ServiceItem
    base_url_path = "items"
    menu_label = "事项"
    menu_icon = "list-ul"
    menu_order = 24
    roles = items.SEES_ITEMS
    table_class = tables.ItemTable
    page_class = items.ItemPage
    search_hint = "事项名称、编码、部门或者拼音首字母"
    filters = {"open": "在用", "closed": "暂停和取消", "all": "全部"}
    default_filter = "open"
    verbs = {"withdraw": items.WithdrawItem, "reopen": items.ReopenItem}

    def door(self, user: User) -> QuerySet:
        seen = ServiceItem.objects.all() if self.permission_helper.user_can_list(user) else ServiceItem.objects.none()
        return seen.select_related("zone", "lead", "current_edition", "withdrawn_by")

    def for_list(self, rows: QuerySet) -> QuerySet:
        return rows.defer("current_edition__definition", "current_edition__report")

    def filtered(self, rows: QuerySet, chosen: str, user: User) -> QuerySet:
        if chosen == "all":
            return rows
        in_force = Q(status=ItemStatus.IN_FORCE)
        return rows.filter(in_force if chosen == "open" else ~in_force)

    def search(self, rows: QuerySet, query: str) -> QuerySet:
        return rows.matching(query)


class HandbookAdmin(DeskModelAdmin):
    """Handbooks are read by everybody with a post; the office has them made."""

    model = Handbook
    base_url_path = "handbooks"
    menu_label = "标准化手册"
    menu_icon = "doc-full-inverse"
    menu_order = 25
    roles = handbooks.READERS
    index_view_class = handbooks.HandbookRegister
    table_class = tables.HandbookTable
    page_class = handbooks.HandbookPage
    search_hint = "手册编号或者受理区"
    filters = {"all": "全部", "centre": handbooks.WHOLE_CENTRE, "zones": "按受理区"}
    empty_text = "还没有手册。"
    verbs = {"retry": handbooks.MakeAgain}

    def door(self, user: User) -> QuerySet:
        return handbooks.readable(user)

    def filtered(self, rows: QuerySet, chosen: str, user: User) -> QuerySet:
        return rows if chosen == "all" else rows.filter(zone__isnull=chosen == "centre")

    def search(self, rows: QuerySet, query: str) -> QuerySet:
        return rows.filter(Q(number__icontains=query) | Q(zone__name__icontains=query))


@cache
def tasks_admin() -> TaskAdmin:
    """The one register of tasks; the case page asks it for the buttons of each task."""
    return TaskAdmin()


class OrganisationAdmin(ModelAdmin):
    model = Organisation
    menu_label = "单位"
    menu_icon = "group"
    list_display = ("short_name", "full_name", "kind", "valid_to")
    search_fields = ("short_name", "full_name")
    form_fields_exclude = ("aliases",)


class ServiceCenterAdmin(ModelAdmin):
    model = ServiceCenter
    menu_label = "服务中心"
    menu_icon = "home"
    list_display = ("name", "kind", "owner", "phone")


class HallAreaAdmin(ModelAdmin):
    model = HallArea
    menu_label = "功能区"
    menu_icon = "grip"
    list_display = ("name", "center", "floor")


class OpeningHoursAdmin(ModelAdmin):
    model = OpeningHours
    menu_label = "开放时间"
    menu_icon = "date"
    list_display = ("center", "weekday", "opens", "closes")


class SpecialDayAdmin(ModelAdmin):
    model = SpecialDay
    menu_label = "特殊安排"
    menu_icon = "calendar-check"
    list_display = ("date", "center", "opens", "closes", "note")


class HallFacilityAdmin(ModelAdmin):
    model = HallFacility
    menu_label = "大厅设施"
    menu_icon = "pick"
    list_display = ("name", "kind", "center", "floor")
    list_filter = ("kind",)


class ZoneAdmin(ModelAdmin):
    model = Zone
    menu_label = "受理区"
    menu_icon = "list-ul"
    list_display = ("name", "letter", "lead")


class WindowAdmin(ModelAdmin):
    model = Window
    menu_label = "窗口"
    menu_icon = "desktop"
    list_display = ("code", "name", "kind", "center", "area")


class PostAdmin(ModelAdmin):
    model = Post
    menu_label = "岗位"
    menu_icon = "user"
    list_display = ("user", "role", "window", "organisation", "valid_from", "valid_to")
    list_filter = ("role",)
    search_fields = ("user__username", "user__display_name")

    def get_queryset(self, request: Any) -> QuerySet:
        return super().get_queryset(request).select_related("user", "window", "organisation", "center")


class CalendarDayAdmin(ModelAdmin):
    model = CalendarDay
    menu_label = "工作日历"
    menu_icon = "calendar-alt"
    list_display = ("date", "works", "note", "source")
    ordering = ("-date",)
    works = yes_or_no("is_workday", "上班")


class CalendarYearAdmin(ModelAdmin):
    model = CalendarYear
    menu_label = "日历年度"
    menu_icon = "calendar"
    list_display = ("year", "source")


class PublicityRuleAdmin(ModelAdmin):
    model = PublicityRule
    menu_label = "公示规则"
    menu_icon = "view"
    list_display = ("center", "scope_text", "made_public", "of_persons", "after_days", "show_days")
    made_public = yes_or_no("is_public", "公示")
    of_persons = yes_or_no("persons", "自然人的也公示")

    def get_queryset(self, request: Any) -> QuerySet:
        return super().get_queryset(request).select_related("center", "item")

    @display(description="范围")
    def scope_text(self, rule: PublicityRule) -> str:
        if rule.item:
            return rule.item.name
        return "一般规则：行政许可" if rule.licences_only else "一般规则：全部事项"


class HouseGroup(ModelAdminGroup):
    """The structure of the centre, kept by its managers."""

    menu_label = "中心设置"
    menu_icon = "cog"
    menu_order = 80
    items = (
        OrganisationAdmin,
        ServiceCenterAdmin,
        OpeningHoursAdmin,
        SpecialDayAdmin,
        HallAreaAdmin,
        HallFacilityAdmin,
        ZoneAdmin,
        WindowAdmin,
        PostAdmin,
        CalendarDayAdmin,
        CalendarYearAdmin,
        PublicityRuleAdmin,
    )
