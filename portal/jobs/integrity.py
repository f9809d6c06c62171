"""Nothing promised and forgotten."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from portal.jobs.models import Promise, PromiseStatus

FORGOTTEN = timedelta(hours=1)


def problems() -> Iterator[str]:
    """Work that should have been done an hour ago, and work that was given up."""
    for row in Promise.objects.due(timezone.now() - FORGOTTEN):
        yield f"promise {row.pk} ({row.kind}) has been due for more than an hour"
    for row in Promise.objects.filter(status=PromiseStatus.DEAD):
        yield f"promise {row.pk} ({row.kind}) failed: {row.last_error}"
