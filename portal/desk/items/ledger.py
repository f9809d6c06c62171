"""The ledger screen of one item, and its export; both show exactly the rows that the filters leave."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views import View
from wagtail.log_actions import log

from portal.cases.reading.ledger import MOST_ROWS, Column, Ledger
from portal.cases.states import CaseStatus
from portal.catalog.models import ServiceItem
from portal.desk.base.tables import Table, paged
from portal.desk.base.views import DeskView
from portal.desk.history import LEDGER_EXPORTED
from portal.desk.items.tables import AnswerColumn, LedgerTable
from portal.lib.spreadsheets import write_csv, write_table
from portal.organisations.access import signed_in
from portal.organisations.authority import somewhere
from portal.organisations.models import User

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def reads_ledgers(user: User) -> bool:
    """Whoever works cases reads the ledger of those that they see anyway."""
    return somewhere(user, "ledgers.read")


class LedgerDoor(View):
    """The ledger named in the address, for whoever works cases."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not reads_ledgers(signed_in(request)):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def ledger(self) -> Ledger:
        item = get_object_or_404(ServiceItem, code=self.kwargs["code"])
        return Ledger(item, signed_in(self.request), self.request.GET.dict())


class LedgerView(LedgerDoor, DeskView):
    template_name = "desk/ledger.html"
    takes = None  # the ledger knows its filters, one for each question and field with choices

    def get_page_title(self) -> str:
        return f"{self.ledger.item.name}台账"

    def get_trail(self) -> list[tuple[str, str]]:
        return [(reverse("items_modeladmin_index"), "事项")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ledger = self.ledger
        query = self.request.GET.copy()
        query.pop("page", None)
        return super().get_context_data(
            ledger=ledger,
            table=paged(ledger_table(ledger), self.request),
            statuses=CaseStatus.choices,
            query=query.urlencode(),
            **kwargs,
        )


def ledger_table(ledger: Ledger) -> Table:
    """The fixed columns, then one for each question and form field."""
    own = [(column.key, _answer_column(ledger, column)) for column in ledger.columns]
    return LedgerTable(ledger.rows, extra_columns=own, empty_text="没有符合条件的办件。")


def _answer_column(ledger: Ledger, column: Column) -> AnswerColumn:
    def read(case: Any) -> str:
        return ledger.text_of(case, column.key)

    return AnswerColumn(read, verbose_name=column.header, orderable=column.is_orderable, order_by=(column.path,))


class LedgerExport(LedgerDoor, View):
    """The filtered rows as a workbook or as CSV; who took how many of which is written down first."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, code: str, suffix: str) -> HttpResponse:
        ledger = self.ledger
        back = f"{reverse('desk_ledger', args=[code])}?{request.GET.urlencode()}"
        count = ledger.rows.count()
        if ledger.problems or count > MOST_ROWS:
            too_many = f"符合条件的办件有{count}件，一次最多导出{MOST_ROWS}件，请缩小范围后再导出。"
            messages.error(request, "".join(ledger.problems) or too_many)
            return redirect(back)
        lines = list(ledger.lines())
        data = write_csv(ledger.headers, lines) if suffix == "csv" else write_table(ledger.headers, lines, title="台账")
        with transaction.atomic():
            about = {"filter": ledger.filter_text(), "rows": len(lines), "format": suffix}
            log(instance=ledger.item, action=LEDGER_EXPORTED, user=request.user, data=about)
        response = HttpResponse(data, content_type="text/csv; charset=utf-8" if suffix == "csv" else XLSX)
        response["Content-Disposition"] = f'attachment; filename="ledger-{code}.{suffix}"'
        response["Cache-Control"] = "no-store"
        return response
