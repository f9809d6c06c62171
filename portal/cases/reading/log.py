"""Whether the log of all cases is whole: nothing changed, removed or slipped in."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from portal.cases import event_guard
from portal.cases.models import Case, Event
from portal.cases.models.event import broken_links, lost_heads


def events_are_whole() -> Iterator[str]:
    """Every chain holds together and ends where it ended, and the guards of the table stand."""
    yield from broken_links(Event.objects.order_by("case_id", "seq").iterator())
    yield from lost_heads(Case.objects.all())
    for name in event_guard.missing(connection):
        yield f"the guard {name} of the events is missing: they may have been changed"
