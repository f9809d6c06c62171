"""The processes below ours, so that a cluster that hangs or has lost its head can be ended as a whole."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
from contextlib import suppress
from pathlib import Path

logger = logging.getLogger(__name__)

Process = tuple[int, int]
"""Process id and start time: an id alone may have gone to a stranger by the time it is used."""

PR_SET_CHILD_SUBREAPER = 36
"""prctl(2): whoever loses its parent below us becomes our child instead of the system's."""


def adopt_orphans() -> None:
    """Keep every process below us below us, also when the one between us and it is killed. Linux only."""
    try:
        done = ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    except (AttributeError, OSError):
        done = -1
    if done != 0:
        logger.warning("this system does not give us orphaned workers; one may go on after its cluster has died")


def reap() -> None:
    """Take leave of adopted processes that have ended, so that none of them stays as a zombie."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _table() -> dict[Process, int]:
    """Every living process with the id of its parent; empty where there is no /proc."""
    table = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The command name, in brackets, may hold anything; the numbers follow its last bracket.
            state, parent, *rest = path.read_text(errors="replace").rpartition(")")[2].split()
        except (OSError, ValueError):  # it ended while we looked
            continue
        if state != "Z":
            table[int(path.parent.name), int(rest[17])] = int(parent)
    return table


def descendants(pid: int) -> set[Process]:
    """Children, grandchildren and so on of `pid`, without itself."""
    table = _table()
    found: set[Process] = set()
    parents = {pid}
    while parents:
        below = {process for process, parent in table.items() if parent in parents} - found
        found |= below
        parents = {child for child, _ in below}
    return found


def alive(processes: set[Process]) -> set[Process]:
    return processes & _table().keys()


def kill(processes: set[Process]) -> None:
    """End what is left of `processes`, without asking."""
    for pid, _ in alive(processes):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:  # it was quicker
            continue
