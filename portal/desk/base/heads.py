"""What stands on top of every page about a case, also of those that do one thing with it: which case it is."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from portal.cases.clocks.lights import Light, case_light
from portal.cases.models import Case


@dataclass(frozen=True)
class Head:
    """A case as its people know it: number and item stand in the case, `shelf` is empty before there is a result."""

    case: Case
    light: Light
    shelf: str


def head_of(case: Case) -> Head:
    """The head of a case that came through a door."""
    delivery = getattr(case, "delivery", None)
    return Head(case, case_light(case, timezone.localdate()), delivery.shelf if delivery else "")
