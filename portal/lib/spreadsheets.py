"""The only door to openpyxl: tables and workbooks out, workbooks in. No cell of ours ever becomes a live formula.

Texts are written as texts, whatever they begin with, so an identity number keeps its eighteen digits. What XML cannot
hold is written as Excel writes it (`_x000D_`). The same content always gives the same bytes: no clock is written.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import coordinate_to_tuple, get_column_letter
from openpyxl.worksheet._reader import INLINE_STRING, WorkSheetParser
from openpyxl.worksheet.datavalidation import DataValidation, DataValidationList
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.constants import SHEET_MAIN_NS

from portal.lib.merged_cells import Rows, Value, spread

LIVE = "=+-@\t\r＝＋－＠"
"""What makes a spreadsheet program compute a text; the wide forms count in East Asian settings."""
LONGEST_TEXT = 32_767
"""UTF-16 units that one cell takes."""
MAX_ROWS = 300_000
MAX_COLUMNS = 400
MAX_CELLS = 20_000_000
MAX_UNPACKED = 600 * 1024 * 1024
MAX_RATIO = 200
SAME_DAY = datetime(2017, 1, 1)
ZIP_DAY = (1980, 1, 1, 0, 0, 0)
_PLAIN_TEXT = f"{{{SHEET_MAIN_NS}}}t"
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_SPOKEN = re.compile("_x([0-9A-Fa-f]{4})_")


class WorkbookRefused(ValueError):
    """The file is no workbook that can be read; `str()` says why, in a Chinese sentence."""


class Formula(str):
    """A cell that computes; its text is the formula."""

    __slots__ = ()


class ErrorValue(str):
    """A cell that shows an error such as #REF!."""

    __slots__ = ()


@dataclass(frozen=True)
class Head:
    """One column: what stands above it, its width in characters, the note at the cell, whether it must be filled.

    `choices` names the cells that feed the drop-down (`选项!$A$2:$A$9`) or is empty; a strict one takes nothing else.
    """

    text: str
    width: int = 16
    note: str = ""
    required: bool = False
    choices: str = ""
    strict: bool = True


@dataclass
class Sheet:
    """One sheet to write: a head and rows of texts and numbers."""

    title: str
    heads: Sequence[Head]
    rows: Iterable[Sequence[Value]] = field(default_factory=list)
    hidden: bool = False
    plain: bool = False


# Tables for people: one head, many rows.


def write_table(headers: Sequence[str], rows: Iterable[Sequence[Value]], *, title: str = "表") -> bytes:
    """A workbook with one sheet. Texts stay texts, numbers and dates stay what they are."""
    heads = [Head(str(header), width=min(60, max(10, 2 * len(str(header)) + 4))) for header in headers]
    return write_workbook([Sheet(title, heads, rows)])


