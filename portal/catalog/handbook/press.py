"""Printing a handbook: chapter by chapter into files, then bound; can stop anywhere and go on later.

Every chapter is a document of its own, so that memory does not grow with their number. The numbers at the foot need
the number of all pages, which is known last: they are printed on sheets of their own and laid over while binding.
"""

from __future__ import annotations

import logging
import shutil
import time
import uuid
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate, groupby
from pathlib import Path
from typing import Any

from django.conf import settings

from portal.catalog.editions.compare import differences
from portal.catalog.handbook.changes import ItemChange, definition_of, elements_of, item_changes, summary
from portal.catalog.handbook.chapters import ADDED, Names, chapter
from portal.catalog.handbook.models import Handbook
from portal.catalog.items.models import Edition
from portal.lib.binding import Binder, Bound, Stamp, glyphs_used, page_count, stamps
from portal.lib.file_kinds import PDF
from portal.lib.files import keep_file
from portal.lib.pdf import render_pdf

logger = logging.getLogger(__name__)

SHEET = 50
"""Page numbers printed at once."""
BOUND_AT_ONCE = 60
"""A handbook of more chapters is bound in a stretch of its own, which then has all of its time for it."""
MOST_CHANGES = 30
"""Changes listed at the head of a chapter; the comparison on the screen has all of them."""
COVER = 1


class ChapterFailed(RuntimeError):
    """A chapter could not be printed; the sentence names it, for whoever ordered the handbook."""


def work_folder(handbook: Handbook) -> Path:
    """Where the parts of a handbook lie until it is bound."""
    return Path(settings.PRIVATE_ROOT) / "handbooks" / str(handbook.pk)


