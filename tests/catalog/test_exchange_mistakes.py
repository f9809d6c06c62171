"""Whatever people write: a Chinese sentence that names the place, never a trace."""

from __future__ import annotations

import inspect
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import IllegalCharacterError
from openpyxl.worksheet.formula import ArrayFormula

from portal.catalog.exchange import workbook_file
from portal.catalog.exchange.files import read_file, write_file
from portal.catalog.exchange.layout import TABLES
from portal.catalog.exchange.report import Problem, Report, Status, grouped, judge
from portal.catalog.judging.findings import EXAMPLES
from portal.catalog.schema import definition as definition_module
from portal.catalog.schema import questions as questions_module
from portal.catalog.schema.definition import ItemDefinition
from portal.lib.refusal import Refused
from tests.catalog.exchange_items import content_items, content_names, everything

NAMES = content_names()
ITEM = next(item for item in content_items() if item.code == "TZ-09")
CHINESE = re.compile("[一-鿿]")


def edited(*changes: Callable[[Workbook], None], items: list[ItemDefinition] | None = None) -> bytes:
    """A workbook of ours, changed and saved by another program."""
    book = load_workbook(io.BytesIO(workbook_file.write_items(items or [ITEM], NAMES)))
    for change in changes:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def put(sheet: str, head: str, value: Any, row: int = 2) -> Callable[[Workbook], None]:
    """Write into the cell below this head."""

    def change(book: Workbook) -> None:
        page = book[sheet]
        column = next(cell.column for cell in page[1] if cell.value == head)
        page.cell(row, column).value = value

    return change


def cell(sheet: str, head: str, row: int = 2) -> str:
    """How a message names the cell below this head."""
    page = load_workbook(io.BytesIO(workbook_file.write_items([ITEM], NAMES)))[sheet]
    letter = next(cell.column_letter for cell in page[1] if cell.value == head)
    return f"“{sheet}”{letter}{row}单元格"


def report_of(data: bytes, existing: dict[str, ItemDefinition | None] | None = None) -> Report:
    return judge(read_file(data, NAMES), NAMES, existing or {})


def said(report: Report) -> list[str]:
    return [str(problem) for problem in report.problems] + [
        str(problem) for row in report.rows for problem in row.problems
    ]


def test_another_program_may_save_the_workbook() -> None:
    for items in ([ITEM], [everything()]):
        reading = read_file(edited(items=items), NAMES)
        assert [draft.definition for draft in reading.taken()] == items


MISTAKES = [
    ("事项", "事项编码", "TZ01", "事项编码格式不对。请改正，例如TZ-01"),
    ("事项", "事项名称", None, "事项名称没有填写"),
    ("事项", "事项名称", "长" * 5000, "事项名称太长，最多200个字"),
    ("事项", "受理区", "第六区", "受理区“第六区”不存在"),
    ("事项", "实施主体", "市不存在局", "部门“市不存在局”不存在"),
    ("事项", "联办机构", "市规划局、市不存在局", "部门“市不存在局”不存在"),
    ("事项", "办件类型", "快件", "不能填“快件”，应当是：即办件、承诺件"),
    ("事项", "承诺办结时限：时限", -1, "不能小于0"),
    ("事项", "承诺办结时限：时限", "十天", "应当是整数"),
    ("事项", "承诺办结时限：时限", 1.5, "应当是整数"),
    ("事项", "法定办结时限：单位", "星期", "不能填“星期”"),
    ("事项", "到办事现场次数", 10, "不能大于9"),
    ("事项", "可网上办理", "也许", "应当是“是”或者“否”"),
    ("事项", "实施编码", 330602199001010001, "Excel可能已经改掉了后面的数位"),
    ("事项", "实施编码", 3.30602199001010e17, "Excel可能已经改掉了后面的数位"),
    ("事项", "计划生效日期", "明年", "“计划生效日期”不能读成日期：“明年”。请改正，例如2026-12-01"),
    ("事项", "计划取消日期", "2026/2/30", "不能读成日期：“2026/2/30”"),
    ("事项", "计划取消日期", "2026121", "不能读成日期"),
    ("事项", "基本编码", "编码-1", "格式不对。请改正，例如000117051000"),
    ("事项", "备注", "=1+1", "不能是公式"),
    ("事项", "备注", ArrayFormula("A1:A2", "=SUM(A1:A2)"), "不能是公式"),
    ("事项", "备注", "#REF!", "是错误值“#REF!”"),
    ("流程", "承办部门", "市不存在局", "部门“市不存在局”不存在"),
    ("流程", "时限（工作日）", "三", "应当是整数"),
    ("流程", "类别", "盖章", "不能填“盖章”"),
    ("流程", "步骤编号", "第一步", "格式不对。请改正，例如s1"),
    ("流程", "适用情形", "是否新建", "写法不对"),
    ("流程", "适用情形", "是否新建=是", "没有问题或者申请表字段叫“是否新建”"),
    ("流程", "适用情形", "q9=a1", "不是本事项的问题"),
    ("流程", "环节编号", "g1x", "格式不对"),
    ("申报材料", "材料名称", None, "材料名称没有填写"),
    ("申报材料", "原件份数", 100, "不能大于99"),
    ("申报材料", "空白表格：文件", "附件", "应当是整数"),
    ("申报材料", "必要性", "看情况", "不能填“看情况”"),
    ("设定依据", "法律法规名称", "长" * 301, "太长，最多300个字"),
]


