"""Which sheets and columns the workbook has, read from the schema: an element added there gets its column here."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotated_types import Ge, Le, MaxLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from portal.catalog.schema import choices
from portal.catalog.schema.basis import LegalBasis
from portal.catalog.schema.definition import (
    Faq,
    FileRef,
    Intermediary,
    ItemDefinition,
    Material,
    ResultPaper,
    SpecialProcedure,
    Step,
)
from portal.catalog.schema.questions import FIELD_KINDS, FormField, Question, When
from portal.catalog.schema.theme import Dependency, ThemeDefinition, ThemeStage

CODE, THEME_CODE = "事项编码", "主题编码"
DESK_ROWS = {"acceptance": "受理", "stages": "部门办理", "result": "制作结果", "issue": "出件"}
"""The parts of a route and what the column 环节 calls them."""
OPTIONS = "选项"
GUIDE = "填写说明"


@dataclass(frozen=True)
class Cell:
    """One column. `path` leads from the record to the value; `kind` says how a cell of it is read and written.

    text, int, limit, date, flag, list, words, department, departments, zone, choices, when, alias (`labels`, and
    anything else as it is), or label: one of `labels` (value → what people see).
    `words` are proposals that bind nobody.
    """

    header: str
    path: tuple[str, ...]
    kind: str = "text"
    labels: Mapping[str, str] = field(default_factory=dict)
    words: Sequence[str] = ()
    required: bool = False
    note: str = ""


@dataclass(frozen=True)
class Table:
    """One sheet; `element` is the list of the definition that its rows make, empty for the items themselves."""

    title: str
    element: str
    cells: tuple[Cell, ...]
    note: str = ""


LABELS: dict[tuple[str, str], Mapping[str, str]] = {
    ("ItemDefinition", "case_type"): choices.CASE_TYPES,
    ("Limit", "unit"): choices.UNITS,
    ("Material", "necessity"): choices.NECESSITIES,
    ("Step", "kind"): choices.STEP_KINDS,
    ("Column", "kind"): FIELD_KINDS,
    ("FormField", "kind"): FIELD_KINDS,
    ("ItemDefinition", "confidence"): choices.CONFIDENCES,
}
WORDS: dict[tuple[str, str], Sequence[str]] = {
    ("ItemDefinition", "item_type"): choices.ITEM_TYPES,
    ("ItemDefinition", "review_type"): choices.REVIEW_TYPES,
    ("ItemDefinition", "stage"): choices.STAGES,
    ("ItemDefinition", "level"): choices.LEVELS,
    ("ItemDefinition", "power_source"): choices.POWER_SOURCES,
    ("ItemDefinition", "dept_nature"): choices.DEPT_NATURES,
    ("ItemDefinition", "service_objects"): choices.SERVICE_OBJECTS,
    ("ItemDefinition", "topics_person"): choices.TOPICS_PERSON,
    ("ItemDefinition", "topics_corp"): choices.TOPICS_CORP,
    ("ItemDefinition", "channels"): choices.CHANNELS,
    ("ItemDefinition", "online_depth"): choices.ONLINE_DEPTHS,
    ("ItemDefinition", "cross_region"): choices.CROSS_REGIONS,
    ("ItemDefinition", "hall_mode"): choices.HALL_MODES,
    ("ItemDefinition", "delivery"): choices.DELIVERIES,
    ("Fee", "pay_methods"): choices.PAY_METHODS,
    ("Material", "source"): choices.SOURCES,
    ("Material", "doc_kind"): choices.DOC_KINDS,
    ("Material", "form"): choices.MATERIAL_FORMS,
    ("Material", "paper_size"): choices.PAPER_SIZES,
    ("Material", "original_rule"): choices.ORIGINAL_RULES,
    ("ResultPaper", "type"): choices.RESULT_TYPES,
    ("ResultPaper", "finish"): choices.FINISHES,
    ("SpecialProcedure", "kind"): choices.SPECIAL_KINDS,
}
KINDS = {
    ("ItemDefinition", "zone"): "zone",
    ("ItemDefinition", "lead_dept"): "department",
    ("ItemDefinition", "coop_depts"): "departments",
    ("Step", "department"): "department",
    ("Limit", "value"): "limit",
    ("ItemDefinition", "confidence"): "alias",
    ("ItemDefinition", "effective_from"): "date",
    ("ItemDefinition", "cancel_on"): "date",
    ("ThemeDefinition", "zone"): "zone",
    ("ThemeDefinition", "lead"): "department",
    ("ThemeStage", "leads"): "departments",
}
HEADERS = {("Step", "department"): "承办部门", ("Material", "key"): "材料编号"}
NOTES: dict[tuple[str, ...], str] = {
    ("ItemDefinition", "code"): "区域字母加序号，例如TZ-01。其他工作表用它指明属于哪个事项。发布后不再更改。",
    ("ItemDefinition", "verify"): "发布前要核对的问题，几条之间用；隔开。",
    ("ItemDefinition", "effective_from"): "写成2017-03-01的样子；工作簿的日期、2017/3/1、2017年3月1日也能读。",
    ("ItemDefinition", "cancel_on"): "写成2017-03-01的样子；工作簿的日期、2017/3/1、2017年3月1日也能读。",
    ("ItemDefinition", "visits"): "最多跑一次：一般是0或者1。",
    ("statutory_limit", "value"): "填数字。法律没有规定时限的填“无”。",
    ("promised_limit", "value"): "填数字。当场办结的填0。",
    ("Material", "key"): "例如m01。新增的材料留空，导入时自动编号；已经有的不要改。",
    ("Step", "key"): "例如s1。新增的步骤留空，导入时自动编号；已经有的不要改。",
    ("Step", "limit_wd"): "工作日数。各环节合计应等于承诺时限；同一环节并联的按最长的算。",
    ("ThemeDefinition", "code"): "ZT加序号，例如ZT-07。发布后不再更改。",
    ("ThemeDefinition", "items"): "事项编码，按办理的顺序，之间用；隔开。",
    ("ThemeStage", "items"): "事项编码，之间用；隔开。",
    ("ThemeStage", "alternatives"): "能代替本阶段事项的，写事项编码，之间用；隔开。",
    ("Dependency", "item"): "写一个事项编码。",
    ("Dependency", "after"): "事项编码，之间用；隔开。",
    ("FileRef", "document"): "已经上传到本系统的文件的编号；没有的留空。",
}
OWN_SHEETS = {
    "legal_bases", "conditions", "prohibitions", "questions", "materials", "form", "special_procedures", "route",
    "results", "intermediaries", "faqs",
}  # fmt: skip


def _cells(
    model: type[BaseModel], path: tuple[str, ...] = (), prefix: str = "", skip: Sequence[str] = ()
) -> Iterator[Cell]:
    """A column for every element of the model, those of its parts behind the part's own title."""
    for name, info in model.model_fields.items():
        if name in skip:
            continue
        inner = _inner(info.annotation)
        title = f"{prefix}{info.title or '编号'}"
        if isinstance(inner, type) and issubclass(inner, BaseModel) and typing.get_origin(info.annotation) is not tuple:
            yield from _cells(inner, (*path, name), f"{title}：")
        else:
            yield _cell(model, name, info, (*path, name), title)


