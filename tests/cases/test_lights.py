"""Lights: green, yellow from a fifth of the limit, red when over, grey without a clock, blue when early."""

from __future__ import annotations

import pytest

from portal.cases.clocks.lights import Colour, light


@pytest.mark.parametrize(
    "left, limit, colour, reason",
    [
        (5, 10, Colour.GREEN, "剩余5个工作日"),
        (3, 10, Colour.GREEN, "剩余3个工作日"),
        (2, 10, Colour.YELLOW, "剩余2个工作日"),
        (1, 3, Colour.YELLOW, "剩余1个工作日"),
        (0, 10, Colour.YELLOW, "今日到期"),
        (-1, 10, Colour.RED, "已超期1个工作日"),
        (None, None, Colour.GREY, "没有计时"),
    ],
)
def test_a_running_clock(left: int | None, limit: int | None, colour: Colour, reason: str) -> None:
    found = light(left=left, limit=limit)
    assert (found.colour, found.reason) == (colour, reason)
    assert found.label


def test_a_finished_or_paused_clock() -> None:
    assert light(left=3, limit=5, finished=True).colour == Colour.BLUE
    assert light(left=0, limit=5, finished=True).reason == "按时办结"
    assert light(left=-2, limit=5, finished=True).colour == Colour.RED
    assert light(left=3, limit=5, paused=True).colour == Colour.GREY
