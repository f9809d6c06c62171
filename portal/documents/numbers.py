"""The number of a paper, composed and read back in one place: 绍行服受字〔2017〕第000123号."""

from __future__ import annotations

import re
from dataclasses import dataclass

from portal.documents.registry import KINDS, Body, PaperKind, kind_of

CENTRE = "绍行服"
"""What stands for the centre at the head of its numbers."""
PATTERN = re.compile(r"(?P<head>.+)字〔(?P<year>[0-9]{4})〕第(?P<serial>[0-9]{6,})号")


@dataclass(frozen=True)
class PaperNumber:
    """One number (文号). `body` is the sign of the department whose paper it is; empty for the centre's own, and for
    what the centre once issued in a department's place."""

    kind: str
    year: int
    serial: int
    body: str = ""

    def __str__(self) -> str:
        return f"{self.body or CENTRE}{kind_of(self.kind).sign}字〔{self.year}〕第{self.serial:06d}号"

    @property
    def series(self) -> str:
        """The counter it was taken from."""
        return kind_of(self.kind).series(self.year, self.body)

    @classmethod
    def parse(cls, text: str) -> PaperNumber | None:
        """What a number says; None when no registered kind writes such a one."""
        found = PATTERN.fullmatch(text)
        if found is None:
            return None
        for kind in _longest_sign_first():
            body = found["head"].removesuffix(kind.sign)
            if body != found["head"] and _is_body(kind, body):
                number = cls(kind.code, int(found["year"]), int(found["serial"]), "" if body == CENTRE else body)
                return number if str(number) == text else None
        return None


def _longest_sign_first() -> list[PaperKind]:
    """补收 is looked for before 收, which it ends with."""
    return sorted(KINDS.values(), key=lambda kind: -len(kind.sign))


def _is_body(kind: PaperKind, sign: str) -> bool:
    if sign == CENTRE:
        return kind.body == Body.CENTRE or kind.was_centres
    return kind.body == Body.DEPARTMENT and sign != ""
