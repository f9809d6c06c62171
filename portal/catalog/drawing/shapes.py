"""What every chart is drawn with: the room that words take, lines broken to fit, and boxes with a place and a state.

A chart is 360 units wide, so that a phone shows its letters at the size they have.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from portal.lib.words import one_line

WIDTH = 360
MARGIN = 4
LINE = 16
PADDING = 8
WHO, WHAT, NOTE = 14, 13, 12
"""Letter sizes inside a box: who acts, what they do, the limit and what else is to be known."""

DONE, CURRENT, SENT = "done", "current", "sent"
STATE_TEXTS = {DONE: "已办结", CURRENT: "正在办理", SENT: "等待接收", "": ""}
"""A step is worked on only when its department has signed for it."""
STATE_WORDS = {DONE: "✓ 已办结", CURRENT: "▶ 正在办理", SENT: "○ 等待接收", "": ""}


def days(limit: int) -> str:
    """3个工作日; nought means the same day."""
    return f"{limit}个工作日" if limit else "当日"


def char_width(char: str, size: float) -> float:
    """Approximate width: a CJK character or a sign is as wide as it is high, a Latin one a little over half."""
    if char.isascii():
        return size * (0.9 if char in "MWmw@%" else 0.62)
    if unicodedata.combining(char):
        return 0
    return size if char > "\u1fff" or unicodedata.east_asian_width(char) in "WFA" else size * 0.62


def text_width(text: str, size: float = WHAT) -> float:
    return sum(char_width(char, size) for char in text)


NEVER_FIRST = "、，。；：！？）》」』】…·"
"""What may not begin a line (GB/T 15834): the character before it comes along."""


def wrapped(text: str, width: float, size: float = WHAT, most: int = 3) -> list[str]:
    """`text` in at most `most` lines of `width`; what does not fit ends in an ellipsis. No text, no lines."""
    lines, current, used = [], "", 0.0
    for char in one_line(text):
        wide = char_width(char, size)
        if used + wide > width and current:
            carried = current[-1] if char in NEVER_FIRST and len(current) > 1 else ""
            lines.append(current.removesuffix(carried))
            current, used = carried, text_width(carried, size)
            if len(lines) == most:
                lines[-1] = _cut(lines[-1], width, size)
                return lines
        current, used = current + char, used + wide
    return [*lines, current] if current else lines


def _cut(line: str, width: float, size: float) -> str:
    """The line with an ellipsis instead of its end."""
    while line and text_width(line, size) + size > width:
        line = line[:-1]
    return line + "…"


@dataclass(frozen=True)
class Words:
    """What a box says, before it has a place; `notes` are the limit and the marks, one line or two for each."""

    who: str
    what: str
    notes: tuple[str, ...] = ()
    key: str = ""
    state: str = ""


@dataclass(frozen=True)
class Box:
    """A box with its place on the drawing; its lines are already broken."""

    key: str
    x: int
    y: int
    width: int
    height: int
    who: list[str]
    what: list[str]
    notes: list[str]
    state: str = ""

    @property
    def text_x(self) -> int:
        return self.x + PADDING

    @property
    def middle(self) -> int:
        return self.x + self.width // 2

    @property
    def bottom(self) -> int:
        return self.y + self.height


@dataclass
class Row:
    """Boxes that belong together; several stand in one frame with a label above them."""

    y: int
    label: list[str] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    height: int = 0
    x: int = 0
    width: int = 0
    framed: bool = False

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def middle(self) -> int:
        return self.x + self.width // 2


def box(words: Words, x: int, y: int, width: int) -> Box:
    """A box of this width, as high as its words need."""
    room = width - 2 * PADDING
    who = wrapped(words.who, room, WHO, 3)
    what = wrapped(words.what, room, WHAT, 4)
    notes = [line for note in (*words.notes, STATE_WORDS[words.state]) for line in wrapped(note, room, NOTE, 2)]
    height = (len(who) + len(what) + len(notes)) * LINE + 14
    return Box(words.key, x, y, width, height, who, what, notes, words.state)


def level(boxes: list[Box]) -> list[Box]:
    """Boxes beside each other, all as high as the highest."""
    height = max(one.height for one in boxes)
    return [Box(**{**one.__dict__, "height": height}) for one in boxes]
