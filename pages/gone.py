"""A guide whose item was withdrawn answers 410 with a page that helps: since when, what instead, where to look."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse

from pages.frame import frame_of
from portal.catalog.items.models import ItemStatus, ServiceItem, coded

TEMPLATE = "pages/withdrawn.html"


def withdrawn_item(code: str) -> ServiceItem | None:
    """The item with this code (in any case of its letters) if it was withdrawn."""
    return coded(ServiceItem.objects.filter(status=ItemStatus.WITHDRAWN).select_related("zone", "lead"), code)


def withdrawn_page(request: HttpRequest, item: ServiceItem, context: dict[str, Any]) -> TemplateResponse:
    """410 Gone: search engines forget the address, people are told the way."""
    frame = frame_of(request)
    successor = item.successor_in_force()
    found = {**context, "item": item, "successor": successor, "catalogue": frame.catalogue, "center": frame.center}
    found["successor_page"] = successor.guides.filter(live=True).first() if successor else None
    return TemplateResponse(request, TEMPLATE, found, status=410)
