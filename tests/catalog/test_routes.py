"""How the flat steps of the content become stages, one rule at a time."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from portal.catalog.exchange.content import department_names, item_definition, load_items
from portal.lib.content import read_yaml

NAMES = department_names(settings.CONTENT_DIR)
ROWS = {row["code"]: row for row in read_yaml(settings.CONTENT_DIR / "items.yaml")["items"]}
ITEMS = load_items(settings.CONTENT_DIR)
WINDOW = {"name": "受理", "actor": "综合窗口受理员", "wd": 0}
COUNTER = {"name": "出件", "actor": "出件窗口", "wd": 0}


def route(*middle: dict[str, Any], **changes: Any) -> list[list[tuple[str, str, int]]]:
    """The stages of the permit with other steps between window and counter."""
    row = {**ROWS["TZ-09"], "steps": [WINDOW, *middle, COUNTER], "cooperating_dept_ids": [], **changes}
    stages = item_definition(row, NAMES).route.stages
    return [[(step.kind, step.department, step.limit_wd) for step in stage.steps] for stage in stages]


def step(actor: str, wd: int, group: str | None = None) -> dict[str, Any]:
    return {"name": "办理", "actor": actor, "wd": wd} | ({"parallel_group": group} if group else {})


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.code)
def test_the_steps_of_every_item_add_up_to_its_promise(item: Any) -> None:
    assert item.route.limit_wd == item.promised_limit.value


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.code)
def test_every_cooperating_department_of_a_promised_item_has_a_step(item: Any) -> None:
    present = {step.department for step in item.route.steps()}
    assert item.is_instant or set(item.coop_depts) <= present


def test_the_last_step_makes_the_result_and_the_one_before_decides() -> None:
    assert route(step("市建设局承办人", 3), step("市建设局负责人", 1), step("市建设局", 1)) == [
        [("review", "sx-jsj", 3)],
        [("decision", "sx-jsj", 1)],
    ]


def test_a_single_step_decides_and_nothing_is_left_to_make_the_result() -> None:
    row = {**ROWS["TZ-09"], "steps": [WINDOW, step("市建设局", 5), COUNTER], "cooperating_dept_ids": []}
    found = item_definition(row, NAMES).route
    assert [step.kind for step in found.steps()] == ["decision"]
    assert found.result is None


def test_every_step_without_a_group_is_a_stage_of_its_own() -> None:
    found = route(*(step("市建设局", 1) for _ in range(4)))
    assert [[kind for kind, *_ in stage] for stage in found] == [["review"], ["review"], ["decision"]]


def test_two_groups_one_after_the_other_stay_two_stages() -> None:
    groups = [
        step("市规划局", 1, "P1"),
        step("市水利局", 1, "P1"),
        step("市气象局", 1, "P2"),
        step("市公安局", 1, "P2"),
    ]
    found = route(*groups, step("市建设局", 1), step("市建设局", 1))
    assert [[department for _, department, _ in stage] for stage in found] == [
        ["sx-ghj", "sx-slj"],
        ["sx-qxj", "sx-gaj"],
        ["sx-jsj"],
    ]


def test_opinions_are_given_beside_the_first_review_of_the_lead_not_beside_an_earlier_one() -> None:
    steps = (step("市规划局", 2), step("市建设局", 3), step("市建设局", 1), step("市建设局", 1))
    found = route(*steps, cooperating_dept_ids=["sx-rfb"])
    assert found[0] == [("review", "sx-ghj", 2)]
    assert found[1] == [("review", "sx-jsj", 3), ("opinion", "sx-rfb", 3)]


def test_without_a_review_of_the_lead_opinions_stand_beside_the_first_stage_and_cost_no_day() -> None:
    found = route(step("市建设局", 4), step("市建设局", 1), cooperating_dept_ids=["sx-rfb"])
    assert found == [[("decision", "sx-jsj", 4), ("opinion", "sx-rfb", 4)]]


def test_a_limit_of_their_own_shortens_the_opinions_and_never_lengthens_the_stage() -> None:
    shorter = next(item for item in ITEMS if item.code == "GY-02").route.stages[0]
    assert [(step.kind, step.limit_wd) for step in shorter.steps] == [("review", 3), ("opinion", 2), ("opinion", 2)]
    steps = (step("市建设局", 3), step("市建设局", 1), step("市建设局", 1))
    longer = route(*steps, cooperating_dept_ids=["sx-rfb"], parallel={"co_limit_wd": 9})
    assert longer[0][1] == ("opinion", "sx-rfb", 3)


def test_an_instant_item_asks_nobody_for_an_opinion() -> None:
    found = next(item for item in ITEMS if item.code == "TZ-01")
    assert found.coop_depts == ("sx-jxw",)
    assert [(step.kind, step.department) for step in found.route.steps()] == [("decision", "sx-fgw")]


def test_the_department_is_known_by_the_longest_name_or_alias_the_actor_begins_with() -> None:
    for name, code in NAMES.items():
        found = route(step(f"{name}承办人", 1), step("市建设局", 1), step("市建设局", 1))
        longest = max((other for other in NAMES if f"{name}承办人".startswith(other)), key=len)
        assert found[0][0][1] == NAMES[longest]
        assert code == NAMES[name]
