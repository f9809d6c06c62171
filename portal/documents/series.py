"""Whether the numbers of a series are without gap: what everything that takes from a counter promises."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from portal.documents.models import Counter


def gaps(found: Iterable[tuple[str, int]], *, prefix: str, things: str) -> Iterator[str]:
    """A sentence for every series with a gap, or whose counter went further than its numbers.

    `found` are the counter and the serial of each number, unique by constraint: as many as the highest serial means
    that none is missing. `prefix` begins the names of these counters. They are read before the numbers: one that is
    taken meanwhile only makes the numbers more.
    """
    taken = dict(Counter.objects.filter(series__startswith=prefix).values_list("series", "last"))
    series: dict[str, tuple[int, int]] = {}
    for name, serial in found:
        count, highest = series.get(name, (0, 0))
        series[name] = count + 1, max(highest, serial)
    for name, (count, highest) in sorted(series.items()):
        if count != highest:
            yield f"{name}: {count} {things}, highest serial {highest}"
        if taken.pop(name, 0) > highest:
            yield f"{name}: numbers were taken beyond the highest serial {highest} of {things}"
    for name, last in sorted(taken.items()):
        if last:
            yield f"{name}: {last} taken, but there are no {things}"
