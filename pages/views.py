"""Back-office pages about one guide: the report of what was found before publishing, and asking for the waiver of one
clause; the office answers in its own list."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from wagtail.log_actions import LogActionRegistry, LogFormatter, log

from pages.guide_page import GuidePage
from portal.catalog.judging.findings import Finding
from portal.catalog.judging.waivers import Waiver, ask_for, asked_about, declined_about, general, waivable
from portal.lib.refusal import Refused
from portal.organisations.access import signed_in
from portal.organisations.authority import may

WAIVER_ASKED = "portal.waiver_asked"


class WaiverForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    article = forms.CharField(label="依据条款", max_length=300, help_text="例如：《中华人民共和国建筑法》第八条。")


def _draft(request: HttpRequest, pk: int) -> GuidePage:
    """The guide as it was last saved, for somebody who may edit it; 404 otherwise."""
    page = get_object_or_404(GuidePage, pk=pk)
    if not page.permissions_for_user(request.user).can_edit():
        raise Http404
    return page.get_latest_revision_as_object()


def finding_id(finding: Finding) -> str:
    """Names a finding in an address without its text; another text is another finding."""
    text = f"{general(finding.field)}|{finding.rule}|{finding.clause}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def report(request: HttpRequest, pk: int) -> HttpResponse:
    """发布前检查报告: errors, waivers and advice on the saved draft; made to be printed."""
    page = _draft(request, pk)
    findings = page.findings()
    groups = [
        ("须改正", [finding for finding in findings if finding.severity == "error"]),
        ("已豁免", [finding for finding in findings if finding.severity == "waived"]),
        ("提示", [finding for finding in findings if finding.severity == "warn"]),
    ]
    asks = may(signed_in(request), "waivers.ask")
    rows = [
        (
            name,
            [
                (finding, asked_about(page.code, finding), finding_id(finding) if asks else "")
                if waivable(finding)
                else (finding, None, "")
                for finding in findings
            ],
        )
        for name, findings in groups
    ]
    context = {"page": page, "groups": rows, "clean": not any(found for _, found in rows)}
    return render(request, "pages/guide_report.html", context)


def waiver(request: HttpRequest, pk: int, finding: str) -> HttpResponse:
    """申请豁免 for one clause, by those who look after the content."""
    if not may(signed_in(request), "waivers.ask"):
        raise PermissionDenied
    page = _draft(request, pk)
    found = next((one for one in page.findings() if waivable(one) and finding_id(one) == finding), None)
    if found is None:
        messages.warning(request, "这个问题已经改正或者豁免。")
        return redirect("guide_report", page.pk)
    if asked_about(page.code, found):
        messages.info(request, "这一句已经有人申请豁免，等待批准，没有重复申请。")
        return redirect("guide_report", page.pk)
    form = WaiverForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (asked := _asked(request, page, found, form)):
        messages.success(request, "已提交申请，由审管办的另一人批准；批准以前不能发布。")
        log(instance=page, action=WAIVER_ASKED, user=signed_in(request), data={"waiver": asked.pk})
        return redirect("guide_report", page.pk)
    context = {"page": page, "finding": found, "form": form, "refused": declined_about(page.code, found)}
    return render(request, "pages/guide_waiver.html", context)


def _asked(request: HttpRequest, page: GuidePage, finding: Finding, form: Any) -> Waiver | None:
    try:
        return ask_for(page.code, finding, by=signed_in(request), **form.cleaned_data)
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return None


class WaiverEntry(LogFormatter):
    """申请豁免：…"""

    label = "申请豁免"

    def format_message(self, entry: Any) -> str:
        asked = Waiver.objects.filter(pk=entry.data["waiver"]).first()
        return f"申请豁免“{asked.clause[:40]}”（{asked.state_text}）" if asked else "申请豁免"


def waivers_in_history(actions: LogActionRegistry) -> None:
    """Give the line of a request its name and its sentence."""
    actions.register_action(WAIVER_ASKED)(WaiverEntry)
