"""The only door to pypdf: binds printed parts into one PDF, page by page, without ever holding the whole.

What has been bound is on the disk; in memory stay the place of every object and the list of pages. A book of three
thousand pages therefore takes as much memory as its largest part.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from portal.lib.book_fonts import Glyphs, Identity, Shared, glyphs_of, identity

Stamp = PageObject
"""A page that is laid over another one."""
LINK = re.compile(r"page:(\d{1,5})")
"""A link of a part that leads to a page of the book, counted from 1."""
HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
CATALOGUE, PAGES, OUTLINES, INFO = 1, 2, 3, 4
FIRST = 5
"""The number of the first object that comes from a part."""


@dataclass(frozen=True)
class Bound:
    """What has been written: pages, bytes, and the SHA-256 of the bytes as hex."""

    pages: int
    size: int
    sha256: str


def page_count(path: Path) -> int:
    """The pages of a PDF; 0 when it is not there or was cut off while being written."""
    try:
        with path.open("rb") as file:
            return len(PdfReader(file).pages)
    except (OSError, PyPdfError, ValueError, KeyError):
        return 0


def glyphs_used(parts: Iterable[Path]) -> Glyphs:
    """The glyphs of every font of the parts that can be shared."""
    found: Glyphs = {}
    for part in parts:
        with part.open("rb") as file:
            for font in _fonts(PdfReader(file)):
                if identity(font):
                    found.setdefault(str(font["/BaseFont"]), {}).update(glyphs_of(font))
    return found


def _fonts(reader: PdfReader) -> Iterator[DictionaryObject]:
    """The fonts of a printed part, each once: its pages have them in common."""
    seen: set[int] = set()
    for page in reader.pages:
        resources: Any = page["/Resources"].get_object()
        fonts = resources.get("/Font", DictionaryObject()).get_object()
        for place in dict.values(fonts):
            if place.idnum not in seen:
                seen.add(place.idnum)
                yield place.get_object()


def joined(parts: Iterable[bytes]) -> bytes:
    """A handful of small PDFs as one, for printing in one go; what is large is bound by `Binder`."""
    writer = PdfWriter()
    for part in parts:
        writer.append(io.BytesIO(part), import_outline=False)
    whole = io.BytesIO()
    writer.write(whole)
    return whole.getvalue()


@dataclass(frozen=True)
class Bookmark:
    """What the side bar of a reader shows: title, page (from 1) and level (from 1)."""

    title: str
    page: int
    level: int


def bookmarks(path: Path) -> list[Bookmark]:
    """Every bookmark of a PDF, in order."""
    with path.open("rb") as file:
        reader = PdfReader(file)

        def read(entries: list[Any], level: int) -> Iterator[Bookmark]:
            for entry in entries:
                if isinstance(entry, list):
                    yield from read(entry, level + 1)
                else:
                    yield Bookmark(str(entry.title), (reader.get_destination_page_number(entry) or 0) + 1, level)

        return list(read(reader.outline, 1))


class Binder:
    """Writes one PDF from parts. Use as a context manager; `finish` writes what a reader starts from."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._hash = hashlib.sha256()
        self._size = 0
        self._places: dict[int, int] = {}
        self._next = FIRST
        self._pages: list[int] = []
        self._marks: list[Bookmark] = []
        self._stamps: _Carried | None = None
        self._shared: dict[Identity, Shared] = {}
        self._put(HEAD)

    def __enter__(self) -> Binder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def pages(self) -> int:
        return len(self._pages)

    def share(self, carrier: bytes) -> None:
        """The fonts of this PDF stand for those of all parts that use no other glyphs: they are in the book once."""
        reader = PdfReader(io.BytesIO(carrier))
        carried = _Carried(self, reader)
        for font in list(_fonts(reader)):
            if key := identity(font):
                shared = Shared(self.write(carried.moved(font)), frozenset(glyphs_of(font)))
                carried.write_waiting()
                self._shared[key] = shared

    def shared_for(self, thing: Any) -> int | None:
        """The number of the font that stands for this one; None for whatever else it is, or for a font of its own."""
        if not self._shared or not isinstance(thing, DictionaryObject) or thing.get("/Type") != "/Font":
            return None
        key = identity(thing)
        shared = self._shared.get(key) if key else None
        return shared.number if shared and shared.glyphs.issuperset(glyphs_of(thing)) else None

    def mark(self, title: str, *, level: int = 1) -> None:
        """A bookmark on the page that is added next; one of level 2 stands below the last one of level 1."""
        self._marks.append(Bookmark(title, len(self._pages) + 1, level))

    def add(self, part: Path, stamps: Iterator[PageObject] | None = None) -> None:
        """Every page of a part; `stamps` lends each page one drawing that is laid over it."""
        with part.open("rb") as file:
            reader = PdfReader(file)
            carried = _Carried(self, reader)
            for page in reader.pages:
                self._add_page(page, carried, next(stamps) if stamps else None)

    def _add_page(self, page: PageObject, carried: _Carried, stamp: PageObject | None) -> None:
        own = {NameObject(name): value for name, value in page.items() if name not in {"/Parent", "/Annots"}}
        if stamp is not None:
            own = self._stamped(own, carried, stamp)
        made = DictionaryObject({name: carried.moved(value) for name, value in own.items()})
        made[NameObject("/Parent")] = _reference(PAGES)
        if links := list(_links(page)):
            made[NameObject("/Annots")] = ArrayObject(_reference(self.write(link)) for link in links)
        self._pages.append(self.write(made))
        carried.write_waiting()

    def _stamped(self, page: dict[NameObject, Any], carried: _Carried, stamp: PageObject) -> dict[NameObject, Any]:
        """The page with the stamp as a drawing of its own: its fonts and the page's never meet."""
        foreign = self._carrier_of(stamp.pdf)
        resources = DictionaryObject(page[NameObject("/Resources")].get_object())
        drawings = DictionaryObject(resources.get("/XObject", DictionaryObject()).get_object())
        drawings[NameObject("/Stamp")] = _Ready(self.write(foreign.moved(_form(stamp))))
        foreign.write_waiting()
        resources[NameObject("/XObject")] = drawings
        contents = page[NameObject("/Contents")].get_object()
        old = list(contents) if isinstance(contents, ArrayObject) else [page[NameObject("/Contents")]]
        before, after = (_Ready(self.write(_stream(text))) for text in (b"q", b"Q /Stamp Do"))
        return {
            **page,
            NameObject("/Resources"): resources,
            NameObject("/Contents"): ArrayObject([before, *old, after]),
        }

    def _carrier_of(self, reader: Any) -> _Carried:
        """One for all stamps of a sheet, so that their font is written once."""
        if self._stamps is None or self._stamps.reader is not reader:
            self._stamps = _Carried(self, reader)
        return self._stamps

    def reserve(self) -> int:
        """A number for an object that is written later."""
        self._next += 1
        return self._next - 1

    def write(self, thing: PdfObject, number: int | None = None) -> int:
        """Write one object; returns its number."""
        number = self.reserve() if number is None else number
        self._places[number] = self._size
        out = io.BytesIO()
        thing.write_to_stream(out)
        self._put(b"%d 0 obj\n%b\nendobj\n" % (number, out.getvalue()))
        return number

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._hash.update(data)
        self._size += len(data)

    def finish(self, title: str, *, author: str = "") -> Bound:
        """Write the page tree, the bookmarks, the goals of links and the table of places."""
        self.write(_dictionary(Type=NameObject("/Pages"), Count=NumberObject(len(self._pages)),
                               Kids=ArrayObject(map(_reference, self._pages))), PAGES)  # fmt: skip
        self._write_bookmarks()
        self.write(_dictionary(Title=TextStringObject(title), Author=TextStringObject(author)), INFO)
        self.write(
            _dictionary(
                Type=NameObject("/Catalog"),
                Pages=_reference(PAGES),
                Outlines=_reference(OUTLINES),
                Names=_dictionary(Dests=_reference(self._write_goals())),
                PageMode=NameObject("/UseOutlines"),
                ViewerPreferences=_dictionary(DisplayDocTitle=BooleanObject(True)),
                Lang=TextStringObject("zh-Hans"),
            ),
            CATALOGUE,
        )
        self._write_places()
        self._file.flush()
        return Bound(len(self._pages), self._size, self._hash.hexdigest())

    def _goal(self, page: int) -> ArrayObject:
        """Where a link or a bookmark leads: the whole of a page, counted from 1."""
        return ArrayObject([_reference(self._pages[page - 1]), NameObject("/Fit")])

    def _write_goals(self) -> int:
        """A name for every page, because a link is written before the page it leads to."""
        names = ArrayObject()
        for page in range(1, len(self._pages) + 1):
            names.extend((_goal_name(page), self._goal(page)))
        return self.write(_dictionary(Names=names))

    def _write_bookmarks(self) -> None:
        """The bookmarks as the tree of linked rows that the format asks for (ISO 32000-1, 12.3.3)."""
        numbers = [self.reserve() for _ in self._marks]
        below: dict[int, list[int]] = {OUTLINES: []}
        parents = []
        for at, mark in enumerate(self._marks):
            parent = next((numbers[up] for up in range(at - 1, -1, -1) if self._marks[up].level < mark.level), OUTLINES)
            parents.append(parent)
            below.setdefault(parent, []).append(numbers[at])
        for number, parent, mark in zip(numbers, parents, self._marks, strict=True):
            row = _dictionary(Title=TextStringObject(mark.title), Parent=_reference(parent), Dest=self._goal(mark.page))
            beside = below[parent]
            at = beside.index(number)
            if at:
                row[NameObject("/Prev")] = _reference(beside[at - 1])
            if at + 1 < len(beside):
                row[NameObject("/Next")] = _reference(beside[at + 1])
            self.write(_with_children(row, below.get(number, [])), number)
        root = _dictionary(Type=NameObject("/Outlines"))
        self.write(_with_children(root, below[OUTLINES], shown=len(self._marks)), OUTLINES)

    def _write_places(self) -> None:
        start = self._size
        self._put(b"xref\n0 %d\n0000000000 65535 f \n" % self._next)
        for number in range(1, self._next):
            self._put(b"%010d 00000 n \n" % self._places[number])
        trailer = _dictionary(Size=NumberObject(self._next), Root=_reference(CATALOGUE), Info=_reference(INFO))
        out = io.BytesIO()
        trailer.write_to_stream(out)
        self._put(b"trailer\n%b\nstartxref\n%d\n%%%%EOF\n" % (out.getvalue(), start))


