"""When a worker last did anything, in memory shared by the processes of one cluster.

A worker that is killed can leave django-q2's inner queue locked: its successor then waits for ever, the tick with it,
and nothing is done until somebody restarts the cluster. Silence is the one sign of that from outside.
"""

from __future__ import annotations

import time
from multiprocessing.sharedctypes import RawValue

# Without a lock on purpose: a process killed while holding one would make the watcher wait as well.
_last = RawValue("d", time.monotonic())


def beat() -> None:
    """Say that work is being done; called at the start of every tick and every promise."""
    _last.value = time.monotonic()


def silence() -> float:
    """Seconds since the last beat of this process or of one forked from it."""
    return time.monotonic() - _last.value
