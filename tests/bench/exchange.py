"""A dry run of many items from a workbook and from YAML. `EXCHANGE_ITEMS=3000` is a centre's whole register."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator

from django.conf import settings
from django.db import connection, connections

from pages.exchange import export_names
from portal.catalog.exchange.content import load_items
from portal.catalog.exchange.files import write_file
from portal.catalog.schema.definition import ItemDefinition
from tests.bench.exchange_child import read_apart
from tests.bench.measure import line

ITEMS = int(os.environ.get("EXCHANGE_ITEMS", "300"))
GOAL = 60.0
"""Seconds of processor time for a dry run of 3,000 items."""
PEAK = 300
"""MiB of the process that reads; the portal itself, with nothing read, takes some 200 of them."""


def many(count: int = ITEMS) -> list[ItemDefinition]:
    """The starting content again and again, each time under codes of its own."""
    items = load_items(settings.CONTENT_DIR)
    return [items[n % len(items)].model_copy(update={"code": f"ZZ-{n:04d}"}) for n in range(count)]


def report() -> Iterator[str]:
    """For each format: processor time of a dry run, an item, against the goal for 3,000; and how the time grows."""
    for suffix in (".xlsx", ".yaml"):
        small, _, _ = dry_run(ITEMS // 10, suffix)
        taken, peak, size = dry_run(ITEMS, suffix)
        growth = taken / small / 10
        yield line(
            taken <= GOAL * ITEMS / 3000,
            f"dry run of {ITEMS} items from {suffix} ({size / 1e6:.1f} MB)",
            f"{taken:.1f} s of processor",
            f"<= {GOAL * ITEMS / 3000:.0f} s",
        )
        yield line(growth <= 1.5, f"the same, an item, by one of {ITEMS // 10} items", f"{growth:.2f}x", "<= 1.5x")
        yield line(peak <= PEAK, "peak memory of the process that reads it", f"{peak:.0f} MiB", f"<= {PEAK} MiB")


def written(count: int, suffix: str) -> bytes:
    """A file of so many items, made by a process of its own: what writing takes is none of the bench's memory."""
    names, fork = export_names(), multiprocessing.get_context("fork")
    mine, theirs = fork.Pipe(duplex=False)
    connections.close_all()
    writer = fork.Process(target=lambda: theirs.send_bytes(write_file(many(count), suffix, names)))
    writer.start()
    data = mine.recv_bytes()
    writer.join()
    return data


def dry_run(count: int, suffix: str) -> tuple[float, float, int]:
    """Seconds of processor time, peak in MiB and bytes of the file. Raises RuntimeError when the file is not clean.

    A process reads it that has done nothing else: it holds the portal, and nothing of the bench.
    """
    data, spawn = written(count, suffix), multiprocessing.get_context("spawn")
    mine, theirs = spawn.Pipe()
    reader = spawn.Process(target=read_apart, args=(theirs, connection.settings_dict["NAME"]))
    reader.start()
    theirs.close()
    mine.send_bytes(data)
    rows, seconds, peak = mine.recv()
    reader.join()
    if rows != count:
        raise RuntimeError("the dry run refuses what was exported")
    return seconds, peak, len(data)