@pytest.mark.parametrize(("sheet", "head", "value", "sentence"), MISTAKES)
def test_a_mistake_names_its_sheet_and_cell(sheet: str, head: str, value: Any, sentence: str) -> None:
    row = 3 if sheet == "流程" else 2
    report = report_of(edited(put(sheet, head, value, row)))
    matching = [problem for problem in said(report) if sentence in problem]
    if head == "事项编码":  # the rows of its parts are strays then
        assert any(problem.startswith(cell(sheet, head)) for problem in matching)
    else:
        assert [problem for problem in said(report) if problem.startswith(cell(sheet, head, row))] == matching
        assert len(matching) == 1
    assert not report.is_clean


@pytest.mark.parametrize(
    ("head", "value", "expected"),
    [
        ("备注", 1.0, "1"),
        ("备注", 330602, "330602"),
        ("备注", 2.5, "2.5"),
        ("备注", "㛃𬱖", "㛃𬱖"),
        ("备注", " 前后有空格 ", "前后有空格"),
        ("计划生效日期", datetime(2017, 3, 1), "2017-03-01"),
        ("计划生效日期", date(2017, 3, 1), "2017-03-01"),
        ("计划生效日期", "2026/12/1", "2026-12-01"),
        ("计划生效日期", "2026.12.01", "2026-12-01"),
        ("计划生效日期", "2026年12月1日", "2026-12-01"),
        ("计划生效日期", "２０２６－１２－０１", "2026-12-01"),
        ("计划生效日期", 46357, "2026-12-01"),
        ("计划生效日期", "46357", "2026-12-01"),
        ("计划生效日期", 20261201, "2026-12-01"),
    ],
)
def test_what_excel_makes_of_a_text_is_read_tolerantly(head: str, value: Any, expected: str) -> None:
    reading = read_file(edited(put("事项", head, value)), NAMES)
    name = {"备注": "note", "计划生效日期": "effective_from"}[head]
    assert getattr(next(reading.taken()).definition, name) == expected


@pytest.mark.parametrize(
    ("value", "hint"),
    [(None, "没有填写承诺时限"), (0, "即办件的承诺时限应为0"), (21, "与承诺时限21个工作日不一致")],
)
def test_a_promise_that_does_not_hold_is_a_hint_and_no_refusal(value: int | None, hint: str) -> None:
    report = report_of(edited(put("事项", "承诺办结时限：时限", value)))
    assert report.is_clean
    assert any(hint in str(one) for one in report.rows[0].hints)


def test_two_rows_with_one_code_name_each_other() -> None:
    report = report_of(edited(items=[ITEM, ITEM]))
    assert {row.status for row in report.rows} == {Status.WRONG}
    for number, row in enumerate(report.rows, start=2):
        assert f"“事项”第{number}行：事项编码TZ-09重复：“事项”第2行、“事项”第3行" in str(row.problems[0])


