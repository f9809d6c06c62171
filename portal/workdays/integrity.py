"""Every open deadline is where the calendar puts it."""

from collections.abc import Iterator

from portal.workdays.calendar import forget_calendar
from portal.workdays.models import CalendarChange
from portal.workdays.registry import DEADLINES


def problems() -> Iterator[str]:
    """A sentence for every stored date that differs from its own calculation; none while a change is worked on."""
    if CalendarChange.objects.unfinished().exists():
        return
    forget_calendar()
    for deadline in DEADLINES.values():
        for row in deadline.open().iterator(chunk_size=500):
            due = deadline.recompute(row)
            if due is not None and due != deadline.stored(row):
                yield f"{deadline.name} {row.pk}: stored {deadline.stored(row)}, the calendar says {due}"
