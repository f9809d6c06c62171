"""The sheets of themes (一件事): rows become themes, and every mistake keeps its sheet and cell."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pydantic import ValidationError

from portal.catalog.exchange.assembly import nested
from portal.catalog.exchange.layout import THEME_CODE, THEME_PARTS, THEMES
from portal.catalog.exchange.records import Page, Record
from portal.catalog.exchange.report import Path, Problem, ThemeDraft, clip
from portal.catalog.judging.findings import shape_findings
from portal.catalog.schema.theme import ThemeDefinition

Parts = dict[str, list[Record]]


def theme_drafts(pages: dict[str, Page]) -> tuple[list[ThemeDraft], list[Problem]]:
    """The themes of a workbook, and the rows that belong to none; nothing where their sheet is missing."""
    main = pages.get(THEMES.title)
    records = main.records if main else []
    written = Counter(record.code for record in records)
    problems = [
        Problem(f"“{THEMES.title}”", f"{THEME_CODE}{clip(code)}写了{times}次，请只保留一个。")
        for code, times in written.items()
        if code and times > 1
    ]
    parts: dict[str, Parts] = {}
    for table in THEME_PARTS:
        page = pages.get(table.title)
        for record in page.records if page else []:
            if page is not None and record.code not in written:
                problems.append(Problem(page.place(record.number), _stray(record)))
            parts.setdefault(record.code, {}).setdefault(table.element, []).append(record)
    drafts = [_draft(main, record, parts.get(record.code, {}), pages) for record in records] if main else []
    return drafts, problems


def _stray(record: Record) -> str:
    if not record.code:
        return f"没有填写{THEME_CODE}。"
    return f"{THEME_CODE}“{clip(record.code)}”在“{THEMES.title}”工作表里没有。"


def _draft(main: Page, record: Record, parts: Parts, pages: dict[str, Page]) -> ThemeDraft:
    data = nested(record.values)
    data |= {element: [nested(row.values) for row in rows] for element, rows in parts.items()}
    problems = [*record.problems, *(problem for rows in parts.values() for row in rows for problem in row.problems)]
    draft = ThemeDraft(
        clip(data.get("code", "")), clip(data.get("name", "")), main.place(record.number), None, problems
    )
    try:
        draft.definition = ThemeDefinition.model_validate(data)
    except ValidationError as error:
        said = {problem.place for problem in problems}
        for problem, finding in zip(error.errors(), shape_findings(error, ThemeDefinition), strict=True):
            where = _where(tuple(problem["loc"]), main, record, parts, pages)
            if where not in said:
                problems.append(Problem(where, finding.told))
    if problems:
        draft.definition = None
    return draft


def _where(path: Path, main: Page, record: Record, parts: Parts, pages: dict[str, Page]) -> str:
    """The cell of an element, or the row of the part or theme that it belongs to."""
    by_element: dict[Any, Page] = {t.element: pages[t.title] for t in THEME_PARTS if t.title in pages}
    rows = parts.get(str(path[0]), []) if path else []
    if len(path) > 1 and isinstance(path[1], int) and path[1] < len(rows):
        return by_element[path[0]].place(rows[path[1]].number, tuple(one for one in path[2:3] if isinstance(one, str)))
    return main.place(record.number, tuple(one for one in path[:1] if isinstance(one, str)))
