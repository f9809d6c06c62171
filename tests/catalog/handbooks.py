"""What tests of handbooks do again and again: order one, let the workers print it, read it back."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone
from pypdf import PdfReader

from portal.catalog.editions.publishing import publish
from portal.catalog.handbook.models import Handbook
from portal.catalog.handbook.order import order_handbook
from portal.catalog.models import ServiceItem
from portal.catalog.schema.definition import ItemDefinition
from portal.jobs.models import Promise, PromiseStatus
from portal.jobs.outbox import run
from portal.lib.files import private_path
from portal.organisations.models import Zone


def zone(code: str) -> Zone:
    return Zone.objects.get(code=code)


def ordered(code: str = "business") -> Handbook:
    """The handbook of a zone, or of the whole centre for an empty code."""
    return order_handbook(zone(code) if code else None, None, uuid.uuid4())


def work() -> int:
    """Let the workers do what is promised, as if every wait between attempts were over; returns how much was done."""
    Promise.objects.filter(status=PromiseStatus.WAITING).update(due_at=timezone.now() - timedelta(seconds=1))
    return sum(run(pk) for pk in list(Promise.objects.due(timezone.now()).values_list("pk", flat=True)))


def printed(code: str = "business") -> Handbook:
    handbook = ordered(code)
    while work():
        pass
    handbook.refresh_from_db()
    return handbook


def pages(handbook: Handbook) -> list[str]:
    """The text of every page without white space."""
    return ["".join(page.extract_text().split()) for page in PdfReader(private_path(handbook.path)).pages]


def definition(code: str) -> ItemDefinition:
    return ServiceItem.objects.get(code=code).current_edition.parsed


def republished(code: str = "SS-02", **changes: Any) -> ItemDefinition:
    """A new edition with some elements changed; checked like every other."""
    changed = definition(code).model_copy(update=changes)
    publish(changed, by=None, note="修改")
    return changed