def test_a_code_written_twice_is_named_before_the_rows_that_find_no_item() -> None:
    other = ITEM.model_copy(update={"code": "TZ-10"})
    report = report_of(edited(put("事项", "事项编码", "TZ-09", 3), items=[ITEM, other]))
    first, *strays = said(report)[: len(report.problems)]
    assert first.startswith("“事项”第2行、第3行：事项编码TZ-09写了2次，请只保留一个")
    assert all("事项编码“TZ-10”在“事项”工作表里没有" in stray for stray in strays)
    assert len(strays) < 3
    assert any(re.search(r"等：.*同样的问题共\d+处。", stray) for stray in strays)


def test_thousands_of_rows_with_one_mistake_are_one_line_that_names_the_first() -> None:
    def many(book: Workbook) -> None:
        page = book["申报材料"]
        row = [cell.value for cell in page[2]]
        for number in range(4_000):
            page.append([*row[:1], f"m{number}", None, *row[3:]])

    report = report_of(edited(many))
    lines = [line for line in report.lines() if "材料名称" in line]
    place = re.escape("“申报材料”C")
    assert len(lines) == 1
    assert re.search(rf"{place}\d+单元格、{place}\d+单元格、{place}\d+单元格等：申报材料的?材料名称没有填写", lines[0])
    assert "同样的问题共4,000处。" in lines[0]
    assert len(list(report.lines())) < 20


def test_few_mistakes_are_named_one_by_one() -> None:
    problems = [Problem(f"第{number}行", f"申报材料第{number}项的材料名称没有填写。") for number in range(1, 4)]
    assert grouped([*problems, *problems]) == tuple(problems)


def merged(sheet: str, head: str, rows: int) -> Callable[[Workbook], None]:
    """One cell over so many rows, as people save themselves writing: the first one's text is left."""

    def change(book: Workbook) -> None:
        page = book[sheet]
        letter = next(cell.column_letter for cell in page[1] if cell.value == head)
        page.merge_cells(f"{letter}2:{letter}{rows + 1}")

    return change


def test_what_is_merged_over_rows_counts_for_each_of_them() -> None:
    reading = read_file(edited(merged("申报材料", "受理标准", 3), merged("申报材料", "事项编码", 3)), NAMES)
    definition = next(reading.taken()).definition
    assert definition is not None
    standards = [material.accept_standard for material in definition.materials]
    assert standards[:3] == [ITEM.materials[0].accept_standard] * 3
    assert standards[3:] == [material.accept_standard for material in ITEM.materials[3:]]


def test_what_is_merged_over_columns_is_told() -> None:
    report = report_of(edited(lambda book: book["申报材料"].merge_cells("C3:D4")))
    assert any(problem.startswith("“申报材料”C3单元格") and "合并了几列" in problem for problem in said(report))


def test_every_question_that_is_merged_over_its_answers_stays_one() -> None:
    item = everything()
    rows = len(item.questions[0].choices)

    def change(book: Workbook) -> None:
        page = book["情形"]
        for head in ("问题编号", "答案编号"):
            column = next(cell.column for cell in page[1] if cell.value == head)
            for row in range(2, page.max_row + 1):
                page.cell(row, column).value = None
        merged("情形", "问题", rows)(book)

    draft = next(read_file(edited(change, items=[item]), NAMES).taken())
    assert not [problem for problem in draft.problems if "情形" in problem.place]


def test_a_hint_that_blocks_publishing_is_not_called_a_hint() -> None:
    report = report_of(edited(put("事项", "承诺办结时限：时限", 21)))
    lines = [line for line in report.lines() if "与承诺时限21个工作日不一致" in line]
    assert [line.split("　")[2] for line in lines] == ["发布前必须改正"]
    kinds = [hint.blocks for hint in report.rows[0].hints]
    assert kinds == sorted(kinds, reverse=True)
    assert report.rows[0].blocking == kinds.count(True) > 0


