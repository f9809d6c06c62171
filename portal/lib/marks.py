"""Barcodes and QR codes as small SVG drawings that stand inside a page or a printed paper."""

from __future__ import annotations

import io

import barcode
import segno
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

MODULE = 1.2
BAR_HEIGHT = 34


def barcode_svg(text: str) -> SafeString:
    """Code 128 of an ASCII text; a scanner types the text as it stands."""
    bars = barcode.get("code128", text).build()[0]
    quiet = 10
    width = (len(bars) + 2 * quiet) * MODULE
    shapes, start = [], 0
    while start < len(bars):
        length = 1
        while start + length < len(bars) and bars[start + length] == bars[start]:
            length += 1
        if bars[start] == "1":
            left = (quiet + start) * MODULE
            shapes.append(f'<rect x="{left:.2f}" y="0" width="{length * MODULE:.2f}" height="{BAR_HEIGHT}"/>')
        start += length
    title = f"<title>条形码 {escape(text)}</title>"
    return mark_safe(
        f'<svg xmlns="http://www.w3.org/2000/svg" class="barcode" role="img" width="{width:.2f}" '
        f'height="{BAR_HEIGHT}" viewBox="0 0 {width:.2f} {BAR_HEIGHT}">{title}{"".join(shapes)}</svg>'
    )


def qr_svg(text: str, *, size: int = 72) -> SafeString:
    """A QR code with medium error correction, `size` CSS pixels wide."""
    buffer = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(buffer, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2, title=f"二维码 {text}")
    drawing = buffer.getvalue().decode().strip()
    return mark_safe(drawing.replace("<svg ", f'<svg role="img" width="{size}" height="{size}" ', 1))
