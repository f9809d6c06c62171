"""Binding printed parts into one PDF: every page once, links and bookmarks to the right page, the true hash."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import StreamObject

from portal.lib.binding import Binder, Bookmark, bookmarks, glyphs_used, page_count, stamps
from portal.lib.pdf import html_to_pdf

PAGE = '<section style="break-after: page">{}</section>'


def part(folder: Path, name: str, *texts: str) -> Path:
    """A printed part with one page for each text."""
    path = folder / f"{name}.pdf"
    path.write_bytes(html_to_pdf("".join(PAGE.format(text) for text in texts)))
    return path


def numbers(count: int) -> Iterator[PageObject]:
    return stamps(html_to_pdf("".join(PAGE.format(f"叶{number}") for number in range(1, count + 1))))


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Contents with a link to page 3 and one to a strange host, then two chapters; every page has its number."""
    links = '<a href="page:3">第二章</a> <a href="https://example.invalid/">外站</a>'
    contents = part(tmp_path, "contents", links)
    first, second = part(tmp_path, "first", "甲"), part(tmp_path, "second", "乙", "丙")
    path, sheet = tmp_path / "book.pdf", numbers(4)
    with Binder(path) as binder:
        binder.mark("目录")
        binder.add(contents, sheet)
        binder.mark("商事")
        for title, chapter in (("第一章", first), ("第二章", second)):
            binder.mark(title, level=2)
            binder.add(chapter, sheet)
        bound = binder.finish("示例手册", author="示例中心")
    data = path.read_bytes()
    assert (bound.pages, bound.size, bound.sha256) == (4, len(data), hashlib.sha256(data).hexdigest())
    return path


def texts(path: Path) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(path).pages]


def test_every_page_is_there_once_in_order_with_its_stamp(book: Path) -> None:
    assert texts(book) == ["第二章外站叶1", "甲叶2", "乙叶3", "丙叶4"]


def test_bookmarks_stand_in_levels_and_lead_to_their_pages(book: Path) -> None:
    assert bookmarks(book) == [
        Bookmark("目录", 1, 1),
        Bookmark("商事", 2, 1),
        Bookmark("第一章", 2, 2),
        Bookmark("第二章", 3, 2),
    ]


def test_a_link_leads_into_the_book_and_never_out_of_it(book: Path) -> None:
    reader = PdfReader(book)
    notes = [note.get_object() for note in reader.pages[0]["/Annots"]]
    assert len(notes) == 1
    goal = reader.named_destinations[notes[0]["/Dest"]]
    assert reader.get_destination_page_number(goal) + 1 == 3
    assert b"example.invalid" not in book.read_bytes()


def test_title_author_and_language_are_told_to_the_reader(book: Path) -> None:
    reader = PdfReader(book)
    assert (reader.metadata.title, reader.metadata.author) == ("示例手册", "示例中心")
    catalogue = reader.trailer["/Root"]
    assert catalogue["/Lang"] == "zh-Hans"
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]


def test_a_book_without_stamps_and_bookmarks_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "plain.pdf"
    with Binder(path) as binder:
        binder.add(part(tmp_path, "one", "甲", "乙"))
        binder.finish("无书签")
    assert texts(path) == ["甲", "乙"]
    assert bookmarks(path) == []


def test_a_part_that_was_cut_off_counts_as_not_there(tmp_path: Path) -> None:
    whole = part(tmp_path, "whole", "甲", "乙")
    assert page_count(whole) == 2
    whole.write_bytes(whole.read_bytes()[:200])
    assert page_count(whole) == 0
    assert page_count(tmp_path / "never.pdf") == 0


# --- fonts ------------------------------------------------------------------------------------------------------------


def programs(source: Any) -> list[StreamObject]:
    """Every font program that a PDF carries."""
    reader = PdfReader(source)
    found = {}
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            place = descriptor.raw_get("/FontFile3")
            found[place.idnum] = place.get_object()
    return list(found.values())


def bound(folder: Path, carrier: bytes, *parts: Path) -> Path:
    path = folder / "shared.pdf"
    with Binder(path) as binder:
        binder.share(carrier)
        for one in parts:
            binder.add(one)
        binder.finish("示例")
    return path


def drawn(program: StreamObject, glyph: int) -> list[Any]:
    """The outline of a glyph."""
    font, pen = TTFont(io.BytesIO(program.get_data())), RecordingPen()
    font.getGlyphSet()[font.getGlyphName(glyph)].draw(pen)
    return pen.value


def test_a_font_of_all_parts_stands_in_the_book_once_and_draws_what_theirs_drew(tmp_path: Path) -> None:
    parts = [part(tmp_path, "first", "施工许可"), part(tmp_path, "second", "不动产登记")]
    glyphs = glyphs_used(parts)
    book = bound(tmp_path, html_to_pdf(PAGE.format("页"), glyphs=glyphs), *parts)
    assert texts(book) == ["施工许可", "不动产登记"]
    (shared,) = programs(book)
    for one in parts:
        ((_, used),) = glyphs_used([one]).items()
        (own,) = programs(one)
        assert all(drawn(shared, glyph) == drawn(own, glyph) != [] for glyph in used)


def test_a_part_with_a_glyph_that_the_shared_font_lacks_keeps_its_own(tmp_path: Path) -> None:
    first, second = part(tmp_path, "first", "施工许可"), part(tmp_path, "second", "不动产登记")
    book = bound(tmp_path, html_to_pdf(PAGE.format("页"), glyphs=glyphs_used([first])), first, second)
    assert texts(book) == ["施工许可", "不动产登记"]
    assert len(programs(book)) == 2


def test_another_release_of_a_font_does_not_stand_for_it(tmp_path: Path) -> None:
    """Its glyphs may be numbered anew: what was printed before an upgrade would turn into other characters."""
    one = part(tmp_path, "first", "施工许可")
    writer = PdfWriter(clone_from=io.BytesIO(html_to_pdf(PAGE.format("页"), glyphs=glyphs_used([one]))))
    descriptor = writer.pages[0]["/Resources"]["/Font"]
    (font,) = (entry.get_object() for entry in descriptor.values())
    program = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]["/FontFile3"]
    data = program.get_data()
    head = data[data.index(b"head", 0, 400) :]
    modified = int.from_bytes(head[8:12], "big") + 28  # the table's place, and in it the day of the last change
    program.set_data(data[:modified] + b"\x7f" + data[modified + 1 :])
    newer = io.BytesIO()
    writer.write(newer)
    assert len(programs(bound(tmp_path, newer.getvalue(), one))) == 1
    assert texts(bound(tmp_path, newer.getvalue(), one)) == ["施工许可"]
    assert programs(bound(tmp_path, newer.getvalue(), one))[0].get_data() == programs(one)[0].get_data()
