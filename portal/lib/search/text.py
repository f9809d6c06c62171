"""What people type, made comparable: cleaned, folded to one spelling, and cut into words of single characters.

`key` is the one fold of the house: the search of items and of names, the comparison of persons and the boxes that a
scanner types into all ask it. What is printed is what was typed.

One character is one token, Chinese or not. So any part of a name is found, without a dictionary that would have to know
every word of the trade, and a query word is simply a phrase of its characters.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from portal.lib.search.old_signs import MEANT
from portal.lib.words import IDEOGRAPHS, one_line

LONGEST = 100
"""Characters of a query that are read; nobody types more, and each costs."""
MOST_WORDS = 8
SCRIPTS = re.compile(r"[0-9a-z]+|[^0-9a-z]+")
DOTS = dict.fromkeys(map(ord, "\u119e\u1427\u318d"), " ")
"""Letters of other scripts that keyboards and old registers use for the dot within a name (·, ．, ‧ are none)."""
ACCENTS = (range(0x0300, 0x0370), range(0x1AB0, 0x1B00), range(0x1DC0, 0x1E00), range(0x20D0, 0x2100))
"""Marks beside Latin letters, which no keyboard at a window writes; those of Tibetan and Uyghur are vowels."""
SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]")
"""What many scanners say before a code: the kind of barcode they have read (ISO/IEC 15424), ]C1 for Code 128."""


def is_token(char: str) -> bool:
    """Letters, digits, vowel marks, private signs and every rare ideograph, newer ones than this Python knows too."""
    return char.isalnum() or ord(char) in IDEOGRAPHS or unicodedata.category(char) == "Co" or _is_vowel(char)


def _is_vowel(char: str) -> bool:
    return unicodedata.category(char) in {"Mn", "Mc"} and not _only_shapes(char)


def _only_shapes(char: str) -> bool:
    """An accent, or a sign that chooses among the shapes of the ideograph or the letter before it."""
    code = ord(char)
    selects = code in range(0xFE00, 0xFE10) or code in range(0xE0100, 0xE01F0) or code in range(0x180B, 0x1810)
    return selects or code in range(0x200C, 0x200E) or any(code in accents for accents in ACCENTS)


@lru_cache(maxsize=1)
def _converter() -> Any:
    from opencc import OpenCC  # reads its dictionaries when it is made

    return OpenCC("t2s")


def simplified(text: str) -> str:
    """項目備案 → 项目备案. What is indexed and what is asked are both brought to it, so either may be traditional."""
    return text if text.isascii() else _converter().convert(text)


def folded(text: str) -> str:
    """One spelling of what reads the same; what is no letter or digit becomes a space.

    Folded are full width and half width, traditional and simplified, capital and small, composed and decomposed, the
    private signs of old systems that are characters today, shapes of one letter.
    """
    spelled = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", one_line(text)).casefold())
    meant = simplified(spelled.translate(MEANT).translate(DOTS))
    return "".join(char if is_token(char) else "" if _only_shapes(char) else " " for char in meant)


def key(text: str) -> str:
    """`text` without anything but its letters and digits: TZ-09, ＴＺ０９ and tz 09 have the key tz09."""
    return "".join(folded(text).split())


def scanned(text: str) -> str:
    """A printed number as its paper writes it: ＪＤ２０２６…, jd 2026… and ]C1JD2026… are all JD2026…"""
    return key(SYMBOLOGY.sub("", unicodedata.normalize("NFKC", one_line(text)).strip(), count=1)).upper()


def tokens(text: str) -> tuple[str, ...]:
    """The characters of `text`, one token each."""
    return tuple(key(text))


def pairs(text: str) -> list[str]:
    """Every two neighbouring Chinese characters of `text`, each pair once, in order; none across a sign or a letter."""
    runs = [run for word in folded(text).split() for run in scripts(word) if not is_latin(run)]
    return list(dict.fromkeys(run[place : place + 2] for run in runs for place in range(len(run) - 1)))


def scripts(word: str) -> list[str]:
    """The runs of a folded word: 施工xk → 施工, xk. Latin letters and digits may be pinyin or part of a code."""
    return SCRIPTS.findall(word)


def is_latin(word: str) -> bool:
    return word.isascii()


@dataclass(frozen=True)
class Query:
    """A query as typed; whatever it is, it can be asked."""

    typed: str

    @cached_property
    def shown(self) -> str:
        """What may stand in the search box again: clean, and no longer than what was read."""
        return one_line(self.typed[: LONGEST * 50])[:LONGEST].strip()

    @cached_property
    def is_cut(self) -> bool:
        return len(self.typed) > LONGEST and len(one_line(self.typed[: LONGEST * 50])) > LONGEST

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Folded words, each once, in order; empty when there is no letter or digit in it."""
        return tuple(dict.fromkeys(folded(self.shown).split()))[:MOST_WORDS]

    @cached_property
    def key(self) -> str:
        return "".join(folded(self.shown).split())
