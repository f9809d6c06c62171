"""Uploads: content decides, images are redrawn, and what is kept lies where no URL leads."""

from __future__ import annotations

import errno
import io
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from openpyxl import Workbook
from PIL import Image, PngImagePlugin

from portal.lib import archives, pictures
from portal.lib.file_kinds import XLSX, FileRefused
from portal.lib.files import read_private, serve_private, store_private
from portal.lib.pdf import html_to_pdf
from tests.files import PDF, ofd

LIMIT = 1024 * 1024


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
WORD_WITH_MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"


def image(kind: str, size: tuple[int, int] = (20, 10), **parts: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind, **parts)
    return out.getvalue()


def office(main: str, extra: str = "", packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        archive.writestr("[Content_Types].xml", f'<Types><Override PartName="/main.xml" ContentType="{main}"/></Types>')
        archive.writestr("main.xml", "<x/>")
        if extra:
            archive.writestr(extra, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    "name, data",
    [
        ("某人.pdf", PDF),
        ("某人.JPG", image("JPEG")),
        ("某人.png", image("PNG")),
        ("某人.docx", office(WORD)),
        ("某人.xlsx", office(SHEET)),
        ("某人.OFD", ofd()),
    ],
)
def test_what_it_says_it_is_is_kept(name: str, data: bytes) -> None:
    stored = store_private(SimpleUploadedFile(name, data), max_bytes=LIMIT)
    assert len(read_private(stored.path)) == stored.size
    assert Path(name).stem not in stored.path


@pytest.mark.parametrize(
    "name, data, words",
    [
        ("a.pdf", image("PNG"), "后缀不符"),
        ("a.png", PDF, "后缀不符"),
        ("a.exe", b"MZ\x90\x00", "只能上传"),
        ("a.pdf", b"%PDF-1.7 cut off", "只能上传"),
        ("a.html", b"<script>alert(1)</script>", "只能上传"),
        ("a.zip", office("text/plain"), "只能上传"),
        ("a.docx", office(SHEET), "后缀不符"),
        ("a.docx", office(WORD + SHEET), "只能上传"),
        ("a.docx", office(WORD, packing=zipfile.ZIP_LZMA), "只能上传"),
        ("a.docx", office(WORD)[:-40], "只能上传"),
        ("a.docx", office(WORD, "word/vbaProject.bin"), "只能上传"),
        ("a.docx", office(WORD_WITH_MACROS, "word/other.bin"), "只能上传"),
        ("a.ofd", office(WORD), "后缀不符"),
        ("a.ofd", ofd(entry="<OFD/>"), "只能上传"),
        ("a.ofd", ofd(page=b"x" * 300)[:-120], "只能上传"),
        ("a.heic", b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00mif1avifmiaf", "只能上传"),
        ("a.png", b"\x89PNG\r\n\x1a\n broken", "已损坏"),
        ("a.pdf", b"", "空的"),
        ("a.pdf", PDF + b"x" * LIMIT, "超过"),
    ],
)
def test_what_it_is_not_is_refused_with_a_sentence(name: str, data: bytes, words: str) -> None:
    with pytest.raises(FileRefused, match=words):
        store_private(SimpleUploadedFile(name, data), max_bytes=LIMIT)


def test_a_workbook_as_a_spreadsheet_program_writes_it_is_kept() -> None:
    out = io.BytesIO()
    Workbook().save(out)
    stored = store_private(SimpleUploadedFile("表.xlsx", out.getvalue()), max_bytes=LIMIT)
    assert stored.content_type == XLSX.content_type


def test_content_types_too_large_to_be_true_are_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MAIN_PART", 10)
    with pytest.raises(FileRefused, match="只能上传"):
        store_private(SimpleUploadedFile("a.docx", office(WORD)), max_bytes=LIMIT)


@pytest.mark.parametrize(
    "name, data",
    [
        ("a.jpg", image("JPEG", exif=b"Exif\x00\x00secret", comment=b"secret", icc_profile=b"secret")),
        ("a.png", image("PNG", exif=b"Exif\x00\x00secret", icc_profile=b"secret")),
    ],
)
def test_an_image_is_redrawn_so_that_nothing_but_pixels_survives(name: str, data: bytes) -> None:
    stored = store_private(SimpleUploadedFile(name, data), max_bytes=LIMIT)
    kept = read_private(stored.path)
    assert b"secret" not in kept
    with Image.open(io.BytesIO(kept)) as drawn:
        assert not {"comment", "icc_profile", "exif"} & set(drawn.info)


def test_a_photo_taken_sideways_is_kept_upright() -> None:
    rotation = Image.Exif()
    rotation[0x0112] = 6
    stored = store_private(SimpleUploadedFile("a.jpg", image("JPEG", (20, 10), exif=rotation)), max_bytes=LIMIT)
    with Image.open(io.BytesIO(read_private(stored.path))) as drawn:
        assert drawn.size == (10, 20)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_scan_can_be_redrawn(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (5, 5)).save(out, "PNG")
    assert store_private(SimpleUploadedFile("a.png", out.getvalue()), max_bytes=LIMIT).size


def test_an_image_with_a_text_bomb_is_refused_with_a_sentence() -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("note", "x" * 2_000_000, zip=True)
    with pytest.raises(FileRefused, match="已损坏"):
        store_private(SimpleUploadedFile("a.png", image("PNG", pnginfo=texts)), max_bytes=LIMIT)


def test_an_image_of_too_many_pixels_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_PIXELS", 100)
    with pytest.raises(FileRefused, match="像素过大"):
        store_private(SimpleUploadedFile("a.png", image("PNG")), max_bytes=LIMIT)


def test_a_zip_that_unpacks_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_UNPACKED", 3)
    with pytest.raises(FileRefused, match="解压后过大"):
        store_private(SimpleUploadedFile("a.docx", office(WORD)), max_bytes=LIMIT)


def test_an_ofd_is_kept_byte_for_byte() -> None:
    data = ofd(page=b"<Page>" * 50)
    stored = store_private(SimpleUploadedFile("发票.ofd", data), max_bytes=LIMIT)
    assert read_private(stored.path) == data
    assert (stored.content_type, stored.called("发票.OFD"), stored.notes) == ("application/ofd", "发票.OFD", ())


def test_an_ofd_that_unpacks_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_UNPACKED", 100_000)
    with pytest.raises(FileRefused, match="解压后过大"):
        store_private(SimpleUploadedFile("a.ofd", ofd(page=b"x" * 200_000)), max_bytes=LIMIT)


def test_a_full_disk_leaves_no_half_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = set(Path(settings.PRIVATE_ROOT).rglob("*.pdf"))
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store_private(SimpleUploadedFile("a.pdf", PDF), max_bytes=LIMIT)
    assert set(Path(settings.PRIVATE_ROOT).rglob("*.pdf")) == before


def test_a_file_is_served_as_a_download_that_runs_nothing_and_is_not_kept() -> None:
    stored = store_private(SimpleUploadedFile("a.pdf", PDF), max_bytes=LIMIT)
    answer = serve_private(stored.path, download_name="扫描件.pdf", content_type=stored.content_type)
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "no/such.pdf", "", "a\0b"])
def test_no_path_leads_outside(path: str) -> None:
    with pytest.raises(Http404):
        serve_private(path, download_name="x", content_type="text/plain")


def test_a_cut_off_image_is_refused_even_after_a_paper_was_printed() -> None:
    """WeasyPrint lets the whole process read truncated images; an upload must not profit from that."""
    html_to_pdf("<p>文书</p>")
    with pytest.raises(FileRefused, match="已损坏"):
        store_private(SimpleUploadedFile("a.png", image("PNG", (400, 400))[:-200]), max_bytes=LIMIT)
