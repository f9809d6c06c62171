"""The process chart (办理流程图): one drawing for page, phone and paper, computed from the definition that runs.

Three swim lanes stand side by side, applicant, window and departments; time runs downwards. What runs in parallel
stands in one dashed frame that the flow enters and leaves once. While a case runs, the same chart shows where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from portal.catalog.drawing.shapes import (
    CURRENT,
    DONE,
    LINE,
    MARGIN,
    NOTE,
    SENT,
    STATE_TEXTS,
    WIDTH,
    Row,
    Words,
    box,
    days,
    wrapped,
)
from portal.catalog.schema.definition import DeskStep, ItemDefinition, Stage, Step
from portal.lib.words import one_line
from portal.organisations.models import Organisation

APPLY, ACCEPTANCE, RESULT, ISSUE, COLLECT = "apply", "acceptance", "result", "issue", "collect"
"""Keys of the steps that are not a department's own, for `current` and `done`."""

OWN_PEOPLE = ("承办人", "负责人", "人员")
APPLICANT_LANE, WINDOW_LANE, DEPARTMENT_LANE = 0, 1, 2
LANES = (("申请人", 4, 84), ("窗口", 88, 92), ("部门", 180, 176))
"""Name, left edge and width of each lane."""
HEAD = 26
INSET = 5
GAP = 8
ARROW = 24
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ChartStep:
    """One entry of the chart as a list, for people who do not see the drawing; parallel steps share a number.

    `marks` say what else the drawing says: 视情形, 逾期视为同意. `state` is "done", "current", "sent" or "".
    """

    number: int
    who: str
    name: str
    limit: str
    parallel: bool
    state: str = ""
    key: str = ""
    marks: tuple[str, ...] = ()

    @property
    def state_text(self) -> str:
        return STATE_TEXTS[self.state]


def process_chart_svg(
    definition: ItemDefinition,
    *,
    current: Collection[str] = NOBODY,
    done: Collection[str] = NOBODY,
    sent: Collection[str] = NOBODY,
) -> SafeString:
    """The chart as an `<svg>`; `current`, `done` and `sent` (not signed for) are step keys of a running case."""
    return process_chart(definition, current=current, done=done, sent=sent)[0]


