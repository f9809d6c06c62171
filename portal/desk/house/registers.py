"""The structure of the centre, kept by its managers through ordinary forms; each is called what its model is called."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display
from django.db.models import QuerySet
from wagtail_modeladmin.options import ModelAdminGroup

from portal.cases.models import PublicityRule
from portal.desk.base.ordinary import OrdinaryAdmin
from portal.desk.base.registers import yes_or_no
from portal.organisations.models import (
    HallArea,
    HallFacility,
    OpeningHours,
    Organisation,
    Post,
    ServiceCenter,
    SpecialDay,
    Window,
    Zone,
)
from portal.workdays.models import CalendarDay, CalendarYear


class OrganisationAdmin(OrdinaryAdmin):
    model = Organisation
    menu_icon = "group"
    list_display = ("short_name", "full_name", "kind", "valid_to")
    search_fields = ("short_name", "full_name")
    form_fields_exclude = ("aliases",)


class ServiceCenterAdmin(OrdinaryAdmin):
    model = ServiceCenter
    menu_icon = "home"
    list_display = ("name", "kind", "owner", "phone")


class HallAreaAdmin(OrdinaryAdmin):
    model = HallArea
    menu_icon = "grip"
    list_display = ("name", "center", "floor")


class OpeningHoursAdmin(OrdinaryAdmin):
    model = OpeningHours
    menu_icon = "date"
    list_display = ("center", "weekday", "opens", "closes")


class SpecialDayAdmin(OrdinaryAdmin):
    model = SpecialDay
    menu_icon = "calendar-check"
    list_display = ("date", "center", "opens", "closes", "note")


class HallFacilityAdmin(OrdinaryAdmin):
    model = HallFacility
    menu_icon = "pick"
    list_display = ("name", "kind", "center", "floor")
    list_filter = ("kind",)


class ZoneAdmin(OrdinaryAdmin):
    model = Zone
    menu_icon = "list-ul"
    list_display = ("name", "letter", "lead")


class WindowAdmin(OrdinaryAdmin):
    model = Window
    menu_icon = "desktop"
    list_display = ("code", "name", "kind", "center", "area")


class PostAdmin(OrdinaryAdmin):
    model = Post
    menu_icon = "user"
    list_display = ("user", "role", "window", "organisation", "valid_from", "valid_to")
    list_filter = ("role",)
    search_fields = ("user__username", "user__display_name")

    def get_queryset(self, request: Any) -> QuerySet:
        return super().get_queryset(request).select_related("user", "window", "organisation", "center")


class CalendarDayAdmin(OrdinaryAdmin):
    model = CalendarDay
    menu_icon = "calendar-alt"
    list_display = ("date", "works", "note", "source")
    ordering = ("-date",)

    @display(description="当天")
    def works(self, day: CalendarDay) -> str:
        return day.get_is_workday_display()


class CalendarYearAdmin(OrdinaryAdmin):
    model = CalendarYear
    menu_icon = "calendar"
    list_display = ("year", "source")


class PublicityRuleAdmin(OrdinaryAdmin):
    model = PublicityRule
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
