"""Looks into one PDF, in a process of its own: `pdf_child.py GIVEN MADE BYTES SECONDS` prints one word.

`clean`; `removed` when MADE is the same without what runs; `encrypted`, `attachments`, `form`, `signed` or `unreadable`
when it cannot be kept. What counts as running stands in ISO 32000-1, 12.6 (actions) and 13 (multimedia).
"""

from __future__ import annotations

import hashlib
import resource
import sys
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Stream

RUNS = {
    *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/Movie", "/Sound"),
    *("/RichMediaExecute", "/GoTo3DView"),
}
"""Kinds of actions that do more than show another place of the document, or an address that the reader clicks."""
MEDIA = {"/RichMedia", "/Screen", "/3D", "/Movie", "/Sound"}
"""Kinds of annotations that play something."""


class Refused(Exception):
    """`str()` is the word to print."""


def look(given: str, made: str) -> str:
    """The word for the PDF at `given`."""
    try:
        with pikepdf.open(given) as pdf:
            if pdf.is_encrypted:
                raise Refused("encrypted")
            pages = _pages(pdf)
            if not _disarm(pdf):
                return "clean"
            if any(_is_signature(part) for part in _parts(pdf)):
                raise Refused("signed")
            pdf.save(made)
        with pikepdf.open(made) as again:
            if _disarm(again) or _pages(again) != pages:
                raise Refused("unreadable")
        return "removed"
    except Refused as refusal:
        return str(refusal)
    except pikepdf.PasswordError:
        return "encrypted"
    except Exception:  # a parser of strangers' bytes raises anything
        return "unreadable"


def _pages(pdf: pikepdf.Pdf) -> list[str]:
    """What every page shows, as hashes: its drawing and its pictures."""
    found = []
    for page in pdf.pages:
        shown = hashlib.sha256()
        contents = page.obj.get("/Contents", Array())
        for part in contents if isinstance(contents, Array) else [contents]:
            shown.update(part.read_raw_bytes())
        for name, picture in sorted(page.get_images().items()):
            shown.update(name.encode() + picture.read_raw_bytes())
        found.append(shown.hexdigest())
    if not found:
        raise Refused("unreadable")
    return found


def _parts(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary, stream and array of the document once, however deep it lies."""
    waiting: list[Any] = [pdf.trailer, *pdf.objects]
    while waiting:
        part = waiting.pop()
        if not isinstance(part, (Dictionary, Stream, Array)):
            continue
        yield part
        inside = list(part) if isinstance(part, Array) else [part[key] for key in part.keys()]  # noqa: SIM118
        waiting.extend(one for one in inside if isinstance(one, pikepdf.Object) and not one.is_indirect)


def _disarm(pdf: pikepdf.Pdf) -> bool:
    """Remove what runs, and say whether anything did. Raises Refused for what cannot be removed without a loss."""
    found = False
    for part in _parts(pdf):
        if isinstance(part, Array):
            for at in reversed([at for at, one in enumerate(part) if _runs(one)]):
                del part[at]
                found = True
            continue
        if "/EF" in part:
            raise Refused("attachments")
        if "/XFA" in part:
            raise Refused("form")
        armed = [key for key in part.keys() if _is_armed(key, part[key])]  # noqa: SIM118
        for key in armed:
            del part[key]
        found = found or bool(armed)
    return found


def _is_armed(key: str, value: Any) -> bool:
    if key in {"/AA", "/JS", "/JavaScript"}:
        return True
    if key == "/OpenAction" and isinstance(value, Dictionary):
        return str(value.get("/S", "")) != "/GoTo"
    return _runs(value)


def _runs(value: Any) -> bool:
    if not isinstance(value, Dictionary):
        return False
    return str(value.get("/S", "")) in RUNS or str(value.get("/Subtype", "")) in MEDIA


def _is_signature(part: Any) -> bool:
    return not isinstance(part, Array) and "/ByteRange" in part


if __name__ == "__main__":
    for limit, most in ((resource.RLIMIT_AS, int(sys.argv[3])), (resource.RLIMIT_CPU, int(sys.argv[4]))):
        resource.setrlimit(limit, (most, most))
    sys.stdout.write(look(sys.argv[1], sys.argv[2]))