def process_chart(
    definition: ItemDefinition,
    *,
    current: Collection[str] = NOBODY,
    done: Collection[str] = NOBODY,
    sent: Collection[str] = NOBODY,
) -> tuple[SafeString, list[ChartStep]]:
    """The chart and its ordered-list twin, for which the departments are read once."""
    names, state = names_of(definition), partial(state_of, current=current, done=done, sent=sent)
    rows, steps = chart_rows(definition, names, state), _steps(definition, names, state)
    bottom = rows[-1].bottom + INSET
    total = wrapped(total_text(definition), WIDTH - 4 * MARGIN, NOTE, 2)
    context = {
        "width": WIDTH,
        "height": bottom + LINE * len(total) + 3 * MARGIN,
        "lanes": [(name, x, x + width // 2, width) for name, x, width in LANES],
        "top": MARGIN,
        "lane_height": bottom - MARGIN,
        "rows": rows,
        "arrows": arrows(rows),
        "total": total,
        "total_y": bottom + MARGIN,
        "margin": 2 * MARGIN,
        "title": one_line(f"{definition.name}办理流程图"),
        "description": one_line("；".join(_sentence(step) for step in steps) + f"。{total_text(definition)}"),
    }
    return render_to_string("catalog/process_chart.svg", context), steps


def process_chart_steps(
    definition: ItemDefinition,
    *,
    current: Collection[str] = NOBODY,
    done: Collection[str] = NOBODY,
    sent: Collection[str] = NOBODY,
) -> list[ChartStep]:
    """The ordered-list twin of the chart."""
    return _steps(definition, names_of(definition), partial(state_of, current=current, done=done, sent=sent))


def _steps(definition: ItemDefinition, names: Mapping[str, str], state: Callable[[str], str]) -> list[ChartStep]:
    route = definition.route

    def of_desk(number: int, who: str, step: DeskStep, key: str) -> ChartStep:
        return ChartStep(number, who, step.name, days(step.limit_wd), False, state(key), key)

    def of_department(number: int, step: Step, parallel: bool) -> ChartStep:
        who, marks = who_acts(step.performer, names[step.department]), (*marks_of(step), *more_of(step))
        return ChartStep(number, who, step.name, days(step.limit_wd), parallel, state(step.key), step.key, marks)

    found = [of_desk(1, "综合窗口", route.acceptance, ACCEPTANCE)]
    for number, stage in enumerate(route.stages, start=2):
        found += [of_department(number, step, len(stage.steps) > 1) for step in stage.steps]
    number = len(route.stages) + 2
    if route.result:
        who = who_acts(route.result.performer, names[definition.lead_dept])
        found.append(of_desk(number, who, route.result, RESULT))
        number += 1
    return [*found, of_desk(number, "出件窗口", route.issue, ISSUE)]


def _sentence(step: ChartStep) -> str:
    more = "、".join(text for text in (*step.marks, step.state_text) if text)
    return f"{step.number}. {step.who}{step.name}，{step.limit}" + (f"（{more}）" if more else "")


def total_text(definition: ItemDefinition) -> str:
    """The sum of the limits, as it is promised."""
    if definition.is_instant:
        return "当场办结。"
    several = "；同时办理的按最长的计" if any(len(stage.steps) > 1 for stage in definition.route.stages) else ""
    return f"合计{days(definition.route.limit_wd)}{several}。"


def names_of(definition: ItemDefinition) -> dict[str, str]:
    """Organisation code → printed short name; a code that nobody bears stands for itself."""
    found = dict(Organisation.objects.filter(code__in=definition.departments).values_list("code", "short_name"))
    return {code: found.get(code, code) for code in definition.departments}


def who_acts(performer: str, department: str) -> str:
    """The department, unless a body outside the organisations does the work: 供水企业 must not read as 市建设局."""
    own = not performer or performer.startswith(department) or performer.endswith(OWN_PEOPLE)
    return department if own else performer


def state_of(key: str, *, current: Collection[str], done: Collection[str], sent: Collection[str] = NOBODY) -> str:
    return DONE if key in done else CURRENT if key in current else SENT if key in sent else ""


def marks_of(step: Step) -> list[str]:
    """What is to be known of a step besides its limit."""
    marks = ["视情形办理"] if step.when else []
    marks += [f"转报{step.report_to}"] if step.report_to else []
    return [*marks, "逾期视为同意"] if step.deemed_consent and step.kind == "opinion" else marks


def more_of(step: Step) -> list[str]:
    """What the list has room for and the drawing has not."""
    special = ["可以启动特别程序"] if step.special_allowed else []
    return [*special, f"形成{step.output}"] if step.output else special


def stage_label(stage: Stage) -> list[str]:
    """What the frame of parallel steps says about how they join again."""
    if len(stage.steps) == 1:
        return []
    return ["同时办理", "牵头部门办结即汇合"] if stage.join == "lead" else ["同时办理，全部办结后汇合"]


def chart_rows(
    definition: ItemDefinition, names: dict[str, str], state: Callable[[str], str] = lambda key: ""
) -> list[Row]:
    """Every step in its lane, from top to bottom."""
    route = definition.route
    rows: list[Row] = []

    def put(lane: int, words: list[Words], label: Sequence[str] = ()) -> None:
        y = rows[-1].bottom + ARROW if rows else MARGIN + HEAD
        rows.append(row(lane, words, y, label))

    def said(key: str, who: str, what: str, *notes: str) -> Words:
        return Words(who, what, notes, key, state(key))

    put(APPLICANT_LANE, [said(APPLY, "提交申请", "一次提交全部材料")])
    put(WINDOW_LANE, [said(ACCEPTANCE, "综合窗口", route.acceptance.name, days(route.acceptance.limit_wd))])
    for stage in route.stages:
        steps = [
            said(step.key, who_acts(step.performer, names[step.department]), step.name, *step_notes(step))
            for step in stage.steps
        ]
        put(DEPARTMENT_LANE, steps, stage_label(stage))
    if route.result:
        who = who_acts(route.result.performer, names[definition.lead_dept])
        put(DEPARTMENT_LANE, [said(RESULT, who, route.result.name, days(route.result.limit_wd))])
    put(WINDOW_LANE, [said(ISSUE, "出件窗口", route.issue.name, days(route.issue.limit_wd))])
    put(APPLICANT_LANE, [said(COLLECT, "领取结果", "、".join(definition.ways_now) or "窗口领取")])
    return rows


PARTS = {"decision": "决定", "report": "上报"}


def step_notes(step: Step) -> list[str]:
    part = PARTS.get(step.kind) or ("牵头" if step.is_lead else "协办")
    marks = marks_of(step)
    return [f"{days(step.limit_wd)} · {part}", *(["，".join(marks)] if marks else [])]


def row(lane: int, words: list[Words], y: int, label: Sequence[str] = ()) -> Row:
    """The boxes of one moment below each other in their lane; several are framed."""
    _, left, width = LANES[lane]
    framed = len(words) > 1
    x, room = left + INSET, width - 2 * INSET
    made = Row(y, list(label), x=x, width=room, framed=framed)
    inset = INSET + 1 if framed else 0
    at = y + (LINE * len(made.label) + GAP if framed else 0)
    for one in words:
        placed = box(one, x + inset, at, room - 2 * inset)
        made.boxes.append(placed)
        at = placed.bottom + GAP
    made.height = at - GAP - y + inset
    return made


def arrows(rows: list[Row]) -> list[tuple[str, int, int]]:
    """The flow from each row to the next: the path of the line, and the point where its head stands."""
    found = []
    for above, below in zip(rows, rows[1:], strict=False):
        half = above.bottom + ARROW // 2
        across = "" if above.middle == below.middle else f"V{half}H{below.middle}"
        found.append((f"M{above.middle} {above.bottom}{across}V{below.y - 2}", below.middle, below.y - 1))
    return found
