"""Whether a text can be printed: every sign of it has a glyph in a font of this machine, or is named.

Asked are the fonts that the printing engine falls back to, through fontconfig's own cache, and the font that comes with
the portal for the ideographs that Debian's fonts lack. A private sign means something else on every system, so no font
is believed about it.
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from portal.lib.checks import FONT_LISTS, FontSet, library
from portal.lib.search.old_signs import MEANT
from portal.lib.words import is_unseen

RARE_HAN = "fonts/rare-han.woff2"
"""Ideographs of Ext A–I that fonts-noto-cjk and fonts-hanazono lack; where it is from stands beside it."""
FIRST_RARE = 0x3400
CHARSET = b"charset"
NO_GLYPH_NEEDED = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0), range(0x180B, 0x1810))

_printable: set[str] = set()
"""Signs that fonts of the machine were found to have; nearly every text is made of these."""


def rare_han() -> Path:
    return Path(settings.BASE_DIR) / "site" / "static" / RARE_HAN


@cache
def signs_of_rare_han() -> frozenset[int]:
    """The places of the portal's own font, read once, and only when a sign is not in the fonts of the machine."""
    from fontTools.ttLib import TTFont

    with TTFont(rare_han(), lazy=True) as font:
        return frozenset(font.getBestCmap())


@cache
def _charsets() -> tuple[ctypes.CDLL | None, list[int]]:
    """fontconfig, and the sets of signs of all fonts of this machine; without fontconfig nobody knows of any."""
    found = library(FONT_LISTS)
    if found is None:
        return None, []
    found.FcPatternCreate.restype = found.FcObjectSetCreate.restype = ctypes.c_void_p
    found.FcFontList.restype = ctypes.POINTER(FontSet)
    found.FcCharSetHasChar.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
    every, asked, charset = (ctypes.c_void_p(one) for one in (found.FcPatternCreate(), found.FcObjectSetCreate(), None))
    found.FcObjectSetAdd(asked, CHARSET)
    fonts = found.FcFontList(None, every, asked)  # kept as long as the process: its sets are read again and again
    sets = []
    for at in range(fonts.contents.count if fonts else 0):
        one = ctypes.c_void_p(fonts.contents.fonts[at])
        if found.FcPatternGetCharSet(one, CHARSET, 0, ctypes.byref(charset)) == 0 and charset.value:
            sets.append(charset.value)
    return found, sets


def on_this_machine(sign: str) -> bool:
    """Whether a font of the machine has the sign; where nobody can tell, it has."""
    fontconfig, sets = _charsets()
    return fontconfig is None or any(fontconfig.FcCharSetHasChar(one, ord(sign)) for one in sets)


def needs_rare_han(text: str) -> bool:
    """Whether the portal's own font is needed to print the text."""
    signs = {sign for sign in set(text) - _printable if ord(sign) >= FIRST_RARE}
    here = {sign for sign in signs if on_this_machine(sign)}
    _printable.update(here)
    return any(ord(sign) in signs_of_rare_han() for sign in signs - here)


def _has_glyph(sign: str) -> bool:
    code, category = ord(sign), unicodedata.category(sign)
    if category == "Co":
        return False
    if category in NO_GLYPH_NEEDED or any(code in selectors for selectors in SELECTORS) or is_unseen(sign):
        return True
    if on_this_machine(sign):
        _printable.add(sign)
        return True
    return code in signs_of_rare_han()


def unprintable(text: str) -> list[str]:
    """The signs of a text that no font has, each once, in their order."""
    missing = []
    for sign in dict.fromkeys(text):
        if sign in _printable:
            continue
        if not _has_glyph(sign):
            missing.append(sign)
    return missing


def place(sign: str) -> str:
    """U+E863: how the standard names a sign that nobody can read."""
    return f"U+{ord(sign):04X}"


def why_not(text: str) -> str:
    """A sentence about the first sign of a text that cannot be printed, and what to do; empty when all can."""
    missing = unprintable(text)
    if not missing:
        return ""
    sign = missing[0]
    if meant := MEANT.get(ord(sign)):
        return f"“{sign}”（{place(sign)}）是旧系统的自造字，不能打印。它就是“{meant}”（{place(meant)}），请改用这个字。"
    if unicodedata.category(sign) == "Co":
        return f"“{sign}”（{place(sign)}）是自造字，别的电脑和打印机认不出来。请核对证件，改用有国家统一编码的字。"
    return f"“{sign}”（{place(sign)}）没有字体能够打印。请核对是否输错；确实是这个字的，请联系管理员安装字体后再办理。"


def texts_in(content: Any) -> Iterator[str]:
    """Every text of a paper's content, however deep."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from texts_in(value)
    elif isinstance(content, list | tuple):
        for value in content:
            yield from texts_in(value)


def as_meant(content: Any) -> Any:
    """The content with the private signs of old systems written as the characters they are today."""
    return _each(content, lambda text: text.translate(MEANT))


def with_places(content: Any) -> Any:
    """The content with 〔U+E863〕 for every sign that cannot be printed: for papers that nobody can hold back."""
    return _each(content, lambda text: text.translate({ord(sign): f"〔{place(sign)}〕" for sign in unprintable(text)}))


def _each(content: Any, change: Any) -> Any:
    if isinstance(content, str):
        return change(content)
    if isinstance(content, dict):
        return {name: _each(value, change) for name, value in content.items()}
    return [_each(value, change) for value in content] if isinstance(content, list | tuple) else content
