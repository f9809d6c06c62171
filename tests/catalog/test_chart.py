"""The process chart: every step is drawn once in its lane, nothing overlaps, and the list says the same."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from portal.cases.decision.withdraw import withdraw
from portal.cases.intake.outcomes import accept
from portal.cases.reading.progress import case_chart
from portal.catalog.drawing.chart import (
    ACCEPTANCE,
    DEPARTMENT_LANE,
    HEAD,
    ISSUE,
    LANES,
    chart_rows,
    process_chart_steps,
    process_chart_svg,
    row,
    state_of,
)
from portal.catalog.drawing.shapes import MARGIN, NOTE, WHAT, WHO, WIDTH, Row, Words, text_width, wrapped
from portal.catalog.editions.publishing import publish
from portal.catalog.exchange.content import load_items
from portal.catalog.schema.definition import ItemDefinition
from tests.cast import Cast, accepted_case, answer_all, decided_case, received_case, sign_all

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ITEMS = load_items(settings.CONTENT_DIR)
BY_CODE = {item.code: item for item in ITEMS}


def step(number: int, name: str, department: str = "sx-jsj", kind: str = "review", **more: Any) -> dict[str, Any]:
    lead = department == "sx-jsj"
    given = {"key": f"s{number}", "name": name, "department": department, "kind": kind, "is_lead": lead, "limit_wd": 3}
    return {**given, **more}


def twelve_steps() -> ItemDefinition:
    """Acceptance, ten steps in four stages, result and issue: parallel, lead-joined, silent and conditional."""
    only_if = [{"of": "q1", "values": ["a1"]}]
    stages = [
        {"key": "g1", "steps": [step(1, "初步审查")]},
        {
            "key": "g2",
            "join": "lead",
            "steps": [
                step(2, "施工图审查"),
                step(3, "征求意见", "sx-gtj", "opinion", deemed_consent=True),
                step(4, "征求意见", "sx-ghj", "opinion"),
                step(5, "涉河建设审查", "sx-slj", "opinion", when=only_if),
            ],
        },
        {"key": "g3", "steps": [step(6, "现场核查"), step(7, "公示", "sx-gtj")]},
        {"key": "g4", "steps": [step(8, "集体研究")]},
        {"key": "g5", "steps": [step(9, "作出决定", kind="decision")]},
    ]
    data = BY_CODE["TZ-09"].model_dump(mode="json")
    answers = [{"key": "a1", "text": "涉及"}, {"key": "a2", "text": "不涉及"}]
    data["questions"] = [{"key": "q1", "text": "是否涉及河道？", "choices": answers}]
    data["route"]["stages"] = stages
    return ItemDefinition.model_validate(data)


def drawn_text(drawing: str) -> str:
    """The letters of the drawing itself, without title and description."""
    root = ET.fromstring(drawing)
    return "".join("".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text"))


def overlapping(made: Row) -> bool:
    boxes = made.boxes
    for at, one in enumerate(boxes):
        for other in boxes[at + 1 :]:
            apart = one.x + one.width <= other.x or other.x + other.width <= one.x
            if not apart and one.y < other.y + other.height and other.y < one.y + one.height:
                return True
    return False


def rows_of(item: ItemDefinition, **names: str) -> list[Row]:
    return chart_rows(item, {code: names.get(code, code) for code in item.departments})


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.code)
def test_every_chart_is_well_formed_and_draws_every_step(item) -> None:
    drawing = process_chart_svg(item)
    root = ET.fromstring(drawing)
    text = drawn_text(drawing)
    assert root.get("role") == "img"
    for one in item.route.steps():
        assert one.name[:8] in text
    assert drawing == process_chart_svg(item)
    assert "foreignObject" not in drawing
    assert " style=" not in drawing


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.code)
def test_every_step_says_its_limit(item) -> None:
    boxes = [box for made in rows_of(item) for box in made.boxes][1:-1]
    assert len(boxes) == len(process_chart_steps(item))
    for box, entry in zip(boxes, process_chart_steps(item), strict=True):
        assert "".join(box.notes).startswith(entry.limit)


def test_the_drawing_has_a_title_and_tells_the_whole_flow_in_words(cast: Cast) -> None:
    root = ET.fromstring(process_chart_svg(BY_CODE["BDC-01"]))
    title, description = (root.find(f"{{http://www.w3.org/2000/svg}}{name}").text for name in ("title", "desc"))
    assert title == f"{BY_CODE['BDC-01'].name}办理流程图"
    for entry in process_chart_steps(BY_CODE["BDC-01"]):
        assert f"{entry.number}. {entry.who}{entry.name}，{entry.limit}" in description


def test_applicant_window_and_departments_each_have_their_lane(cast: Cast) -> None:
    rows = rows_of(BY_CODE["TZ-09"])
    lanes = [next(at for at, (_, x, wide) in enumerate(LANES) if x <= made.x < x + wide) for made in rows]
    assert lanes == [0, 1, 2, 2, 2, 1, 0]
    for lane, made in zip(lanes, rows, strict=True):
        _, x, wide = LANES[lane]
        assert all(x <= box.x and box.x + box.width <= x + wide for box in made.boxes)
    assert all(name in drawn_text(process_chart_svg(BY_CODE["TZ-09"])) for name in ("申请人", "窗口", "部门"))


def test_a_step_says_when_it_is_taken_only_sometimes_and_when_silence_is_consent(cast: Cast) -> None:
    item = twelve_steps()
    boxes = {box.key: "".join(box.notes) for made in rows_of(item) for box in made.boxes}
    assert "视情形办理" in boxes["s5"]
    assert "逾期视为同意" in boxes["s3"]
    assert not {"s5", "s3"} & {key for key, text in boxes.items() if "视" not in text}
    assert [entry.key for entry in process_chart_steps(item) if "视情形办理" in entry.marks] == ["s5"]


def test_a_frame_says_how_its_steps_join(cast: Cast) -> None:
    labels = ["".join(made.label) for made in rows_of(twelve_steps()) if made.framed]
    assert labels == ["同时办理牵头部门办结即汇合", "同时办理，全部办结后汇合"]


def test_a_running_case_shows_where_it_is(cast: Cast) -> None:
    drawing = process_chart_svg(BY_CODE["TZ-09"], current={"s2"}, done={"s1", ACCEPTANCE})
    assert drawn_text(drawing).count("正在办理") == 1
    assert drawn_text(drawing).count("✓ 已办结") == 2


def states(case: Any) -> dict[str, str]:
    case.refresh_from_db()
    return {entry.key: entry.state for entry in case_chart(case, case.tasks.all())["chart_steps"]}


def test_the_steps_of_the_desk_move_with_the_case(cast: Cast) -> None:
    case = received_case("TZ-09")
    assert states(case)[ACCEPTANCE] == "current"
    accept(case, by=cast.receiver)
    assert states(case)[ACCEPTANCE] == "done"
    assert states(case)["s1"] == "sent"
    sign_all(case, cast)
    assert states(case)["s1"] == "current"
    answer_all(case, cast)
    assert states(case)["s1"] == "done"
    assert states(case)[ISSUE] == ""


def test_a_decided_case_stands_at_the_making_of_its_result(cast: Cast) -> None:
    found = states(decided_case(cast))
    assert found["result"] == "current"
    assert {state for key, state in found.items() if key not in {"result", ISSUE}} == {"done"}


def test_a_withdrawn_case_has_nothing_at_hand(cast: Cast) -> None:
    case = accepted_case("TZ-09")
    withdraw(case, by=cast.receiver, reason="不再需要。")
    assert not {"current", "sent"} & set(states(case).values())


def test_the_list_numbers_parallel_steps_alike(cast: Cast) -> None:
    steps = process_chart_steps(BY_CODE["BDC-01"])
    assert [step.number for step in steps] == [1, 2, 2, 3, 4, 5]
    assert [step.parallel for step in steps] == [False, True, True, False, False, False]


@pytest.mark.parametrize("code, who", [("GY-04", "供水企业"), ("GY-05", "燃气企业")])
def test_a_body_outside_the_organisations_is_named_where_it_works(cast: Cast, code: str, who: str) -> None:
    assert [step.who for step in process_chart_steps(BY_CODE[code]) if step.who == who] == [who] * 4
    assert drawn_text(process_chart_svg(BY_CODE[code])).count(who) == 4


@pytest.mark.parametrize("state", ["done", "current"])
def test_where_a_case_stands_fits_into_its_box(state: str, cast: Cast) -> None:
    item = twelve_steps()
    keys = {one.key for one in item.route.steps()}
    names = dict.fromkeys(item.departments, "一个名称非常非常长的部门")
    done, current = (keys, frozenset()) if state == "done" else (frozenset(), keys)
    for made in chart_rows(item, names, partial(state_of, current=current, done=done)):
        for box in made.boxes:
            lines = [(WHO, box.who), (WHAT, box.what), (NOTE, box.notes)]
            assert all(text_width(line, size) <= box.width - 16 for size, texts in lines for line in texts)
            assert sum(len(texts) for _, texts in lines) * 16 + 5 <= box.height


def test_letters_on_a_phone_keep_a_readable_size(cast: Cast) -> None:
    """On a screen of 375 points less its margins the smallest letters stay above 11 points."""
    root = ET.fromstring(process_chart_svg(twelve_steps()))
    sizes = {float(node.get("font-size")) for node in root.iter() if node.get("font-size")}
    assert min(sizes) * 343 / float(root.get("viewBox").split()[2]) > 11


@pytest.mark.parametrize("name", ["长" * 5000, "𠮷㙍龘𪚥" * 30, "a\x00b\x0bc\ud800", "<script>&\"'", " "])
def test_no_name_breaks_the_drawing(name: str, cast: Cast) -> None:
    item = twelve_steps()
    stage = item.route.stages[0].model_copy(
        update={"steps": (item.route.stages[0].steps[0].model_copy(update={"name": name}),)}
    )
    route = item.route.model_copy(update={"stages": (stage, *item.route.stages[1:])})
    drawing = process_chart_svg(item.model_copy(update={"name": name, "route": route}))
    root = ET.fromstring(drawing.encode())
    assert len(list(root)) > 12
    assert float(root.get("height")) < 2400


WORDS = st.text(st.sampled_from("审查许可abcW、（）𠮷"), min_size=1, max_size=70)
STAGES = st.lists(st.lists(WORDS, min_size=1, max_size=7), min_size=1, max_size=6)


@given(STAGES)
def test_nothing_overlaps_or_leaves_the_drawing_whatever_the_route(stages: list[list[str]]) -> None:
    rows, y = [], MARGIN + HEAD
    for texts in stages:
        rows.append(row(DEPARTMENT_LANE, [Words(text, text, ("3个工作日",)) for text in texts], y, ["同时办理"]))
        y = rows[-1].bottom + 24
    for made in rows:
        assert not overlapping(made)
        for box in made.boxes:
            assert made.x <= box.x
            assert box.x + box.width <= made.x + made.width <= WIDTH
            assert made.y <= box.y
            assert box.bottom <= made.bottom


def test_the_overlap_detector_itself_works(cast: Cast) -> None:
    made = rows_of(BY_CODE["TZ-09"])[2]
    assert not overlapping(made)
    made.boxes.append(made.boxes[0])
    assert overlapping(made)


def test_a_text_is_cut_at_its_last_line_with_an_ellipsis() -> None:
    assert wrapped("一二三四五六七", 26, 13, 2) == ["一二", "三…"]
    assert wrapped("一二", 26, 13, 2) == ["一二"]
    assert wrapped("", 26) == []


def reporting() -> ItemDefinition:
    """The permit with a stage in which the lead passes the case on to the authority above it."""
    data = BY_CODE["TZ-09"].model_dump(mode="json")
    report = step(90, "报省厅审批", kind="report", report_to="省住房和城乡建设厅", limit_wd=1)
    data["route"]["stages"].insert(1, {"key": "g90", "steps": [report]})
    data["promised_limit"]["value"] += 1
    return ItemDefinition.model_validate(data)


def test_a_report_to_the_authority_above_is_drawn_and_told(cast: Cast) -> None:
    item = reporting()
    assert "转报省住房和城乡建设厅" in drawn_text(process_chart_svg(item)).replace("\n", "")
    (told,) = [one for one in process_chart_steps(item) if one.key == "s90"]
    assert told.marks == ("转报省住房和城乡建设厅",)
    assert "1个工作日 · 上报" in drawn_text(process_chart_svg(item))


def test_a_case_waits_for_the_answer_from_above_before_it_is_decided(cast: Cast) -> None:
    publish(reporting(), by=None)
    case = accepted_case()
    sign_all(case, cast)
    answer_all(case, cast)
    sign_all(case, cast)
    assert [task.kind for task in case.tasks.filter(status="working")] == ["report"]
    answer_all(case, cast)
    assert case.events.filter(name="上报").count() == 1
    assert [task.kind for task in case.tasks.filter(status="working")] == ["decision"]