def _inner(annotation: Any) -> Any:
    """What an optional annotation may hold apart from nothing."""
    if isinstance(annotation, types.UnionType):
        return next(part for part in typing.get_args(annotation) if part is not type(None))
    return annotation


def _cell(model: type[BaseModel], name: str, info: FieldInfo, path: tuple[str, ...], header: str) -> Cell:
    place = (model.__name__, name)
    words = WORDS.get(place, ())
    kind = KINDS.get(place) or _kind(_inner(info.annotation), bool(words))
    labels = LABELS.get(place, {})
    if labels and kind == "text":
        kind = "label"
    required = info.is_required() and name != "key" and model is not FileRef
    note = _note(NOTES.get(path) or NOTES.get(place, ""), kind, info, labels, words)
    return Cell(
        HEADERS.get(place, header), path, kind, labels, words, required, f"{'必填。' if required else ''}{note}"
    )


def _kind(annotation: Any, has_words: bool) -> str:
    if annotation is bool:
        return "flag"
    if annotation is int:
        return "int"
    if typing.get_origin(annotation) is tuple:
        part = typing.get_args(annotation)[0]
        if part is When:
            return "when"
        return "choices" if part is not str else "words" if has_words else "list"
    return "text"


_HOW = {
    "flag": "填“是”或者“否”",
    "list": "可以写几条，之间用；隔开",
    "words": "可以写几个，之间用、隔开",
    "department": "从列表中选择单位",
    "departments": "单位的简称，几个之间用、隔开，见“填写说明”末尾",
    "zone": "从列表中选择",
    "choices": "几个选项之间用；隔开，例如：是；否",
    "when": "留空表示一直适用。写成“问题=答案”，多个答案用|隔开，多个条件用；隔开，例如：是否新建=是；q2=a1|a3",
    "label": "从列表中选择",
    "alias": "从列表中选择",
}


FEW = 12
"""So many words fit into a note; longer lists stand in 填写说明."""
ELSEWHERE = "可以写的见“填写说明”"


def _note(own: str, kind: str, info: FieldInfo, labels: Mapping[str, str], words: Sequence[str]) -> str:
    """What stands in the note at the head of the column: what to write, how much, and what an empty cell means."""
    least = next((part.ge for part in info.metadata if isinstance(part, Ge)), None)
    most = next((part.le for part in info.metadata if isinstance(part, Le)), None)
    longest = next((part.max_length for part in info.metadata if isinstance(part, MaxLen)), None)
    parts = [own.rstrip("。"), _HOW.get(kind, "") if not (own and kind == "list") else ""]
    if kind == "words":
        parts.append(f"可以写：{'、'.join(words)}" if len(words) <= FEW else ELSEWHERE)
    if kind == "int" and most is not None:
        parts.append(f"填{least}至{most}的整数")
    if words and kind == "text":
        parts.append("从列表中选择")
    elif longest is not None and kind == "text":
        parts.append(f"最多{longest}个字")
    if isinstance(info.default, bool):
        parts.append(f"留空按“{'是' if info.default else '否'}”")
    elif kind == "label" and labels and not info.is_required():
        parts.append(f"留空按“{labels[info.default]}”")
    elif isinstance(info.default, int):
        parts.append(f"留空按{info.default}")
    return "".join(f"{part}。" for part in parts if part)


