"""Making a PDF small that is kept in the repository and downloaded often.

WeasyPrint embeds a CJK face with a slot for each of its 65,000 glyphs. A CID-keyed font may be embedded with the used
ones alone, because they are found by their CID: the same page in a quarter of the bytes.
"""

from __future__ import annotations

import io

import pikepdf
from fontTools import subset
from fontTools.ttLib import TTFont

EMPTY = 2
"""Bytes of the outline of a glyph that is not used."""


def thin(data: bytes) -> bytes:
    """The PDF with its CID-keyed OpenType fonts cut down to the glyphs that have an outline; all else as it was."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for part in pdf.objects:
            if isinstance(part, pikepdf.Stream) and part.get("/Subtype") == pikepdf.Name.OpenType:
                cut = _used_only(part.read_bytes())
                if cut is not None:
                    part.write(cut)
                    part.Subtype = pikepdf.Name.CIDFontType0C
        out = io.BytesIO()
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return out.getvalue()


def _used_only(font_file: bytes) -> bytes | None:
    """The font's CFF table with the used glyphs alone; None where glyphs are not found by their CID."""
    font = TTFont(io.BytesIO(font_file))
    if "CFF " not in font or not hasattr(font["CFF "].cff.topDictIndex[0], "ROS"):
        return None
    outlines = font["CFF "].cff.topDictIndex[0].CharStrings
    used = [number for number, name in enumerate(font.getGlyphOrder()) if len(outlines[name].bytecode or b"") > EMPTY]
    options = subset.Options(hinting=False, desubroutinize=True, layout_features=[])
    cutter = subset.Subsetter(options)
    cutter.populate(gids=used)
    cutter.subset(font)
    whole = io.BytesIO()
    font.save(whole)
    cut: bytes = TTFont(io.BytesIO(whole.getvalue())).reader["CFF "]
    return cut
