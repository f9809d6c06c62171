"""How long 3,000 items take out to a workbook and, as a dry run, back in."""

from __future__ import annotations

import time

from django.conf import settings

from pages.exchange import export_names, preview
from portal.catalog.exchange.content import load_items
from portal.catalog.exchange.files import write_file
from portal.catalog.schema.definition import ItemDefinition

ITEMS = 3000
GOAL = 60.0
"""Seconds for a dry run on two cores."""


def many(count: int = ITEMS) -> list[ItemDefinition]:
    """The starting content again and again, each time under codes of its own."""
    items = load_items(settings.CONTENT_DIR)
    return [items[n % len(items)].model_copy(update={"code": f"ZZ-{n:04d}"}) for n in range(count)]


def report() -> list[str]:
    """One line for each format: seconds to write, size, seconds for a dry run, and whether that reaches the goal."""
    lines = []
    for suffix in (".xlsx", ".yaml"):
        began = time.perf_counter()
        data = write_file(many(), suffix, export_names())
        written = time.perf_counter()
        found = preview(data)
        seconds = time.perf_counter() - written
        verdict = "ok  " if seconds <= GOAL and found.is_clean and len(found.rows) == ITEMS else "MISS"
        lines.append(
            f"{verdict}  dry run of {ITEMS} items from {suffix}: {seconds:.1f} s (goal <= {GOAL:.0f} s), "
            f"export {written - began:.1f} s, {len(data) / 1e6:.1f} MB"
        )
    return lines
