"""Opening hours on public pages, which know the centre but not the calendar (docs/decisions/0006)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template

from portal.organisations.models import ServiceCenter
from portal.workdays import opening as hours

register = template.Library()


@register.simple_tag
def opening(center: ServiceCenter) -> hours.Opening | None:
    """`{% opening center as hours %}`: open now or not, the week, and the days ahead that differ from it."""
    return hours.opening(center)


@register.simple_tag
def openings(pages: Iterable[Any]) -> dict[int, hours.Opening]:
    """`{% openings halls as hours_of %}` for a list of pages that each have a `hall`."""
    return hours.openings(page.hall for page in pages)


@register.filter
def of_hall(found: dict[int, hours.Opening], center: ServiceCenter) -> hours.Opening | None:
    """`hours_of|of_hall:hall`."""
    return found.get(center.pk)
