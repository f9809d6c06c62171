"""What waits for nobody: the whole minute's tick, publishing, and the nightly invariants, by the cases there are.

`MINUTE_SIZE=500,2000` names the numbers of cases; beyond 2,000 the made papers have no files, which the invariants say.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import StringIO
from itertools import count

from django.core.management import call_command
from django.db import connection
from django.test import Client

from tests.bench.bulk import Year
from tests.bench.measure import Act, against, line, seconds
from tests.bench.writing import analyse

SIZES = tuple(int(size) for size in os.environ.get("MINUTE_SIZE", "500,2000").split(","))
GOAL = 1.5
ITEM = "TZ-09"


def publishing() -> Act:
    """Publishes the same item anew, each time with a text of its own."""
    from portal.catalog.editions.publishing import publish
    from tests.cast import starting_items

    definition = next(item for item in starting_items() if item.code == ITEM)
    numbers = count(1)

    def act() -> None:
        publish(definition.model_copy(update={"name": f"{definition.name}（{next(numbers)}）"}), by=None)

    return act


def probes() -> dict[str, Act]:
    from portal.jobs.tick import tick

    return {"the whole minute": tick, "publishing an item": publishing()}


def invariants() -> None:
    """Raises CommandError when the data are not as they must be."""
    call_command("check_invariants", stdout=StringIO())


def report() -> Iterator[str]:
    """For each: its cost by that of `/robots.txt` at both sizes, and how it grew; invariants by the case."""
    client, year = Client(), Year()
    found: dict[int, dict[str, tuple[float, float]]] = {}
    nightly: dict[int, float] = {}
    for size in SIZES:
        year.grow_to(size)
        analyse()
        found[size] = {name: against(act, lambda: client.get("/robots.txt")) for name, act in probes().items()}
        nightly[size] = min(seconds(invariants) for _ in range(2)) / size
    yield from _compared(found, nightly)


def _compared(found: dict[int, dict[str, tuple[float, float]]], nightly: dict[int, float]) -> Iterator[str]:
    first, last = SIZES[0], SIZES[-1]
    sizes = f"{last} by {first} cases ({connection.vendor})"
    for name, (ratio, least) in found[last].items():
        grown = ratio / found[first][name][0]
        value = f"{found[first][name][1] * 1000:.0f} -> {least * 1000:.0f} ms, {grown:.2f}x"
        yield line(grown <= GOAL, f"{name}: {sizes}", value, f"<= {GOAL}x")
    grown = nightly[last] / nightly[first]
    value = f"{nightly[first] * 1000:.2f} -> {nightly[last] * 1000:.2f} ms, {grown:.2f}x"
    yield line(grown <= GOAL, f"invariants, a case: {sizes}", value, f"<= {GOAL}x")
