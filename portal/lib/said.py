"""Days and moments in every template, in the words of `portal.lib.words`."""

from __future__ import annotations

from datetime import date, datetime

from django import template

from portal.lib import words

register = template.Library()


@register.filter
def day(value: date | None) -> str:
    """`{{ page.date|day }}`: 2017年3月15日; nothing where there is none."""
    return words.day(value) if value else ""


@register.filter
def month(value: date | None) -> str:
    """`{{ handbook.ordered_at|month }}`: 2017年3月; nothing where there is none."""
    return words.month(value) if value else ""


@register.filter
def hour(value: datetime | None) -> str:
    """`{{ report.asked_at|hour }}`: 09:05, for what happened today; nothing where there is none."""
    return words.hour(value) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """`{{ slip.issued_at|moment }}`: 2017年3月15日 09:05; nothing where there is none."""
    return words.moment(value) if value else ""
