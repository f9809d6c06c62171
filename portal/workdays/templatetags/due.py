"""Last days in templates, said like everywhere else."""

from __future__ import annotations

from datetime import date

from django import template

from portal.workdays import words

register = template.Library()


@register.filter
def due(last: date | None, since: date | None = None) -> str:
    """`{{ slip.due|due }}`, `{{ limit.due|due:case.clock_start }}`: the day, with 预计 where it is an estimate."""
    return words.due_in_words(last, since)
