"""Small files as people bring them, made on the spot."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pikepdf
from PIL import Image

PDF = (
    b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
    b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>\nendobj\ntrailer\n<</Root 1 0 R/Size 4>>\n%%EOF\n"
)
"""One empty page."""


def drawn(mode: str = "RGB", size: tuple[int, int] = (60, 40)) -> Image.Image:
    """A page with something on it: a dark stroke on light paper, off the middle, so that a turned page shows."""
    page = Image.new("L", size, 230)
    page.paste(40, (5, 5, size[0] // 2, 12))
    return page.convert(mode)


def saved(image: Image.Image, form: str, **parts: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **parts)
    return out.getvalue()


def scan(pages: int, mode: str = "1", size: tuple[int, int] = (60, 40)) -> bytes:
    """A TIFF of several pages, each with one stroke more to the right."""
    made = []
    for number in range(pages):
        page = drawn("L", size)
        page.paste(40, (30 + number, 20, 32 + number, 38))
        made.append(page.convert(mode))
    return saved(made[0], "TIFF", save_all=True, append_images=made[1:], dpi=(300, 300))


def ofd(*, entry: str = '<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"/>', page: bytes = b"<Page/>") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("OFD.xml", entry)
        archive.writestr("Doc_0/Document.xml", page)
    return out.getvalue()


def pdf(change: Any = None, **parts: Any) -> bytes:
    """A PDF of one page with a drawing; `change` does something to it before it is saved."""
    out = io.BytesIO()
    with pikepdf.new() as made:
        page = made.add_blank_page(page_size=(200, 100))
        page.Contents = pikepdf.Stream(made, b"0 0 m 100 100 l S")
        if change is not None:
            change(made)
        made.save(out, **parts)
    return out.getvalue()
