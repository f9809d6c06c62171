"""The structure of the centre, kept by its managers through ordinary forms; each is called what its model is called."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display
from django.db.models import QuerySet
from wagtail.admin.panels import FieldPanel, ObjectList, Panel
from wagtail_modeladmin.options import ModelAdminGroup

from portal.cases.models import PublicityRule
from portal.desk.base.ordinary import KeptByPost, OrdinaryAdmin
from portal.desk.base.registers import yes_or_no
from portal.desk.house.forms import AccountForm, OrganisationForm
from portal.organisations.authority import is_administrator, somewhere
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
from portal.workdays.models import CalendarDay, CalendarYear


def panels(*names: str) -> list[Panel]:
    return [FieldPanel(name) for name in names]


class OrganisationAdmin(OrdinaryAdmin):
    model = Organisation
    menu_icon = "group"
    list_display = ("short_name", "full_name", "kind", "valid_to")
    search_fields = ("short_name", "full_name")
    edit_handler = ObjectList(
        panels("code", "short_name", "full_name", "aliases", "kind", "document_sign", "reconsideration_body", "court")
        + panels("phone", "valid_from", "valid_to", "successor", "note"),
        base_form_class=OrganisationForm,
    )


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


class AccountHelper(KeptByPost):
    """Whoever makes accounts needs no right of Wagtail's over all of them, and reaches none of an administrator."""

    def user_has_specific_permission(self, user: User, perm_codename: str) -> bool:
        return somewhere(user, self.kept_by) and not perm_codename.startswith("delete")

    def user_can_edit_obj(self, user: User, obj: User) -> bool:
        return super().user_can_edit_obj(user, obj) and not is_administrator(obj)


class AccountAdmin(OrdinaryAdmin):
    """The accounts of staff; posts are given in their own register."""

    model = User
    kept_by = "accounts.make"
    permission_helper_class = AccountHelper
    menu_label = "账号"
    menu_icon = "user"
    list_display = ("username", "display_name", "posts_held", "active")
    active = yes_or_no("is_active", "可以登录")
    list_filter = ("is_active",)
    search_fields = ("username", "display_name")
    ordering = ("username",)
    edit_handler = ObjectList(
        panels("username", "display_name", "email", "is_active", "password1", "password2"), base_form_class=AccountForm
    )

    def get_queryset(self, request: Any) -> QuerySet:
        return super().get_queryset(request).filter(is_superuser=False).prefetch_related("posts")

    @display(description="岗位")
    def posts_held(self, user: User) -> str:
        return "、".join(post.get_role_display() for post in user.posts.all()) or "—"


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
        AccountAdmin,
        PostAdmin,
        CalendarDayAdmin,
        CalendarYearAdmin,
        PublicityRuleAdmin,
    )
