"""System checks of what printing needs from the machine; without it papers still come out, but slowly or as boxes."""

from __future__ import annotations

import ctypes
from typing import Any

from django.core.checks import Warning as CheckWarning
from django.core.checks import register

SUBSETTERS = ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib")
FONT_LISTS = ("libfontconfig.so.1", "libfontconfig.1.dylib")
CHINESE = ":lang=zh-cn"


class _FontSet(ctypes.Structure):
    """The head of fontconfig's FcFontSet."""

    _fields_ = [("count", ctypes.c_int)]


@register()
def printing_has_what_it_needs(**kwargs: Any) -> list[CheckWarning]:
    """W001: fonts are cut down by slow Python code (seconds a page); W002: no font has Chinese characters."""
    found = []
    if _library(SUBSETTERS) is None:
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
    return found


def _library(names: tuple[str, ...]) -> ctypes.CDLL | None:
    """The first of the names that loads; None when none does."""
    for name in names:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None


def _has_font(pattern: str) -> bool:
    """Whether fontconfig knows a font for the pattern; its own command-line tools need not be installed."""
    library = _library(FONT_LISTS)
    if library is None:
        return False
    library.FcNameParse.restype = library.FcObjectSetCreate.restype = ctypes.c_void_p
    library.FcFontList.restype = ctypes.POINTER(_FontSet)
    wanted = ctypes.c_void_p(library.FcNameParse(pattern.encode()))
    nothing_else = ctypes.c_void_p(library.FcObjectSetCreate())
    fonts = library.FcFontList(None, wanted, nothing_else)
    count = fonts.contents.count if fonts else 0
    if fonts:
        library.FcFontSetDestroy(fonts)
    library.FcObjectSetDestroy(nothing_else)
    library.FcPatternDestroy(wanted)
    return count > 0
