"""The handbooks (受理材料标准化手册): listed, had made, watched, downloaded and compared."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from portal.catalog.handbook.changes import ItemChange, item_changes, summary
from portal.catalog.handbook.chapters import Names
from portal.catalog.handbook.models import WHOLE_CENTRE, HandbookQuerySet
from portal.catalog.handbook.order import order_handbook
from portal.catalog.models import Handbook, HandbookStatus
from portal.desk.base.forms import VerbForm
from portal.desk.base.parameters import number, text
from portal.desk.base.views import BUSY, DeskView, RegisterView, ThingView, VerbView
from portal.desk.handbooks.forms import HandbookOrderForm
from portal.desk.items.views import reads_history
from portal.documents.models import Damaged
from portal.lib.file_kinds import PDF
from portal.lib.files import serve_private
from portal.lib.refusal import Refused
from portal.organisations.access import signed_in
from portal.organisations.authority import may
from portal.organisations.models import User

PER_PAGE = 20
"""Changed items of a comparison on one page; each is read from two editions."""


def readable(user: User) -> HandbookQuerySet:
    """The handbooks the user may see."""
    return Handbook.objects.for_list() if may(user, "handbooks.see") else Handbook.objects.none()


class HandbookRegister(RegisterView):
    template_name = "desk/handbooks.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        comparable = readable(self.user).count() > 1
        return super().get_context_data(may_order=may(self.user, "handbooks.order"), comparable=comparable, **kwargs)


class HandbookPage(ThingView):
    """One handbook: how far it is or why it failed, what it holds, and its file."""

    template_name = "desk/handbook.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        handbook: Handbook = self.thing
        return super().get_context_data(
            handbook=handbook,
            buttons=self.model_admin.buttons(handbook, self.user),
            shows_editions=reads_history(self.user),
            may_retry=may(self.user, "handbooks.make_again"),
            **kwargs,
        )


class MakeAgain(VerbView):
    """重新制作: what is printed already stays, the work goes on where it stopped."""

    title = "重新制作"
    question = "手册的内容和编号不变，从没有完成的地方继续制作。失败的原因还没有排除的，请先排除。"
    done = "已经重新排入后台工作。"

    @classmethod
    def offered(cls, thing: Handbook, user: User) -> bool:
        return thing.status == HandbookStatus.FAILED and may(user, "handbooks.make_again")

    def act(self, form: VerbForm) -> None:
        self.thing.try_again(by=self.user)


class OrderHandbook(DeskView):
    """A new handbook of a zone or of the whole centre; the same form sent twice orders it once."""

    template_name = "desk/verb.html"
    title = "制作手册"
    question = (
        "手册收录所选范围内现在在用的全部事项，按现行版本编印，并标明与上一版的不同。制作在后台进行，可以离开页面。"
    )

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may(signed_in(request), "handbooks.order"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_trail(self) -> list[tuple[str, str]]:
        return [_register()]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(question=self.question, back=_register()[0], **kwargs)
        context.setdefault("form", HandbookOrderForm())
        return context

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = HandbookOrderForm(request.POST)
        if form.is_valid():
            try:
                handbook = order_handbook(form.zone, signed_in(request), form.cleaned_data["key"])
                return redirect("handbooks_modeladmin_inspect", handbook.pk)
            except Refused as refusal:
                form.add_error(refusal.field, str(refusal))
            except OperationalError:
                form.add_error(None, BUSY)
        return self.render_to_response(self.get_context_data(form=form))


@require_GET
def handbook_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is, as a piece of the page that the browser asks for again and again."""
    handbook = get_object_or_404(readable(signed_in(request)), pk=pk)
    return render(request, "desk/handbook_progress.html", {"handbook": handbook})


@require_GET
def handbook_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The PDF as a download; a damaged one is never handed out."""
    handbook = get_object_or_404(readable(signed_in(request)), pk=pk, status=HandbookStatus.DONE)
    try:
        handbook.check_file()
    except Damaged as damage:
        context = {"title": "手册不能下载", "sentence": str(damage)}
        return render(request, "errors/message.html", context, status=503)
    return serve_private(handbook.path, download_name=handbook.file_name, content_type=PDF.content_type)


class CompareHandbooks(DeskView):
    """Two handbooks of one scope: items that came, went or changed, and each changed element.

    The address says which two; by default the newest and the one before it.
    """

    template_name = "desk/handbook_compare.html"
    title = "比较手册"
    takes = {"new": text, "old": text, "page": number}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may(signed_in(request), "handbooks.see"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_trail(self) -> list[tuple[str, str]]:
        return [_register()]

    @cached_property
    def new(self) -> Handbook | None:
        return self._chosen("new") or readable(self.user).first()

    @cached_property
    def books(self) -> list[Handbook]:
        """All of the scope, the newest first."""
        return list(readable(self.user).of(self.new.zone)) if self.new else []

    def scopes(self) -> list[tuple[str, int, bool]]:
        """Every scope that has a handbook: its name, its newest handbook, and whether it is the one on the page."""
        newest: dict[int | None, tuple[str, int, bool]] = {}
        for pk, zone, name in readable(self.user).values_list("pk", "zone_id", "zone__name"):
            newest.setdefault(zone, (name or WHOLE_CENTRE, pk, self.new is not None and self.new.zone_id == zone))
        return sorted(newest.values())

    @cached_property
    def old(self) -> Handbook | None:
        if chosen := self._chosen("old"):
            return chosen
        before = [book for book in self.books if book.pk < self.new.pk] if self.new else []
        return before[0] if before else None

    def _chosen(self, name: str) -> Handbook | None:
        """The handbook that the address names; None when it names none, Http404 when it is not there."""
        given = self.request.GET.get(name, "")
        if not given:
            return None
        number = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
        return get_object_or_404(readable(self.user), pk=number)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        old, new = self.old, self.new
        fits, changes = False, []
        if old is not None and new is not None and old.zone_id == new.zone_id:
            fits, changes = True, item_changes(old.contents, new.contents)
        page = Paginator(changes, PER_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            new=new,
            old=old,
            books=self.books,
            scopes=self.scopes(),
            fits=fits,
            summary=summary(changes),
            page=page,
            items=_told(list(page)),
            **kwargs,
        )


def _told(changes: list[ItemChange]) -> list[dict[str, Any]]:
    """Each changed item with its elements before and after."""
    names = Names.load().everything()
    return [{"change": change, "elements": change.differences(names)} for change in changes]


def _register() -> tuple[str, str]:
    """Address and label of the list."""
    return reverse("handbooks_modeladmin_index"), "标准化手册"