def test_an_item_does_not_move_to_a_zone_that_its_code_denies() -> None:
    names = replace(NAMES, prefix_zones={"TZ": frozenset({"investment"})})
    data = edited(put("事项", "受理区", "社会事务"))
    report = judge(read_file(data, names), names, {})
    assert said(report)[0].startswith(
        f"{cell('事项', '受理区')}：编码以TZ开头的事项在“投资项目审批”受理，不能放到“社会事务”。"
    )
    assert judge(read_file(edited(), names), names, {}).is_clean
    assert report_of(data).is_clean  # where nobody has such a code yet, it may begin anywhere


def test_every_pattern_has_an_example_of_its_own() -> None:
    for pattern, shown in EXAMPLES.items():
        assert all(re.fullmatch(pattern, one) for one in shown.split("或者"))
    for module in (definition_module, questions_module):
        for pattern in re.findall(r'pattern=r"(.+?)"', inspect.getsource(module)):
            assert pattern in EXAMPLES


def remove_sheet(name: str) -> Callable[[Workbook], None]:
    return lambda book: book.remove(book[name])


def remove_column(book: Workbook) -> None:
    book["申报材料"].delete_cols(3)


def empty_sheet(book: Workbook) -> None:
    book["申报材料"].delete_rows(1, 500)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (remove_sheet("流程"), "文件：缺少工作表“流程”"),
        (remove_column, "“申报材料”：缺少这些列：“材料名称”"),
        (empty_sheet, "“申报材料”：工作表是空的"),
        (put("申报材料", "材料名称", "名字", 1), "“申报材料”C1单元格：不认识的表头“名字”"),
        (put("申报材料", "材料名称", "必要性", 1), "“申报材料”D1单元格：不认识的表头“必要性”，或者它重复了"),
        (put("申报材料", "材料名称", "=1", 1), "“申报材料”C1单元格：不认识的表头"),
        (lambda book: book["事项"].insert_rows(1), "“事项”A2单元格、“事项”B2单元格、“事项”C2单元格等：第1行应当是表头"),
        (lambda book: book["事项"].delete_rows(2, 10), "在“事项”工作表里没有"),
        (put("申报材料", "事项编码", "TZ-99"), "“申报材料”A2单元格：事项编码“TZ-99”在“事项”工作表里没有"),
        (put("申报材料", "事项编码", None), "“申报材料”A2单元格：没有填写事项编码"),
        (lambda book: book["申报材料"].cell(2, 60, "多余"), "“申报材料”BH2单元格：这一列没有表头"),
        (lambda book: book["流程"].delete_rows(3, 20), "“流程”工作表：办理流程的办理环节至少要有1项"),
    ],
)
def test_a_workbook_of_another_shape_names_what_is_missing(change: Callable[[Workbook], None], sentence: str) -> None:
    report = report_of(edited(change))
    assert any(sentence in problem for problem in said(report)), said(report)


def test_a_workbook_without_anything_of_ours_names_every_sheet() -> None:
    out = io.BytesIO()
    Workbook().save(out)
    assert [problem.message for problem in report_of(out.getvalue()).problems] == [
        f"缺少工作表“{table.title}”。" for table in TABLES
    ]


def test_columns_may_be_moved_and_rows_left_empty() -> None:
    def move(book: Workbook) -> None:
        page = book["申报材料"]
        values = [[cell.value for cell in row] for row in page.iter_rows()]
        page.delete_rows(1, len(values))
        for row in values:
            page.append(list(reversed(row)))
            page.append(["  "])
        page.delete_rows(2)

    reading = read_file(edited(move), NAMES)
    assert [draft.definition for draft in reading.taken()] == [ITEM]


def test_new_rows_are_numbered() -> None:
    def add(book: Workbook) -> None:
        heads = [cell.value for cell in book["申报材料"][1]]
        row = {"事项编码": "TZ-09", "材料名称": "新的材料"}
        book["申报材料"].append([row.get(head) for head in heads])
        for text, answer in (("是否新建", "是"), (None, "否"), ("是否扩建", "是"), (None, "否")):
            book["情形"].append(["TZ-09", None, text, None, None, None, answer])

    item = next(read_file(edited(add), NAMES).taken()).definition
    assert item.materials[:-1] == ITEM.materials
    assert item.materials[-1].key == f"m{len(ITEM.materials) + 1:02d}"
    assert [(question.key, [choice.key for choice in question.choices]) for question in item.questions] == [
        ("q1", ["a1", "a2"]),
        ("q2", ["a1", "a2"]),
    ]


