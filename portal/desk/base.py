"""The hardened base of every register about cases.

Wagtail's and modeladmin's own instance views load any row of the table. Here each view loads through a door, a
queryset that already knows the user, so what is not visible answers 404; and nothing is created, edited or deleted by a
generic form: a register offers lists, pages and verbs, and a verb acts on POST only.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import display
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, OperationalError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import re_path, reverse
from django.utils.functional import cached_property
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.options import ModelAdmin

from portal.cases.models import Case, Event
from portal.desk.tables import Table, paged
from portal.lib.refusal import Refused, TooLate
from portal.organisations.models import User

INCOMPLETE = "这张表单不完整，没有作任何改动。请刷新页面后重新填写。"
BUSY = "系统正忙，刚才的操作没有保存，请稍候再试一次。"


def yes_or_no(field: str, label: str) -> Callable[[Any, Model], str]:
    """A list column for a boolean field, in words.

    Left alone, modeladmin draws the icons of Django's own admin, which is not installed: a 500 on a real server.
    """

    @display(description=label, ordering=field)
    def column(self: Any, row: Model) -> str:
        return "是" if getattr(row, field) else "否"

    return column


class DeskPermissionHelper(PermissionHelper):
    """Posts decide who sees a register; Django's model permissions have no say about cases."""

    roles: frozenset[str] = frozenset()

    def user_can_list(self, user: User) -> bool:
        return user.holds(*self.roles)

    def user_has_any_permissions(self, user: User) -> bool:
        return self.user_can_list(user)

    def user_can_create(self, user: User) -> bool:
        return False

    def user_can_inspect_obj(self, user: User, obj: Model) -> bool:
        return False

    user_can_edit_obj = user_can_delete_obj = user_can_copy_obj = user_can_inspect_obj


class DeskView(WagtailAdminTemplateMixin, TemplateView):
    """A page of the back office, in Wagtail's own frame."""

    title = ""
    trail: tuple[tuple[str, str], ...] = ()

    @cached_property
    def user(self) -> User:
        return self.request.user

    def get_page_title(self) -> str:
        return self.title

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        home = {"url": reverse("wagtailadmin_home"), "label": "首页"}
        middle = [{"url": url, "label": label} for url, label in self.get_trail()]
        return [home, *middle, {"url": "", "label": self.get_page_title()}]

    def get_trail(self) -> list[tuple[str, str]]:
        """Address and label of the pages between home and this one."""
        return list(self.trail)


