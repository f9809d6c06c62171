"""Opening hours on public pages, which know the centre but not the calendar (docs/decisions/0005)."""

from django import template

from portal.organisations.models import ServiceCenter
from portal.workdays import opening as hours

register = template.Library()


@register.simple_tag
def opening(center: ServiceCenter) -> hours.Opening | None:
    """`{% opening center as hours %}`: open now or not, the week, and the days ahead that differ from it."""
    return hours.opening(center)
