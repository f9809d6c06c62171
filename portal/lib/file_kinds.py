"""What files people bring, and how a file that is not taken is refused."""

from __future__ import annotations

from dataclasses import dataclass


class FileRefused(ValueError):
    """The file cannot be kept; `str()` says why, in a Chinese sentence."""


@dataclass(frozen=True)
class FileKind:
    """What a file really is: its usual ending, its type, the words for people, other endings that it goes by.

    `picture` says that it is drawn anew before it is kept, `bulky` that it comes unpacked from scanners and cameras.
    """

    suffix: str
    content_type: str
    name: str
    others: tuple[str, ...] = ()
    picture: bool = False
    bulky: bool = False


PDF = FileKind(".pdf", "application/pdf", "PDF文件")
OFD = FileKind(".ofd", "application/ofd", "OFD文件")
DOCX = FileKind(".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word文档")
XLSX = FileKind(".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel工作簿")
JPEG = FileKind(".jpg", "image/jpeg", "JPG图片", (".jpeg",), picture=True)
PNG = FileKind(".png", "image/png", "PNG图片", picture=True)
HEIC = FileKind(".heic", "image/heic", "HEIC图片", (".heif",), picture=True)
TIFF = FileKind(".tif", "image/tiff", "TIFF图片", (".tiff",), picture=True, bulky=True)
BMP = FileKind(".bmp", "image/bmp", "BMP图片", picture=True, bulky=True)
WEBP = FileKind(".webp", "image/webp", "WebP图片", picture=True)

ALL = (PDF, OFD, JPEG, PNG, HEIC, TIFF, BMP, WEBP, DOCX, XLSX)
KINDS = {suffix: kind for kind in ALL for suffix in (kind.suffix, *kind.others)}
"""By the ending of a name, in small letters."""

ACCEPTED = "PDF、OFD、JPG、PNG、HEIC、TIFF、BMP、WebP、DOCX、XLSX"
