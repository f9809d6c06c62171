"""What every list of the back office shares: our own markup, the light that says its reason in words, the page."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_tables2 import Table as Table  # handed on to the other tables' modules
from django_tables2.rows import BoundRows

from portal.cases.clocks.lights import Light

PER_PAGE = 30
DAY, MOMENT = "Y-m-d", "Y-m-d H:i"
"""Days and moments in the columns of a list, in figures: they stand below each other."""


def sorted_rows(table: Table, sort: str) -> QuerySet | None:
    """The rows of the table by the column that the address names; None when it names none that can be sorted."""
    if not sort:
        return None
    table.order_by = sort  # the table leaves out what is no column of its own, or cannot be sorted
    if not table.order_by:
        return None
    rows = table.data.data
    return rows.order_by(*rows.query.order_by, "pk")


def show_rows(table: Table, rows: list[Any]) -> Table:
    """The table showing just these rows, which somebody else has found and put in order."""
    table.rows = BoundRows(rows, table)
    return table


def lamp(found: Light) -> SafeString:
    """A light for the eye, its reason for everybody."""
    return format_html(
        '<span class="lamp lamp--{}"><span class="lamp__dot" aria-hidden="true"></span>{}</span>',
        found.colour.value,
        found.reason,
    )


def badge(status: str, label: str) -> SafeString:
    return format_html('<span class="badge badge--{}">{}</span>', status, label)


class DeskTable(Table):
    """What all registers share: our own markup with caption, scope and aria-sort."""

    class Meta:
        template_name = "desk/table.html"
        attrs = {"class": "listing desk-table"}
