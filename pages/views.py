"""Back-office pages about one guide: the report of what was found before publishing, and the waiver of one clause."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from pages.guide_page import GuidePage
from portal.catalog.judging.findings import Finding
from portal.catalog.judging.waivers import general, waivable, waive
from portal.lib.refusal import Refused
from portal.organisations.access import signed_in
from portal.organisations.roles import Role


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
    may = signed_in(request).is_superuser or signed_in(request).holds(Role.CATALOG_ADMIN)
    rows = [
        (name, [(finding, finding_id(finding) if may and waivable(finding) else "") for finding in findings])
        for name, findings in groups
    ]
    return render(
        request, "pages/guide_report.html", {"page": page, "groups": rows, "clean": not any(r for _, r in rows)}
    )


def waiver(request: HttpRequest, pk: int, finding: str) -> HttpResponse:
    """豁免 of one clause, by the managers of the catalogue."""
    if not (signed_in(request).is_superuser or signed_in(request).holds(Role.CATALOG_ADMIN)):
        raise PermissionDenied
    page = _draft(request, pk)
    found = next((one for one in page.findings() if waivable(one) and finding_id(one) == finding), None)
    if found is None:
        messages.warning(request, "这个问题已经改正或者豁免。")
        return redirect("guide_report", page.pk)
    form = WaiverForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _waived(request, page, found, form):
        messages.success(request, "已豁免，发布前检查报告里会写明。")
        return redirect("guide_report", page.pk)
    return render(request, "pages/guide_waiver.html", {"page": page, "finding": found, "form": form})


def _waived(request: HttpRequest, page: GuidePage, finding: Finding, form: Any) -> bool:
    try:
        waive(page.code, finding, by=signed_in(request), **form.cleaned_data)
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True
