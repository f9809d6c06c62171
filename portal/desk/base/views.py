"""The hardened base of every page about cases.

Wagtail's and modeladmin's own instance views load any row of the table. Here each view loads through a door, a
queryset that already knows the user, so what is not visible answers 404; and a verb acts on POST only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from portal.cases.models import Case, Event
from portal.desk.base.forms import VerbForm
from portal.desk.base.heads import head_of
from portal.desk.base.listing import TAKES, Listing
from portal.desk.base.parameters import Shape, narrow
from portal.desk.drafts import forget
from portal.lib import trouble
from portal.lib.refusal import Refused
from portal.lib.trouble import told
from portal.organisations.access import signed_in
from portal.organisations.models import User

BUSY = trouble.BUSY.sent
DONE_BEFORE = "这张表单先前已经办理，没有重复办理。如果改动过内容，请重新打开页面后提交。"


class DeskView(WagtailAdminTemplateMixin, TemplateView):
    """A page of the back office, in Wagtail's own frame; of its address it reads what it declares."""

    title = ""
    trail: tuple[tuple[str, str], ...] = ()
    takes: Mapping[str, Shape] | None = {}
    """The parameters of the address; None where a reader of the page's own knows the names."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        if self.takes is not None:
            narrow(request, self.takes)
        super().setup(request, *args, **kwargs)

    @cached_property
    def user(self) -> User:
        return signed_in(self.request)

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
    takes = TAKES
    model_admin: Any = None  # the DeskModelAdmin that shows this view; `as_view` sets it

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.model_admin.permission_helper.user_can_list(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return self.model_admin.menu_label

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        admin = self.model_admin
        listing = Listing(admin, self.user, self.request.GET.dict())
        filters = admin.filters_for(self.user)
        return super().get_context_data(
            listing=listing,
            table=listing.table(),
            query=listing.query,
            filters=[(key, label, key == listing.chosen) for key, label in filters.items()],
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

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.request = request
        _ = self.thing
        return super().dispatch(request, *args, **kwargs)

    def get_trail(self) -> list[tuple[str, str]]:
        return [(self.model_admin.url_helper.index_url, self.model_admin.menu_label)]

    def get_page_title(self) -> str:
        return str(self.thing)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(thing=self.thing, **kwargs)


class VerbView(ThingView):
    """One verb of one thing: GET asks, POST acts. The rule itself stands in the verb, never here."""

    template_name = "desk/verb.html"
    form_class: type[VerbForm] = VerbForm
    title = ""
    question = ""
    done = "已办理。"
    aside_template = ""
    """What is to be read while the form is filled in; it stands beside it."""
    grave = False
    quiet = False

    @classmethod
    def offered(cls, thing: Any, user: User) -> bool:
        """Whether the button is shown; a courtesy, not a guard."""
        return True

    def act(self, form: Any) -> None:
        """Call the verb."""
        raise Http404

    def case(self) -> Case | None:
        """The case that the verb is about; None for a verb of something else."""
        return self.thing if isinstance(self.thing, Case) else getattr(self.thing, "case", None)

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
        case = self.case()
        context["head"] = head_of(case) if case is not None else None
        return context

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        if self.attempt(form) if form.is_valid() else self.is_repeated(form):
            messages.success(request, self.done)
            return redirect(self.success_url())
        return self.render_to_response(self.get_context_data(form=form))

    def attempt(self, form: VerbForm) -> bool:
        """Do it; False with a sentence on the form when the verb refuses. A repeated click counts as done."""
        done = self._tried(form)
        if done:
            forget(self.user, self.request.path)
        return done

    def _tried(self, form: VerbForm) -> bool:
        try:
            self.act(form)
        except Refused as refusal:
            if self.is_repeated(form):
                return True
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        except (OperationalError, OSError) as error:
            form.add_error(None, told(error))
        except DatabaseError:
            if self.is_repeated(form):
                return True
            raise
        if form.errors:
            self.thing.refresh_from_db()  # the page shows it as it stands now: somebody may have been faster
        return not form.errors

    def is_repeated(self, form: VerbForm) -> bool:
        """Whether this very form has been done before, so that a second time is refused, or what it chose is offered
        no more; then whoever sent it is told that nothing was done now."""
        repeated = "key" in form.cleaned_data and self.was_done(form)
        if repeated:
            self.done = DONE_BEFORE
        return repeated

    def was_done(self, form: VerbForm) -> bool:
        return Event.objects.filter(case=self.case(), once=form.once, actor=self.user).exists()

    def success_url(self) -> str:
        return self.model_admin.page_url(self.thing)
