"""The workbook for departments: one sheet for each part of an item, drop-downs, notes, and how to fill it in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from portal.catalog.exchange.cells import Asked, Scope, join, join_choices, join_conditions
from portal.catalog.exchange.layout import (
    CODES,
    ELSEWHERE,
    GUIDE,
    ITEMS,
    OPTIONS,
    TABLES,
    THEME_TABLES,
    THEMES,
    Cell,
    Table,
)
from portal.catalog.exchange.names import Names
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.theme import ThemeDefinition
from portal.lib.merged_cells import Value
from portal.lib.refusal import Refused
from portal.lib.spreadsheets import Head, Sheet, cell_name, fits, write_workbook

YES_NO = ("是", "否")
RULES = (
    "本工作簿用于填报事项；填好后交审管办导入。导入前系统会逐行检查，有一处不对就全部不导入。",
    "红色表头的列必须填写；把鼠标放在表头上可以看到每一列怎么填。",
    "先在“事项”工作表里一行写一个事项，再到其他工作表里写它的各项内容，用事项编码指明属于哪个事项。",
    "可以增加和删除行、调整行的顺序；不要改工作表的名称和表头，不要合并单元格，不要使用公式。",
    "编号列（m01、s1、q1等）：新增的行留空，导入时自动编号；原有的编号不要改。",
    "一格里写几个内容时用；或者、隔开；内容本身带有这些符号的，在符号前加\\。",
)


def write_items(definitions: Iterable[ItemDefinition], names: Names, themes: Iterable[ThemeDefinition] = ()) -> bytes:
    """The workbook for these items and themes; the same ones always give the same bytes. Raises Refused for a text too
    long."""
    items = list(definitions)
    options = _options(names)
    sheets = [Sheet(GUIDE, [Head("工作表", 14), Head("列", 26), Head("怎么填", 90)], _guide(names))]
    for table in TABLES:
        sheets.append(Sheet(table.title, _heads(table, options, ITEMS), _all_rows(table, items, names)))
    listed = list(themes)
    for table in THEME_TABLES:
        sheets.append(Sheet(table.title, _heads(table, options, THEMES), _theme_rows(table, listed, names)))
    sheets.append(_option_sheet(options))
    return write_workbook(sheets)


def _guide(names: Names) -> Iterator[Sequence[str]]:
    for rule in RULES:
        yield "总的要求", "", rule
    for table in (*TABLES, *THEME_TABLES):
        yield table.title, "", table.note
        for cell in table.cells:
            every = f"可以写：{'、'.join(cell.words)}"
            yield table.title, cell.header, cell.note.replace(ELSEWHERE, every)
    yield "名称", "受理区", "、".join(_zones(names))
    yield "名称", "单位", "、".join(_departments(names))


# Drop-downs.


def _options(names: Names) -> dict[tuple[str, ...], str]:
    """Every list that a drop-down offers → the head of its column on the sheet 选项."""
    found: dict[tuple[str, ...], str] = {_zones(names): "受理区", _departments(names): "单位", YES_NO: "是否"}
    for table in TABLES:
        for cell in table.cells:
            offered = tuple(cell.labels.values()) if cell.labels else tuple(cell.words)
            if offered and offered not in found:
                found[offered] = f"{cell.header}（{table.title}）"
    return found


def _zones(names: Names) -> tuple[str, ...]:
    return tuple(names.zone(code) for code in names.zones)


def _departments(names: Names) -> tuple[str, ...]:
    return tuple(names.department(code) for code in names.departments if code in names.standing)


def _option_sheet(options: dict[tuple[str, ...], str]) -> Sheet:
    longest = max(len(offered) for offered in options)
    rows = [[offered[number] if number < len(offered) else "" for offered in options] for number in range(longest)]
    return Sheet(OPTIONS, [Head(title, 22) for title in options.values()], rows, hidden=True)


def _heads(table: Table, options: dict[tuple[str, ...], str], coded: Table) -> list[Head]:
    """`coded` is the sheet whose codes the rows of the others name."""
    return [_head(cell, options, coded) for cell in table.cells]


def _head(cell: Cell, options: dict[tuple[str, ...], str], coded: Table) -> Head:
    titles = list(options.values())
    if cell.path == ():
        return Head(cell.header, _width(cell), cell.note, True, f"'{coded.title}'!$A$2:$A$5000", strict=False)
    offered, strict = _offered(cell, options)
    choices = ""
    if offered:
        column = cell_name(titles.index(options[offered]) + 1, 2).rstrip("2")
        choices = f"'{OPTIONS}'!${column}$2:${column}${len(offered) + 1}"
    return Head(cell.header, _width(cell), cell.note, cell.required, choices, strict)


def _offered(cell: Cell, options: dict[tuple[str, ...], str]) -> tuple[tuple[str, ...], bool]:
    """What the drop-down of a column offers, and whether nothing else may be written."""
    lists = list(options)
    if cell.kind in {"zone", "department"}:
        return lists[0 if cell.kind == "zone" else 1], True
    if cell.kind == "flag":
        return YES_NO, True
    if cell.labels:
        return tuple(cell.labels.values()), cell.kind == "label"
    strict = cell in ITEMS.cells  # the guide's own fields take nothing else; parts of it are free
    return (tuple(cell.words), strict) if cell.kind == "text" else ((), False)


def _width(cell: Cell) -> int:
    """Texts wide, codes and ticks narrow."""
    if cell.header in CODES:
        return 12
    if cell.kind in {"flag", "int", "limit"} or cell.path[-1:] == ("key",):
        return max(9, min(16, 2 * len(cell.header) + 2))
    if cell.kind in {"label", "zone", "alias"}:
        return 18
    long_text = cell.kind in {"list", "when", "choices", "departments", "words"} or "最多" in cell.note
    return 36 if long_text and "最多20个" not in cell.note and "最多40个" not in cell.note else 20


# Rows.


def scope_of(item: ItemDefinition) -> Scope:
    """What conditions of this item may ask for."""
    asked = {part.key: Asked(part.text, {c.key: c.text for c in part.choices}) for part in item.questions}
    return asked | {part.key: Asked(part.label, {c.key: c.text for c in part.choices}) for part in item.form}


def _all_rows(table: Table, items: list[ItemDefinition], names: Names) -> Iterator[list[Value]]:
    for item in items:
        yield from _rows(table, item, names)


def _rows(table: Table, item: ItemDefinition, names: Names) -> Iterator[list[Value]]:
    scope = scope_of(item)
    for record in _records(table, item):
        yield _row(table, item.code, record, names, scope)


def _theme_rows(table: Table, themes: list[ThemeDefinition], names: Names) -> Iterator[list[Value]]:
    for theme in themes:
        for record in getattr(theme, table.element) if table.element else [theme]:
            yield _row(table, theme.code, record, names, {})


def _row(table: Table, code: str, record: Any, names: Names, scope: Scope) -> list[Value]:
    row: list[Value] = []
    for cell in table.cells:
        value = code if cell.path == () else _at(record, cell.path)
        spoken = None if value is None and cell.kind != "limit" else _spoken(value, cell, names, scope, record)
        if isinstance(spoken, str) and not fits(spoken):
            what = "事项" if table in TABLES else "一件事"
            raise Refused(f"{what}{code}的“{cell.header}”太长，Excel的一个单元格放不下，请导出为YAML文件。")
        row.append(spoken)
    return row


def _records(table: Table, item: ItemDefinition) -> Iterable[Any]:
    if table.element == "":
        return [item]
    if table.element in {"conditions", "prohibitions"}:
        return ({"text": line} for line in getattr(item, table.element))
    special = {"questions": _questions, "form": _form, "route": _route}
    build: Callable[[ItemDefinition], Iterable[Any]] | None = special.get(table.element)
    return build(item) if build else getattr(item, table.element)


def _questions(item: ItemDefinition) -> Iterator[dict[str, Any]]:
    for question in item.questions:
        for number, choice in enumerate(question.choices):
            first = dict(question) if number == 0 else {"key": question.key}
            yield {**first, "choice": choice}


def _form(item: ItemDefinition) -> Iterator[dict[str, Any]]:
    for field in item.form:
        yield dict(field)
        for column in field.columns:
            yield {**dict(column), "key": field.key, "label": None, "column": column}


def _route(item: ItemDefinition) -> Iterator[dict[str, Any]]:
    route = item.route
    yield {**dict(route.acceptance), "part": "acceptance"}
    for stage in route.stages:
        for step in stage.steps:
            yield {**dict(step), "part": "stages", "stage": stage}
    if route.result is not None:
        yield {**dict(route.result), "part": "result"}
    yield {**dict(route.issue), "part": "issue"}


def _at(record: Any, path: tuple[str, ...]) -> Any:
    """The value at the end of the path; None where the record has no such part."""
    for name in path:
        record = record.get(name) if isinstance(record, dict) else getattr(record, name, None)
        if record is None:
            return None
    return record


def _spoken(value: Any, cell: Cell, names: Names, scope: Scope, record: Any) -> Value:
    """A value as people read it."""
    match cell.kind:
        case "text" | "int" | "date":
            return value
        case "flag":
            return "是" if value else "否"
        case "label":
            return cell.labels[value]
        case "alias":
            return (
                f"\\{value}"
                if value.startswith("\\") or value in cell.labels.values()
                else cell.labels.get(value, value)
            )
        case "limit":
            return _limit(value, cell, record)
        case "zone":
            return names.zone(value)
        case "department":
            return names.department(value)
        case "departments":
            return join((names.department(code) for code in value), words=True)
        case "choices":
            return join_choices(value)
        case "when":
            return join_conditions(value, scope)
    return join(value, words=cell.kind == "words")


def _limit(value: int | None, cell: Cell, record: Any) -> Value:
    """无 says that the law sets none; an item whose law nobody has entered yet has an empty cell."""
    none = value is None and cell.path[0] == "statutory_limit" and _at(record, cell.path[:1]) is not None
    return "无" if none else value
