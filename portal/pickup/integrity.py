"""What waits on a shelf and what went out agrees with where the cases stand."""

from __future__ import annotations

from collections.abc import Iterator

from portal.cases.models import Case
from portal.cases.states import CaseStatus
from portal.pickup.models import WAITING, Delivery, DeliveryStatus


def problems() -> Iterator[str]:
    """Ready cases without a shelf, shelves of cases that are not ready, deliveries without a receipt."""
    waiting = Delivery.objects.filter(status__in=WAITING)
    for case in Case.objects.filter(status=CaseStatus.READY).exclude(pk__in=waiting.values("case")):
        yield f"case {case.pk}: ready, but nothing waits on a shelf"
    for delivery in waiting.exclude(case__status=CaseStatus.READY):
        yield f"delivery {delivery.pk}: waits on a shelf, but its case is not ready"
    for delivery in Delivery.objects.filter(status=DeliveryStatus.DELIVERED):
        if delivery.case.documents.filter(kind="delivery_receipt").count() != 1:
            yield f"delivery {delivery.pk}: went out without exactly one receipt"
