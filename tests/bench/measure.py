"""How parts of the bench measure: against something else in the same run, turn by turn, never against a clock."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.db import connection

Act = Callable[[], object]


@cache
def _database_process(_: int) -> Path | None:
    """Where Linux counts the processor time of the PostgreSQL process of this connection; None when it is elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), inet_server_addr() = inet_client_addr()")
        pid, is_here = cursor.fetchone()
    counted = Path(f"/proc/{pid}/schedstat")
    return counted if is_here and counted.exists() else None


def clock() -> float:
    """Seconds of processor time of this process and of its database; on the wall where the database is elsewhere."""
    if connection.vendor == "sqlite":
        return time.process_time()
    connection.ensure_connection()
    counted = _database_process(id(connection.connection))
    if counted is None:
        return time.perf_counter()
    return time.process_time() + int(counted.read_text().split()[0]) / 1e9


def seconds(act: Act) -> float:
    """What it costs once."""
    began = clock()
    act()
    return clock() - began


def against(act: Act, yardstick: Act, *, rounds: int = 5, patience: float = 20.0) -> tuple[float, float]:
    """How many times the cost of the yardstick, and the least cost in seconds. A, B, A, B: what slows the machine for
    a while slows both. What takes very long is done less often."""
    act(), yardstick()
    until = time.monotonic() + patience
    measured = []
    while len(measured) < rounds and (len(measured) < 2 or time.monotonic() < until):
        measured.append((seconds(act), seconds(yardstick)))
    return statistics.median(mine / theirs for mine, theirs in measured), min(mine for mine, _ in measured)


def line(reached: bool, name: str, value: str, goal: str) -> str:
    return f"{'ok  ' if reached else 'MISS'}  {name:<58} {value:>24}   goal {goal}"
