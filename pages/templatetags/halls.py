"""What is not known of a hall, for the pages that say so."""

from typing import Any

from django import template

from portal.organisations.models import ServiceCenter

register = template.Library()


@register.filter
def unknown(hall: ServiceCenter, hours: Any) -> str:
    """`{{ hall|unknown:hours }}`: 地址、开放时间和电话, as far as nobody has registered them."""
    lacking = [("地址", hall.address), ("开放时间", hours or hall.hours), ("电话", hall.phone)]
    *before, last = [name for name, known in lacking if not known] or [""]
    return f"{'、'.join(before)}和{last}" if before else last
