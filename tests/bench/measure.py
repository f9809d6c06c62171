"""How parts of the bench measure: against something else in the same run, turn by turn, never against a clock."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from django.db import connection

Act = Callable[[], object]


def seconds(act: Act) -> float:
    """What it costs once: processor time where the database works in this process, else time on the wall."""
    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
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