@pytest.mark.parametrize(
    ("sheet", "row", "sentence"),
    [
        ("情形", ["ZZ-9999", "q1", "别的问题", None, None, None, "答"], "与这个问题第一行写的不一样"),
        ("申请表", ["ZZ-9999", "f99", None, None, "列"], "所属的字段要写在它前面"),
        ("申请表", ["ZZ-9999", "f9", "名称", None, "列"], "列的这一格不填写"),
        ("流程", ["ZZ-9999", "受理", None, None, None, "再受理"], "“受理”只能有一行"),
        ("流程", ["ZZ-9999", "出件", "g1", None, None, "再出件"], "“出件”这一行不填写这一格"),
        ("流程", ["ZZ-9999", None, None, None, None, "无环节"], "没有填写环节"),
        ("流程", ["ZZ-9999", "部门办理", "g1", "全部办结后汇合", None, "步骤"], "与同一环节前面的行不一样"),
    ],
)
def test_a_row_that_contradicts_another_is_named(sheet: str, row: list[str | None], sentence: str) -> None:
    report = report_of(edited(lambda book: book[sheet].append(row), items=[everything()]))
    assert any(f"“{sheet}”" in problem and sentence in problem for problem in said(report))


YAML_MISTAKES = [
    ("a: !!python/object:os.system x", "第1行：不能使用YAML标签"),
    ("items: !x []", "第1行：不能使用YAML标签"),
    ("a: &x 1\nitems: [*x]", "第1行：不能使用YAML的锚点"),
    ("a: {<<: {b: 1}}", "重复"),
    ("[" * 1000, "层次太深"),
    ("items:\n- code: TZ-01\n  code: TZ-02", "第3行：“code”重复了"),
    ("items: [", "不符合YAML的写法"),
    ("a: 1\n\tb: 2", "不符合YAML的写法"),
    ("a: 1\n---\nb: 2", "一个文件只能有一份内容"),
    ("x: \x01", "第1行：有不能识别的字符"),
    ("? [a]\n: b", "名称只能是一个词"),
    ("items: 5", "不是事项文件"),
    ("- 1", "不是事项文件"),
    ("items: []", "文件里没有事项"),
    ("format: other\nitems: []", "不认识的文件格式“other"),
    ("format: portal-items\nversion: 2\nitems: []", "不认识的文件格式“portal-items 2”"),
    ("format: portal-items\nversion: 1\nmore: 1\nitems: [{}]", "“more”是多余的内容"),
    ("format: portal-items\nversion: 1\nitems: [5]", "应当是一个事项的各项要素"),
    ("format: portal-items\nversion: 1\nitems:\n- {code: TZ-01, colour: red}", "“colour”是多余的内容"),
    ("items: [{code: TZ-01}]", "第1行起的第1个事项：缺少“name”"),
    ("items: [{code: TZ-01, name: [], steps: 5}]", "缺少“zone”"),
]


@pytest.mark.parametrize(("text", "sentence"), YAML_MISTAKES)
def test_a_mistake_in_yaml_names_its_place(text: str, sentence: str) -> None:
    report = report_of(text.encode())
    assert any(sentence in problem for problem in said(report)), said(report)


def test_a_file_in_another_encoding_names_the_line() -> None:
    assert said(report_of("a: 1\n名称: 事项".encode("gb18030"))) == [
        "第2行：文件不是UTF-8编码，请用UTF-8编码另存后再导入。"
    ]


