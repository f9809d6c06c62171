"""Uploads: content decides, not the name; kept under a uuid outside every URL; served as a download only."""

from __future__ import annotations

import hashlib
import io
import os
import uuid
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404
from PIL import Image, ImageFile, ImageOps

MAX_PIXELS = 60_000_000
MAX_ZIP_MEMBERS = 5_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_CONTENT_TYPES = 1024 * 1024
SANDBOX = "default-src 'none'; sandbox"


class FileRefused(ValueError):
    """The file cannot be kept; `str()` says why, in a Chinese sentence."""


@dataclass(frozen=True)
class FileKind:
    """What a file really is: its usual ending, its type, and the words for people."""

    suffix: str
    content_type: str
    name: str


PDF = FileKind(".pdf", "application/pdf", "PDF文件")
JPEG = FileKind(".jpg", "image/jpeg", "JPG图片")
PNG = FileKind(".png", "image/png", "PNG图片")
DOCX = FileKind(".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word文档")
XLSX = FileKind(".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel工作簿")
KINDS = {kind.suffix: kind for kind in (PDF, JPEG, PNG, DOCX, XLSX)} | {".jpeg": JPEG}
MAIN_PARTS = {kind.content_type.encode() + b".main+xml": kind for kind in (DOCX, XLSX)}
"""What `[Content_Types].xml` calls the main part; the part's own name differs between programs."""

ACCEPTED = "PDF、JPG、PNG、DOCX、XLSX"


@dataclass(frozen=True)
class StoredFile:
    """A file that lies safely under `PRIVATE_ROOT`; `path` is relative to it, `size` in bytes."""

    name: str
    path: str
    size: int
    sha256: str
    content_type: str


def sniff(data: bytes, name: str) -> FileKind:
    """What `data` is; FileRefused when it is nothing we take or not what `name` says."""
    found = _kind(data)
    if found is None:
        raise FileRefused(f"只能上传{ACCEPTED}文件，这个文件的内容不是其中任何一种。")
    claimed = KINDS.get(PurePath(name).suffix.lower())
    if claimed is not found:
        raise FileRefused(f"文件的内容是{found.name}，与文件名的后缀不符，请改正后重新上传。")
    return found


def _kind(data: bytes) -> FileKind | None:
    if data.startswith(b"%PDF-"):
        return PDF if b"%%EOF" in data[-2048:] else None
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data.startswith(b"PK\x03\x04"):
        return _office_kind(data)
    return None


