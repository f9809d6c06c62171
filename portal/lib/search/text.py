"""What people type, made searchable: cleaned, folded to one spelling, and cut into words of single characters.

One character is one token, Chinese or not. So any part of a name is found, without a dictionary that would have to know
every word of the trade, and a query word is simply a phrase of its characters.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from portal.lib.words import IDEOGRAPHS, one_line

LONGEST = 100
"""Characters of a query that are read; nobody types more, and each costs."""
MOST_WORDS = 8
SCRIPTS = re.compile(r"[0-9a-z]+|[^0-9a-z]+")


def is_token(char: str) -> bool:
    """Letters, digits and every rare ideograph, newer ones than this Python knows too: names and places need them."""
    return char.isalnum() or ord(char) in IDEOGRAPHS


@lru_cache(maxsize=1)
def _converter() -> Any:
    from opencc import OpenCC  # reads its dictionaries when it is made

    return OpenCC("t2s")


def simplified(text: str) -> str:
    """項目備案 → 项目备案. What is indexed and what is asked are both brought to it, so either may be traditional."""
    return text if text.isascii() else _converter().convert(text)


def folded(text: str) -> str:
    """One spelling for full width and half width, traditional and simplified, capital and small; what is no letter or
    digit becomes a space."""
    spelled = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", one_line(text)).casefold())
    spelled = simplified(spelled)
    return "".join(char if is_token(char) else "" if unicodedata.combining(char) else " " for char in spelled)


def key(text: str) -> str:
    """`text` without anything but its letters and digits: TZ-09, ＴＺ０９ and tz 09 have the key tz09."""
    return "".join(folded(text).split())


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
