"""The chart of a theme (一件事) or of the five-stage project route: items as boxes, stages as bands.

Items stand below each other, so that a phone shows them at reading size. On the left runs one rail for each item that
others wait for: from it to every item that may begin when it is finished. Items of a stage that do not wait for each
other stand in one dashed frame.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from portal.catalog.drawing.chart import NOBODY, state_of
from portal.catalog.drawing.shapes import LINE, MARGIN, NOTE, STATE_TEXTS, WHO, WIDTH, Box, Row, Words, box, wrapped
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.theme import ThemeDefinition, ThemeStage
from portal.lib.words import one_line
from portal.organisations.models import Organisation

RAILS = 44
"""Room on the left for the rails of the dependencies."""
INSET = 6
GAP = 10
LEVEL_GAP = 16
ARROW = 26


@dataclass(frozen=True)
class ThemeStep:
    """One item of the chart as a list, for people who do not see the drawing.

    `number` is that of the stage as the drawing numbers it; without stages items of one number may run in parallel.
    Items of the same `level` of a stage may; `after` are the names of the items that must be finished first.
    """

    number: int
    level: int
    stage: str
    code: str
    name: str
    who: str
    limit: str
    after: tuple[str, ...]
    parallel: bool
    state: str = ""

    @property
    def state_text(self) -> str:
        return STATE_TEXTS[self.state]


@dataclass
class Band:
    """One stage: its heading, its rows of items, and what is said below them."""

    y: int
    head: list[str] = field(default_factory=list)
    lead: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    notes_y: int = 0
    height: int = 0

    @property
    def bottom(self) -> int:
        return self.y + self.height


Known = Mapping[str, ItemDefinition]


def theme_chart_svg(
    theme: ThemeDefinition, items: Known, *, current: Collection[str] = NOBODY, done: Collection[str] = NOBODY
) -> SafeString:
    """The chart as an `<svg>`; `items` are the definitions in force by code, one that is missing says so.

    `current` and `done` are codes of items of a running project.
    """
    steps = {step.code: step for step in theme_chart_steps(theme, items, current=current, done=done)}
    bands = _bands(theme, steps, _names(theme, items))
    bottom = bands[-1].bottom
    boxes = {one.key: one for band in bands for row in band.rows for one in row.boxes}
    context = {
        "width": WIDTH,
        "height": bottom + MARGIN,
        "bands": bands,
        "framed": bool(theme.stages),
        "inner": WIDTH - 2 * MARGIN,
        "margin": MARGIN,
        "text_x": RAILS,
        "middle": WIDTH // 2,
        "arrows": [(above.bottom, below.y - 2) for above, below in zip(bands, bands[1:], strict=False)],
        "rails": rails(theme, boxes),
        "title": one_line(f"{theme.name}办理流程图"),
        "description": one_line("；".join(_sentence(step) for step in steps.values())),
    }
    return render_to_string("catalog/theme_chart.svg", context)


def theme_chart_steps(
    theme: ThemeDefinition, items: Known, *, current: Collection[str] = NOBODY, done: Collection[str] = NOBODY
) -> list[ThemeStep]:
    """The ordered-list twin of the chart."""
    names, found = _names(theme, items), []
    for number, stage in enumerate(_stages(theme), start=1):
        for place, level in enumerate(levels(theme, stage.items), start=1):
            for code in level:
                known = items.get(code)
                found.append(
                    ThemeStep(
                        number=number if theme.stages else place,
                        level=place,
                        stage=stage.name,
                        code=code,
                        name=_name(items, code),
                        who=names.get(known.lead_dept, known.lead_dept) if known else "",
                        limit=known.promised_limit.days_text() if known else "尚未发布",
                        after=tuple(_name(items, before) for before in theme.after(code)),
                        parallel=len(level) > 1,
                        state=state_of(code, current=current, done=done),
                    )
                )
    return found


def levels(theme: ThemeDefinition, codes: Iterable[str]) -> list[list[str]]:
    """The items of one stage in groups: each waits for nothing but items of groups before its own.

    Where items wait for each other in a circle, they stand together in the last group.
    """
    left, groups = list(dict.fromkeys(codes)), []
    while left:
        ready = [code for code in left if not set(theme.after(code)) & set(left)] or left
        groups.append(ready)
        left = [code for code in left if code not in ready]
    return groups


def _stages(theme: ThemeDefinition) -> tuple[ThemeStage, ...]:
    """The stages; items that no stage names, or all of a theme without stages, stand in one without a name."""
    staged = {code for stage in theme.stages for code in stage.items}
    rest = tuple(code for code in theme.items if code not in staged)
    return (*theme.stages, ThemeStage.model_construct(name="", items=rest)) if rest else theme.stages


def _name(items: Known, code: str) -> str:
    return items[code].name if code in items else code


def _names(theme: ThemeDefinition, items: Known) -> dict[str, str]:
    """Organisation code → short name, of every lead on the chart, in one query."""
    codes = {theme.lead, *(code for stage in theme.stages for code in stage.leads)}
    codes |= {items[code].lead_dept for code in theme.items if code in items}
    return dict(Organisation.objects.filter(code__in=codes).values_list("code", "short_name"))


def _sentence(step: ThemeStep) -> str:
    stage = f"{step.stage}：" if step.stage else ""
    after = f"，须在{'、'.join(step.after)}办结之后" if step.after else ""
    state = f"（{step.state_text}）" if step.state else ""
    return f"{step.number}. {stage}{step.name}，{step.who}，{step.limit}{after}{state}"


def _bands(theme: ThemeDefinition, steps: Mapping[str, ThemeStep], names: Mapping[str, str]) -> list[Band]:
    bands: list[Band] = []
    for number, stage in enumerate(_stages(theme), start=1):
        y = bands[-1].bottom + ARROW if bands else MARGIN
        bands.append(_band(theme, stage, number, steps, names, y))
    return bands


def _band(
    theme: ThemeDefinition,
    stage: ThemeStage,
    number: int,
    steps: Mapping[str, ThemeStep],
    names: Mapping[str, str],
    y: int,
) -> Band:
    room = WIDTH - RAILS - 2 * MARGIN
    leads = "、".join(names.get(code, code) for code in stage.leads)
    made = Band(
        y,
        head=wrapped(f"第{number}阶段　{stage.name}", room, WHO, 2) if stage.name else [],
        lead=wrapped(f"牵头：{leads}", room, NOTE, 2) if leads else [],
        notes=wrapped(f"说明：{stage.note}", room, NOTE, 3) if stage.note else [],
    )
    at = y + LINE * (len(made.head) + len(made.lead)) + (GAP if made.head else 0)
    for level in levels(theme, stage.items):
        made.rows.append(_row([_words(steps[code]) for code in level], at))
        at = made.rows[-1].bottom + LEVEL_GAP
    made.notes_y = at - LEVEL_GAP
    made.height = made.notes_y + LINE * len(made.notes) + INSET - y + (4 if made.notes else 0)
    return made


def _words(step: ThemeStep) -> Words:
    limit = f"承诺{step.limit}" if step.limit not in {"尚未发布", "即办", "无法定时限"} else step.limit
    after = [f"先办结：{'、'.join(step.after)}"] if step.after else []
    return Words(step.name, f"{step.who}牵头" if step.who else step.code, (limit, *after), step.code, step.state)


def _row(words: list[Words], y: int) -> Row:
    """The items that may run at the same time, below each other in one frame."""
    x, width = RAILS, WIDTH - RAILS - 2 * MARGIN
    framed = len(words) > 1
    made = Row(y, ["可以同时办理"] if framed else [], x=x, width=width, framed=framed)
    inset = INSET if framed else 0
    at = y + (LINE + 8 if framed else 0)
    for one in words:
        placed = box(one, x + inset, at, width - 2 * inset)
        made.boxes.append(placed)
        at = placed.bottom + GAP
    made.height = at - GAP - y + inset
    return made


def rails(theme: ThemeDefinition, boxes: Mapping[str, Box]) -> list[tuple[str, list[tuple[int, int]]]]:
    """For each item that others wait for: the path from it down its rail to each of them, and where the heads stand.

    Two rails that run beside each other keep apart; there are as many columns as run at the same height.
    """
    found: list[tuple[str, list[tuple[int, int]]]] = []
    taken: list[tuple[int, int, int]] = []
    sources = [code for code in boxes if any(code in theme.after(other) for other in boxes)]
    for source in sources:
        start = boxes[source]
        ends = [boxes[code] for code in boxes if source in theme.after(code) and boxes[code].y > start.y]
        if not ends:
            continue
        top, bottom = start.y + start.height - 12, max(end.y for end in ends) + 14
        column = next(
            at for at in range(len(taken) + 1) if all(bottom < low or top > high for low, high in _of(taken, at))
        )
        taken.append((column, top, bottom))
        x = RAILS - 10 - 7 * min(column, 4)
        path = f"M{start.x} {top}H{x}V{bottom}" + "".join(f"M{x} {end.y + 14}H{end.x - 2}" for end in ends)
        found.append((path, [(end.x - 1, end.y + 14) for end in ends]))
    return found


def _of(taken: list[tuple[int, int, int]], column: int) -> list[tuple[int, int]]:
    return [(low, high) for at, low, high in taken if at == column]
