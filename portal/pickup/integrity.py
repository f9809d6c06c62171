"""What waits on a shelf and what went out agrees with where the cases stand."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Exists, OuterRef, QuerySet

from portal.cases.models import Case
from portal.cases.models.place import elsewhere
from portal.cases.states import HANDED_OUT, CaseStatus
from portal.documents.models import Document
from portal.pickup.models import WAITING, Delivery, DeliveryStatus


def problems() -> Iterator[str]:
    """Ready cases without a shelf, shelves of cases that are not ready, deliveries without a receipt."""
    waiting = Delivery.objects.filter(status__in=WAITING)
    same = {"case": OuterRef("pk")}
    for case in Case.objects.filter(~Exists(waiting.filter(**same)), status=CaseStatus.READY):
        yield f"case {case.pk}: ready, but nothing waits on a shelf"
    for delivery in waiting.exclude(case__status=CaseStatus.READY):
        yield f"delivery {delivery.pk}: waits on a shelf, but its case is not ready"
    for delivery in waiting.filter(shelf=""):
        yield f"delivery {delivery.pk}: waits nowhere"
    out = Delivery.objects.filter(status=DeliveryStatus.DELIVERED)
    for case in Case.objects.filter(~Exists(out.filter(**same)), status__in=HANDED_OUT):
        yield f"case {case.pk}: {case.status}, but nothing was handed out"
    for delivery in out.exclude(case__status__in=HANDED_OUT):
        yield f"delivery {delivery.pk}: went out, but its case is {delivery.case.status}"
    yield from elsewhere(Delivery, "delivery")
    yield from _receipts(out)


def _receipts(out: QuerySet) -> Iterator[str]:
    """Whatever went out has exactly one receipt; asked of all deliveries at once, not one by one."""
    receipts = Document.objects.filter(kind="delivery_receipt")
    without = out.filter(~Exists(receipts.filter(cases=OuterRef("case"))))
    several = receipts.values("cases").annotate(times=Count("pk")).order_by().filter(times__gt=1).values("cases")
    for rows in (without, out.filter(case__in=several)):
        for key in rows.values_list("pk", flat=True).iterator():
            yield f"delivery {key}: went out without exactly one receipt"
