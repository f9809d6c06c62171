"""The kinds of paper there are. Each app registers its own in its `kinds` module; a new kind needs no migration here.

A kind says what a paper is called, whose number it bears, in which copies it prints and who may open it. Its template
is `documents/<code>.html`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

CODE = re.compile(r"[a-z][a-z_]{1,19}")
"""As long as the column that keeps it."""
USUAL_COPIES = ("第一联 申请人", "第二联 窗口存档")


class Body(StrEnum):
    """Whose number a paper bears."""

    CENTRE = "centre"
    DEPARTMENT = "department"


class Rendition(StrEnum):
    """A paper as a file: with all its copies, or without the applicant's, which alone bears the query code."""

    WHOLE = "whole"
    FILE = "file"


@dataclass(frozen=True)
class Copy:
    """One copy (联) of a paper: what stands at its head, and whether the applicant takes it home."""

    name: str
    is_applicants: bool = False


class UnknownKind(ValueError):
    """No app has registered a kind of paper under this code."""


@dataclass(frozen=True, kw_only=True)
class PaperKind:
    """One kind of paper. `opened_by` and `file_opened_by` are acts (`portal.organisations.authority`).

    Whoever may do the one at the place of the case opens the whole paper, whoever may do the other its copies for the
    file. `for_applicant`: the first copy goes home with the applicant.
    `is_served`: a notice of which it is kept when, how and to whom it was served.
    `was_centres`: a department's paper that the centre issued in earlier releases; those numbers are read still.
    `earlier`: what the template asks for and papers of an earlier release, which may still wait for their PDF, lack.
    """

    code: str
    title: str
    sign: str
    opened_by: str
    file_opened_by: str = ""
    body: Body = Body.CENTRE
    copies: tuple[str, ...] = USUAL_COPIES
    for_applicant: bool = True
    earlier: Mapping[str, Any] = field(default_factory=dict)
    was_centres: bool = False
    is_served: bool = False

    def __post_init__(self) -> None:
        if not CODE.fullmatch(self.code):
            raise ValueError(f"{self.code!r} is no code of a kind of paper: small letters and _, at most 20")
        if not (self.title and self.sign and self.copies):
            raise ValueError(f"{self.code} lacks its title, its sign or its copies")
        if self.file_opened_by and not self.copies_in(Rendition.FILE):
            raise ValueError(f"{self.code} has no copy for the file that {self.file_opened_by} could open")

    @property
    def template(self) -> str:
        return f"documents/{self.code}.html"

    def copies_in(self, rendition: Rendition) -> list[Copy]:
        """The copies that a rendition prints; an empty list when there is none for the file."""
        found = [Copy(name, self.for_applicant and at == 0) for at, name in enumerate(self.copies)]
        return [copy for copy in found if rendition == Rendition.WHOLE or not copy.is_applicants]

    def series(self, year: int, body: str = "") -> str:
        """The counter of this kind in one year; a department counts its own papers."""
        return ":".join(("document", self.code, *([body] if body else []), str(year)))


KINDS: dict[str, PaperKind] = {}


def register(*kinds: PaperKind) -> None:
    """Add kinds of paper. ValueError for a code, or a sign of the same body, that is taken already."""
    for kind in kinds:
        if KINDS.get(kind.code, kind) != kind:
            raise ValueError(f"two kinds of paper named {kind.code}")
        if any(kind.sign == other.sign and kind.body == other.body and kind != other for other in KINDS.values()):
            raise ValueError(f"two kinds of paper with the sign {kind.sign}")
        KINDS[kind.code] = kind


def kind_of(code: str) -> PaperKind:
    """The kind of that code; UnknownKind when no app has registered it."""
    try:
        return KINDS[code]
    except KeyError:
        raise UnknownKind(f"no app has registered a kind of paper {code!r}") from None


def choices() -> Iterable[tuple[str, str]]:
    """Code and title of every kind, for the column; a callable, so that no kind stands in a migration."""
    return [(kind.code, kind.title) for kind in KINDS.values()]
