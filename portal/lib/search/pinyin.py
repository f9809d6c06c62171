"""Pinyin of names: whole and initials, findable from every syllable on, and the letter a name is filed under."""

from __future__ import annotations

from portal.lib.search.text import folded, key

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


def beginnings(text: str) -> list[str]:
    """A name from the beginning of each of its words on: of 城市供水 the whole and 供水."""
    import rjieba  # its dictionary, too, is for publishing only

    whole = key(text)
    return [whole[start:] for start in sorted({start for _, start, _ in rjieba.tokenize(whole, "search", False)})]


def whole_spellings(text: str) -> list[str]:
    """Tokens for whole syllables, and their initials, from the beginning of any word on: of 城市供水 chengshi, gongshui
    and csgs, but not shigong, which nobody means who types it."""
    found: list[str] = []
    for rest in map(syllables, beginnings(text)):
        for end in range(1, len(rest) + 1):
            found += ["".join(rest[:end])[:LONGEST_TAIL], "".join(syllable[0] for syllable in rest[:end])]
    return list(dict.fromkeys(found))


def half_heard(text: str) -> list[str]:
    """Every two neighbouring characters with one of them written by its sound: of 消防 消’fang and xiao’防.

    Who types 消房 means one of them."""
    found: list[str] = []
    for run in folded(text).split():
        heard = syllables(run)
        if len(heard) == len(run):
            for place in range(len(run) - 1):
                found += [f"{run[place]}’{heard[place + 1]}", f"{heard[place]}’{run[place + 1]}"]
    return list(dict.fromkeys(found))


def sort_key(text: str) -> str:
    """Names in this order stand as in a dictionary: syllable by syllable.

    A nought parts the syllables: the collations of some databases pass over spaces.
    """
    return "0".join(syllables(text))[:200]


def letter(text: str) -> str:
    """A–Z, or # for a name that begins with anything else."""
    first = sort_key(text)[:1].upper()
    return first if "A" <= first <= "Z" else "#"