def write_csv(headers: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """UTF-8 with BOM, as Excel wants it; texts stay texts as far as a CSV can say so.

    A CSV has no types: a spreadsheet reads 2E5 as a number, 4-2 as a date, and keeps fifteen digits of an identity
    number. `="2E5"` would be a live formula. So what it would read as something else gets a tab before it: spreadsheets
    take that for text, nobody sees it, our forms and our import drop it. What would compute gets an apostrophe, which
    is seen, because some programs skip a tab before a formula. Texts are quoted, for a tab may part cells in
    LibreOffice. Numbers and dates are given as such.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([_harmless(header) for header in headers])
    writer.writerows([_harmless(value) for value in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def _harmless(value: Value) -> Value:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return value
    if isinstance(value, date):
        return value.isoformat(" ", "minutes") if isinstance(value, datetime) else value.isoformat()
    text = str(value).replace("\x00", "")
    if text.lstrip().startswith(tuple(LIVE)) or text.startswith(tuple(LIVE)):
        return f"'{text}"
    return f"\t{text}" if _is_read_as_more(text) else text


_SIGN = r"[\d\s.,:/\u2044%()$¥€£+-]"
_UNIT = "e|am?|pm?|年|月|日|时|分|秒|上午|下午"
_MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?"
)
_READ_AS_MORE = re.compile(
    rf"true|false|(?=.*\d)(?:上午|下午|{_SIGN})*(?:{_MONTH}|\d)(?:{_SIGN}|{_UNIT}|{_MONTH})*", re.I
)
LONGEST_NUMBER = 60


def _is_read_as_more(text: str) -> bool:
    """Whether a spreadsheet may take this text for a number, a date, a time, an amount or a truth; wide signs count."""
    if len(text) > LONGEST_NUMBER:
        return text.strip().isdigit()
    return bool(_READ_AS_MORE.fullmatch(unicodedata.normalize("NFKC", text).strip()))


# Writing workbooks.

_LINE = Side(style="thin", color="C9D3DF")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD = {
    "font": Font(name="等线", bold=True, color="FFFFFF"),
    "border": _BORDER,
    "alignment": Alignment(wrap_text=True, vertical="center", horizontal="center"),
    "number_format": "@",
}
_HEAD_FILL = PatternFill("solid", fgColor="1F4E79")
_REQUIRED_FILL = PatternFill("solid", fgColor="A61C1C")
_BODY = {"font": Font(name="等线"), "border": _BORDER, "alignment": Alignment(wrap_text=True, vertical="top")}


def write_workbook(sheets: Sequence[Sheet]) -> bytes:
    """All sheets as one workbook; ValueError when a text is longer than a cell takes."""
    book = Workbook(write_only=True)
    book.properties = DocumentProperties(creator="一窗通", created=SAME_DAY, modified=SAME_DAY)
    try:
        for sheet in sheets:
            _write_sheet(book, sheet)
    except BaseException:
        _give_up(book)
        raise
    packed = io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED)).save()
    return _without_clock(packed.getvalue())


def _give_up(book: Workbook) -> None:
    """Finish what was begun, so that neither open generators nor temporary files stay behind."""
    for page in book.worksheets:
        with suppress(Exception):
            page.close()
            page._writer.cleanup()


def _write_sheet(book: Workbook, sheet: Sheet) -> None:
    page = book.create_sheet(sheet.title)
    if sheet.hidden:
        page.sheet_state = "hidden"
    page.freeze_panes = "A2" if sheet.plain else "B2"
    for number, head in enumerate(sheet.heads, start=1):
        column = page.column_dimensions[get_column_letter(number)]
        column.width = head.width
        if not sheet.plain:
            column.number_format = "@"
    page.row_dimensions[1].height = 32
    styles = {"text": _styled(page, number_format="@"), "number": _styled(page)}
    styles["date"] = _styled(page, number_format="yyyy-mm-dd")
    styles["live"] = _styled(page, number_format="@", quoted=True)
    rows = list(sheet.rows)
    # A reader that is not told the size goes through the whole sheet to find it, and then reads it.
    page.calculate_dimension = lambda: f"A1:{get_column_letter(len(sheet.heads))}{len(rows) + 1}"
    page.append([_head_cell(page, head) for head in sheet.heads])
    for row in rows:
        page.append([_body_cell(page, value, styles) for value in row])
    _add_choices(page, sheet.heads)


def _add_choices(page: Any, heads: Sequence[Head]) -> None:
    """The drop-downs; a writing-only sheet has no method for them, only the list that its writer asks for."""
    found = DataValidationList()
    for number, head in enumerate(heads, start=1):
        if head.choices:
            letter = get_column_letter(number)
            rule = DataValidation("list", formula1=head.choices, allow_blank=True, showErrorMessage=head.strict)
            rule.errorTitle, rule.error = "请从列表中选择", f"“{head.text.rstrip(' *')}”只能从下拉列表中选择。"
            rule.add(f"{letter}2:{letter}20000")
            found.append(rule)
    page.data_validations = found


def _styled(page: Any, *, quoted: bool = False, **looks: Any) -> Any:
    """The style of a cell, made once: setting it anew for each cell would take most of the time."""
    cell = WriteOnlyCell(page)
    for name, look in {**_BODY, **looks}.items():
        setattr(cell, name, look)
    if quoted:
        cell.quotePrefix = True
    return cell._style


def _head_cell(page: Any, head: Head) -> Any:
    cell = WriteOnlyCell(page, None)
    cell._value, cell.data_type = escape(head.text), "s"
    for name, look in _HEAD.items():
        setattr(cell, name, look)
    cell.fill = _REQUIRED_FILL if head.required else _HEAD_FILL
    if head.note:
        cell.comment = Comment(head.note, "一窗通", height=40 + 22 * (1 + len(head.note) // 18), width=300)
    return cell


def _body_cell(page: Any, value: Value, styles: dict[str, Any]) -> Any:
    cell = WriteOnlyCell(page)
    if isinstance(value, bool):
        value = "是" if value else "否"
    if isinstance(value, datetime):
        value = value.isoformat(" ", "minutes")
    if isinstance(value, str):
        if value:
            cell._value, cell.data_type = escape(value), "s"
        cell._style = styles["live" if value.lstrip().startswith(tuple(LIVE)) else "text"]
    elif isinstance(value, int) and abs(value) >= 10**15:
        cell._value, cell.data_type = str(value), "s"
        cell._style = styles["text"]
    else:
        cell.value = value
        cell._style = styles["date" if isinstance(value, date) else "number"]
    return cell


def cell_name(column: int, row: int) -> str:
    """C5 for the third column, counted from 1, and the fifth row."""
    return f"{get_column_letter(column)}{row}"


def fits(text: str) -> bool:
    """Whether one cell takes the text; Excel counts in UTF-16."""
    return len(text) <= LONGEST_TEXT // 14 or _is_short(_escaped(text))


def escape(text: str) -> str:
    """As Excel writes what XML cannot hold; ValueError when the text is longer than a cell takes."""
    found = _escaped(text)
    if not _is_short(found):
        raise ValueError("a text is longer than a cell takes")
    return found


def _escaped(text: str) -> str:
    return _UNSPEAKABLE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def _is_short(text: str) -> bool:
    return len(text) <= LONGEST_TEXT // 2 or len(text.encode("utf-16-le", "replace")) // 2 <= LONGEST_TEXT


def unescape(text: str) -> str:
    """What a text was before `escape`."""
    return _SPOKEN.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _without_clock(data: bytes) -> bytes:
    """The same archive with its members in one order and no times in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as ours:
        for name in sorted(packed.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            member = zipfile.ZipInfo(name, ZIP_DAY)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3
            member.external_attr = 0o600 << 16
            ours.writestr(member, packed.read(name))
    return out.getvalue()


# Reading workbooks.


def read_workbook(
    data: bytes, *, most_cells: int = MAX_CELLS, most_unpacked: int = MAX_UNPACKED
) -> dict[str, list[tuple[int, list[Value]]]]:
    """All sheets by title; what a sheet is and what is refused is said at `read_sheets`."""
    return dict(read_sheets(data, most_cells=most_cells, most_unpacked=most_unpacked))


def read_sheets(
    data: bytes, *, most_cells: int = MAX_CELLS, most_unpacked: int = MAX_UNPACKED
) -> Iterator[tuple[str, Rows]]:
    """One sheet after another: its title, and the rows with anything in them (row number from 1, values from column A).

    Computing cells come as `Formula`, broken ones as `ErrorValue`, those merged over columns as `Merged`; what is
    merged over rows stands in each of them; a text that comes again and again is kept once. Raises WorkbookRefused,
    also for more than `most_cells`, empty ones before filled ones included, and for what unpacks to more bytes than
    `most_unpacked`.
    """
    _check_size(data, most_unpacked)
    try:
        _Room(most_cells).take(_written_cells(data))
        room, words = _Room(most_cells), _Words()
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        for page in book.worksheets:
            yield page.title, _rows(book, page, room, words)
    except WorkbookRefused:
        raise
    except Exception as error:  # a parser of strangers' bytes raises anything; people get a sentence, never a trace
        raise WorkbookRefused("这个文件不是完好的Excel工作簿（.xlsx），请用Excel打开后另存一份再试。") from error


def _check_size(data: bytes, most_unpacked: int) -> None:
    """What unpacks to a mountain is refused before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            members = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError) as error:
        raise WorkbookRefused(
            "这个文件不是Excel工作簿（.xlsx）。旧的.xls文件或者加了密码的文件，请另存为没有密码的.xlsx后再试。"
        ) from error
    unpacked = sum(member.file_size for member in members)
    if len(members) > 2000 or unpacked > most_unpacked or unpacked > max(len(data), 100_000) * MAX_RATIO:
        raise WorkbookRefused("这个Excel工作簿解压后过大，不能读取。请只保留需要的工作表，或者分成几个文件。")


_CELL = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?c[\s/>]")
_CHUNK = 1024 * 1024


def _written_cells(data: bytes) -> int:
    """About how many cells the sheets hold: counting is a hundred times faster than openpyxl's reading."""
    count = 0
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        for member in packed.infolist():
            with packed.open(member) as part:
                while chunk := part.read(_CHUNK):
                    count += len(_CELL.findall(chunk))
    return count


class _Room:
    """How many cells of all sheets together may still come; WorkbookRefused beyond."""

    def __init__(self, cells: int) -> None:
        self.left = cells

    def take(self, cells: int) -> None:
        self.left -= max(cells, 1)
        if self.left < 0:
            raise WorkbookRefused("这个Excel工作簿的内容太多，不能读取。请删除不用的行和列，或者分成几个文件。")


class _Parser(WorkSheetParser):  # type: ignore[misc]  # openpyxl has no types
    """openpyxl's own, with a short way for a plain text in the cell itself, which is what most cells of ours are."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        if element.get("t") == "inlineStr" and len(element) == 1 and (place := element.get("r")):
            inside = element[0]
            if inside.tag == INLINE_STRING and len(inside) == 1 and inside[0].tag == _PLAIN_TEXT:
                row, self.col_counter = coordinate_to_tuple(place)
                return {"row": row, "column": self.col_counter, "value": inside[0].text, "data_type": "s"}
        found: dict[str, Any] = super().parse_cell(element)
        return found


class _Words(dict[str, Value]):
    """Every text as it is read from a cell."""

    def __missing__(self, text: str) -> Value:
        self[text] = unescape(text) or None
        return self[text]


def _rows(book: Any, page: Any, room: _Room, words: _Words) -> Rows:
    """The cells as openpyxl's parser reports them; its own sheet would make an object of each first."""
    following = 1
    rows: Rows = []
    with page._get_source() as source:
        parser = _Parser(
            source,
            page._shared_strings,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, cells in parser.parse():
            if number < following:
                continue
            if number > following:
                room.take(number - following)
            following = number + 1
            if number > MAX_ROWS:
                raise WorkbookRefused(f"工作表“{page.title}”超过{MAX_ROWS}行，请分成几个文件。")
            width = cells[-1]["column"] if cells else 0
            room.take(width)
            values: list[Value] = [None] * min(width, MAX_COLUMNS)
            for cell in cells:
                if cell["column"] <= len(values):
                    values[cell["column"] - 1] = _value(cell["value"], cell["data_type"], words)
            if any(value is not None for value in values):
                rows.append((number, values))
        merged = parser.merged_cells.mergeCell if parser.merged_cells else ()
        for one in merged:
            spread(rows, one.bounds, room.take)
    return rows


def _value(value: Any, data_type: str, words: _Words) -> Value:
    if value is None:
        return None
    if data_type == "f":
        return Formula(getattr(value, "text", value))
    if data_type == "e":
        return ErrorValue(value)
    if isinstance(value, str):
        return words[value]
    plain: Value = value
    return plain
