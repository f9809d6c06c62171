"""The code of a slip, composed and read back in one place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from portal.lib.check_digit import append_check, is_valid

PREFIX = "JD"
PATTERN = re.compile(r"JD(?P<year>[0-9]{4})(?P<serial>[0-9]{6,7})[0-9]")


@dataclass(frozen=True)
class SlipCode:
    """`JD` + year + serial (6 digits) + check digit: what the barcode of a slip carries and a scanner types."""

    year: int
    serial: int

    def __str__(self) -> str:
        return append_check(f"{PREFIX}{self.year}{self.serial:06d}")

    @classmethod
    def parse(cls, text: str) -> SlipCode | None:
        """What a code says; None for anything else, also for a wrong check digit."""
        found = PATTERN.fullmatch(text)
        return cls(int(found["year"]), int(found["serial"])) if found and is_valid(text) else None


def counter_of_slips(year: int) -> str:
    """The counter of one year's slips."""
    return f"slip:{year}"