def _office_kind(data: bytes) -> FileKind | None:
    """By the content types an office file declares; one with macros is none of ours, whatever it is called."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            fits = len(members) <= MAX_ZIP_MEMBERS and sum(member.file_size for member in members) <= MAX_UNPACKED
            declared = _content_types(archive) if fits else b""
    except (zipfile.BadZipFile, KeyError, RuntimeError, EOFError, OSError, ValueError, zlib.error):
        return None
    if not fits:
        raise FileRefused("文件解压后过大，不能保存。")
    macros = b"macroenabled" in declared.lower() or b"vbaproject" in declared.lower()
    if macros or any(member.filename.lower().endswith("vbaproject.bin") for member in members):
        return None
    found = [kind for main, kind in MAIN_PARTS.items() if main in declared]
    return found[0] if len(found) == 1 else None


def _content_types(archive: zipfile.ZipFile) -> bytes:
    """`[Content_Types].xml`, as bytes and never parsed; empty when it is too large or packed in an unusual way."""
    member = archive.getinfo("[Content_Types].xml")
    if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return b""
    with archive.open(member) as file:
        declared = file.read(MAX_CONTENT_TYPES + 1)
    return declared if len(declared) <= MAX_CONTENT_TYPES else b""


def _clean(data: bytes, kind: FileKind) -> bytes:
    """Images are drawn anew, so that nothing but pixels survives; other kinds stay as they are."""
    if kind not in (JPEG, PNG):
        return data
    drawn = None
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint switches it on for the whole process
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG" if kind is JPEG else "PNG"]) as image:
            if image.width * image.height <= MAX_PIXELS:
                drawn = _redrawn(image, kind)
    except Image.DecompressionBombError:
        pass
    except Exception as error:  # a parser of strangers' bytes raises anything; people get a sentence, never a trace
        raise FileRefused("图片已损坏，不能读取，请重新扫描。") from error
    if drawn is None:
        raise FileRefused("图片的像素过大，请用较低的分辨率重新扫描。")
    return drawn


def _redrawn(image: Image.Image, kind: FileKind) -> bytes:
    """The pixels the right way up: a phone notes its rotation in the metadata, which goes away here."""
    image.load()
    with suppress(Exception):  # metadata nobody can read says nothing about rotation; the pixels are whole
        ImageOps.exif_transpose(image, in_place=True)
    mode = "RGBA" if kind is PNG and image.mode in {"RGBA", "LA", "P"} else "RGB"
    pixels = image if image.mode == mode else image.convert(mode)
    pixels.info = {}  # comments and colour profiles would be written again
    out = io.BytesIO()
    if kind is JPEG:
        pixels.save(out, "JPEG", quality=88)
    else:
        pixels.save(out, "PNG")
    return out.getvalue()


def store_private(upload: Any, *, max_bytes: int) -> StoredFile:
    """Check, clean and keep an uploaded file; it is on the disk before this returns. Raises FileRefused."""
    if upload.size == 0:
        raise FileRefused("文件是空的，请重新选择。")
    if upload.size > max_bytes:
        raise FileRefused(f"文件超过{max_bytes // 1024 // 1024} MB，请压缩或者分开上传。")
    data = upload.read(max_bytes + 1)
    kind = sniff(data, upload.name)
    return store_bytes(_clean(data, kind), kind)


def store_bytes(data: bytes, kind: FileKind) -> StoredFile:
    """Keep bytes of our own making, written through to the disk with their directory entry."""
    name = f"{uuid.uuid4().hex}{kind.suffix}"
    path = Path(name[:2]) / name
    target = settings.PRIVATE_ROOT / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(target, "xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    _sync_directory(target.parent)
    _sync_directory(settings.PRIVATE_ROOT)  # the folder itself may be new
    return StoredFile(name, path.as_posix(), len(data), hashlib.sha256(data).hexdigest(), kind.content_type)


def keep_file(made: Path, kind: FileKind, *, sha256: str, size: int) -> StoredFile:
    """Keep a large file of our own making that lies under `PRIVATE_ROOT` already; it is moved, never read."""
    name = f"{uuid.uuid4().hex}{kind.suffix}"
    path = Path(name[:2]) / name
    target = settings.PRIVATE_ROOT / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(made, "rb") as file:
        os.fsync(file.fileno())
    made.replace(target)
    _sync_directory(target.parent)
    _sync_directory(settings.PRIVATE_ROOT)
    return StoredFile(name, path.as_posix(), size, sha256, kind.content_type)


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def private_path(path: str) -> Path:
    """The absolute path of a stored file; ValueError for one that points elsewhere."""
    root = Path(settings.PRIVATE_ROOT).resolve()
    found = (root / path).resolve()
    if not found.is_relative_to(root):
        raise ValueError("not a stored file")
    return found


def read_private(path: str) -> bytes:
    """The bytes of a stored file; FileNotFoundError when it is gone."""
    return private_path(path).read_bytes()


def remove_private(path: str) -> None:
    """Drop a file that lost a race and that no row names."""
    private_path(path).unlink(missing_ok=True)


@contextmanager
def dropped_on_error(stored: StoredFile) -> Iterator[None]:
    """A file whose row could not be written is dropped again, so that none is left that no row names."""
    try:
        yield
    except BaseException:
        remove_private(stored.path)
        raise


def serve_private(path: str, *, download_name: str, content_type: str) -> FileResponse:
    """The file as a download that a browser neither sniffs, runs nor keeps."""
    try:
        handle = private_path(path).open("rb")
    except (FileNotFoundError, IsADirectoryError, ValueError) as error:
        raise Http404 from error
    response = FileResponse(handle, as_attachment=True, filename=download_name, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "no-store"
    return response
