"""The sheets of a workbook and their rows, as they were read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from portal.catalog.exchange.layout import Cell, Table
from portal.catalog.exchange.report import Problem
from portal.lib.spreadsheets import cell_name


@dataclass
class Record:
    """One row: its number, its values by path, and the columns whose cell could not be understood."""

    number: int
    code: str
    values: dict[tuple[str, ...], Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass
class Page:
    """One sheet as it lies in the file: where its columns are, and its records by item code."""

    table: Table
    columns: dict[int, Cell]
    records: list[Record] = field(default_factory=list)

    def place(self, row: int, path: tuple[str, ...] | None = None) -> str:
        """“申报材料”C5单元格, or the row when no column has this path."""
        for number, cell in self.columns.items():
            if path is not None and cell.path == path:
                return f"“{self.table.title}”{cell_name(number, row)}单元格"
        return f"“{self.table.title}”第{row}行"
