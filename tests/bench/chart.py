"""How long the process chart of a long route takes to draw, against a template of the same size without a choice."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from django.conf import settings
from django.template import Context, Template
from django.utils.html import escape

from portal.catalog.drawing.chart import process_chart_svg
from portal.catalog.exchange.content import load_items
from portal.catalog.schema.definition import ItemDefinition

ROUNDS, TIMES = 7, 30


def twelve_steps() -> ItemDefinition:
    """The longest real route, lengthened to twelve steps between the applicant and the result."""
    data = next(item for item in load_items(settings.CONTENT_DIR) if item.code == "TZ-09").model_dump(mode="json")
    lead = data["route"]["stages"][-1]
    more = [
        {"key": f"g{number}", "steps": [{**lead["steps"][0], "key": f"s{number}", "name": "复核", "kind": "review"}]}
        for number in (20, 21, 22)
    ]
    data["route"]["stages"][1:1] = more
    return ItemDefinition.model_validate(data)


def milliseconds(act: Callable[[], object]) -> float:
    act()
    rounds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(TIMES):
            act()
        rounds.append((time.perf_counter() - began) / TIMES * 1000)
    return statistics.median(rounds)


def report() -> list[str]:
    """One line: milliseconds for a drawing, and how many times those of printing the same letters one by one box."""
    definition = twelve_steps()
    drawing = process_chart_svg(definition)
    pieces = [escape(piece) for piece in drawing.split("<tspan")]
    trivial = Template("{% for piece in pieces %}{{ piece }}{% endfor %}")
    mine = milliseconds(lambda: process_chart_svg(definition))
    bare = milliseconds(lambda: trivial.render(Context({"pieces": pieces})))
    steps = sum(1 for _ in definition.route.steps()) + 3
    return [
        f"process chart of {steps} steps ({len(drawing) / 1024:.0f} KiB): {mine:.2f} ms, "
        f"{mine / bare:.1f}x a trivial template of the same size"
    ]
