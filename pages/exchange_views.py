"""导入导出 for editors of the catalogue: upload, read the report, confirm. What is imported is what was checked.

The upload lies under `PRIVATE_ROOT`, one for each account, until it is imported, dropped or replaced by the next one.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from pages.catalogue_page import CataloguePage
from pages.exchange import export_definitions, export_names, import_file, preview
from pages.exchange_themes import export_themes
from portal.catalog.exchange.files import CONTENT_TYPES, replace_file, write_file
from portal.catalog.exchange.limits import IN_THE_BROWSER, MEGABYTE
from portal.lib.files import private_path, remove_private
from portal.lib.refusal import Refused
from portal.organisations.access import signed_in
from portal.organisations.models import User

TITLE = "导入导出"
BUSY = "系统正忙，没有导入任何事项，请稍候再试一次。"


def may_exchange(user: User) -> bool:
    """Those who may add guides to the catalogue and change them."""
    catalogue = CataloguePage.objects.order_by("pk").first()
    if catalogue is None:
        return False
    rights = catalogue.permissions_for_user(user)
    return rights.can_add_subpage() and rights.can_edit()


class ExchangeMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_exchange(signed_in(request))


def menu_item() -> ExchangeMenuItem:
    return ExchangeMenuItem(TITLE, reverse("guide_exchange"), name="exchange", icon_name="upload", order=150)


class UploadForm(forms.Form):
    """The file that somebody chose; what is in it is judged later, by its content."""

    file = forms.FileField(
        label="文件",
        help_text="Excel工作簿（.xlsx）或者YAML文件。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.yaml,.yml"}),
        error_messages={
            "required": "请选择文件。",
            "invalid": "请选择文件。",
            "missing": "请选择文件。",
            "empty": "文件是空的，请重新选择。",
        },
    )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > IN_THE_BROWSER.bytes:
            raise forms.ValidationError(f"文件超过{IN_THE_BROWSER.bytes // MEGABYTE} MB，{IN_THE_BROWSER.advice}")
        return upload


class ExchangeView(WagtailAdminTemplateMixin, TemplateView):
    """Only for those who may add and change guides."""

    page_title = TITLE

    @cached_property
    def user(self) -> User:
        return signed_in(self.request)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_exchange(signed_in(request)):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        here = [{"url": reverse("guide_exchange"), "label": TITLE}] if self.page_title != TITLE else []
        return [{"url": reverse("wagtailadmin_home"), "label": "首页"}, *here, {"url": "", "label": self.page_title}]


class Exchange(ExchangeView):
    """Choose a file, or take one away."""

    template_name = "pages/exchange_upload.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"form": UploadForm(), **kwargs})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        path = _slot(self.user)
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, form.cleaned_data["file"].read())
        request.session["exchange_name"] = form.cleaned_data["file"].name[-100:]
        return redirect("guide_exchange_check")


class Check(ExchangeView):
    """The report of the dry run; the button below it imports exactly the bytes that were checked."""

    template_name = "pages/exchange_report.html"
    page_title = "检查结果"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        data = _kept(self.user)
        if data is None:
            messages.warning(request, "没有等待导入的文件，请先选择文件。")
            return redirect("guide_exchange")
        report = preview(data, by=self.user, limits=IN_THE_BROWSER)
        return self.render_to_response(
            self.get_context_data(
                report=report,
                name=request.session.get("exchange_name", ""),
                sha256=hashlib.sha256(data).hexdigest(),
            )
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "drop" in request.POST:
            remove_private(slot_name(self.user))
            return redirect("guide_exchange")
        data = _kept(self.user)
        if data is None:
            messages.warning(request, "没有等待导入的文件，它可能已经导入。")
            return redirect("guide_exchange")
        try:
            said = self._import(data, request)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("guide_exchange_check")
        except OperationalError:
            messages.error(request, BUSY)
            return redirect("guide_exchange_check")
        remove_private(slot_name(self.user))
        messages.success(request, f"{said}已经保存为草稿，发布前请逐个核对。")
        return redirect("wagtailadmin_explore", CataloguePage.objects.earliest("pk").pk)

    def _import(self, data: bytes, request: HttpRequest) -> str:
        """Import what was read and confirmed; raises Refused when either has changed since."""
        if hashlib.sha256(data).hexdigest() != request.POST.get("sha256"):
            raise Refused("文件已经换成另一个，请看过新的检查结果再导入。")
        confirmed = request.POST.get("digest") or "unread"
        return import_file(data, by=self.user, confirmed=confirmed, limits=IN_THE_BROWSER).summary


class Download(ExchangeView):
    """The items and themes in force, or the latest drafts, as a file."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        suffix = f".{kwargs['suffix']}"
        drafts = "drafts" in request.GET
        (items, _), (themes, _) = export_definitions(drafts=drafts), export_themes(drafts=drafts)
        try:
            data = write_file(items, suffix, export_names(), themes)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("guide_exchange")
        response = HttpResponse(data, content_type=CONTENT_TYPES.get(suffix, "application/octet-stream"))
        response["Content-Disposition"] = f'attachment; filename="items{suffix}"'
        response["Cache-Control"] = "no-store"
        return response


def slot_name(user: User) -> str:
    """Where what an account uploaded waits, below `PRIVATE_ROOT`."""
    return f"imports/{user.pk}"


def _slot(user: User) -> Path:
    return private_path(slot_name(user))


def _kept(user: User) -> bytes | None:
    """The bytes that wait for this account; None when there are none."""
    try:
        return _slot(user).read_bytes()
    except FileNotFoundError:
        return None
