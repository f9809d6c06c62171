"""Which format a file has: its content decides when reading, the wanted suffix when writing."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from portal.catalog.exchange import workbook_file, workbook_reader, yaml_file
from portal.catalog.exchange.limits import BY_COMMAND, MEGABYTE, Limits
from portal.catalog.exchange.names import Names
from portal.catalog.exchange.report import Reading
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.theme import ThemeDefinition
from portal.lib.refusal import Refused

WORKBOOK, YAML = ".xlsx", ".yaml"
SUFFIXES = {WORKBOOK: WORKBOOK, YAML: YAML, ".yml": YAML}
CONTENT_TYPES = {
    WORKBOOK: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    YAML: "application/yaml; charset=utf-8",
}


def read_file(data: bytes, names: Names, limits: Limits = BY_COMMAND) -> Reading:
    """The items of a workbook or a YAML file; never raises, whatever the bytes are."""
    if not data.strip():
        return Reading.refused("文件", "文件是空的，请重新选择。")
    if len(data) > limits.bytes:
        return Reading.refused("文件", f"文件超过{limits.bytes // MEGABYTE} MB，{limits.advice}")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return workbook_reader.read_items(data, names, limits)
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff")) or b"\x00" in data[:4096]:
        return Reading.refused("文件", "这个文件既不是Excel工作簿（.xlsx），也不是YAML文件，请重新选择。")
    return yaml_file.read_items(data, names, limits)


def write_file(
    items: Iterable[ItemDefinition], suffix: str, names: Names, themes: Iterable[ThemeDefinition] = ()
) -> bytes:
    """The items and themes, ordered by code, in the format of the suffix (.xlsx, .yaml, .yml). Raises Refused."""
    kind = SUFFIXES.get(suffix.lower())
    if kind is None:
        raise Refused(f"文件名应当以{'、'.join(SUFFIXES)}结尾。")
    ordered = sorted(items, key=lambda item: item.code)
    listed = sorted(themes, key=lambda theme: theme.code)
    if kind == WORKBOOK:
        return workbook_file.write_items(ordered, names, listed)
    return yaml_file.write_items(ordered, listed)


def replace_file(path: Path, data: bytes) -> None:
    """Write the whole file or nothing: whoever reads meanwhile sees the old one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
