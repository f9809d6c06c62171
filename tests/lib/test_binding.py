"""Binding printed parts into one PDF: every page once, links and bookmarks to the right page, the true hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PageObject, PdfReader

from portal.lib.binding import Binder, Bookmark, bookmarks, page_count, stamps
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
