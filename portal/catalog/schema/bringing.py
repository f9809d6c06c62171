"""What of a list of materials people must bring, and the words for what they need not: said here, once.

Guide, theme, leaflet, list, form, handbook and the window's checklist mark a line with the same word and count alike.
The element 必要性 keeps the standard's words (必要, 非必要, 容缺后补: GB/T 39046—2020) where elements are edited and
exchanged; a citizen who read 非必要 would leave the paper at home, so people are told 按情形提交.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from portal.catalog.schema.choices import NECESSITIES
from portal.catalog.schema.questions import When


class Mark(StrEnum):
    """BY_SITUATION: not everybody brings it; one that is 非必要, or has conditions that no answer has settled yet."""

    SHARED = "可共享免交"
    LATER = NECESSITIES["supply_later"]
    BY_SITUATION = "按情形提交"
    REQUIRED = NECESSITIES["required"]


SHARED_SENTENCE = f"“{Mark.SHARED}”的材料由窗口核验，不用带；核验不到的，再请您提交。"


class Line(Protocol):
    """What marks and counts need of a material."""

    @property
    def necessity(self) -> str: ...

    @property
    def shareable(self) -> bool: ...

    @property
    def may_follow(self) -> bool: ...

    @property
    def when(self) -> tuple[When, ...]: ...


def marks(line: Line, answered: Collection[str] = ()) -> list[Mark]:
    """What is special about a line; nothing for one that everybody brings. `answered` are keys of questions."""
    found = [Mark.SHARED] if line.shareable else [Mark.LATER] if line.may_follow else []
    asked = any(when.of not in answered for when in line.when) if line.when else line.necessity == "optional"
    return [*found, Mark.BY_SITUATION] if asked else found


@dataclass(frozen=True)
class Bringing:
    """How many of a list are brought, how many of those not by everybody, and how many the window fetches itself."""

    bring: int
    by_situation: int = 0
    shared: int = 0

    @property
    def short(self) -> str:
        """要带6项材料; 不用带材料."""
        return f"要带{self.bring}项材料" if self.bring else "不用带材料"

    @property
    def sentence(self) -> str:
        """What a number in a head leaves out; empty when there is nothing more to say."""
        told = [f"其中{self.by_situation}项{Mark.BY_SITUATION}"] if self.by_situation else []
        told += [f"另有{self.shared}项{Mark.SHARED}，不用带"] if self.shared else []
        return f"{'；'.join(told)}。" if told else ""


def bringing(lines: Iterable[Line], answered: Collection[str] = ()) -> Bringing:
    """The count of a list, or of what the answers left of it."""
    return counted(marks(line, answered) for line in lines)


def counted(marked: Iterable[Collection[Mark]]) -> Bringing:
    """The same of lines whose marks are known."""
    found = list(marked)
    bring = [one for one in found if Mark.SHARED not in one]
    return Bringing(len(bring), sum(Mark.BY_SITUATION in one for one in bring), len(found) - len(bring))