class Press:
    """Prints one handbook."""

    def __init__(self, handbook: Handbook) -> None:
        self.handbook = handbook
        self.folder = work_folder(handbook)
        self.names = Names.load()

    def run(self, *, seconds: float) -> bool:
        """Print for about so long; True when the handbook is done, False when there is more to do."""
        if not self.handbook.begin():
            return True
        try:
            return self._run(time.monotonic() + seconds)
        except (OSError, ChapterFailed):
            if self.handbook.is_done():  # another worker was faster and has put the folder away
                return True
            raise

    def _run(self, until: float) -> bool:
        self.folder.mkdir(parents=True, exist_ok=True)
        chapters = len(self.handbook.contents)
        missing = [number for number in range(1, chapters + 1) if not page_count(self.chapter_path(number))]
        for number in missing:
            self.print_chapter(number)
            self.handbook.advance(number)
            if time.monotonic() > until:
                return False
        if missing and chapters > BOUND_AT_ONCE:
            return False
        self.bind()
        shutil.rmtree(self.folder, ignore_errors=True)
        return True

    def chapter_path(self, number: int) -> Path:
        return self.folder / f"{number:04d}.pdf"

    def print_chapter(self, number: int) -> None:
        """Raises ChapterFailed with the number and name of a chapter that cannot be printed."""
        row = self.handbook.contents[number - 1]
        try:
            self._print("chapter", self.chapter_path(number), self._chapter(number, row))
        except Exception as error:  # whatever a layout engine raises about one of hundreds of items
            logger.exception("chapter %s of handbook %s cannot be printed", number, self.handbook.pk)
            sentence = f"第{number}章“{row['name']}”（{row['code']}）不能排版，详细情况见系统日志。"
            raise ChapterFailed(sentence) from error

    def _chapter(self, number: int, row: dict[str, Any]) -> dict[str, Any]:
        """What the template of a chapter prints, with what changed since the last handbook at its head."""
        definition = definition_of(row["edition"])
        was = self.previous.get(row["code"])
        old = definition_of(was["edition"]) if was else None
        changes = differences(old, definition, self.names.everything()) if old else []
        return {
            **chapter(definition, old, self.names, self.handbook.center),
            "changes": changes[:MOST_CHANGES],
            "more_changes": max(0, len(changes) - MOST_CHANGES),
            "no": number,
            "edition": row["number"],
            "zone": self.zone_of.get(row["code"], ""),
            "mark": ADDED if self.handbook.previous and was is None else "",
        }

    @cached_property
    def previous(self) -> dict[str, dict[str, Any]]:
        """The contents of the last handbook by item; empty for a first one."""
        previous = self.handbook.previous
        return {row["code"]: row for row in previous.contents} if previous else {}

    def _print(self, template: str, path: Path, context: dict[str, Any]) -> int:
        """Render into a file that is there as a whole or not at all; returns its pages."""
        data = render_pdf(f"catalog/handbook/{template}.html", {"handbook": self.handbook, **context})
        half = path.with_suffix(f".{uuid.uuid4().hex}.part")
        half.write_bytes(data)
        half.replace(path)
        return page_count(path)

    def bind(self) -> None:
        """Front matter, chapters and page numbers into one file, stored with its hash."""
        counts = [page_count(self.chapter_path(number)) for number in range(1, len(self.handbook.contents) + 1)]
        fronts = self._print_front(counts)
        half = self.folder / f"bound.{uuid.uuid4().hex}.part"
        bound = self._bind(half, fronts, sum(counts))
        self.handbook.finish(keep_file(half, PDF, sha256=bound.sha256, size=bound.size), bound.pages)

    def _print_front(self, counts: list[int]) -> list[tuple[str, Path]]:
        """Cover, contents and notes; printed until they fit, because the contents stand before what they count."""
        paths = {name: self.folder / f"{name}.pdf" for name in ("cover", "contents", "notes")}
        self._print("cover", paths["cover"], {"sections": self.sections})
        changes = self._changed_items()
        rows = [self._change_row(change) for change in changes]
        lengths = (0, 0)
        for _ in range(4):
            context = {**self._places(counts, lengths, rows), "summary": summary(changes)}
            found = (
                self._print("contents", paths["contents"], context),
                self._print("notes", paths["notes"], context),
            )
            if found == lengths:
                break
            lengths = found
        return [("封面", paths["cover"]), ("目录", paths["contents"]), ("编制说明和本版变动", paths["notes"])]

    def _changed_items(self) -> list[ItemChange]:
        previous = self.handbook.previous
        return item_changes(previous.contents, self.handbook.contents) if previous else []

    def _change_row(self, change: ItemChange) -> dict[str, Any]:
        """One row an item; the texts of its changes stand in its chapter."""
        elements = elements_of(change.differences(self.names.everything()))
        return {"kind": change.kind, "code": change.code, "name": change.name, "elements": elements}

    def _places(self, counts: list[int], lengths: tuple[int, int], rows: list[dict[str, Any]]) -> dict[str, Any]:
        """The page on which everything begins, counted from the cover."""
        first = COVER + sum(lengths) + 1
        pages = list(accumulate(counts, initial=first))
        starts = {row["code"]: page for row, page in zip(self.handbook.contents, pages, strict=False)}
        sections = [
            (zone, [{**entry, "page": starts[entry["code"]]} for entry in entries]) for zone, entries in self.sections
        ]
        return {
            "sections": sections,
            "rows": [{**row, "page": starts.get(row["code"])} for row in rows],
            "notes_page": COVER + lengths[0] + 1,
        }

    @cached_property
    def sections(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """The chapters under the names of their zones, in printing order."""
        numbered = [{**row, "no": number} for number, row in enumerate(self.handbook.contents, start=1)]
        return [(zone, list(rows)) for zone, rows in groupby(numbered, key=lambda row: self.zone_of[row["code"]])]

    @cached_property
    def zone_of(self) -> dict[str, str]:
        """The zone of every item, for the headings of the contents."""
        editions = [row["edition"] for row in self.handbook.contents]
        found = Edition.objects.filter(pk__in=editions).values_list("item__code", "definition__zone")
        return {code: self.names.zones.get(zone, zone) for code, zone in found}

    def _bind(self, path: Path, fronts: list[tuple[str, Path]], chapter_pages: int) -> Bound:
        total = sum(page_count(part) for _, part in fronts) + chapter_pages
        numbers = self._numbers(total)
        with Binder(path) as binder:
            binder.share(self._faces([part for _, part in fronts]))
            for title, part in fronts:
                binder.mark(title)
                binder.add(part, numbers)
            for zone, rows in self.sections:
                binder.mark(zone)
                for row in rows:
                    binder.mark(f"第{row['no']}章　{row['name']}", level=2)
                    binder.add(self.chapter_path(row["no"]), numbers)
            title = f"{self.handbook.title}（{self.handbook.scope}）{self.handbook.number}"
            return binder.finish(title, author=self.handbook.center.name)

    def _faces(self, fronts: list[Path]) -> bytes:
        """The faces of the book with every glyph that its parts use: they stand in it once, not once a chapter."""
        chapters = (self.chapter_path(number) for number in range(1, len(self.handbook.contents) + 1))
        return render_pdf(
            "catalog/handbook/faces.html", {"handbook": self.handbook}, glyphs=glyphs_used([*fronts, *chapters])
        )

    def _numbers(self, total: int) -> Iterator[Stamp]:
        """第 n 页 共 N 页 for every page, a sheet at a time."""
        for first in range(1, total + 1, SHEET):
            pages = range(first, min(first + SHEET, total + 1))
            context = {"handbook": self.handbook, "pages": pages, "total": total}
            yield from stamps(render_pdf("catalog/handbook/stamps.html", context))
