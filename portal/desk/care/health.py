"""内容体检 for editors: the last report, the sheet of it, and the button that asks for a new one."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.generic import View
from wagtail.admin.menu import MenuItem

from portal.catalog.care.health import HealthKind, HealthReport, ask
from portal.desk.base.parameters import number, one_of
from portal.desk.base.views import BUSY, DeskView
from portal.lib.spreadsheets import write_table
from portal.organisations.access import signed_in
from portal.organisations.authority import may

TITLE = "内容体检"


PER_PAGE = 100


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


HEADERS = ("类别", "页面", "问题", "怎么办", "编辑地址")


class HealthMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may(signed_in(request), "health.see")


def menu_item() -> HealthMenuItem:
    return HealthMenuItem(TITLE, reverse("desk_health"), name="health", icon_name="check", order=160)


class EditorsOnly(View):
    """Everybody else is told that their post has no such right."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may(signed_in(request), "health.see"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class HealthView(EditorsOnly, DeskView):
    """The last finished report, by kind; POST asks for a new one, which a second click does not ask for again."""

    template_name = "desk/health.html"
    title = TITLE
    takes = {"kind": one_of(HealthKind.values), "page": number}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        report = HealthReport.latest()
        found = report.ailments if report else []
        counts = Counter(ailment.kind for ailment in found)
        kind = self.request.GET.get("kind", "")
        shown = [ailment for ailment in found if kind in ("", ailment.kind)]
        return super().get_context_data(
            report=report,
            under_way=HealthReport.under_way(),
            last_failed=HealthReport.objects.filter(failed=True, pk__gt=report.pk if report else 0).exists(),
            kind=kind,
            kinds=[(value, label, counts[value]) for value, label in HealthKind.choices],
            kept=len(found),
            rows=Paginator(shown, PER_PAGE).get_page(self.request.GET.get("page")),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            ask(by=signed_in(request))
        except OperationalError:
            messages.error(request, BUSY)
        else:
            messages.success(request, "已经开始体检，一两分钟后刷新本页查看结果。")
        return redirect("desk_health")


class HealthExport(EditorsOnly, View):
    """The last report as a workbook, narrowed by kind like the list."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest) -> HttpResponse:
        report = HealthReport.latest()
        if report is None:
            raise Http404
        kind = request.GET.get("kind", "")
        rows = [
            (one.kind_name, one.title, one.sentence, one.advice, request.build_absolute_uri(one.url) if one.url else "")
            for one in report.ailments
            if kind in ("", one.kind) or kind not in HealthKind.values
        ]
        day = timezone.localtime(report.finished_at)
        response = HttpResponse(write_table(HEADERS, rows, title=TITLE), content_type=XLSX)
        response["Content-Disposition"] = content_disposition_header(True, f"内容体检{day:%Y%m%d-%H%M}.xlsx")
        response["Cache-Control"] = "no-store"
        return response
