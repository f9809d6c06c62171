"""Pictures from phones, scanners and cameras: taken, turned into what is kept, and compared before that counts."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, TiffImagePlugin

from portal.lib import pictures
from portal.lib.file_kinds import BMP, HEIC, JPEG, PDF, PNG, TIFF, WEBP, FileKind, FileRefused
from portal.lib.files import StoredFile, read_private, store_private
from portal.lib.pictures import MEAN_DIFFERENCE, mean_difference, turned
from tests.files import drawn, saved, scan

LIMIT = 1024 * 1024
PAPER, STROKE = 60_000, 8_000


def kept(name: str, data: bytes, max_bytes: int = LIMIT) -> StoredFile:
    return store_private(SimpleUploadedFile(name, data), max_bytes=max_bytes)


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def deep(mode: str = "I;16", paper: int = PAPER, stroke: int = STROKE) -> Image.Image:
    """A page in 16 bits of grey with one stroke."""
    page = Image.new("I", (60, 40), paper)
    page.paste(stroke, (5, 5, 30, 12))
    return page.convert("I;16") if mode == "I;16" else page


def stroke_and_paper(image: Image.Image) -> tuple[Any, Any]:
    return image.getpixel((10, 8)), image.getpixel((50, 30))


def test_a_16_bit_grey_scan_is_kept_as_the_picture_and_never_white() -> None:
    image = opened(read_private(kept("扫描.png", saved(deep(), "PNG")).path))
    assert stroke_and_paper(image) == (31, 233)


@pytest.mark.parametrize(
    "paper, stroke, expected",
    [
        (65535, 0, (0, 255)),
        (4000, 100, (6, 249)),  # 12 bits in 16
        (200, 20, (20, 200)),  # 8 bits in 16
        (60_000, 59_900, (0, 255)),  # hardly any difference, but one
    ],
)
def test_however_few_bits_a_scanner_fills_the_strokes_stay(paper: int, stroke: int, expected: tuple[int, int]) -> None:
    made = turned(saved(deep(paper=paper, stroke=stroke), "PNG"), PNG)
    assert stroke_and_paper(opened(made.data)) == expected


def test_a_16_bit_scan_in_which_black_is_high_is_no_negative() -> None:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[262] = 0
    data = saved(deep(paper=5_000, stroke=60_000), "TIFF", tiffinfo=tags)
    stroke, paper = stroke_and_paper(opened(turned(data, TIFF).data))
    assert stroke < 50 < 200 < paper


def test_a_16_bit_scan_taken_sideways_is_kept_upright() -> None:
    rotation = Image.Exif()
    rotation[0x0112] = 6
    assert opened(turned(saved(deep(), "PNG", exif=rotation), PNG).data).size == (40, 60)


@pytest.mark.parametrize(
    "kind, form, mode, becomes",
    [
        (HEIC, "HEIF", "RGB", JPEG),
        (TIFF, "TIFF", "RGB", JPEG),
        (TIFF, "TIFF", "1", PNG),
        (TIFF, "TIFF", "L", PNG),
        (TIFF, "TIFF", "CMYK", JPEG),
        (TIFF, "TIFF", "RGBA", PNG),
        (BMP, "BMP", "RGB", PNG),
        (BMP, "BMP", "1", PNG),
        (WEBP, "WEBP", "RGB", JPEG),
        (WEBP, "WEBP", "RGBA", PNG),
        (PNG, "PNG", "RGBA", PNG),
        (PNG, "PNG", "P", PNG),
        (JPEG, "JPEG", "RGB", JPEG),
        (JPEG, "JPEG", "L", JPEG),
        (JPEG, "JPEG", "CMYK", JPEG),
    ],
)
def test_every_kind_of_picture_is_kept_as_one_that_everybody_opens(
    kind: FileKind, form: str, mode: str, becomes: FileKind
) -> None:
    page = drawn(mode)
    if mode == "RGBA":
        page.putpixel((0, 0), (0, 0, 0, 0))
    data = saved(page, form)
    made = turned(data, kind)
    assert made.kind is becomes
    original, copy = opened(data), opened(made.data)
    assert copy.size == original.size
    assert mean_difference(original.convert("RGB"), copy.convert("RGB")) <= (0 if becomes is PNG else MEAN_DIFFERENCE)


def test_the_name_follows_what_is_kept_and_says_so() -> None:
    stored = kept("身份证.HEIC", saved(drawn(), "HEIF"))
    assert stored.called("身份证.HEIC") == "身份证.jpg"
    assert stored.content_type == "image/jpeg"
    assert stored.notes == ("HEIC图片已经转为JPG图片保存。",)


def test_a_phone_that_calls_its_picture_by_another_ending_is_believed_by_the_content() -> None:
    assert kept("微信图片.jpg", saved(drawn(), "HEIF")).content_type == "image/jpeg"
    assert kept("微信图片.jpg", saved(drawn(), "PNG")).content_type == "image/png"
    with pytest.raises(FileRefused, match="后缀不符"):
        kept("微信图片.pdf", saved(drawn(), "HEIF"))


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "P"])
def test_a_scan_of_many_pages_is_one_pdf_with_all_of_them(mode: str) -> None:
    data = scan(3, mode)
    made = turned(data, TIFF)
    assert made.kind is PDF
    original = Image.open(io.BytesIO(data))
    with pikepdf.open(io.BytesIO(made.data)) as bound:
        assert len(bound.pages) == 3
        for number, page in enumerate(bound.pages):
            original.seek(number)
            shown = pikepdf.PdfImage(page.get_images()["/Scan"]).as_pil_image().convert("L")
            difference = mean_difference(original.convert("RGB").convert("L"), shown)
            assert difference <= (0 if mode == "1" else MEAN_DIFFERENCE)
            assert shown.getextrema()[0] < 60 < 200 < shown.getextrema()[1]
        assert [round(float(edge), 1) for edge in bound.pages[0].MediaBox[2:]] == [14.4, 9.6]  # 300 dots an inch


def test_the_same_scan_twice_is_the_same_pdf() -> None:
    assert turned(scan(2), TIFF).data == turned(scan(2), TIFF).data


def test_a_burst_of_photos_is_kept_whole() -> None:
    data = saved(drawn(), "HEIF", save_all=True, append_images=[drawn("RGB", (80, 50))])
    with pikepdf.open(io.BytesIO(turned(data, HEIC).data)) as bound:
        assert len(bound.pages) == 2


def test_the_small_picture_that_a_scanner_adds_is_no_page() -> None:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[254] = 1
    small = drawn("L", (6, 4))
    small.encoderinfo = {"tiffinfo": tags}
    data = saved(drawn("L"), "TIFF", save_all=True, append_images=[small])
    assert Image.open(io.BytesIO(data)).n_frames == 2
    assert turned(data, TIFF).kind is PNG


@pytest.mark.parametrize("form, kind", [("JPEG", JPEG), ("HEIF", HEIC), ("TIFF", TIFF), ("WEBP", WEBP)])
def test_a_photo_taken_sideways_is_upright_and_forgets_where_it_was_taken(form: str, kind: FileKind) -> None:
    notes = Image.Exif()
    notes[0x0112] = 6
    notes.get_ifd(0x8825)[1] = "N"
    notes.get_ifd(0x8825)[2] = (30.0, 0.0, 0.0)
    made = turned(saved(drawn(), form, exif=notes.tobytes()), kind)
    copy = opened(made.data)
    assert copy.size == (40, 60)
    assert not copy.getexif()


def test_what_is_white_on_nothing_is_not_a_blank_page() -> None:
    """A scan in colour is bound into a PDF, which has no transparent parts: white strokes would vanish on white."""
    page = Image.new("RGBA", (60, 40), (255, 255, 255, 0))
    page.paste((255, 255, 255, 255), (5, 5, 30, 12))
    data = saved(page, "TIFF", save_all=True, append_images=[drawn("RGBA")])
    with pikepdf.open(io.BytesIO(turned(data, TIFF).data)) as bound:
        low, high = pikepdf.PdfImage(bound.pages[0].get_images()["/Scan"]).as_pil_image().convert("L").getextrema()
    assert low < 60 < 200 < high


def test_a_copy_that_is_further_off_than_two_of_255_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_photograph", lambda image: pictures._compare(image, other(), most=2.0) or b"")

    def other() -> bytes:
        return saved(Image.new("RGB", (60, 40), "white"), "JPEG")

    with pytest.raises(FileRefused, match="不一致"):
        turned(saved(drawn(), "HEIF"), HEIC)


def test_a_blank_copy_is_refused_however_near_it_is() -> None:
    """One thin stroke on a large page moves the mean by less than two."""
    page = Image.new("L", (1000, 1000), 255)
    page.paste(0, (500, 500, 520, 502))
    blank = saved(Image.new("L", (1000, 1000), 255), "PNG")
    assert mean_difference(page, opened(blank)) < MEAN_DIFFERENCE
    with pytest.raises(FileRefused, match="不一致"):
        pictures._compare(page, blank, most=MEAN_DIFFERENCE)


def test_noise_that_the_usual_quality_would_blur_is_kept_finer() -> None:
    image = Image.effect_noise((300, 200), 90).convert("RGB")
    made = turned(saved(image, "WEBP", lossless=True), WEBP)
    assert mean_difference(image, opened(made.data)) <= MEAN_DIFFERENCE


@pytest.mark.parametrize(
    "name, data",
    [
        ("a.heic", saved(drawn("RGB", (400, 300)), "HEIF")),
        ("a.tif", saved(drawn("RGB", (400, 300)), "TIFF", compression="tiff_lzw")),
        ("a.tif", scan(3, "L", (400, 300))),
        ("a.bmp", saved(drawn("RGB", (400, 300)), "BMP")),
        ("a.webp", saved(drawn("RGB", (400, 300)), "WEBP")),
        ("a.jpg", saved(drawn("RGB", (400, 300)), "JPEG")),
    ],
)
def test_half_a_picture_is_refused_with_a_sentence(name: str, data: bytes) -> None:
    with pytest.raises(FileRefused, match="已损坏|只能上传"):
        kept(name, data[: len(data) * 2 // 3])


def test_a_moving_picture_is_no_material() -> None:
    data = saved(drawn(), "WEBP", save_all=True, append_images=[drawn().rotate(90)])
    with pytest.raises(FileRefused, match="动图"):
        turned(data, WEBP)


@pytest.mark.parametrize("form, kind", [("HEIF", HEIC), ("TIFF", TIFF), ("BMP", BMP), ("WEBP", WEBP)])
def test_too_many_pixels_are_refused_before_they_are_unpacked(
    form: str, kind: FileKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = saved(drawn(), form)
    monkeypatch.setattr(pictures, "MAX_PIXELS", 2399)
    monkeypatch.setattr(Image.Image, "load", lambda image: pytest.fail("unpacked"))
    with pytest.raises(FileRefused, match="像素过大"):
        turned(data, kind)


def test_a_scan_of_too_many_pages_or_pixels_in_all_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = scan(4)
    monkeypatch.setattr(pictures, "MAX_ALL_PIXELS", 3 * 2400)
    with pytest.raises(FileRefused, match="页数过多"):
        turned(data, TIFF)
    monkeypatch.setattr(pictures, "MAX_ALL_PIXELS", 4 * 2400)
    monkeypatch.setattr(pictures, "MAX_PAGES", 3)
    with pytest.raises(FileRefused, match="最多"):
        turned(data, TIFF)


def test_what_cameras_write_unpacked_may_be_larger_than_other_files() -> None:
    data = saved(drawn("RGB", (200, 100)), "BMP")
    assert kept("高拍仪.bmp", data, max_bytes=len(data) // 2).size < len(data)
    with pytest.raises(FileRefused, match="超过"):
        kept("高拍仪.bmp", data, max_bytes=len(data) // 5)
