"""What importing the themes (一件事) of a file would do, judged row by row like its items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping

from portal.catalog.exchange.names import Names
from portal.catalog.exchange.report import Problem, Row, Status, ThemeDraft, clip, difference, grouped
from portal.catalog.judging.theme_findings import theme_findings
from portal.catalog.schema.theme import ThemeDefinition

Existing = Mapping[str, ThemeDefinition | None]
"""The latest draft by code; None stands for an unfinished one that makes no theme yet."""


def judge_themes(
    drafts: Iterable[ThemeDraft],
    names: Names,
    existing: Existing,
    *,
    items: Mapping[str, str],
    known: Container[str],
    settle: Callable[[ThemeDefinition], ThemeDefinition],
) -> tuple[Row, ...]:
    """`items` are the names of those that are published, by code; `known` the codes that are drafts at least, those of
    the same file included. `settle` gives what a page keeps of a theme."""
    listed = list(drafts)
    written = Counter(draft.code for draft in listed)
    rows = []
    for draft in listed:
        problems = [*draft.problems, *_references(draft, names, known)]
        if written[draft.code] > 1 and draft.code:
            problems.append(Problem(draft.place, f"主题编码{clip(draft.code)}重复，请只保留一个。"))
        if problems or draft.definition is None:
            rows.append(Row(draft.code, draft.name, draft.place, Status.WRONG, grouped(problems)))
            continue
        theme = settle(draft.definition)
        status, changes = difference(theme, existing)
        hints = () if status == Status.SAME else grouped(_hints(draft, theme, names, items))
        rows.append(Row(draft.code, draft.name, draft.place, status, (), hints, changes, theme=theme))
    return tuple(rows)


def _references(draft: ThemeDraft, names: Names, known: Container[str]) -> Iterator[Problem]:
    """Bodies, zones and items that do not exist: the editor of the page could not show them."""
    theme = draft.definition
    if theme is None:
        return
    if theme.zone not in names.zones:
        yield Problem(draft.place, f"受理区“{clip(theme.zone)}”不存在，请从“选项”中选择。")
    for code in dict.fromkeys((theme.lead, *(code for stage in theme.stages for code in stage.leads))):
        if code not in names.departments:
            yield Problem(draft.place, f"部门“{clip(code)}”不存在，请从单位列表中选择，或者先登记该单位。")
    for code in dict.fromkeys(_items(theme)):
        if code not in known:
            yield Problem(draft.place, f"事项“{clip(code)}”不在事项目录中，也不在本文件里。")


def _items(theme: ThemeDefinition) -> Iterator[str]:
    yield from theme.items
    for stage in theme.stages:
        yield from (*stage.items, *stage.alternatives)
    for row in theme.requires:
        yield from (row.item, *row.after)


def _hints(draft: ThemeDraft, theme: ThemeDefinition, names: Names, items: Mapping[str, str]) -> Iterator[Problem]:
    for finding in theme_findings(theme, items=items, departments=names.standing, zones=names.zones):
        yield Problem(draft.place, finding.told, finding.blocks)
