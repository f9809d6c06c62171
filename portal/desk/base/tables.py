"""What every list of the back office shares: our own markup, the light that says its reason in words, the page."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_tables2 import Table as Table  # handed on to the other tables' modules

from portal.cases.clocks.lights import Light

PER_PAGE = 30


def paged(table: Table, request: HttpRequest) -> Table:
    """The table sorted and paged as the address says; an impossible page number shows the nearest page."""
    table.request = request
    if sort := request.GET.get("sort"):
        table.order_by = sort  # the table leaves out what is no column of its own
    table.paginate(per_page=PER_PAGE)
    table.page = table.paginator.get_page(request.GET.get("page"))
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
