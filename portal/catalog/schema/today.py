"""What a definition means today: from which day on and until when it is taken in, which ways of delivery are open, what
people bring."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from portal.catalog.schema.able import ways_note, ways_open
from portal.catalog.schema.bringing import Bringing, Line, bringing


class OfToday:
    """The part of an item's definition that days and abilities of the portal have a say in."""

    if TYPE_CHECKING:
        effective_from: str
        cancel_on: str
        delivery: tuple[str, ...]
        materials: tuple[Line, ...]

    @property
    def opens_on(self) -> date | None:
        """The first day on which it is taken in (计划生效日期); None when it was open before."""
        return _day(self.effective_from)

    @property
    def closes_on(self) -> date | None:
        """The first day on which it is not taken in any more (计划取消日期)."""
        return _day(self.cancel_on)

    @property
    def ways_now(self) -> tuple[str, ...]:
        """The ways of delivery that are open today; what the data promise beyond them is told by `ways_note`."""
        return ways_open(self.delivery)

    @property
    def bring(self) -> Bringing:
        """How much there is to bring."""
        return bringing(self.materials)

    @property
    def ways_note(self) -> str:
        return ways_note(self.delivery)


def _day(text: str) -> date | None:
    """A day as an element says it; None for an empty one and for a day that no calendar has."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
