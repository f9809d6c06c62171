"""What a merged cell of a workbook says: the same for every row that it lies over."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from datetime import date, datetime

Value = str | int | float | bool | date | datetime | None
"""What stands in one cell."""
Rows = list[tuple[int, list[Value]]]
"""Row number from 1, values from column A; rows without anything in them are not there."""


class Merged(str):
    """A cell that lies over several columns: nobody knows which of them it speaks of."""

    __slots__ = ()


def spread(rows: Rows, edges: tuple[int, int, int, int], take: Callable[[int], None]) -> None:
    """Put what people merged over rows into each of these rows. `edges` are left, top, right and bottom, from 1;
    `take` counts the cells that come and raises when they are too many."""
    left, top, right, bottom = edges
    first = bisect_left(rows, top, key=lambda row: row[0])
    if first == len(rows) or rows[first][0] != top or len(rows[first][1]) < left:
        return
    value = rows[first][1][left - 1]
    if value is None:
        return
    if right > left:
        rows[first][1][left - 1] = Merged(value)
        return
    for at in range(first + 1, len(rows)):
        number, values = rows[at]
        if number > bottom:
            return
        take(max(1, left - len(values)))
        values.extend([None] * (left - len(values)))
        values[left - 1] = value