def _table(title: str, element: str, model: type[BaseModel], note: str = "") -> Table:
    code = Cell(CODE, (), required=True, note="“事项”工作表里的事项编码。")
    return Table(title, element, (code, *_cells(model)), note)


def _lines(title: str, element: str, note: str) -> Table:
    """A list of plain sentences: one row for each."""
    code = Cell(CODE, (), required=True, note="“事项”工作表里的事项编码。")
    return Table(title, element, (code, Cell("内容", ("text",), required=True, note="一行写一条。")), note)


def _questions() -> Table:
    key = "例如q1。同一个问题的每一行写同一个编号；新的问题可以留空。"
    return Table(
        "情形",
        "questions",
        (
            Cell(CODE, (), required=True, note="“事项”工作表里的事项编码。"),
            Cell("问题编号", ("key",), note=key),
            *(cell for cell in _cells(Question, skip=("key", "choices"))),
            Cell("答案编号", ("choice", "key"), note="例如a1。新的答案可以留空。"),
            Cell("答案", ("choice", "text"), required=True, note="一行写一个答案。最多100个字。"),
        ),
        "一行写一个答案；问题、说明和可选多个只写在这个问题的第一行。",
    )


def _form() -> Table:
    shared = list(_cells(FormField, skip=("key", "label")))
    return Table(
        "申请表",
        "form",
        (
            Cell(CODE, (), required=True, note="“事项”工作表里的事项编码。"),
            Cell("字段编号", ("key",), note="例如f1。新的字段可以留空；列的各行写所属字段的编号。"),
            *_cells(FormField, skip=[name for name in FormField.model_fields if name != "label"]),
            Cell("列编号", ("column", "key"), note="例如c1。只有“重复填写的行”的列才填。"),
            Cell("列名", ("column", "label"), note="只有“重复填写的行”的列才填。最多60个字。"),
            *(cell for cell in shared if cell.path != ("columns",)),
        ),
        "一行写一个字段；“重复填写的行”的每一列另写一行，紧跟在字段后面。",
    )


def _route() -> Table:
    step = list(_cells(Step, skip=("key",)))
    key = Cell("步骤编号", ("key",), note=NOTES["Step", "key"])
    return Table(
        "流程",
        "route",
        (
            Cell(CODE, (), required=True, note="“事项”工作表里的事项编码。"),
            Cell("环节", ("part",), "label", DESK_ROWS, required=True, note="受理和出件各一行；制作结果可以没有。"),
            Cell("环节编号", ("stage", "key"), note="例如g1。部门办理的才填；同时办理的步骤写同一个编号。"),
            Cell(
                "汇合规则",
                ("stage", "join"),
                "label",
                choices.JOINS,
                note="部门办理的才填；同一环节各行相同。从列表中选择。",
            ),
            key,
            *step,
        ),
        "一行写一个步骤，按先后排列。",
    )


TABLES: tuple[Table, ...] = (
    Table("事项", "", tuple(_cells(ItemDefinition, skip=tuple(OWN_SHEETS))), "一行写一个事项。"),
    _table("设定依据", "legal_bases", LegalBasis, "一行写一条依据。"),
    _lines("受理条件", "conditions", "一行写一个条件，能够核对；不写材料名称。"),
    _lines("禁止性要求", "prohibitions", "一行写一条。"),
    _table("申报材料", "materials", Material, "一行写一份材料，按清单的顺序。"),
    _questions(),
    _form(),
    _route(),
    _table("审批结果", "results", ResultPaper, "一行写一个结果。"),
    _table("特别程序", "special_procedures", SpecialProcedure, "一行写一个程序。"),
    _table("中介服务", "intermediaries", Intermediary, "一行写一项服务。"),
    _table("常见问题", "faqs", Faq, "一行写一问一答。"),
)
ITEMS, *PARTS = TABLES
BY_ELEMENT = {table.element: table for table in TABLES}


def _theme_part(title: str, element: str, model: type[BaseModel], note: str) -> Table:
    code = Cell(THEME_CODE, (), required=True, note="“一件事”工作表里的主题编码。")
    return Table(title, element, (code, *_cells(model)), note)


THEME_TABLES: tuple[Table, ...] = (
    Table("一件事", "", tuple(_cells(ThemeDefinition, skip=("stages", "requires"))), "一行写一个一件事；没有的留空。"),
    _theme_part("一件事阶段", "stages", ThemeStage, "一行写一个阶段；不分阶段的不写。"),
    _theme_part("一件事先后", "requires", Dependency, "一行写一个事项要等哪些事项先办结。"),
)
THEMES, *THEME_PARTS = THEME_TABLES
CODES = {CODE, THEME_CODE}
