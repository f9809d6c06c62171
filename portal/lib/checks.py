"""System checks of what printing needs from the machine; without it papers still come out, but slowly or as boxes."""

from __future__ import annotations

import ctypes
from typing import Any

from django.core.checks import Warning as CheckWarning
from django.core.checks import register

SUBSETTERS = ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib")
FONT_LISTS = ("libfontconfig.so.1", "libfontconfig.1.dylib")
CHINESE = ":lang=zh-cn"
RARE = (":charset=2a700", ":charset=2ceb0", ":charset=f40", ":charset=1820")
"""A character of Ext C and F each, a Tibetan and a Mongolian letter."""


class FontSet(ctypes.Structure):
    """fontconfig's FcFontSet."""

    _fields_ = [("count", ctypes.c_int), ("room", ctypes.c_int), ("fonts", ctypes.POINTER(ctypes.c_void_p))]


@register()
def printing_has_what_it_needs(**kwargs: Any) -> list[CheckWarning]:
    """W001: fonts are cut down by slow Python code (seconds a page); W002: no font has Chinese characters.

    W003: no font has the rare characters, Tibetan or Mongolian letters of names (GB 18030—2022, level 3).
    """
    found = []
    if library(SUBSETTERS) is None:
        found.append(
            CheckWarning(
                "没有找到 libharfbuzz-subset，生成每页文书要多用数秒。",
                hint="请安装软件包 libharfbuzz-subset0，然后重新启动。",
                id="portal.W001",
            )
        )
    if not _has_font(CHINESE):
        found.append(
            CheckWarning(
                "没有找到中文字体，打印的文书上汉字会显示为方框。",
                hint="请安装软件包 fonts-noto-cjk，然后重新启动。",
                id="portal.W002",
            )
        )
    elif not all(_has_font(pattern) for pattern in RARE):
        found.append(
            CheckWarning(
                "没有找到生僻字、藏文或者蒙古文的字体，姓名里有这些字的文书会被拦下。",
                hint="请安装软件包 fonts-hanazono 和 fonts-noto-core，然后重新启动。",
                id="portal.W003",
            )
        )
    return found


def library(names: tuple[str, ...]) -> ctypes.CDLL | None:
    """The first of the names that loads; None when none does."""
    for name in names:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None


def _has_font(pattern: str) -> bool:
    """Whether fontconfig knows a font for the pattern; its own command-line tools need not be installed."""
    found = library(FONT_LISTS)
    if found is None:
        return False
    found.FcNameParse.restype = found.FcObjectSetCreate.restype = ctypes.c_void_p
    found.FcFontList.restype = ctypes.POINTER(FontSet)
    wanted = ctypes.c_void_p(found.FcNameParse(pattern.encode()))
    nothing_else = ctypes.c_void_p(found.FcObjectSetCreate())
    fonts = found.FcFontList(None, wanted, nothing_else)
    count = fonts.contents.count if fonts else 0
    if fonts:
        found.FcFontSetDestroy(fonts)
    found.FcObjectSetDestroy(nothing_else)
    found.FcPatternDestroy(wanted)
    return count > 0
