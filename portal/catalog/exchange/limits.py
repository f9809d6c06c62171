"""How much of a file is read before it is told to be too much: somebody waits in a browser, a command may take long.

A file of 2 MB can hold a million entries, or unpack to hundreds of megabytes; its size alone says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Most of each; an item of the starting content has about 300 entries and fills some 200 cells."""

    bytes: int
    items: int
    entries: int
    """Of a YAML file: every value, list and group counts as one."""
    in_list: int
    """Entries of one list inside an item, or names of one group."""
    cells: int
    """Of all sheets of a workbook, empty ones before a filled one included."""
    unpacked: int
    advice: str

    @property
    def too_many_items(self) -> str:
        return f"一次最多导入{self.items}个事项，{self.advice}"

    @property
    def too_much(self) -> str:
        return f"内容太多，不像是{self.items}个以内的事项，{self.advice}"

    @property
    def list_too_long(self) -> str:
        return f"同一个清单最多{self.in_list}条，请检查文件是否正确。"


IN_THE_BROWSER = Limits(
    bytes=2 * MEGABYTE,
    items=200,
    entries=120_000,
    in_list=1000,
    cells=150_000,
    unpacked=20 * MEGABYTE,
    advice="请分成几个文件，或者请系统管理员用命令导入。",
)
BY_COMMAND = Limits(
    bytes=20 * MEGABYTE,
    items=5000,
    entries=4_000_000,
    in_list=1000,
    cells=20_000_000,
    unpacked=600 * MEGABYTE,
    advice="请分成几个文件导入。",
)
