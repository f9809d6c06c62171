"""Scanned pages bound into one PDF, each as it was packed and read back before the PDF counts."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from portal.lib.file_kinds import FileRefused

UNLIKE = "图片转换以后与原图不一致，没有保存。请改用PDF或者JPG格式重新扫描。"


@dataclass(frozen=True)
class Sheet:
    """One page of a PDF, packed: its pixels, how they are packed, mode and size in pixels, size in points on paper."""

    data: bytes
    packing: str
    mode: str
    size: tuple[int, int]
    points: tuple[float, float]


def bound(sheets: Iterable[Sheet]) -> bytes:
    """The PDF; the same sheets give the same bytes. Raises FileRefused when a page did not come back as it went in."""
    hashes = []
    with pikepdf.new() as pdf:
        for sheet in sheets:
            hashes.append(hashlib.sha256(sheet.data).digest())
            pdf.pages.append(_page(pdf, sheet))
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
    with pikepdf.open(io.BytesIO(out.getvalue())) as made:
        if [hashlib.sha256(page.Resources.XObject.Scan.read_raw_bytes()).digest() for page in made.pages] != hashes:
            raise FileRefused(UNLIKE)
    return out.getvalue()


def _page(pdf: pikepdf.Pdf, sheet: Sheet) -> pikepdf.Page:
    width, height = sheet.points
    scan = Stream(
        pdf,
        sheet.data,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=sheet.size[0],
        Height=sheet.size[1],
        ColorSpace=Name.DeviceRGB if sheet.mode == "RGB" else Name.DeviceGray,
        BitsPerComponent=1 if sheet.mode == "1" else 8,
        Filter=Name(sheet.packing),
    )
    drawing = f"q {width:.2f} 0 0 {height:.2f} 0 0 cm /Scan Do Q".encode()
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, round(width, 2), round(height, 2)]),
        Resources=Dictionary(XObject=Dictionary(Scan=scan)),
        Contents=Stream(pdf, drawing),
    )
    return pikepdf.Page(pdf.make_indirect(page))
