"""Uploads: content decides, not the name; kept under a uuid outside every URL; served as a download only."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404

from portal.lib.archives import archive_kind
from portal.lib.file_kinds import (
    ACCEPTED,
    BMP,
    HEIC,
    JPEG,
    KINDS,
    PDF,
    PNG,
    TIFF,
    WEBP,
    FileKind,
    FileRefused,
)
from portal.lib.pdf_look import SCRIPTS, looked
from portal.lib.pictures import turned

SANDBOX = "default-src 'none'; sandbox"
BULKY_TIMES = 4
"""What scanners and cameras write unpacked (BMP, TIFF) may be so many times larger: it becomes small."""
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


@dataclass(frozen=True)
class StoredFile:
    """A file that lies safely under `PRIVATE_ROOT`; `path` is relative to it, `size` in bytes.

    `notes` are sentences for whoever brought it: what is not kept as it was.
    """

    name: str
    path: str
    size: int
    sha256: str
    content_type: str
    notes: tuple[str, ...] = ()

    def called(self, name: str) -> str:
        """The name it was brought under, with the ending of what it is now; 120 characters at most."""
        given, suffix = PurePath(name), PurePath(self.name).suffix
        known = KINDS.get(given.suffix.lower())
        if known is not None and known.suffix == suffix:
            return given.name[-120:]
        return f"{given.stem[-100:]}{suffix}"


def sniff(data: bytes, name: str) -> FileKind:
    """What `data` is; FileRefused when it is nothing we take or not what `name` says.

    Among pictures the name plays no part: phones and messengers call a HEIC or WebP picture `.jpg`.
    """
    found = _kind(data)
    if found is None:
        raise FileRefused(f"只能上传{ACCEPTED}文件，这个文件的内容不是其中任何一种，或者文件不完整。")
    claimed = KINDS.get(PurePath(name).suffix.lower())
    if claimed is not found and not (found.picture and claimed is not None and claimed.picture):
        raise FileRefused(f"文件的内容是{found.name}，与文件名的后缀不符，请改正后重新上传。")
    return found


def _kind(data: bytes) -> FileKind | None:
    if data.startswith(b"%PDF-"):
        return PDF if b"%%EOF" in data[-2048:] else None
    if data.startswith(b"PK\x03\x04"):
        return archive_kind(data)
    return _picture_kind(data[:64])


def _picture_kind(head: bytes) -> FileKind | None:
    """By the first bytes of the file."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith((b"II*\0", b"MM\0*")):
        return TIFF
    if head.startswith(b"BM"):
        return BMP
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    return HEIC if head[4:8] == b"ftyp" and _brands(head) & HEIC_BRANDS and b"avif" not in _brands(head) else None


def _brands(head: bytes) -> set[bytes]:
    """The brands of a file of ISO/IEC 14496-12: the first, and those it is compatible with."""
    ends = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[8:12], *(head[at : at + 4] for at in range(16, ends, 4))}


def require_safe(data: bytes, name: str) -> None:
    """FileRefused for a file that cannot be published as it is: of another kind than its name says, or running."""
    if sniff(data, name) is PDF and looked(data).note:
        raise FileRefused(SCRIPTS)


def store_private(upload: Any, *, max_bytes: int) -> StoredFile:
    """Check an uploaded file, turn it into what is kept, and keep it; it is on the disk, and was read back from there,
    before this returns. Raises FileRefused."""
    if upload.size == 0:
        raise FileRefused("文件是空的，请重新选择。")
    upload.seek(0)
    first = _picture_kind(upload.read(64))
    most = max_bytes * (BULKY_TIMES if first is not None and first.bulky else 1)
    if upload.size > most:
        raise FileRefused(f"文件超过{most // 1024 // 1024} MB，请压缩或者分开上传。")
    upload.seek(0)
    data = upload.read(most + 1)
    made, kind, notes = _kept_form(data, sniff(data, upload.name))
    stored = replace(store_bytes(made, kind), notes=notes)
    if hashlib.sha256(read_private(stored.path)).hexdigest() != stored.sha256:
        remove_private(stored.path)
        raise FileRefused("文件写入以后与原文件不一致，没有保存，请重新上传。")
    return stored


def _kept_form(data: bytes, kind: FileKind) -> tuple[bytes, FileKind, tuple[str, ...]]:
    """What is kept of a file, and what whoever brought it should know."""
    if kind is PDF:
        pdf = looked(data)
        return pdf.data, PDF, (pdf.note,) if pdf.note else ()
    if not kind.picture:
        return data, kind, ()
    kept = turned(data, kind)
    return kept.data, kept.kind, () if kept.kind is kind else (f"{kind.name}已经转为{kept.kind.name}保存。",)


def store_bytes(data: bytes, kind: FileKind) -> StoredFile:
    """Keep bytes of our own making, written through to the disk with their directory entry."""
    name = f"{uuid.uuid4().hex}{kind.suffix}"
    path = Path(name[:2]) / name
    target = settings.PRIVATE_ROOT / path
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open(target, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _sync_directory(target.parent)
        _sync_directory(settings.PRIVATE_ROOT)  # the folder itself may be new
    except BaseException:  # a full disk leaves half a file
        target.unlink(missing_ok=True)
        raise
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
