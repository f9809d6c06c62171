"""What waits on a shelf and what went out agrees with where the cases stand."""

from __future__ import annotations

from collections.abc import Iterator

from portal.cases.models import Case
from portal.cases.states import HANDED_OUT, CaseStatus
from portal.pickup.models import WAITING, Delivery, DeliveryStatus


def problems() -> Iterator[str]:
    """Ready cases without a shelf, shelves of cases that are not ready, deliveries without a receipt."""
    waiting = Delivery.objects.filter(status__in=WAITING)
    for case in Case.objects.filter(status=CaseStatus.READY).exclude(pk__in=waiting.values("case")):
        yield f"case {case.pk}: ready, but nothing waits on a shelf"
    for delivery in waiting.exclude(case__status=CaseStatus.READY):
        yield f"delivery {delivery.pk}: waits on a shelf, but its case is not ready"
    for delivery in waiting.filter(shelf=""):
        yield f"delivery {delivery.pk}: waits nowhere"
    out = Delivery.objects.filter(status=DeliveryStatus.DELIVERED)
    for case in Case.objects.filter(status__in=HANDED_OUT).exclude(pk__in=out.values("case")):
        yield f"case {case.pk}: {case.status}, but nothing was handed out"
    for delivery in out.exclude(case__status__in=HANDED_OUT):
        yield f"delivery {delivery.pk}: went out, but its case is {delivery.case.status}"
    for delivery in out:
        if delivery.case.documents.filter(kind="delivery_receipt").count() != 1:
            yield f"delivery {delivery.pk}: went out without exactly one receipt"
