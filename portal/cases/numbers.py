"""The numbers of applications and cases, composed and read back in one place. Both end in a check digit."""

from __future__ import annotations

import re
from dataclasses import dataclass

from portal.lib.check_digit import append_check, is_valid
from portal.lib.search.text import scanned

APPLICATIONS = "A"
"""Stands where a case number has the letter of its zone."""
PATTERN = re.compile(r"SX(?P<letter>[A-Z])(?P<day>[0-9]{8})(?P<serial>[0-9]{4,6})[0-9]")


@dataclass(frozen=True)
class CaseNumber:
    """`SX` + zone letter + yyyymmdd + daily serial (4 digits) + check digit."""

    letter: str
    day: str
    serial: int

    def __str__(self) -> str:
        return append_check(f"SX{self.letter}{self.day}{self.serial:04d}")

    @classmethod
    def parse(cls, text: str) -> CaseNumber | None:
        """What a case number says; None for anything else, also for a wrong check digit."""
        found = _read(text)
        return cls(*found) if found and found[0] != APPLICATIONS else None


@dataclass(frozen=True)
class ApplicationNumber:
    """`SXA` + yyyymmdd + daily serial (4 digits) + check digit."""

    day: str
    serial: int

    def __str__(self) -> str:
        return append_check(f"SX{APPLICATIONS}{self.day}{self.serial:04d}")

    @classmethod
    def parse(cls, text: str) -> ApplicationNumber | None:
        """What an application number says; None for anything else, also for a wrong check digit."""
        found = _read(text)
        return cls(*found[1:]) if found and found[0] == APPLICATIONS else None


def number_in(text: str) -> CaseNumber | ApplicationNumber | None:
    """The number that somebody typed or scanned, in full width or small letters as well; None for words."""
    typed = scanned(text)
    return CaseNumber.parse(typed) or ApplicationNumber.parse(typed)


def counter_of_cases(letter: str, day: str) -> str:
    """The counter of one zone's cases on one day."""
    return f"case:{letter}:{day}"


def counter_of_applications(day: str) -> str:
    """The counter of one day's applications."""
    return f"application:{day}"


def _read(text: str) -> tuple[str, str, int] | None:
    found = PATTERN.fullmatch(text)
    if found is None or not is_valid(text):
        return None
    return found["letter"], found["day"], int(found["serial"])
