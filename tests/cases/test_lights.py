"""Lights: green, yellow from a fifth of the limit, red when over, grey without a clock, blue when early."""

from __future__ import annotations

from datetime import date

import pytest

from portal.cases.clocks.lights import Colour, due_light, light
from portal.workdays.seed import seed_workdays


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


FRIDAY, SATURDAY, MONDAY = date(2017, 3, 17), date(2017, 3, 18), date(2017, 3, 20)


@pytest.mark.django_db
@pytest.mark.parametrize("finished", [False, True])
def test_a_deadline_is_over_at_its_own_midnight_also_when_the_next_day_is_no_working_day(finished: bool) -> None:
    seed_workdays()
    on_time = due_light(FRIDAY, FRIDAY, 2, finished=finished)
    assert on_time.reason == ("按时办结" if finished else "今日到期")
    over = due_light(FRIDAY, SATURDAY, 2, finished=finished)
    assert (over.colour, over.reason) == (Colour.RED, "已超期")
    assert due_light(FRIDAY, MONDAY, 2, finished=finished).reason == "已超期1个工作日"


@pytest.mark.django_db
def test_a_light_on_a_date_that_is_an_estimate_says_so_until_it_is_finished_or_late() -> None:
    seed_workdays()
    due = date(2027, 1, 28)
    assert due_light(due, date(2027, 1, 27), 20, finished=False).reason == "剩余1个工作日（预计）"
    assert due_light(due, date(2027, 1, 27), 20, finished=True).reason == "提前1个工作日办结"
    assert due_light(due, date(2027, 1, 29), 20, finished=False).reason == "已超期1个工作日"
    assert due_light(date(2026, 12, 31), date(2026, 12, 30), 20, finished=False).reason == "剩余1个工作日"
    begun = date(2026, 12, 30)
    assert due_light(due, date(2027, 1, 27), 20, since=begun, finished=False).reason == "剩余1个工作日（预计）"
