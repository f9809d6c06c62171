"""When a worker last did anything, in memory shared by the processes of one cluster.

A worker that is killed can leave django-q2's inner queue locked: its successor then waits for ever, the tick with it,
and nothing is done until somebody restarts the cluster. Silence is the one sign of that from outside.
"""

from __future__ import annotations

import time
from multiprocessing.sharedctypes import RawValue

# Without a lock on purpose: a process killed while holding one would make the watcher wait as well.
_last = RawValue("d", time.monotonic())
_minute = RawValue("d", time.monotonic())


def beat() -> None:
    """Say that work is being done; called at the start of every tick and every promise."""
    _last.value = time.monotonic()


def silence() -> float:
    """Seconds since the last beat of this process or of one forked from it."""
    return time.monotonic() - _last.value


def minute_begins() -> None:
    """Note for all workers of the cluster that one of them does the minute's own work now."""
    _minute.value = time.monotonic()


def since_minute() -> float:
    """Seconds since a worker of this cluster last began the minute's own work."""
    return time.monotonic() - _minute.value
