"""Reading the workbook: rows become records, records become items, and every mistake keeps its sheet and cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from pydantic import ValidationError

from portal.catalog.exchange.assembly import Assembly
from portal.catalog.exchange.cells import SPACES, CellProblem, day_of, flag_of, number_of, split, split_choices, text_of
from portal.catalog.exchange.layout import CODES, ITEMS, PARTS, TABLES, THEME_TABLES, THEMES, Cell, Table
from portal.catalog.exchange.limits import BY_COMMAND, Limits
from portal.catalog.exchange.names import Names
from portal.catalog.exchange.records import Page, Record
from portal.catalog.exchange.report import NAMED, Draft, Entry, Problem, Reading, clip
from portal.catalog.exchange.workbook_themes import theme_drafts
from portal.catalog.judging.findings import shape_findings
from portal.catalog.schema.definition import ItemDefinition
from portal.lib.merged_cells import Value
from portal.lib.spreadsheets import WorkbookRefused, cell_name, read_sheets

NONE_SET = {"无", "无法定时限", "-", "—"}
BY_TITLE = {table.title: table for table in (*TABLES, *THEME_TABLES)}
Rows = Sequence[tuple[int, list[Value]]]


def read_items(data: bytes, names: Names, limits: Limits = BY_COMMAND) -> Reading:
    """The items of a workbook of ours."""
    try:
        pages, problems = _pages(data, names, limits)
    except WorkbookRefused as refusal:
        return Reading.refused("文件", str(refusal))
    reading = Reading(problems=problems)
    if not problems:
        if not any(pages[title].records for title in (ITEMS.title, THEMES.title) if title in pages):
            problems.append(Problem(f"“{ITEMS.title}”", "工作表里没有事项。"))
        _collect(pages, reading)
        reading.themes, strays = theme_drafts(pages)
        problems += strays
    return reading


def _pages(data: bytes, names: Names, limits: Limits) -> tuple[dict[str, Page], list[Problem]]:
    """The records of every sheet of ours, and what is wrong with the sheets; one is let go of before the next is read.

    Where the shape of one is wrong, nobody asks for the records of the others. Raises WorkbookRefused.
    """
    pages: dict[str, Page] = {}
    said: dict[str, list[Problem]] = {table.title: _page(table, None)[1] for table in TABLES}
    said |= {table.title: [] for table in THEME_TABLES}  # workbooks from before have no themes
    broken = False
    for title, rows in read_sheets(data, most_cells=limits.cells, most_unpacked=limits.unpacked):
        if title not in said:
            continue
        pages[title], said[title] = _page(BY_TITLE[title], rows)
        if title in {ITEMS.title, THEMES.title} and len(rows) - 1 > limits.items:
            said[title].append(Problem(f"“{title}”", limits.too_many_items))
        broken = broken or bool(said[title])
        if not broken:
            _read_records(pages[title], rows[1:], names)
        rows.clear()
    return pages, [problem for problems in said.values() for problem in problems]


# Sheets and heads.


def _page(table: Table, rows: Rows | None) -> tuple[Page, list[Problem]]:
    """The columns of a sheet; a workbook of another shape is told what is missing and what is not known."""
    if not rows:
        what = f"缺少工作表“{table.title}”。" if rows is None else "工作表是空的，第1行应当是表头。"
        return Page(table, {}), [Problem("文件" if rows is None else f"“{table.title}”", what)]
    problems = []
    number, heads = rows[0]
    known = {cell.header: cell for cell in table.cells}
    columns: dict[int, Cell] = {}
    for position, head in enumerate(heads, start=1):
        if head is None:
            continue
        place = f"“{table.title}”{cell_name(position, number)}单元格"
        cell = known.pop(_head_text(head), None)
        if number != 1 or cell is None:
            sentence = f"不认识的表头“{clip(head)}”，或者它重复了。" if number == 1 else "第1行应当是表头。"
            problems.append(Problem(place, sentence))
        else:
            columns[position] = cell
    if known and number == 1:
        missing = "、".join(f"“{header}”" for header in known)
        problems.append(Problem(f"“{table.title}”", f"缺少这些列：{missing}。请使用本系统导出的工作簿填报。"))
    return Page(table, columns), problems


def _head_text(head: Value) -> str:
    return str(head).replace("*", "").strip()


# Rows.


def _read_records(page: Page, rows: Rows, names: Names) -> None:
    readers = {number: _reader(cell, names) for number, cell in page.columns.items()}
    for number, values in rows:
        record = Record(number, "")
        for position, value in enumerate(values, start=1):
            if value is None or (isinstance(value, str) and not value.strip(SPACES)):
                continue
            cell = page.columns.get(position)
            if cell is None:
                place = f"“{page.table.title}”{cell_name(position, number)}单元格"
                record.problems.append(Problem(place, "这一列没有表头，不知道填的是什么。"))
                continue
            try:
                _keep(record, cell, readers[position](value))
            except CellProblem as problem:
                place = f"“{page.table.title}”{cell_name(position, number)}单元格"
                record.problems.append(Problem(place, f"“{cell.header}”{problem}"))
        if record.values or record.code or record.problems:
            page.records.append(record)


def _keep(record: Record, cell: Cell, value: Any) -> None:
    if cell.header in CODES:
        record.code = value
    record.values[cell.path] = value


def _reader(cell: Cell, names: Names) -> Callable[[Value], Any]:
    """What turns a cell of this column into a value. Conditions stay text until the questions are known."""
    match cell.kind:
        case "int":
            return number_of
        case "limit":
            return lambda value: None if isinstance(value, str) and value.strip() in NONE_SET else number_of(value)
        case "flag":
            return flag_of
        case "date":
            return day_of
        case "label":
            return lambda value: _label(text_of(value), cell)
        case "alias":
            return lambda value: _alias(text_of(value), cell)
        case "zone":
            return lambda value: names.zone_code(text_of(value))
        case "department":
            return lambda value: names.department_code(text_of(value))
        case "departments":
            return lambda value: [names.department_code(name) for name in split(text_of(value), words=True)]
        case "choices":
            return lambda value: split_choices(text_of(value))
        case "list" | "words":
            return lambda value: split(text_of(value), words=cell.kind == "words")
    return text_of


def _label(text: str, cell: Cell) -> str:
    for value, label in cell.labels.items():
        if text in {value, label}:
            return value
    raise CellProblem(f"不能填“{clip(text)}”，应当是：{'、'.join(cell.labels.values())}。")


def _alias(text: str, cell: Cell) -> str:
    if text.startswith("\\"):
        return text[1:]
    return next((value for value, label in cell.labels.items() if label == text), text)


# Items.


def _collect(pages: dict[str, Page], reading: Reading) -> None:
    """Every row goes to its item; a row of no item is a mistake of the file."""
    items = pages[ITEMS.title]
    codes = {record.code for record in items.records}
    parts: dict[str, dict[str, list[Record]]] = {table.element: {} for table in PARTS}
    for table in PARTS:
        page = pages[table.title]
        for record in page.records:
            if record.code and record.code in codes:
                parts[table.element].setdefault(record.code, []).append(record)
            else:
                reading.problems.append(Problem(page.place(record.number, ()), _stray(record)))
    reading.problems[:0] = _written_twice(items)
    by_element = {table.element: pages[table.title] for table in TABLES}
    for record in items.records:
        own = {element: rows.get(record.code, []) for element, rows in parts.items()}
        place, make = items.place(record.number), partial(_draft, by_element, record, own)
        reading.entries.append(Entry(clip(record.values.get(("code",), "")), place, make))
    for page in by_element.values():
        page.records.clear()


def _written_twice(items: Page) -> list[Problem]:
    """Named before the rows that find no item: one code written twice leaves the parts of another without theirs."""
    rows: dict[str, list[int]] = {}
    for record in items.records:
        rows.setdefault(record.code, []).append(record.number)
    return [
        Problem(
            f"“{items.table.title}”{'、'.join(f'第{number}行' for number in numbers[:NAMED])}",
            f"事项编码{clip(code)}写了{len(numbers)}次，请只保留一个；写错了编码的，改正以后其他工作表的行才找得到它。",
        )
        for code, numbers in rows.items()
        if code and len(numbers) > 1
    ]


def _stray(record: Record) -> str:
    if not record.code:
        return "没有填写事项编码。"
    return f"事项编码“{clip(record.code)}”在“{ITEMS.title}”工作表里没有。"


def _draft(pages: dict[str, Page], item: Record, parts: dict[str, list[Record]]) -> Draft:
    assembly = Assembly(pages, item, parts)
    data = assembly.data()
    place = assembly.where(())
    code, name = clip(data.get("code", "")), clip(data.get("name", ""))
    draft = Draft(code, name, place, None, list(assembly.problems), assembly.where)
    try:
        draft.definition = ItemDefinition.model_validate(data)
    except ValidationError as error:
        said = {problem.place for problem in draft.problems}
        for problem, finding in zip(error.errors(), shape_findings(error), strict=True):
            where = assembly.where(tuple(problem["loc"]))
            if where not in said:
                draft.problems.append(Problem(where, finding.told))
    if draft.problems:
        draft.definition = None
    return draft
