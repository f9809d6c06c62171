"""Process charts as pages of their own, to read large, to print, and as SVG files to keep."""

from __future__ import annotations

import hashlib

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.catalog.drawing.chart import process_chart, process_chart_svg, total_text
from portal.catalog.drawing.theme_chart import theme_chart_steps, theme_chart_svg
from portal.catalog.items.guide import guide_path
from portal.catalog.items.models import ServiceItem, Theme, coded
from portal.catalog.items.shown import EVERY_PAGE, item_tag, theme_tag
from portal.lib.inline_file import inline_file
from portal.lib.links import own_address
from portal.lib.page_cache import depend


@require_safe
def item_chart(request: HttpRequest, code: str) -> HttpResponse:
    """The chart of an item in force with its ordered-list twin."""
    item = _item(code)
    if code != item.code:
        return _one_address(request, "item_chart", item.code)
    depend(request, *EVERY_PAGE, item_tag(item.code))
    definition = item.edition_in_force.parsed
    chart, steps = process_chart(definition)
    context = {
        "item": item,
        "definition": definition,
        "chart": chart,
        "steps": steps,
        "total": total_text(definition),
        "guide_path": guide_path(item),
    }
    return render(request, "catalog/item_chart.html", context)


@require_safe
def item_chart_svg(request: HttpRequest, code: str) -> HttpResponse:
    item = _item(code)
    return _svg(request, process_chart_svg(item.edition_in_force.parsed), f"{item.name}办理流程图.svg")


@require_safe
def theme_chart(request: HttpRequest, code: str) -> HttpResponse:
    """The chart of a theme, or of the five-stage route, with its ordered-list twin."""
    theme = _theme(code)
    if code != theme.code:
        return _one_address(request, "theme_chart", theme.code)
    depend(request, *EVERY_PAGE, theme_tag(theme.code), *map(item_tag, theme.parsed.items))
    definition, known = theme.parsed, theme.definitions()
    context = {
        "theme": theme,
        "definition": definition,
        "chart": theme_chart_svg(definition, known),
        "steps": theme_chart_steps(definition, known),
    }
    return render(request, "catalog/theme_chart_page.html", context)


@require_safe
def theme_chart_file(request: HttpRequest, code: str) -> HttpResponse:
    theme = _theme(code)
    return _svg(request, theme_chart_svg(theme.parsed, theme.definitions()), f"{theme.name}流程图.svg")


def _svg(request: HttpRequest, drawing: str, name: str) -> HttpResponse:
    """A file with the drawing; its ETag is that of its words, so a new edition makes a new one."""
    digest = hashlib.sha256(drawing.encode()).hexdigest()
    return inline_file(request, digest=digest, make=lambda: drawing, content_type="image/svg+xml", name=name)


def _one_address(request: HttpRequest, name: str, code: str) -> HttpResponse:
    """Who wrote the code in other letters is led to the address that the page says is its own."""
    return HttpResponsePermanentRedirect(own_address(request, reverse(name, args=[code])))


def _item(code: str) -> ServiceItem:
    item = coded(ServiceItem.objects.open_for_intake().select_related("zone", "lead", "current_edition"), code)
    if item is None:
        raise Http404
    return item


def _theme(code: str) -> Theme:
    theme = coded(Theme.objects.in_force().select_related("zone", "lead", "current_edition"), code)
    if theme is None:
        raise Http404
    return theme