class _Ready(NumberObject):
    """Stands for an object that has been written under this number."""


class _Carried:
    """The objects of one part on their way into the book: each gets a new number once and is written once."""

    def __init__(self, binder: Binder, reader: Any) -> None:
        self._binder, self.reader = binder, reader
        self._numbers: dict[tuple[int, int], int] = {}
        self._waiting: list[tuple[IndirectObject, int]] = []

    def moved(self, thing: Any) -> PdfObject:
        """`thing` with every reference turned to the new numbers; what it refers to waits to be written."""
        if isinstance(thing, _Ready):
            return _reference(int(thing))
        if isinstance(thing, IndirectObject):
            return self._new_reference(thing)
        if isinstance(thing, ArrayObject):
            return ArrayObject([self.moved(one) for one in thing])
        if isinstance(thing, DictionaryObject):
            entries = {name: self.moved(value) for name, value in thing.items()}
            if isinstance(thing, StreamObject):
                dict.update(thing, entries)  # its bytes stay packed as they are
            else:
                thing = DictionaryObject(entries)
        done: PdfObject = thing
        return done

    def _new_reference(self, old: IndirectObject) -> IndirectObject:
        key = (old.idnum, old.generation)
        if key not in self._numbers:
            shared = self._binder.shared_for(self.reader.get_object(old))
            self._numbers[key] = shared or self._binder.reserve()
            if not shared:
                self._waiting.append((old, self._numbers[key]))
        return _reference(self._numbers[key])

    def write_waiting(self) -> None:
        while self._waiting:
            old, number = self._waiting.pop()
            self._binder.write(self.moved(self.reader.get_object(old)), number)


