"""The floor plans of a hall (平面图): drawn from the areas, windows and facilities, with the same as a list.

A square of the plan is ten units of the drawing, so that a phone shows letters at the size they have.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from portal.catalog.drawing.shapes import text_width, wrapped
from portal.lib.words import one_line
from portal.organisations.halls import PLAN_WIDTH, floor_name
from portal.organisations.models import HallArea, HallFacility, ServiceCenter, Window

UNIT = 10
MARGIN = 4
NAME, NUMBER = 14, 12
RADIUS = 11
GAP, TALL = 5, 22
"""Between the little boxes of windows, and how high they are."""


@dataclass(frozen=True)
class Ground:
    """A functional area with the windows that stand in it, in the order of their codes."""

    area: HallArea
    windows: list[Window]


@dataclass
class Floor:
    """One storey: its drawing (empty when nothing has a place on it) and what stands on it in words."""

    number: int
    grounds: list[Ground] = field(default_factory=list)
    facilities: list[HallFacility] = field(default_factory=list)
    svg: SafeString | str = ""

    @property
    def name(self) -> str:
        return floor_name(self.number)


def floors(center: ServiceCenter) -> list[Floor]:
    """The storeys of the hall from the ground up, cellars last."""
    found: dict[int, Floor] = {}
    standing = Window.objects.filter(center=center).order_by("area_id", "code")
    windows = {area: list(rows) for area, rows in groupby(standing, key=lambda window: window.area_id)}
    for area in center.areas.all():
        found.setdefault(area.floor, Floor(area.floor)).grounds.append(Ground(area, windows.get(area.pk, [])))
    for facility in center.facilities.all():
        found.setdefault(facility.floor, Floor(facility.floor)).facilities.append(facility)
    storeys = [found[number] for number in sorted(found, key=lambda number: (number < 0, abs(number)))]
    for storey in storeys:
        storey.svg = _drawing(center, storey)
    return storeys


def _drawing(center: ServiceCenter, storey: Floor) -> SafeString | str:
    grounds = [ground for ground in storey.grounds if ground.area.is_drawn]
    places = [(one.sign, one.x, one.y) for one in storey.facilities if one.x is not None and one.y is not None]
    if not grounds:
        return ""
    lowest = max([ground.area.y + ground.area.height for ground in grounds] + [y + 2 for _, _, y in places])
    described = "；".join(_described(ground) for ground in grounds)
    context = {
        "width": PLAN_WIDTH * UNIT + 2 * MARGIN,
        "height": lowest * UNIT + 2 * MARGIN,
        "title": f"{one_line(center.name)}{storey.name}平面图",
        "description": f"{one_line(described)}。下面的列表写明同样的内容。",
        "hull": {"width": PLAN_WIDTH * UNIT, "height": lowest * UNIT, "at": MARGIN},
        "areas": [_area(ground) for ground in grounds],
        "marks": [_mark(*place) for place in places],
        "id": f"plan-{center.code}-{storey.number}",
    }
    return SafeString(render_to_string("catalog/floor_plan.svg", context))


def _described(ground: Ground) -> str:
    name, codes = ground.area.name, "、".join(window.code for window in ground.windows)
    return f"{name}，有窗口{codes}" if codes else name


def _mark(sign: str, x: int, y: int) -> dict[str, Any]:
    """A disc that stays on the paper also at its edge; `x` and `y` are squares of the plan."""
    middle = min(max(MARGIN + x * UNIT, RADIUS + 1), PLAN_WIDTH * UNIT + 2 * MARGIN - RADIUS - 1)
    return {"x": middle, "y": max(MARGIN + y * UNIT, RADIUS + 1), "sign": sign}


def _area(ground: Ground) -> dict[str, Any]:
    area = ground.area
    x, y = MARGIN + area.x * UNIT, MARGIN + area.y * UNIT
    wide, high = area.width * UNIT, area.height * UNIT
    lines = wrapped(area.name, wide - 12, NAME, most=max(1, min(3, high // 18)))
    return {
        "x": x,
        "y": y,
        "width": wide,
        "height": high,
        "text_x": x + 8,
        "lines": [{"y": y + 20 + 18 * number, "text": line} for number, line in enumerate(lines)],
        "windows": _windows(ground.windows, x + 8, y + 20 + 18 * len(lines), wide - 16, y + high - 6),
    }


def _windows(windows: list[Window], left: float, top: float, wide: float, bottom: float) -> list[dict[str, Any]]:
    """Boxes with the numbers of the windows, row by row; those that find no room stand in the list only."""
    boxes, x, y = [], left, top
    for window in windows:
        needed = max(36.0, text_width(window.code, NUMBER) + 10)
        if needed > wide:
            continue
        if x + needed > left + wide:
            x, y = left, y + TALL + GAP
        if y + TALL > bottom:
            break
        middle = round(x + needed / 2, 1)
        boxes.append({"x": round(x, 1), "y": y, "width": round(needed, 1), "middle": middle, "code": window.code})
        x += needed + GAP
    return boxes
