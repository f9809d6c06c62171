"""What is said in many places, said once: days and minutes as papers print them, texts without unseen signs,
conditions."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time

from django.utils import timezone

NONE = "—"
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Cn"})
"""Control and formatting signs (zero width, direction), halves of signs, signs that do not exist."""
IDEOGRAPHS = range(0x20000, 0x40000)
"""Planes of rare ideographs: Python's own tables know fewer of them than identity cards and names do."""
NO_SIGN = frozenset({0xFFFE, 0xFFFF})
"""The last two places of every plane, which never become signs."""
JOINERS = frozenset("\u180e\u200c\u200d")
"""Unseen by themselves; behind a letter of the scripts that join, they say which of its shapes is written."""
JOINED = (range(0x0600, 0x0780), range(0x0870, 0x0900), range(0x1800, 0x18B0), range(0xFB50, 0xFE00))
"""The scripts that join: Arabic, in which Uyghur and Kazak are written, and Mongolian with Todo, Sibe and Manchu."""


# Days and minutes. They are those of the centre, whatever zone somebody chose for the screen.


def day(value: date | None) -> str:
    """2017年3月15日, or a dash when there is none; a moment counts with its day at the centre."""
    if value is None:
        return NONE
    value = _day_of(value)
    return f"{value.year}年{value.month}月{value.day}日"


def month(value: date) -> str:
    """2017年3月."""
    value = _day_of(value)
    return f"{value.year}年{value.month}月"


def minute(value: datetime | None) -> str:
    """2017年3月15日 9时05分, or a dash when there is none."""
    if value is None:
        return NONE
    local = _local(value)
    return f"{day(local.date())} {local.hour}时{local.minute:02d}分"


def moment(value: datetime | None) -> str:
    """2017年3月15日 09:05, as screens say when something was done; a dash when it was not."""
    return NONE if value is None else f"{day(value)} {hour(value)}"


def hour(value: datetime) -> str:
    """09:05, for what happened on a day that everybody knows."""
    return f"{_local(value):%H:%M}"


def midnight(value: date) -> datetime:
    """The moment at which this day begins at the centre."""
    return timezone.make_aware(datetime.combine(value, time.min), timezone.get_default_timezone())


def _day_of(value: date) -> date:
    return _local(value).date() if isinstance(value, datetime) else value


def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment, timezone.get_default_timezone())


# Signs that nobody sees and that can make a text look like another one.


def is_unseen(sign: str) -> bool:
    """Whether nobody can see this sign. Private ones are seen, as a box at least, and old names need them."""
    code = ord(sign)
    if code in IDEOGRAPHS:
        return code & 0xFFFF in NO_SIGN
    return unicodedata.category(sign) in UNSEEN


def visible(text: str) -> str:
    """The text without unseen signs, except line breaks, and without empty edges."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    return "\n".join(_seen(line) for line in lines).strip()


def one_line(text: str) -> str:
    """The text on one line with single spaces, without unseen signs; a control sign parts words like a space."""
    spaced = (" " if unicodedata.category(sign) == "Cc" else sign for sign in text)
    return " ".join(_seen("".join(spaced)).split())


def _seen(line: str) -> str:
    kept: list[str] = []
    for sign in line:
        shapes = sign in JOINERS and bool(kept) and any(ord(kept[-1]) in script for script in JOINED)
        if shapes or not is_unseen(sign):
            kept.append(sign)
    return "".join(kept)


def is_thin(text: str, least: int) -> bool:
    """Whether it says too little to explain anything: fewer letters, digits or characters than `least`, or always the
    same few of them."""
    signs = [sign for sign in text if sign.isalnum()]
    return len(signs) < least or len(set(signs)) * 2 < least


# Conditions: of a material, a step, a field.


def condition(asked: str, answers: Iterable[str]) -> str:
    """是否代办＝是或否: what is asked, and the answers under which it holds."""
    return f"{asked}＝{'或'.join(answers)}"


def all_of(conditions: Iterable[str]) -> str:
    """Conditions that hold together, in one text; empty when there are none."""
    return "且".join(conditions)
