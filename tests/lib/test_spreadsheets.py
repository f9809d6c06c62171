"""Tables and workbooks: texts stay texts, nothing computes, the same content gives the same bytes."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from portal.catalog.exchange.cells import text_of
from portal.lib.spreadsheets import (
    ErrorValue,
    Formula,
    Head,
    Sheet,
    Value,
    WorkbookRefused,
    escape,
    read_workbook,
    unescape,
    write_csv,
    write_table,
    write_workbook,
)

HEADERS = ["编号", "内容"]
AWKWARD = [
    "=1+1",
    "+86",
    "-1",
    "@SUM(A1)",
    "＝1+1",
    "#N/A",
    "330602199001010001",
    "甲\r\n乙",
    "a_x000D_b",
    "\x01",
    "㛃𬱖",
    ' "引号" ',
]


def saved(fill) -> bytes:
    """A workbook as another program would save it."""
    book = Workbook()
    fill(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("text", AWKWARD)
def test_a_text_comes_back_as_it_went(text: str) -> None:
    assert read_workbook(write_table(HEADERS, [["1", text]]))["表"][1] == (2, ["1", text])


@pytest.mark.parametrize("text", AWKWARD)
def test_no_text_becomes_a_formula_or_a_number(text: str) -> None:
    cell = load_workbook(io.BytesIO(write_table(HEADERS, [["1", text]])))["表"]["B2"]
    assert cell.data_type == "s"


def test_a_text_that_would_compute_stays_a_text_when_it_is_edited() -> None:
    book = load_workbook(io.BytesIO(write_table(HEADERS, [["甲", "=1+1"]])))
    assert book["表"]["B2"].quotePrefix
    assert not book["表"]["A2"].quotePrefix


def test_numbers_and_dates_stay_what_they_are() -> None:
    rows = read_workbook(write_table(["数", "日期", "是否"], [[-5, date(2017, 3, 1), True]]))["表"]
    assert rows[1][1][0] == -5
    assert rows[1][1][1].date() == date(2017, 3, 1)
    assert rows[1][1][2] == "是"


def test_the_same_table_gives_the_same_bytes() -> None:
    first = write_table(HEADERS, [["1", "甲"]])
    assert first == write_table(HEADERS, [["1", "甲"]])
    with zipfile.ZipFile(io.BytesIO(first)) as packed:
        assert {member.date_time for member in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_csv_begins_with_a_bom_and_computes_nothing() -> None:
    data = write_csv(HEADERS, [["=1+1", " =2"], ["330602199001010001", 12], ["007", "-1"], [None, False]])
    assert data.decode("utf-8-sig").splitlines() == [
        '"编号","内容"',
        """"'=1+1","' =2\"""",
        '"\t330602199001010001",12',
        """"\t007","'-1\"""",
        '"","否"',
    ]
    assert data.startswith(b"\xef\xbb\xbf")


def cell_of_csv(value: Value) -> str:
    return next(csv.reader(io.StringIO(write_csv([], [[value]]).decode("utf-8-sig").lstrip("\r\n"))))[0]


TAKEN_FOR_MORE = [
    "2E5", "2e-5", "1.5E+10", "4-2", "2026-06-01", "2026/6/1", "1/2", "1 1/2", "½", "10:30", "9:00 AM", "7 p", "50%",
    "007", "12", "1,234", "1.50", "330602199001010001", "13800000000", "0575-88888888", "¥100", "(5)", "５％",
    "２Ｅ５", " 4-2 ", "2026年6月", "6月1日", "上午9:00", "Mar-5", "5-mar", "March 2026", "TRUE", "false", "1" * 80,
]  # fmt: skip


@pytest.mark.parametrize("text", TAKEN_FOR_MORE)
def test_a_text_that_a_spreadsheet_takes_for_something_else_is_marked_unseen(text: str) -> None:
    """A tab before it; our own import drops it again, so that the text comes back."""
    assert cell_of_csv(text) == f"\t{text}"
    assert text_of(cell_of_csv(text)) == text.strip()


@pytest.mark.parametrize("text", ["+86 13800000000", "-5", "－5", "@甲", "=2E5", "\t=1", " +1"])
def test_a_text_that_would_compute_is_marked_so_that_people_see_it(text: str) -> None:
    assert cell_of_csv(text) == f"'{text}"


@pytest.mark.parametrize(
    "text",
    ["绍兴市", "TZ-09", "SXT2026060100012", "A01", "第2条", "maybe 5", "Marketing 5", "3层12格", "1号楼", "e", ""],
)
def test_a_text_that_stays_one_by_itself_is_left_alone(text: str) -> None:
    assert cell_of_csv(text) == text


