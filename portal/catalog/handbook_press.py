"""Printing a handbook: chapter by chapter into files, then bound; can stop anywhere and go on later.

Every chapter is a document of its own, so that memory does not grow with their number. The numbers at the foot need
the number of all pages, which is known last: they are printed on sheets of their own and laid over while binding.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

from django.conf import settings

from portal.catalog.handbook import Handbook
from portal.catalog.handbook_changes import Change, changes_between, definition_of, item_changes, summary
from portal.catalog.handbook_chapters import ADDED, Names, chapter
from portal.lib.binding import Binder, Bound, Stamp, page_count, stamps
from portal.lib.files import PDF, keep_file
from portal.lib.pdf import render_pdf

SHEET = 50
"""Page numbers printed at once."""
MOST_CHANGES = 20
"""Changes listed at the head of a chapter; all of them are marked in its text."""
COVER = 1


class Press:
    """Prints one handbook."""

    def __init__(self, handbook: Handbook) -> None:
        self.handbook = handbook
        self.folder = Path(settings.PRIVATE_ROOT) / "handbooks" / str(handbook.pk)
        self.names = Names.load()

    def run(self, *, seconds: float) -> bool:
        """Print for about so long; True when the handbook is done, False when there is more to do."""
        if not self.handbook.begin():
            return True
        self.folder.mkdir(parents=True, exist_ok=True)
        until = time.monotonic() + seconds
        for number in range(1, len(self.handbook.contents) + 1):
            if not page_count(self.chapter_path(number)):
                self.print_chapter(number)
                self.handbook.advance(number)
                if time.monotonic() > until:
                    return False
        self.bind()
        shutil.rmtree(self.folder, ignore_errors=True)
        return True

    def chapter_path(self, number: int) -> Path:
        return self.folder / f"{number:04d}.pdf"

    def print_chapter(self, number: int) -> None:
        row = self.handbook.contents[number - 1]
        definition = definition_of(row["edition"])
        old, changes = None, []
        was = self.previous.get(row["code"])
        if was is not None:
            old = definition_of(was["edition"])
            changes = changes_between(old, definition, self.names.everything())
        context = {
            **chapter(definition, old, self.names, self.handbook.center),
            **_listed(changes),
            "no": number,
            "edition": row["number"],
            "mark": ADDED if self.handbook.previous and was is None else "",
        }
        self._print("chapter", self.chapter_path(number), context)

    @cached_property
    def previous(self) -> dict[str, dict[str, Any]]:
        """The contents of the last handbook by item; empty for a first one."""
        previous = self.handbook.previous
        return {row["code"]: row for row in previous.contents} if previous else {}

    def _print(self, template: str, path: Path, context: dict[str, Any]) -> int:
        """Render into a file that is there as a whole or not at all; returns its pages."""
        data = render_pdf(f"catalog/handbook/{template}.html", {"handbook": self.handbook, **context})
        half = path.with_suffix(f".{os.getpid()}.part")
        half.write_bytes(data)
        half.replace(path)
        return page_count(path)

    def bind(self) -> None:
        """Front matter, chapters and page numbers into one file, stored with its hash."""
        counts = [page_count(self.chapter_path(number)) for number in range(1, len(self.handbook.contents) + 1)]
        fronts = self._print_front(counts)
        half = self.folder / f"bound.{os.getpid()}.part"
        bound = self._bind(half, fronts, sum(counts))
        self.handbook.finish(keep_file(half, PDF, sha256=bound.sha256, size=bound.size), bound.pages)

    def _print_front(self, counts: list[int]) -> list[tuple[str, Path]]:
        """Cover, contents and changes; printed twice, because contents stand before what they count."""
        paths = {name: self.folder / f"{name}.pdf" for name in ("cover", "contents", "changes")}
        self._print("cover", paths["cover"], {})
        rows = self._changed_items()
        lengths = (0, 0)
        for _ in range(3):
            context = self._places(counts, lengths, rows)
            found = (
                self._print("contents", paths["contents"], context),
                self._print("changes", paths["changes"], context),
            )
            if found == lengths:
                break
            lengths = found
        return [("封面", paths["cover"]), ("目录", paths["contents"]), ("本版变动", paths["changes"])]

    def _changed_items(self) -> list[dict[str, Any]]:
        """One row an item; the texts of its changes stand in its chapter."""
        if not self.handbook.previous:
            return []
        found = item_changes(self.handbook.previous.contents, self.handbook.contents, self.names.everything())
        return [{"kind": row.kind, "code": row.code, "name": row.name, "elements": row.elements} for row in found]

    def _places(self, counts: list[int], lengths: tuple[int, int], rows: list[dict[str, Any]]) -> dict[str, Any]:
        """The page on which everything begins, counted from the cover."""
        first = COVER + sum(lengths) + 1
        pages = list(accumulate(counts, initial=first))
        entries = [
            {**row, "no": number, "page": page, "zone": self.zone_of[row["code"]]}
            for number, (row, page) in enumerate(zip(self.handbook.contents, pages, strict=False), start=1)
        ]
        starts = {entry["code"]: entry["page"] for entry in entries}
        return {
            "entries": entries,
            "rows": [{**row, "page": starts.get(row["code"])} for row in rows],
            "summary": summary([row["kind"] for row in rows]),
            "changes_page": COVER + lengths[0] + 1,
        }

    @cached_property
    def zone_of(self) -> dict[str, str]:
        """The zone of every item, for the headings of the contents."""
        from portal.catalog.models import Edition

        editions = [row["edition"] for row in self.handbook.contents]
        found = Edition.objects.filter(pk__in=editions).values_list("item__code", "definition__zone")
        return {code: self.names.zones.get(zone, zone) for code, zone in found}

    def _bind(self, path: Path, fronts: list[tuple[str, Path]], chapter_pages: int) -> Bound:
        total = sum(page_count(part) for _, part in fronts) + chapter_pages
        numbers = self._numbers(total)
        with Binder(path) as binder:
            for title, part in fronts:
                binder.mark(title)
                binder.add(part, numbers)
            for number, row in enumerate(self.handbook.contents, start=1):
                binder.mark(f"第{number}章　{row['name']}")
                binder.add(self.chapter_path(number), numbers)
            return binder.finish(f"{self.handbook.title}（{self.handbook.scope}）{self.handbook.number}")

    def _numbers(self, total: int) -> Iterator[Stamp]:
        """第 n 页 共 N 页 for every page, a sheet at a time."""
        for first in range(1, total + 1, SHEET):
            pages = range(first, min(first + SHEET, total + 1))
            yield from stamps(render_pdf("catalog/handbook/stamps.html", {"pages": pages, "total": total}))


def _listed(changes: list[Change]) -> dict[str, Any]:
    return {"changes": changes[:MOST_CHANGES], "more_changes": max(0, len(changes) - MOST_CHANGES)}
