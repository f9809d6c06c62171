"""A file that holds too much is told so after a bounded reading, however small it is."""

from __future__ import annotations

import io
import time
import zipfile
from dataclasses import replace

import pytest
from django.conf import settings
from openpyxl import Workbook

from portal.catalog.exchange import workbook_file, yaml_file
from portal.catalog.exchange.files import read_file
from portal.catalog.exchange.limits import BY_COMMAND, IN_THE_BROWSER
from portal.catalog.exchange.names import Names
from tests.cast import starting_items

NAMES = Names({}, {})
MEGABYTES = 2_000_000
PATIENCE = 3.0
"""Seconds of processor time, on a machine that does other things too; the smallest of these files took 51 before."""


def refusal(data: bytes) -> str:
    """What is said about the file as such, within the time that somebody waits in a browser."""
    began = time.process_time()
    reading = read_file(data, NAMES, IN_THE_BROWSER)
    assert time.process_time() - began < PATIENCE
    assert not reading.entries
    return str(reading.problems[0])


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_rows(rows: bytes) -> bytes:
    """A workbook of one sheet with these rows, without the time that openpyxl needs to write them."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved(Workbook()))) as packed,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as ours,
    ):
        for name in packed.namelist():
            content = packed.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b"</sheetData>", rows + b"</sheetData>")
            ours.writestr(name, content)
    return out.getvalue()


def list_of(entry: str, before: str = "items:\n") -> bytes:
    return (before + entry * (MEGABYTES // len(entry))).encode()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (list_of("- a\n"), "第202行：一次最多导入200个事项"),
        (list_of("a,", "items: [") + b"]", "第1行：一次最多导入200个事项"),
        (list_of("- []\n"), "第202行：一次最多导入200个事项"),
        (list_of("  - a\n", "items:\n- materials:\n"), "第1003行：同一个清单最多1000条"),
        (list_of("- a\n", "others:\n"), "第1002行：同一个清单最多1000条"),
        (b"items:\n- {" + b",".join(b"k%d: 1" % n for n in range(150_000)) + b"}", "第2行：同一个清单最多1000条"),
        (b"items:\n" + (b"- [" + b"[" + b"a," * 999 + b"]," * 1 + b"[" + b"a," * 999 + b"]]\n") * 190, "内容太多"),
        (b"items: " + b"[" * 500_000, "层次太深"),
    ],
    ids=["items", "flow", "empty", "materials", "elsewhere", "names", "nested", "deep"],
)
def test_a_yaml_file_of_two_megabytes_is_told_at_once(data: bytes, said: str) -> None:
    assert said in refusal(data)


@pytest.mark.parametrize(
    "bomb",
    [
        "items:\n- &a [x,x,x,x,x,x,x,x]\n- &b [*a,*a,*a,*a,*a,*a,*a,*a]\n- [*b,*b,*b,*b,*b,*b,*b,*b]\n",
        "items:\n- &a {b: *a}\n",
        "items:\n- {<<: {a: 1}, <<: {a: 2}}\n",
    ],
    ids=["laughs", "itself", "merges"],
)
def test_what_would_grow_while_it_is_read_is_refused(bomb: str) -> None:
    assert any(words in refusal(bomb.encode()) for words in ("锚点和引用", "重复了"))


def test_a_workbook_with_very_many_rows_is_told_at_once() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(2, 300_000))
    assert "内容太多" in refusal(with_rows(rows.encode()))


def test_cells_that_are_only_far_away_count_as_well() -> None:
    book = Workbook()
    for row in range(1, 15):
        book.active.cell(row, 16_384).value = "a"
    assert "内容太多" in refusal(saved(book))


def test_a_workbook_that_unpacks_to_much_is_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sharedStrings.xml", b"<si><t>a</t></si>" * 2_000_000)
    assert "解压后过大" in refusal(out.getvalue())


def test_more_items_than_a_browser_waits_for_are_told_of_a_workbook_too() -> None:
    items = list(starting_items())[:3]
    data = workbook_file.write_items(items, NAMES)
    assert len(read_file(data, NAMES, replace(IN_THE_BROWSER, items=3)).entries) == 3
    refused = read_file(data, NAMES, replace(IN_THE_BROWSER, items=2))
    assert not refused.entries
    assert "一次最多导入2个事项" in str(refused.problems[0])


def test_the_starting_content_is_far_from_every_limit() -> None:
    data = (settings.CONTENT_DIR / "items.yaml").read_bytes()
    narrow = replace(IN_THE_BROWSER, entries=IN_THE_BROWSER.entries // 5, in_list=IN_THE_BROWSER.in_list // 10)
    assert len(read_file(data, NAMES, narrow).entries) == len(starting_items())


def test_a_command_may_read_more_than_a_browser() -> None:
    items = [item.model_copy(update={"code": f"TZ-{n}"}) for n in range(201) for item in starting_items()[:1]]
    data = yaml_file.write_items(items)
    assert len(read_file(data, NAMES, BY_COMMAND).entries) == 201
    assert "一次最多导入200个事项，请分成几个文件，或者请系统管理员用命令导入。" in refusal(data)
