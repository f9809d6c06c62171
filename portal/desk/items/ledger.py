"""The ledger screen of one item, and its export; both show exactly the rows that the filters leave."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views import View
from wagtail.log_actions import log

from portal.cases.models import Case
from portal.cases.reading.ledger import MOST_ROWS, Column, Ledger
from portal.cases.states import CaseStatus
from portal.catalog.models import ServiceItem
from portal.desk.base.listing import TAKES, Listing
from portal.desk.base.parameters import declared
from portal.desk.base.tables import Table
from portal.desk.base.views import DeskView
from portal.desk.history import LEDGER_EXPORTED
from portal.desk.items.tables import AnswerColumn, LedgerTable
from portal.lib.counting import counted
from portal.lib.spreadsheets import write_csv, write_table
from portal.lib.walking import Order
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


class LedgerRegister:
    """The ledger of an item as a list to be walked, newest first (`portal.desk.base.listing.Register`)."""

    filters: dict[str, str] = {}
    default_filter = ""
    empty_text = "没有符合条件的办件。"
    walked = True

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.kept = ("from", "to", "status", "q", *(one.name for one in ledger.choice_filters))

    def table_class(self, rows: QuerySet[Case], **options: Any) -> Table:
        """The fixed columns, then one for each question and form field."""
        own = [(column.key, _answer_column(self.ledger, column)) for column in self.ledger.columns]
        return LedgerTable(rows, extra_columns=own, **options)

    def seen(self, user: User) -> QuerySet[Case]:
        return self.ledger.visible

    def filtered(self, rows: QuerySet[Case], chosen: str, user: User) -> QuerySet[Case]:
        return self.ledger.rows

    def search(self, rows: QuerySet[Case], query: str) -> QuerySet[Case]:
        return rows  # the ledger has searched already

    def order_of(self, chosen: str) -> Order:
        return Order("received_at", descending=True)

    def branches(self, rows: QuerySet[Case], chosen: str) -> list[QuerySet[Case]]:
        return [rows]

    def for_list(self, rows: Any) -> QuerySet[Case]:
        return rows.select_related("application")


class LedgerView(LedgerDoor, DeskView):
    template_name = "desk/ledger.html"
    takes = None  # the ledger knows its filters, one for each question and field with choices

    def get_page_title(self) -> str:
        return f"{self.ledger.item.name}台账"

    def get_trail(self) -> list[tuple[str, str]]:
        return [(reverse("items_modeladmin_index"), "事项")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ledger = self.ledger
        register = LedgerRegister(ledger)
        kept = {name: ledger.given[name] for name in register.kept if ledger.given.get(name)}
        place = {name: str(value) for name, value in declared(self.request.GET, TAKES).items()}
        listing = Listing(register, self.user, {**place, **kept})
        return super().get_context_data(
            ledger=ledger,
            listing=listing,
            table=listing.table(),
            statuses=CaseStatus.choices,
            query=urlencode(kept),
            **kwargs,
        )


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
        if ledger.problems or counted(ledger.rows, MOST_ROWS) > MOST_ROWS:
            too_many = f"符合条件的办件超过{MOST_ROWS}件，一次最多导出{MOST_ROWS}件，请缩小范围后再导出。"
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
