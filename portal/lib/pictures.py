"""Pictures from phones, scanners and document cameras, turned into what is kept, and compared before that counts.

What is kept is drawn anew from the pixels, so that nothing else survives: no place where a photo was taken, no hidden
text. PNG stays PNG and photographs become JPEG; several pages become one PDF. A copy that is lossless must equal the
original pixel by pixel, another may differ by two steps of 255 on average, and none may be blank where the original is
not. Memory holds one picture at a time, whoever else is uploading.
"""

from __future__ import annotations

import io
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import pillow_heif
from PIL import Image, ImageChops, ImageFile, ImageOps, ImageStat

from portal.lib.file_kinds import BMP, HEIC, JPEG, PDF, PNG, TIFF, WEBP, FileKind, FileRefused
from portal.lib.picture_pdf import UNLIKE, Sheet, bound

MAX_PIXELS = 60_000_000
"""Of one picture or page: A4 at 600 dpi has 35 million, a photograph of a good phone 48 million."""
MAX_PAGES = 100
MAX_ALL_PIXELS = 900_000_000
"""Of all pages together: a hundred pages of A4 at 300 dpi."""
MAX_KEPT = 60 * 1024 * 1024
"""Bytes of the copy."""
MEAN_DIFFERENCE = 2.0
"""Of 255, between an original and its copy."""
CONTRAST = 16
"""Less between the lightest and the darkest of 255 is no picture but an empty page."""
BAND = 256
"""So many rows are compared at a time."""
DEPTHS = (255, 1023, 4095, 65535)
"""The whitest white of scanners that write 8, 10, 12 or 16 bits into 16."""

FORMATS = {JPEG: "JPEG", PNG: "PNG", HEIC: "HEIF", TIFF: "TIFF", BMP: "BMP", WEBP: "WEBP"}
MAY_BE_MANY = {HEIC, TIFF}
LOSSLESS_MODES = {"1", "L"}
"""Of TIFF pages: what these hold stays small without any loss."""

TOO_MANY_PIXELS = "图片的像素过大，请用较低的分辨率重新扫描。"
TOO_MANY_PAGES = f"图片文件的页数过多（最多{MAX_PAGES}页），请分成几个文件上传。"
TOO_LARGE = "图片转换以后仍然过大，请用较低的分辨率重新扫描，或者分成几个文件上传。"
BROKEN = "图片已损坏，不能读取，请重新扫描。"
MOVING = "动图不能作为材料保存，请上传静止的图片。"

pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
_one_at_a_time = threading.Lock()

Form = Callable[[Image.Image], bytes]


@dataclass(frozen=True)
class Turned:
    """What is kept of a picture."""

    data: bytes
    kind: FileKind


def turned(data: bytes, kind: FileKind) -> Turned:
    """The picture as it is kept, the right way up and compared with the original. Raises FileRefused."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint switches it on for the whole process
    try:
        with _one_at_a_time, Image.open(io.BytesIO(data), formats=[FORMATS[kind]]) as image:
            pages = _pages(image, kind)
            return _as_pdf(image, pages) if len(pages) > 1 else _as_picture(_page(image, pages[0]), kind)
    except FileRefused:
        raise
    except Image.DecompressionBombError as error:
        raise FileRefused(TOO_MANY_PIXELS) from error
    except Exception as error:  # a parser of strangers' bytes raises anything; people get a sentence, never a trace
        raise FileRefused(BROKEN) from error


def _pages(image: Image.Image, kind: FileKind) -> list[int]:
    """The numbers of the pages, by what the file says of their size: nothing has been unpacked yet."""
    if kind not in MAY_BE_MANY:
        if kind is not JPEG and getattr(image, "is_animated", False):
            raise FileRefused(MOVING)
        _fits(image.width * image.height)
        return [0]
    pages, pixels = [], 0
    for number in _frames(image):
        if number >= MAX_PAGES:
            raise FileRefused(TOO_MANY_PAGES)
        _fits(image.width * image.height)
        pixels += image.width * image.height
        if not _is_thumbnail(image):
            pages.append(number)
    if pixels > MAX_ALL_PIXELS:
        raise FileRefused(TOO_MANY_PAGES)
    return pages or [0]


def _fits(pixels: int) -> None:
    if pixels > MAX_PIXELS:
        raise FileRefused(TOO_MANY_PIXELS)


def _frames(image: Image.Image) -> Iterator[int]:
    """Turns the pages one by one, as far as there are any."""
    for number in range(MAX_PAGES + 1):
        try:
            image.seek(number)
        except EOFError:
            return
        yield number


def _is_thumbnail(image: Image.Image) -> bool:
    """A page of TIFF that shows another one small (NewSubfileType, bit 0)."""
    return bool(int(getattr(image, "tag_v2", {}).get(254, 0)) & 1)


def _page(image: Image.Image, number: int) -> Image.Image:
    """The pixels of one page as people see them: the right way up, in mode 1, L, RGB or RGBA."""
    if number != image.tell():
        image.seek(number)
    image.load()
    with suppress(Exception):  # metadata nobody can read says nothing about rotation; the pixels are whole
        ImageOps.exif_transpose(image, in_place=True)
    if image.mode.startswith("I") or image.mode == "F":
        return _in_eight_bits(image, inverted=getattr(image, "tag_v2", {}).get(262) == 0)
    if image.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in image.info:
        return image.convert("RGBA")
    return image if image.mode in {"1", "L", "RGB"} else image.convert("RGB")


def _in_eight_bits(image: Image.Image, *, inverted: bool) -> Image.Image:
    """Deeper grey, scaled and never cut: by the scanner's depth, or from darkest to lightest where that is flat."""
    numbers = image if image.mode == "F" else image.convert("I")
    low, high = (float(edge) for edge in numbers.getextrema())  # type: ignore[arg-type]  # one band, so two numbers
    if image.mode == "F" and low >= 0 and high <= 1:
        top = 1.0
    else:
        top = next((float(depth) for depth in DEPTHS if high <= depth), high)
    made = _scaled(numbers, min(low, 0.0), top)
    if high > low and _contrast(made) < CONTRAST <= high - low:
        made = _scaled(numbers, low, high)
    return ImageOps.invert(made) if inverted else made


