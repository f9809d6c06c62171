"""Pinyin of names: whole and initials, findable from every syllable on, and the letter a name is filed under."""

from __future__ import annotations

from portal.lib.search.text import folded

LONGEST_TAIL = 60
"""Letters kept of each tail; nobody spells out more."""


def syllables(text: str) -> list[str]:
    """The syllables of the Chinese characters in `text`; letters and digits stand as they are, rare characters too."""
    from pypinyin import lazy_pinyin  # its dictionary takes tens of MiB, and only publishing needs it

    return [part for part in lazy_pinyin("".join(folded(text).split())) if part]


def tails(parts: list[str]) -> list[str]:
    """What may be typed from each part on: of shi, gong, xu: shigongxu, gongxu, xu."""
    whole = ["".join(parts[start:])[:LONGEST_TAIL] for start in range(len(parts))]
    return list(dict.fromkeys(tail for tail in whole if tail))


def spellings(text: str) -> list[str]:
    """Tokens for full pinyin and initials from every position; a query is the beginning of one of them."""
    parts = syllables(text)
    return list(dict.fromkeys(tails(parts) + tails([part[0] for part in parts])))


def sort_key(text: str) -> str:
    """Names in this order stand as in a dictionary: syllable by syllable.

    A nought parts the syllables: the collations of some databases pass over spaces.
    """
    return "0".join(syllables(text))[:200]


def letter(text: str) -> str:
    """A–Z, or # for a name that begins with anything else."""
    first = sort_key(text)[:1].upper()
    return first if "A" <= first <= "Z" else "#"
