"""Which window takes in which item: one rule for intake, signs, lists, guides and hall pages.

1+X: a comprehensive window takes what its zones take, but for what a professional window of its centre has for itself;
a professional one takes the items it names, or what its department is responsible for in its zones. A window that
names items takes no others, as in a branch that takes some of the list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, prefetch_related_objects

from portal.catalog.items.models import ServiceItem, ServiceItemQuerySet
from portal.organisations.models import Window, WindowKind


@dataclass(frozen=True)
class Range:
    """What one window takes in (受理范围): `covers` says it of one item, `rows` of many; a test holds them together."""

    zones: frozenset[int] = frozenset()
    named: frozenset[str] = frozenset()
    """The codes that it names; empty when it goes by zone or department."""
    lead: int | None = None
    """The department of a professional window that names nothing."""
    elsewhere: frozenset[str] = frozenset()
    """Codes that a professional window of the same centre has for itself."""

    def covers(self, *, code: str, zone: int, lead: int) -> bool:
        by_name = not self.named or code in self.named
        by_lead = self.lead is None or lead == self.lead
        return zone in self.zones and by_name and by_lead and code not in self.elsewhere

    def rows(self) -> Q:
        found = Q(zone__in=sorted(self.zones))
        if self.named:
            found &= Q(code__in=sorted(self.named))
        if self.lead is not None:
            found &= Q(lead=self.lead)
        return found & ~Q(code__in=sorted(self.elsewhere)) if self.elsewhere else found


def ranges(windows: Iterable[Window]) -> dict[int, Range]:
    """Window (pk) → what it takes in, in two queries for however many."""
    asked = list(windows)
    prefetch_related_objects(asked, "zones")
    reserved: dict[int, set[str]] = defaultdict(set)
    centres = {window.center_id for window in asked}
    for other in Window.objects.filter(center__in=centres, kind=WindowKind.PROFESSIONAL).exclude(only_items=""):
        reserved[other.center_id] |= other.item_codes
    return {window.pk: _range(window, frozenset(reserved[window.center_id])) for window in asked}


def _range(window: Window, reserved: frozenset[str]) -> Range:
    zones = frozenset(zone.pk for zone in window.zones.all())
    if window.kind == WindowKind.ISSUE:
        return Range()
    if window.kind == WindowKind.COMPREHENSIVE:
        return Range(zones, window.item_codes, elsewhere=reserved)
    if window.item_codes:
        return Range(zones, window.item_codes)
    return Range(zones, lead=window.organisation_id) if window.organisation_id else Range()


def taken_in_at(windows: Iterable[Window]) -> ServiceItemQuerySet:
    """The items, also those that are not open now, that one of these windows takes in."""
    found = Q(pk__in=[])
    for one in ranges(windows).values():
        found |= one.rows()
    return ServiceItem.objects.filter(found)


def windows_for(item: ServiceItem, windows: Iterable[Window] | None = None) -> list[Window]:
    """Those of `windows`, of all windows of the house when none are given, that take the item in."""
    asked = list(Window.objects.filter(zones=item.zone_id) if windows is None else windows)
    known = ranges(asked)
    return [one for one in asked if known[one.pk].covers(code=item.code, zone=item.zone_id, lead=item.lead_id)]