def test_numbers_and_dates_of_a_csv_stay_what_they_are() -> None:
    line = write_csv([], [[12, -1.5, date(2026, 6, 1), datetime(2026, 6, 1, 9, 5)]]).decode("utf-8-sig").strip()
    assert line == '12,-1.5,"2026-06-01","2026-06-01 09:05"'


@given(st.text())
def test_whatever_the_text_only_one_sign_is_put_before_it(text: str) -> None:
    assert cell_of_csv(text).endswith(text.replace("\x00", "").encode("utf-8", "replace").decode())


@pytest.mark.parametrize("text", TAKEN_FOR_MORE)
def test_a_workbook_needs_no_mark(text: str) -> None:
    cell = load_workbook(io.BytesIO(write_table(HEADERS, [["1", text]])))["表"]["B2"]
    assert (cell.data_type, cell.value) == ("s", text)


@pytest.mark.parametrize("text", ["a\r", "_x000D_", "_x005F_x000D_", "\x00", "\ud800", "\uffff", "𬱖_x", "__x0041__"])
def test_escaping_is_undone(text: str) -> None:
    assert unescape(escape(text)) == text


def test_a_text_longer_than_a_cell_is_not_cut_short() -> None:
    with pytest.raises(ValueError, match="longer"):
        write_table(HEADERS, [["𬱖" * 20_000, ""]])
    assert write_table(HEADERS, [["一" * 32_767, ""]])


def test_drop_downs_notes_and_required_columns_are_written() -> None:
    sheet = Sheet(
        "甲", [Head("必填", note="请填写。", required=True, choices="选项!$A$2:$A$3"), Head("随意")], [["是", ""]]
    )
    book = load_workbook(
        io.BytesIO(write_workbook([sheet, Sheet("选项", [Head("是否")], [["是"], ["否"]], hidden=True)]))
    )
    page = book["甲"]
    assert page["A1"].comment.text == "请填写。"
    assert page.data_validations.dataValidation[0].formula1 == "选项!$A$2:$A$3"
    assert page["A1"].fill.fgColor.rgb != page["B1"].fill.fgColor.rgb
    assert page.freeze_panes == "B2"
    assert book["选项"].sheet_state == "hidden"


def test_a_computing_cell_and_a_broken_one_are_told_apart() -> None:
    def fill(page) -> None:
        page["A1"], page["B1"] = "=1+1", "#REF!"

    first, second = read_workbook(saved(fill))["Sheet"][0][1]
    assert isinstance(first, Formula)
    assert isinstance(second, ErrorValue)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0old", "事项,名称".encode()])
def test_what_is_no_workbook_gets_a_sentence(data: bytes) -> None:
    with pytest.raises(WorkbookRefused, match="Excel"):
        read_workbook(data)


def test_an_archive_without_a_workbook_gets_a_sentence() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("readme.txt", "x")
    with pytest.raises(WorkbookRefused, match="不是完好的"):
        read_workbook(out.getvalue())


def test_a_workbook_that_unpacks_to_a_mountain_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    with pytest.raises(WorkbookRefused, match="过大"):
        read_workbook(out.getvalue())


def test_a_row_number_beyond_all_measure_is_refused() -> None:
    data = write_table(HEADERS, [["1", "甲"]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as spoiled:
        for name in packed.namelist():
            content = packed.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b'row r="2"', b'row r="999999999999"').replace(b'"A2"', b'"A999999999999"')
            spoiled.writestr(name, content)
    with pytest.raises(WorkbookRefused):
        read_workbook(out.getvalue())


def test_cells_are_read_as_openpyxl_reads_them() -> None:
    """Our parser takes a short way for plain texts in a cell; rich ones, numbers, dates and gaps go the long way."""

    def fill(page) -> None:
        page["A1"], page["C1"], page["B4"] = "一", 2.5, datetime(2026, 3, 1)
        page["A4"], page["D4"], page["A6"] = (
            " 两边有空格 ",
            True,
            CellRichText("粗", TextBlock(InlineFont(b=True), "体")),
        )

    for data in (saved(fill), write_table(["甲", "乙"], [["一\n二", 3], ["_x000D_", date(2026, 3, 1)]])):
        book = load_workbook(io.BytesIO(data), read_only=True)
        assert read_workbook(data) == {page.title: rows_of(page) for page in book.worksheets}


def rows_of(page) -> list[tuple[int, list[object]]]:
    """The rows with anything in them as openpyxl gives them, each as long as its last cell."""
    page.reset_dimensions()
    rows = [[unescape(value) if isinstance(value, str) else value for value in row] for row in page.values]
    return [(number, row) for number, row in enumerate(rows, start=1) if any(value is not None for value in row)]