def _scaled(numbers: Image.Image, low: float, high: float) -> Image.Image:
    scale = 255 / ((high - low) or 1.0)
    return numbers.point(lambda value: value * scale + (0.5 - low * scale)).convert("L")


def _as_picture(image: Image.Image, kind: FileKind) -> Turned:
    """One page: lossless where it came so, or has transparent parts, and stays small; otherwise as a photograph."""
    lossless = kind in {PNG, BMP} or image.mode == "RGBA" or (kind is TIFF and image.mode in LOSSLESS_MODES)
    if lossless:
        made = _png(image)
        _compare(image, made, most=0)
        return Turned(_small_enough(made), PNG)
    return Turned(_small_enough(_photograph(image)), JPEG)


def _small_enough(made: bytes) -> bytes:
    if len(made) > MAX_KEPT:
        raise FileRefused(TOO_LARGE)
    return made


def _photograph(image: Image.Image) -> bytes:
    """As JPEG, finer when the usual quality is not near enough."""
    for quality, subsampling in ((88, -1), (95, 0)):
        out = io.BytesIO()
        _bare(image).save(out, "JPEG", quality=quality, subsampling=subsampling)
        with suppress(FileRefused):
            _compare(image, out.getvalue(), most=MEAN_DIFFERENCE)
            return out.getvalue()
    raise FileRefused(UNLIKE)


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    _bare(image).save(out, "PNG")
    return out.getvalue()


def _bare(image: Image.Image) -> Image.Image:
    """Without comments and colour profiles, which would be written again."""
    image.info = {}
    return image


def _compare(original: Image.Image, made: bytes, *, most: float) -> None:
    """FileRefused unless the copy shows the original: no blank page for a full one, and no further off than `most`."""
    with Image.open(io.BytesIO(made), formats=["PNG", "JPEG"]) as copy:
        if copy.size != original.size or copy.mode != original.mode:
            raise FileRefused(UNLIKE)
        if mean_difference(original, copy) > most:
            raise FileRefused(UNLIKE)
        if _contrast(original) >= CONTRAST > 2 * _contrast(copy):
            raise FileRefused(UNLIKE)


def mean_difference(one: Image.Image, other: Image.Image) -> float:
    """Of 255, over all pixels and bands; the pictures have one size and mode."""
    total = 0.0
    for top in range(0, one.height, BAND):
        box = (0, top, one.width, min(top + BAND, one.height))
        difference = ImageChops.difference(_band(one, box), _band(other, box))
        total += sum(ImageStat.Stat(difference).sum)
    return total / (one.width * one.height * len(one.getbands()))


def _band(image: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
    rows = image.crop(box)
    return rows.convert("L") if rows.mode == "1" else rows


def _contrast(image: Image.Image) -> int:
    """The widest distance between dark and light in any band, of 255."""
    found = image.getextrema()
    bands = [found] if len(image.getbands()) == 1 else found
    return int(max(high - low for low, high in bands))  # type: ignore[operator, misc]


def _on_paper(image: Image.Image) -> Image.Image:
    """Without transparent parts: on white, or on black where nothing would be seen on white."""
    if image.mode != "RGBA":
        return image
    for colour in ("white", "black"):
        paper = Image.new("RGB", image.size, colour)
        paper.paste(image, mask=image.getchannel("A"))
        if _contrast(paper) >= CONTRAST or _contrast(image) < CONTRAST:
            return paper
    raise FileRefused(UNLIKE)


def _as_pdf(image: Image.Image, pages: list[int]) -> Turned:
    """All pages as one PDF; one page is in memory unpacked at a time."""
    return Turned(bound(_sheets(image, pages)), PDF)


def _sheets(image: Image.Image, pages: list[int]) -> Iterator[Sheet]:
    total = 0
    for number in pages:
        page = _page(image, number)
        points = _points(page)
        sheet = _sheet(_on_paper(page), points)
        total += len(sheet.data)
        if total > MAX_KEPT:
            raise FileRefused(TOO_LARGE)
        yield sheet


def _sheet(page: Image.Image, points: tuple[float, float]) -> Sheet:
    if page.mode == "1":
        return Sheet(zlib.compress(page.tobytes()), "/FlateDecode", "1", page.size, points)
    return Sheet(_photograph(page), "/DCTDecode", page.mode, page.size, points)


def _points(page: Image.Image) -> tuple[float, float]:
    """How large a page prints, in points of 1/72 inch: as the scanner says, otherwise as wide as A4."""
    width, height = page.size
    given = page.info.get("dpi", (0, 0))
    across, down = (float(value) for value in given)
    if not (50 <= across <= 2400 and 50 <= down <= 2400):
        across = down = width * 72 / 595
    return width * 72 / across, height * 72 / down