class RegisterView(DeskView):
    """A list of what the user may see: filters in the address, a table that says what it is sorted by."""

    template_name = "desk/register.html"
    model_admin: Any = None  # the DeskModelAdmin that shows this view; `as_view` sets it

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.model_admin.permission_helper.user_can_list(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return self.model_admin.menu_label

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        admin = self.model_admin
        chosen = self.request.GET.get("show", admin.default_filter)
        if chosen not in admin.filters:
            chosen = admin.default_filter
        query = self.request.GET.get("q", "").replace("\x00", "").strip()[:60]
        rows = admin.filtered(admin.door(self.user), chosen, self.user)
        rows = admin.search(rows, query) if query else rows
        table = paged(admin.table_class(admin.for_list(rows), empty_text=admin.empty_text), self.request)
        return super().get_context_data(
            table=table,
            query=query,
            filters=[(key, label, key == chosen) for key, label in admin.filters.items()],
            model_admin=admin,
            **kwargs,
        )


class ThingView(DeskView):
    """The page of one thing, loaded through the door of its register."""

    model_admin: Any = None  # the DeskModelAdmin that shows this view; `as_view` sets it
    instance_pk: str = ""

    @cached_property
    def thing(self) -> Any:
        try:
            return self.model_admin.door(self.user).get(pk=int(unquote(self.instance_pk)))
        except (ValueError, OverflowError, self.model_admin.model.DoesNotExist) as error:
            raise Http404 from error

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.request = request
        _ = self.thing
        return super().dispatch(request, *args, **kwargs)

    def get_trail(self) -> list[tuple[str, str]]:
        return [(self.model_admin.url_helper.index_url, self.model_admin.menu_label)]

    def get_page_title(self) -> str:
        return str(self.thing)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(thing=self.thing, **kwargs)


class VerbForm(forms.Form):
    """What every confirmation carries: the key that makes a double click harmless."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, thing: Any = None, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.thing, self.user = thing, user

    def clean(self) -> dict[str, Any]:
        if "key" in self.errors:  # no browser of ours sends a form without it
            self.add_error(None, INCOMPLETE)
        return super().clean()

    @property
    def once(self) -> str:
        return str(self.cleaned_data["key"])


class VerbView(ThingView):
    """One verb of one thing: GET asks, POST acts. The rule itself stands in the verb, never here."""

    template_name = "desk/verb.html"
    form_class: type[VerbForm] = VerbForm
    title = ""
    question = ""
    done = "已办理。"
    grave = False
    quiet = False

    @classmethod
    def offered(cls, thing: Any, user: User) -> bool:
        """Whether the button is shown; a courtesy, not a guard."""
        return True

    def act(self, form: VerbForm) -> None:
        """Call the verb."""
        raise Http404

    def case(self) -> Case:
        return self.thing if isinstance(self.thing, Case) else self.thing.case

    def get_page_title(self) -> str:
        return self.title

    def get_trail(self) -> list[tuple[str, str]]:
        here = self.model_admin.page_url(self.thing)
        return [*super().get_trail(), (here, str(self.thing))]

    def get_form(self) -> VerbForm:
        bound = {"data": self.request.POST, "files": self.request.FILES} if self.request.method == "POST" else {}
        return self.form_class(**bound, thing=self.thing, user=self.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(question=self.question, grave=self.grave, **kwargs)
        context.setdefault("form", self.get_form())
        context["back"] = self.model_admin.page_url(self.thing)
        return context

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        if form.is_valid() and self.attempt(form):
            messages.success(request, self.done)
            return redirect(self.success_url())
        return self.render_to_response(self.get_context_data(form=form))

    def attempt(self, form: VerbForm) -> bool:
        """Do it; False with a sentence on the form when the verb refuses. A repeated click counts as done."""
        try:
            self.act(form)
        except TooLate as late:
            if Event.objects.filter(case=self.case(), once=form.once).exists():
                return True
            form.add_error(None, str(late))
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        except OperationalError:
            form.add_error(None, BUSY)
        except DatabaseError:
            if Event.objects.filter(case=self.case(), once=form.once).exists():
                return True
            raise
        if form.errors:
            self.thing.refresh_from_db()  # what the refused verb set on the thing at hand was rolled back
        return not form.errors

    def success_url(self) -> str:
        return self.model_admin.page_url(self.thing)


class DeskModelAdmin(ModelAdmin):
    """A register: who sees it, the door its rows come through, its table, its page and its verbs."""

    permission_helper_class = DeskPermissionHelper
    roles: frozenset[str] = frozenset()
    table_class: type[Table]
    page_class: type[ThingView]
    verbs: dict[str, type[VerbView]] = {}
    filters: dict[str, str] = {"all": "全部"}
    default_filter = "all"
    search_hint = ""
    empty_text = "没有符合条件的记录。"
    index_view_class = RegisterView
    inspect_view_enabled = True

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.permission_helper.roles = self.roles

    def door(self, user: User) -> QuerySet:
        """Every row the user may see."""
        return self.model.objects.visible_to(user)

    def for_list(self, rows: QuerySet) -> QuerySet:
        return rows.for_list()

    def filtered(self, rows: QuerySet, chosen: str, user: User) -> QuerySet:
        """The rows of one of `filters`."""
        return rows

    def search(self, rows: QuerySet, query: str) -> QuerySet:
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
        from django.contrib.auth.models import Permission

        return Permission.objects.none()

    def register_admin_url_finders(self) -> None:
        """No generic edit address leads to a case."""

    def register_indexing(self) -> None:
        """Cases stay out of Wagtail's reference index."""
