"""Ordering a handbook: its number, and the edition of every item in force at that moment."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from portal.catalog.handbook.models import (
    WHOLE_CENTRE,
    Handbook,
    HandbookStatus,
    refuse_while_under_way,
    series_of,
)
from portal.catalog.items.models import ServiceItem
from portal.documents.models import Counter
from portal.lib.refusal import Refused
from portal.organisations.models import ServiceCenter, Zone

if TYPE_CHECKING:
    from portal.organisations.models import User


def order_handbook(zone: Zone | None, by: User | None, key: uuid.UUID) -> Handbook:
    """Order the handbook of a zone, or of the whole centre when it is None; the same key again returns the same one.

    Raises Refused when no item of the scope is in force, or when one of the same scope is being made.
    """
    now = timezone.now()
    year = timezone.localdate(now, timezone.get_default_timezone()).year
    with transaction.atomic():
        serial = Counter.take(series_of(year))  # holds the row: orders come one after another
        made = Handbook.objects.filter(once=key).first()
        if made is None:
            return _order(zone, by, key, now, year, serial)
        transaction.set_rollback(True)  # the number goes back
        return made


def _order(zone: Zone | None, by: User | None, key: uuid.UUID, now: datetime, year: int, serial: int) -> Handbook:
    scope = Handbook.objects.of(zone)
    refuse_while_under_way(zone)
    contents = _in_force(zone)
    if not contents:
        raise Refused(f"{zone.name if zone else WHOLE_CENTRE}没有在用的事项，不能制作手册。", field="scope")
    handbook = Handbook.objects.create(
        center=_centre(),
        zone=zone,
        year=year,
        serial=serial,
        number=f"手册{year}-{serial:03d}",
        once=key,
        ordered_at=now,
        ordered_by=by,
        contents=contents,
        previous=scope.filter(status=HandbookStatus.DONE).order_by("-pk").first(),
        total=len(contents) + 1,
    )
    handbook.promise_part(1)
    return handbook


def _centre() -> ServiceCenter:
    centre = ServiceCenter.city()
    if centre is None:
        raise Refused("还没有登记市行政服务中心，不能制作手册。")
    return centre


def _in_force(zone: Zone | None) -> list[dict[str, Any]]:
    """What goes into the handbook: the edition of every item in force, zone by zone."""
    items = ServiceItem.objects.open_for_intake().filter(**({"zone": zone} if zone else {}))
    rows = items.order_by("zone__order", "zone_id", "code").values_list(
        "code", "name", "current_edition_id", "current_edition__number"
    )
    return [{"code": code, "name": name, "edition": edition, "number": number} for code, name, edition, number in rows]