def _reference(number: int) -> IndirectObject:
    return IndirectObject(number, 0, None)


def _dictionary(**entries: PdfObject) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{name}"): value for name, value in entries.items()})


def _with_children(row: DictionaryObject, children: list[int], *, shown: int | None = None) -> DictionaryObject:
    """A row of the bookmarks with its first and last child; `Count` is how many are open below it."""
    if children:
        row[NameObject("/First")] = _reference(children[0])
        row[NameObject("/Last")] = _reference(children[-1])
        row[NameObject("/Count")] = NumberObject(len(children) if shown is None else shown)
    return row


def _goal_name(page: int) -> TextStringObject:
    """Names stand in the order of their spelling."""
    return TextStringObject(f"p{page:05d}")


def _links(page: PageObject) -> Iterator[DictionaryObject]:
    """The links of a page that lead to a page of the book; every other annotation is left behind."""
    for entry in page.get("/Annots", ArrayObject()).get_object():
        note = entry.get_object()
        goal = LINK.fullmatch(str(note.get("/A", DictionaryObject()).get_object().get("/URI", "")))
        if goal:
            yield _dictionary(
                Type=NameObject("/Annot"),
                Subtype=NameObject("/Link"),
                Rect=note["/Rect"],
                Border=ArrayObject([NumberObject(0)] * 3),
                Dest=_goal_name(int(goal[1])),
            )


def _stream(data: bytes) -> StreamObject:
    made = DecodedStreamObject()
    made.set_data(data)
    return made


def _form(page: PageObject) -> StreamObject:
    """A page as a drawing that another page can show."""
    contents = page.get_contents()
    made = _stream(contents.get_data() if contents is not None else b"")
    made[NameObject("/Type")] = NameObject("/XObject")
    made[NameObject("/Subtype")] = NameObject("/Form")
    made[NameObject("/BBox")] = ArrayObject(FloatObject(edge) for edge in page.mediabox)
    made[NameObject("/Resources")] = page.raw_get("/Resources") if "/Resources" in page else DictionaryObject()
    return made


def stamps(data: bytes) -> Iterator[PageObject]:
    """The pages of a PDF as stamps, in order."""
    yield from PdfReader(io.BytesIO(data)).pages
