"""The only door to WeasyPrint: HTML in, PDF bytes out, nothing fetched that is not ours.

One FontConfiguration serves the whole process (a new one per document leaks hundreds of megabytes), so rendering is
serialised by a lock.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from portal.lib.book_fonts import Glyphs
from portal.lib.glyphs import RARE_HAN, needs_rare_han

PREFIX = "static:"
TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png", ".woff2": "font/woff2"}
RARE_FACE = f'@font-face {{ font-family: "Portal Rare Han"; src: url("{PREFIX}{RARE_HAN}") }}'

_lock = threading.Lock()
_engine: Any = None


class FetchRefused(ValueError):
    """A document asked for something that is not one of our own static files."""


def static_file(url: str) -> Path:
    """The file behind `static:css/papers.css`; FetchRefused for every other address."""
    root = (settings.BASE_DIR / "site" / "static").resolve()
    path = (root / url.removeprefix(PREFIX)).resolve()
    if not url.startswith(PREFIX) or not path.is_relative_to(root) or path.suffix not in TYPES or not path.is_file():
        raise FetchRefused("a document may only fetch the portal's own static files")
    return path


def _start() -> Any:
    """Load WeasyPrint on the first document, not at the start of every process."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFilesOnly(URLFetcher):  # type: ignore[misc]  # WeasyPrint brings no types
        def fetch(self, url: str, headers: Any = None) -> Any:
            path = static_file(url)
            return URLFetcherResponse(url, body=path.read_bytes(), headers={"Content-Type": TYPES[path.suffix]})

    return weasyprint, FontConfiguration(), OwnFilesOnly()


@cache
def _add_rare_han() -> None:
    """Let the engine fall back to the portal's own font; for the first document that needs it, once a process."""
    weasyprint, fonts, fetcher = _engine
    weasyprint.CSS(string=RARE_FACE, font_config=fonts, url_fetcher=fetcher)


@cache
def _trim() -> Callable[[int], int]:
    """glibc's malloc_trim, or on other systems nothing at all."""
    libc = ctypes.util.find_library("c")
    return getattr(ctypes.CDLL(libc), "malloc_trim", None) or (lambda pad: 0) if libc else lambda pad: 0


def _give_memory_back() -> None:
    """Return freed font buffers (25 MB a face) to the system; glibc would keep every other document's worth."""
    _trim()(0)


def html_to_pdf(html: str, *, glyphs: Glyphs | None = None) -> bytes:
    """Render a complete HTML document; the caller's templates have escaped what people typed.

    Its fonts get these `glyphs` as well, for other documents that will share them.
    """
    global _engine
    with _lock:
        if _engine is None:
            _engine = _start()
        weasyprint, fonts, fetcher = _engine
        if needs_rare_han(html):
            _add_rare_han()
        page = weasyprint.HTML(string=html, base_url=PREFIX, url_fetcher=fetcher)
        try:
            document = page.render(font_config=fonts)
            if glyphs:
                _add_glyphs(document, glyphs)
            pdf: bytes = document.write_pdf()
            return pdf
        finally:
            _give_memory_back()


def _add_glyphs(document: Any, glyphs: Glyphs) -> None:
    """The fonts of a document are known once it was painted; painted again, it brings what was added to them."""
    document.write_pdf()
    for font in document.fonts.values():
        wanted = glyphs.get(font.name.decode(), {})
        font.to_unicode.update({gid: text for gid, (text, _) in wanted.items() if text})
        font.widths.update({gid: width for gid, (_, width) in wanted.items()})


def render_pdf(template: str, context: dict[str, Any], *, glyphs: Glyphs | None = None) -> bytes:
    """Render a Django template to PDF."""
    return html_to_pdf(render_to_string(template, context), glyphs=glyphs)
