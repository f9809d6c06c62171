"""Fonts of printed parts: which font each has, which glyphs of it, and whether another of the book can stand for it.

The printing engine keeps the numbers of glyphs when it leaves out those that a document does not use, so a font with
the glyphs of all parts reads every part. Speaks of fonts as PDF dictionaries and imports no PDF library.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

Glyphs = dict[str, dict[int, tuple[str, int]]]
"""By the name of a font (`/ABCDEF+Noto-Serif-CJK-SC`): the text and the width of each glyph that is used."""
Identity = tuple[str, bytes]
ENTRY = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]*)>")
SFNT_HEAD, SFNT_ENTRY = 12, 16


@dataclass(frozen=True)
class Shared:
    """A font that stands in the book: the number of its object, and the glyphs that it has."""

    number: int
    glyphs: frozenset[int]


def identity(font: Any) -> Identity | None:
    """Which font this is: its name, and the revision and days of its program, which the next release of a font
    changes; None for one whose glyphs are numbered for its document alone."""
    if font.get("/Subtype") != "/Type0" or font.get("/Encoding") != "/Identity-H":
        return None
    descriptor = _descendant(font)["/FontDescriptor"].get_object()
    program = descriptor.get("/FontFile3") or descriptor.get("/FontFile2")
    head = _table(program.get_object().get_data(), b"head") if program is not None else b""
    return (str(font["/BaseFont"]), head[:8] + head[18:36]) if head else None


def glyphs_of(font: Any) -> dict[int, tuple[str, int]]:
    """Text and width of every glyph of a font of a printed part."""
    widths = _widths(_descendant(font)["/W"].get_object())
    said = font["/ToUnicode"].get_object().get_data()
    found = {int(gid, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for gid, text in ENTRY.findall(said)}
    return {gid: (found.get(gid, ""), widths[gid]) for gid in widths}


def _descendant(font: Any) -> Any:
    return font["/DescendantFonts"].get_object()[0].get_object()


def _widths(listed: Any) -> dict[int, int]:
    """[5 [1000 500] 9 [1000]] → 5: 1000, 6: 500, 9: 1000 (ISO 32000-1, 9.7.4.3)."""
    found: dict[int, int] = {}
    pairs = iter(listed)
    for first, row in zip(pairs, pairs, strict=True):
        found |= {int(first) + at: width for at, width in enumerate(row.get_object())}
    return found


def _table(program: bytes, tag: bytes) -> bytes:
    """A table of an OpenType font; empty when it has none of this name."""
    for number in range(int.from_bytes(program[4:6], "big")):
        entry = program[SFNT_HEAD + number * SFNT_ENTRY :][:SFNT_ENTRY]
        if entry[:4] == tag:
            start, length = int.from_bytes(entry[8:12], "big"), int.from_bytes(entry[12:16], "big")
            return program[start : start + length]
    return b""
