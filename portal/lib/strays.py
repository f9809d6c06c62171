"""Whether the private files on the disk and the rows that name them agree, both ways.

Every app that keeps files says which in `paths()` of its `integrity` module; a name that ends in a slash stands for
everything below a folder in which work is under way.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from portal.lib.discovery import modules_named

YOUNG = timedelta(days=1)
"""A file may be younger than its row, and work that failed leaves one behind: nobody need be called for it at once."""


def disagreements(now: datetime) -> Iterator[str]:
    """Rows whose file is not there, files that two rows name, and files older than a day that no row names.

    The names lie in a database on the disk meanwhile, so that a million of them take no memory.
    """
    with closing(sqlite3.connect("")) as kept:
        kept.execute("CREATE TABLE named (path TEXT PRIMARY KEY) WITHOUT ROWID")
        yield from _without_file(kept)
        yield from _without_row(kept, (now - YOUNG).timestamp())


def _without_file(kept: sqlite3.Connection) -> Iterator[str]:
    for owner, path in _named():
        if not kept.execute("INSERT OR IGNORE INTO named VALUES (?)", [path]).rowcount:
            yield f"{path} is named by two rows, the second of {owner}"
        elif not (Path(settings.PRIVATE_ROOT) / path).exists():
            yield f"{path} is named by a row of {owner} and is not there"


def _named() -> Iterator[tuple[str, str]]:
    """App and path of every file that a row names."""
    for module in modules_named("integrity"):
        for path in getattr(module, "paths", tuple)():
            yield module.__name__.removesuffix(".integrity"), path


def _without_row(kept: sqlite3.Connection, before: float) -> Iterator[str]:
    root = Path(settings.PRIVATE_ROOT)
    for folder, below, names in os.walk(root):
        here = Path(folder).relative_to(root)
        below[:] = [name for name in below if not _is_named(kept, f"{(here / name).as_posix()}/")]
        for name in names:
            path = (here / name).as_posix()
            if not _is_named(kept, path) and _is_older(root / path, before):
                yield f"{path} lies on the disk and no row names it"


def _is_named(kept: sqlite3.Connection, path: str) -> bool:
    return kept.execute("SELECT 1 FROM named WHERE path = ?", [path]).fetchone() is not None


def _is_older(path: Path, before: float) -> bool:
    """A file that went away meanwhile is none."""
    try:
        return path.stat().st_mtime < before
    except FileNotFoundError:
        return False
