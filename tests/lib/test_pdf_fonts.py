"""A PDF to keep carries the glyphs it uses and no empty slots of the others."""

from __future__ import annotations

import io

from pypdf import PdfReader

from portal.lib.pdf import html_to_pdf
from portal.lib.pdf_fonts import thin

HTML = '<p style="font-family: Noto Sans CJK SC">食品经营许可申请书，示例：120平方米</p>'


def text(pdf: bytes) -> str:
    return PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


def fonts(pdf: bytes) -> set[str]:
    """How the font files are embedded."""
    reader = PdfReader(io.BytesIO(pdf))
    found = reader.pages[0]["/Resources"]["/Font"].values()  # type: ignore[index]
    kept = [font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in found]
    return {one["/FontFile3"].get_object()["/Subtype"] for one in kept}


def test_the_words_stay_and_most_of_the_bytes_go() -> None:
    whole = html_to_pdf(HTML)
    thinned = thin(whole)
    assert text(thinned) == text(whole) != ""
    assert fonts(whole) == {"/OpenType"}
    assert fonts(thinned) == {"/CIDFontType0C"}
    assert len(thinned) < len(whole) / 4


def test_what_is_thin_already_stays_readable() -> None:
    once = thin(html_to_pdf(HTML))
    assert text(thin(once)) == text(once)