def test_a_file_too_large_is_not_read() -> None:
    assert "文件超过20 MB" in said(report_of(b"a" * (20 * 1024 * 1024 + 1)))[0]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("lead_dept", "sx-none", "部门“sx-none”不存在"),
        ("zone", "none", "受理区“none”不存在"),
        ("name", "长" * 5000, "事项名称太长，最多200个字"),
        ("promised_limit", {"value": -1}, "承诺办结时限的时限不能小于0"),
        ("promised_limit", {"value": "十"}, "承诺办结时限的时限应当是整数"),
        ("case_type", "fast", "办件类型不是可以选择的值"),
        ("materials", [{"key": "m01", "name": ""}], "申报材料第1项的材料名称没有填写"),
        ("code", "X", "事项编码格式不对"),
    ],
)
def test_a_wrong_element_in_yaml_is_named(name: str, value: Any, sentence: str) -> None:
    data = {**ITEM.model_dump(mode="json"), name: value}
    text = "format: portal-items\nversion: 1\nitems:\n" + yaml.safe_dump([data], allow_unicode=True, sort_keys=False)
    problems = said(report_of(text.encode()))
    assert len(problems) == 1
    assert problems[0].startswith("第4行起的第1个事项：")
    assert sentence in problems[0]


def test_a_text_that_no_cell_holds_is_refused_with_its_place() -> None:
    item = ITEM.model_copy(update={"conditions": ("长" * 40_000,)})
    with pytest.raises(Refused, match="事项TZ-09的“内容”太长"):
        write_file([item], ".xlsx", NAMES)
    assert write_file([item], ".yaml", NAMES)


def test_what_changed_is_named_element_by_element() -> None:
    before = ITEM.model_copy(update={"materials": ITEM.materials[1:], "note": "旧"})
    (row,) = report_of(edited(), {"TZ-09": before}).rows
    assert row.status == Status.CHANGED
    assert row.changes == (f"申报材料（{len(ITEM.materials) - 1}项改为{len(ITEM.materials)}项）", "备注")


def test_an_unfinished_draft_counts_as_changed() -> None:
    assert report_of(edited(), {"TZ-09": None}).rows[0].status == Status.CHANGED


# Nothing that anybody writes raises, and nothing is said in English.

anything = st.one_of(
    st.text(max_size=12), st.integers(), st.floats(), st.booleans(), st.none(), st.datetimes(),
    st.sampled_from(["=1+1", "#REF!", "受理", "g1", "q1=a1", "a1=", "\\", "；", "无", "999", "1", "是"]),
)  # fmt: skip
places = st.tuples(st.sampled_from([table.title for table in TABLES]), st.integers(1, 6), st.integers(1, 14))


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(changes=st.lists(st.tuples(places, anything), min_size=1, max_size=6))
@example(changes=[(("事项", 1, 1), 0), (("事项", 1, 1), "\x1f")])
def test_no_cell_can_break_the_reader(changes: list[tuple[tuple[str, int, int], Any]]) -> None:
    book = load_workbook(io.BytesIO(WORKBOOK))
    for (sheet, row, column), value in changes:
        cell = book[sheet].cell(row, column)
        before = cell.value
        try:
            cell.value = value
        except (IllegalCharacterError, ValueError):
            cell.value = before  # a refused value has already changed the cell's type
    out = io.BytesIO()
    try:
        book.save(out)
    except (ValueError, OverflowError):
        return
    assert_spoken(report_of(out.getvalue()))


WORKBOOK = workbook_file.write_items([everything()], NAMES)
simple = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=6))
nested = st.recursive(simple, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner))


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(name=st.sampled_from(list(ItemDefinition.model_fields)), value=nested, ours=st.booleans())
def test_no_value_can_break_the_yaml_reader(name: str, value: Any, ours: bool) -> None:
    head = {"format": "portal-items", "version": 1} if ours else {}
    data = {**head, "items": [{**ITEM.model_dump(mode="json"), name: value}]}
    assert_spoken(report_of(yaml.safe_dump(data, allow_unicode=True).encode("utf-8", "replace")))


@settings(deadline=None, max_examples=150)
@given(data=st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_no_bytes_can_break_the_reader(data: bytes) -> None:
    report = report_of(data)
    assert not report.is_clean
    assert_spoken(report)


def assert_spoken(report: Report) -> None:
    for problem in [*report.problems, *(problem for row in report.rows for problem in row.problems)]:
        assert CHINESE.search(problem.place)
        assert CHINESE.search(problem.message)
        assert problem.message.endswith("。")
