"""The page on which a reader tells the editors that a guide is wrong.

It works without JavaScript and without an account.
"""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.catalog.care.feedback import LONGEST_TEXT, GuideFeedback, GuidePart
from portal.catalog.items.guide import guide_path
from portal.catalog.items.models import ServiceItem, coded
from portal.lib.refusal import Refused
from portal.lib.throttle import Rate, TooMany, client_address, take

RATE = Rate("feedback", limit=10, seconds=600)
"""Messages from one address in ten minutes; a hall shares one address."""


class TypedText(forms.CharField):
    """Words as they were typed; a NUL, which no database keeps, is dropped instead of complained about."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\x00", "")


class FeedbackForm(forms.Form):
    """`website` is a trap: people do not see it, machines fill it in."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4, error_messages={"required": "", "invalid": ""})
    part = forms.ChoiceField(
        label="哪一部分不对",
        choices=GuidePart.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择哪一部分不对。", "invalid_choice": "请选择哪一部分不对。"},
    )
    text = TypedText(
        label="怎么不对",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "请写明哪里不对。", "max_length": f"最多写{LONGEST_TEXT}个字，请写短一些。"},
    )
    website = TypedText(
        label="请不要填写这一栏",
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def clean(self) -> None:
        if "key" in self.errors:  # no browser of ours sends a form without it
            del self.errors["key"]
            self.add_error(None, "这张表单不完整，请刷新页面后重新填写。")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: HttpRequest, code: str) -> HttpResponse:
    """Ask, and keep what was written."""
    item = _item(code)
    form = FeedbackForm(request.POST) if request.method == "POST" else FeedbackForm()
    status = 200
    if request.method == "POST":
        try:
            take(RATE, client_address(request))
            if form.is_valid() and _kept(item, form):
                return redirect("guide_feedback_received", item.code)
        except TooMany as limit:
            form.is_valid()
            form.add_error(None, f"您提交得太快了，请在{limit.clock}以后再试。急需更正的，请拨打咨询电话。")
            status = 429
    context = {"item": item, "form": form, "guide_path": guide_path(item), "longest": LONGEST_TEXT}
    return render(request, "catalog/feedback.html", context, status=status)


@require_safe
def received(request: HttpRequest, code: str) -> HttpResponse:
    """The thanks, at an address of its own, so that reloading sends nothing twice."""
    item = _item(code)
    return render(request, "catalog/feedback_received.html", {"item": item, "guide_path": guide_path(item)})


def _kept(item: ServiceItem, form: FeedbackForm) -> bool:
    """Keep it, unless a machine wrote it, which is told the same as everybody."""
    data = form.cleaned_data
    if data["website"]:
        return True
    try:
        GuideFeedback.leave(item, key=data["key"], part=data["part"], text=data["text"])
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True


def _item(code: str) -> ServiceItem:
    """The item in force with this code; 404 for any other."""
    item = coded(ServiceItem.objects.open_for_intake().select_related("zone", "lead", "current_edition"), code)
    if item is None:
        raise Http404
    return item
