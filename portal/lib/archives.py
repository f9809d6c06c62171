"""Files that are zip archives inside: office documents and OFD. Looked into, never unpacked to the disk."""

from __future__ import annotations

import io
import zipfile
import zlib

from portal.lib.file_kinds import DOCX, OFD, XLSX, FileKind, FileRefused

MAX_MEMBERS = 5_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_MAIN_PART = 1024 * 1024
MAIN_PARTS = {kind.content_type.encode() + b".main+xml": kind for kind in (DOCX, XLSX)}
"""What `[Content_Types].xml` calls the main part; the part's own name differs between programs."""
BROKEN = (zipfile.BadZipFile, KeyError, RuntimeError, EOFError, OSError, ValueError, zlib.error, NotImplementedError)
TOO_LARGE = "文件解压后过大，不能保存。"


def archive_kind(data: bytes) -> FileKind | None:
    """What the archive is; None when it is nothing we take. FileRefused when it would unpack too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            fits = len(members) <= MAX_MEMBERS and sum(member.file_size for member in members) <= MAX_UNPACKED
            found = _kind(archive) if fits else None
    except BROKEN:
        return None
    if not fits:
        raise FileRefused(TOO_LARGE)
    return found


def _kind(archive: zipfile.ZipFile) -> FileKind | None:
    if "OFD.xml" in archive.namelist():
        return _ofd_kind(archive)
    return _office_kind(archive)


def _ofd_kind(archive: zipfile.ZipFile) -> FileKind | None:
    """By its entry `OFD.xml` (GB/T 33190-2016, 7.3). Every part must unpack, because the file is kept as it is."""
    if b"ofdspec.org" not in _main_part(archive, "OFD.xml"):
        return None
    return OFD if archive.testzip() is None else None


def _office_kind(archive: zipfile.ZipFile) -> FileKind | None:
    """By the content types an office file declares; one with macros is none of ours, whatever it is called."""
    declared = _main_part(archive, "[Content_Types].xml")
    macros = b"macroenabled" in declared.lower() or b"vbaproject" in declared.lower()
    if macros or any(name.lower().endswith("vbaproject.bin") for name in archive.namelist()):
        return None
    found = [kind for main, kind in MAIN_PARTS.items() if main in declared]
    return found[0] if len(found) == 1 else None


def _main_part(archive: zipfile.ZipFile, name: str) -> bytes:
    """One part, as bytes and never parsed; empty when it is too large or packed in an unusual way."""
    member = archive.getinfo(name)
    if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return b""
    with archive.open(member) as file:
        declared = file.read(MAX_MAIN_PART + 1)
    return declared if len(declared) <= MAX_MAIN_PART else b""
