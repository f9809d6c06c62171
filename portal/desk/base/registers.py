"""The hardened base of every register about cases.

Nothing is created, edited or deleted by a generic form: a register offers lists, pages and verbs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.contrib.admin import display
from django.contrib.auth.models import Permission
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import re_path
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.options import ModelAdmin

from portal.desk.base.tables import Table
from portal.desk.base.views import RegisterView, ThingView, VerbView
from portal.lib.walking import NEWEST_FIRST, Order
from portal.organisations.authority import somewhere
from portal.organisations.models import User


def yes_or_no(field: str, label: str) -> Callable[[Any, Model], str]:
    """A list column for a boolean field, in words.

    Left alone, modeladmin draws the icons of Django's own admin, which is not installed: a 500 on a real server.
    """

    @display(description=label, ordering=field)
    def column(self: Any, row: Model) -> str:
        return "是" if getattr(row, field) else "否"

    return column


Rows = TypeVar("Rows", bound=QuerySet[Any])


class DeskPermissionHelper(PermissionHelper):
    """Posts decide who sees a register; Django's model permissions have no say about cases."""

    sees = ""

    def user_can_list(self, user: User) -> bool:
        return somewhere(user, self.sees)

    def user_has_any_permissions(self, user: User) -> bool:
        return self.user_can_list(user)

    def user_can_create(self, user: User) -> bool:
        return False

    def user_can_inspect_obj(self, user: User, obj: Model) -> bool:
        return False

    user_can_edit_obj = user_can_delete_obj = user_can_copy_obj = user_can_inspect_obj


class DeskModelAdmin(ModelAdmin, Generic[Rows]):
    """A register: who sees it, the door its rows come through, its table, its page and its verbs.

    `Rows` is the QuerySet of its model, named by the registers that use verbs of their own QuerySet.
    """

    permission_helper_class = DeskPermissionHelper
    sees: str
    """The act that opens the list."""
    table_class: type[Table]
    page_class: type[ThingView]
    verbs: dict[str, type[VerbView]] = {}
    filters: dict[str, str] = {"all": "全部"}
    default_filter = "all"
    walked = True
    """By an index; a list that never grows long keeps the order of its own and numbers its pages."""
    groups: dict[str, frozenset[str]] = {}
    """The statuses behind those of `filters` that go by status."""
    kept = ("show", "q")
    """Parameters of the address that every way to another page says again."""
    search_hint = ""
    empty_text = "没有符合条件的记录。"
    index_view_class = RegisterView
    inspect_view_enabled = True

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.permission_helper.sees = self.sees

    def seen(self, user: User) -> Rows:
        """Every row the user may see, and nothing beside it: a list is walked over these."""
        return self.model.objects.visible_to(user)

    def door(self, user: User) -> Rows:
        """Every row the user may see, with what its page and its verbs read of its neighbours."""
        return self.seen(user)

    def filters_for(self, user: User) -> dict[str, str]:
        """Those of `filters` that lead to work of this user's posts."""
        return self.filters

    def order_of(self, chosen: str) -> Order:
        """The order in which the rows of one of `filters` are walked; an index of the model serves it."""
        return NEWEST_FIRST

    def branches(self, rows: Rows, chosen: str) -> list[Rows]:
        """`rows` in parts that each lie in one index: the statuses of a filter one by one."""
        statuses = self.groups.get(chosen, frozenset())
        return [rows.filter(status=status) for status in sorted(statuses)] or [rows]

    def for_list(self, rows: Any) -> Rows:
        return rows.for_list()

    def filtered(self, rows: Rows, chosen: str, user: User) -> Rows:
        """The rows of one of `filters`."""
        return rows.filter(status__in=self.groups[chosen]) if chosen in self.groups else rows

    def search(self, rows: Rows, query: str) -> Rows:
        return rows

    def page_url(self, thing: Any) -> str:
        return self.url_helper.get_action_url("inspect", thing.pk)

    def verb_url(self, verb: str, thing: Any) -> str:
        return self.url_helper.get_action_url(verb, thing.pk)

    def buttons(self, thing: Any, user: User) -> list[dict[str, Any]]:
        """The verbs offered on the page of `thing`, as label, address and weight."""
        return [
            {"label": view.title, "url": self.verb_url(verb, thing), "quiet": view.grave or view.quiet}
            for verb, view in self.verbs.items()
            if view.offered(thing, user)
        ]

    def inspect_view(self, request: HttpRequest, instance_pk: str) -> HttpResponse:
        return self.page_class.as_view(model_admin=self, instance_pk=instance_pk)(request)

    def get_admin_urls_for_registration(self) -> tuple[Any, ...]:
        """List, page and verbs, and nothing that modeladmin would add by itself."""
        helper = self.url_helper
        urls = [
            re_path(helper.get_action_url_pattern("index"), self.index_view, name=helper.get_action_url_name("index")),
            re_path(
                helper.get_action_url_pattern("inspect"), self.inspect_view, name=helper.get_action_url_name("inspect")
            ),
        ]
        for verb, view in self.verbs.items():
            urls.append(
                re_path(
                    helper.get_action_url_pattern(verb), self._verb_view(view), name=helper.get_action_url_name(verb)
                )
            )
        return tuple(urls)

    def _verb_view(self, view: type[VerbView]) -> Any:
        def handle(request: HttpRequest, instance_pk: str) -> HttpResponse:
            return view.as_view(model_admin=self, instance_pk=instance_pk)(request)

        return handle

    def get_permissions_for_registration(self) -> QuerySet:
        """Nothing to tick in the group editor: rights come from posts."""
        return Permission.objects.none()

    def register_admin_url_finders(self) -> None:
        """No generic edit address leads to a case."""

    def register_indexing(self) -> None:
        """Cases stay out of Wagtail's reference index."""
