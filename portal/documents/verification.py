"""Whether a paper is ours: by its code, or by what is in its file. Answers never carry the file or a full name.

The code has 80 random bits and stands alone (safety: at least 64), so the address in the QR code may hold it: whoever
has the address has the paper. The paper says more than the answer does.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from portal.documents.models import Document, FileCopy
from portal.lib.masking import mask_applicant
from portal.lib.search.text import scanned
from portal.lib.words import day

CODE = re.compile(r"[A-Z2-7]{16}")
MISREAD = str.maketrans("018", "OIB")
"""The code has no 0, 1 or 8: whoever types one has misread a letter."""
BODY = "法人或其他组织"
"""How papers name applicants that are no natural persons."""
LONGEST = 300


def clean_code(typed: str) -> str:
    """The code of what was typed, scanned or pasted (with hyphens, small, full-width, as a whole address).

    An empty string when it cannot be one; no two codes are taken for each other.
    """
    text = unicodedata.normalize("NFKC", typed[:LONGEST]).strip().rstrip("/").rsplit("/", 1)[-1]
    code = scanned(text).translate(MISREAD)
    return code if CODE.fullmatch(code) else ""


def public_url(name: str, *args: str) -> str:
    """The whole address of a public counter, as papers print it."""
    return settings.BASE_URL.rstrip("/") + reverse(name, args=args)


def verification_url(document: Document) -> str:
    """The whole address that the QR code of a paper holds."""
    return public_url("verify_document_code", document.verification_code)


@dataclass(frozen=True)
class Verified:
    """A paper of ours as everybody may know it; `file_matches` None when no file was shown."""

    document: Document
    facts: tuple[tuple[str, str], ...]
    file_matches: bool | None = None

    @property
    def is_voided(self) -> bool:
        return self.document.voided_at is not None


def by_code(code: str, *, sha256: str = "") -> Verified | None:
    """The paper with this (cleaned) code, compared with a file when its hash is given; None when there is none."""
    document = Document.objects.filter(verification_code=code).first() if code else None
    if document is None:
        return None
    return Verified(document, facts(document), sha256 in _hashes(document) if sha256 else None)


def by_file(sha256: str) -> Verified | None:
    """The paper whose file has exactly these bytes; None when there is none."""
    document = _of_file(sha256) if sha256 else None
    return Verified(document, facts(document), True) if document else None


def _of_file(sha256: str) -> Document | None:
    """By the whole paper, or by its copies for the file; two look-ups, each by its index."""
    copy = FileCopy.objects.filter(sha256=sha256).select_related("document").first()
    return copy.document if copy else Document.objects.filter(sha256=sha256).first()


def _hashes(document: Document) -> set[str]:
    return {document.sha256, *FileCopy.objects.filter(document=document).values_list("sha256", flat=True)}


def facts(document: Document) -> tuple[tuple[str, str], ...]:
    """What a paper says of itself, as far as its content has it: label and text."""
    content = document.content
    rows = (
        ("文书种类", document.title),
        ("文号", document.number),
        ("出具日期", day(document.issued_at)),
        ("出具单位", _of(content, "issuer", "name") or _of(content, "center", "name")),
        ("事项", _of(content, "item", "name")),
        ("申请人", _applicant(content)),
        ("文件校验值（SHA-256）", document.sha256 or "电子文件正在生成，请稍后再查"),
    )
    return tuple((label, text) for label, text in rows if text)


def _of(content: dict[str, Any], part: str, name: str) -> str:
    return str((content.get(part) or {}).get(name) or "")


def _applicant(content: dict[str, Any]) -> str:
    return mask_applicant(_of(content, "applicant", "name"), is_body=_of(content, "applicant", "kind") == BODY)
