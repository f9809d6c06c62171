"""What stands in one cell: plain values, lists, choices and conditions, each exactly reversible.

Several values share a cell with ； between them; a backslash keeps a separator that belongs to a value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from portal.catalog.schema.questions import Choice, When
from portal.lib.merged_cells import Merged, Value
from portal.lib.spreadsheets import ErrorValue, Formula

BETWEEN = "；"
SEPARATORS = "；;\n"
WORD_SEPARATORS = "；;\n、，,"
EMPTY = "\\空"
"""How an empty value in a list is written, so that it is not taken for a missing one."""
YES = {"是", "√", "✓", "有", "y", "yes", "true", "1"}
NO = {"否", "×", "无", "n", "no", "false", "0"}
SPACES = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""What the schema strips around a text; Python's own `strip` takes a few control characters more."""
TOO_LONG_NUMBER = 10**15
_INTEGER = re.compile(r"[-－]?[0-9０-９]{1,9}(?:\.0+)?")
_CHOICE = re.compile(r"(a\d{1,3})[=＝](.*)", re.S)
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s+0{1,2}:00(?::00)?)?")
_EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"([2-7]\d{4})(?:\.0*)?")
"""Days since the end of 1899, as workbooks count them: from 1954 to 2119."""
FIRST_DAY = date(1899, 12, 30)
_KEY = re.compile(r"[qf]\d{1,3}")


class CellProblem(ValueError):
    """The cell cannot be understood; `str()` is the sentence."""


# Plain values.


def text_of(value: Value) -> str:
    """The text of a cell, without spaces around it. Numbers that Excel may have spoiled are refused."""
    if isinstance(value, Formula):
        raise CellProblem("不能是公式，请改为文字或者数字（复制后“选择性粘贴—数值”）。")
    if isinstance(value, Merged):
        raise CellProblem("合并了几列单元格，不知道属于哪一列。请取消合并，再分别填写。")
    if isinstance(value, ErrorValue):
        raise CellProblem(f"是错误值“{value[:20]}”，请重新填写。")
    if value is None or isinstance(value, str):
        return (value or "").strip(SPACES)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, int | float) or value != value or abs(value) >= TOO_LONG_NUMBER:
        raise CellProblem("是很长的数字，Excel可能已经改掉了后面的数位，请先把单元格格式设为“文本”，再完整地重新填写。")
    return str(int(value)) if float(value).is_integer() else f"{value:.15g}"


def number_of(value: Value) -> int | str:
    """A whole number; anything else comes back as its text, for the schema to refuse in its own words."""
    text = text_of(value)
    return int(text.replace("－", "-").split(".")[0]) if _INTEGER.fullmatch(text) else text


def day_of(value: Value) -> str:
    """A day however it is written, as 2026-12-01: a date of the workbook, its serial number, 2026/12/1 and the like."""
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    text = text_of(value)
    written = unicodedata.normalize("NFKC", text)
    try:
        if serial := _SERIAL.fullmatch(written):
            return (FIRST_DAY + timedelta(days=int(serial[1]))).isoformat()
        if day := _DAY.fullmatch(written) or _EIGHT.fullmatch(written):
            return date(int(day[1]), int(day[2]), int(day[3])).isoformat()
    except ValueError:
        pass
    raise CellProblem(f"不能读成日期：“{text[:30]}”。请改正，例如2026-12-01或者2026年12月1日。")


def flag_of(value: Value) -> bool:
    text = text_of(value).lower()
    if text in YES or text in NO:
        return text in YES
    raise CellProblem("应当是“是”或者“否”。")


# Several values in one cell.


def shield(text: str, special: str) -> str:
    """The text with a backslash before whatever would be taken for a separator."""
    if text == "":
        return EMPTY
    return "".join(f"\\{letter}" if letter in special or letter == "\\" else letter for letter in text)


def pieces(text: str, separators: str, most: int = 0) -> list[str]:
    """Cut at separators that no backslash keeps; backslashes stay. At most `most` cuts, 0 for as many as there are."""
    found: list[str] = []
    current, kept = "", False
    for letter in text:
        if not kept and letter in separators and (not most or len(found) < most):
            found.append(current)
            current = ""
        else:
            current += letter
        kept = letter == "\\" and not kept
    return [*found, current]


def bare(piece: str) -> str:
    """A piece without its backslashes and the spaces around it."""
    stripped = piece.strip(SPACES)
    return "" if stripped == EMPTY else re.sub(r"\\(.)", r"\1", stripped, flags=re.S).strip(SPACES)


def join(values: Iterable[str], *, words: bool = False) -> str:
    special = WORD_SEPARATORS if words else SEPARATORS
    return ("、" if words else BETWEEN).join(shield(value, special) for value in values)


def split(text: str, *, words: bool = False) -> list[str]:
    """The values of a cell; nothing between two separators is no value."""
    found = pieces(text, WORD_SEPARATORS if words else SEPARATORS)
    return [bare(piece) for piece in found if piece.strip(SPACES)]


def join_choices(choices: Sequence[Choice]) -> str:
    """a1=是；a2=否"""
    return BETWEEN.join(f"{choice.key}={shield(choice.text, SEPARATORS)}" for choice in choices)


def split_choices(text: str) -> list[dict[str, str]]:
    """The choices of a cell; one without a key gets the next free one."""
    found: list[dict[str, str]] = []
    for piece in pieces(text, SEPARATORS):
        if piece.strip(SPACES):
            keyed = _CHOICE.fullmatch(piece.strip(SPACES))
            found.append({"key": keyed[1] if keyed else "", "text": bare(keyed[2] if keyed else piece)})
    fill_keys(found, "a")
    return found


def fill_keys(parts: Sequence[dict[str, Any]], prefix: str, width: int = 1) -> None:
    """Give every part without a key the next one after the highest there is; a bare number is a key too."""
    for part in parts:
        if re.fullmatch(r"\d{1,3}", part.get("key") or ""):
            part["key"] = f"{prefix}{int(part['key']):0{width}d}"
    used = [int(key[1:]) for part in parts if re.fullmatch(rf"{prefix}\d{{1,3}}", key := part.get("key") or "")]
    following = max(used, default=0)
    for part in parts:
        if not part.get("key"):
            following += 1
            part["key"] = f"{prefix}{following:0{width}d}"


# Conditions.


@dataclass(frozen=True)
class Asked:
    """What can be asked for in a condition: the text of a question or field and of its answers, by key."""

    text: str
    answers: Mapping[str, str] = field(default_factory=dict)


Scope = Mapping[str, Asked]
CONDITION_SPECIAL = "；;\n=＝|｜"


def join_conditions(conditions: Sequence[When], scope: Scope) -> str:
    """是否新建=是|部分；f2=a1: in words where the words lead back to the same condition, by key otherwise."""
    return BETWEEN.join(_condition_text(condition, scope) for condition in conditions)


def _condition_text(condition: When, scope: Scope) -> str:
    asked = scope.get(condition.of)
    if asked:
        words = _spelled(asked.text, [asked.answers.get(value, value) for value in condition.values])
        if _read_back(words, scope) == condition:
            return words
    return _spelled(condition.of, condition.values)


def _spelled(of: str, values: Iterable[str]) -> str:
    answers = "|".join(shield(value, CONDITION_SPECIAL) for value in values)
    return f"{shield(of, CONDITION_SPECIAL)}={answers}"


def _read_back(text: str, scope: Scope) -> When | None:
    try:
        found = split_conditions(text, scope)
        return When.model_validate(found[0]) if len(found) == 1 else None
    except ValueError:
        return None


def split_conditions(text: str, scope: Scope) -> list[dict[str, Any]]:
    """The conditions of a cell; questions and answers by key or by their words."""
    return [_condition(piece, scope) for piece in pieces(text, SEPARATORS) if piece.strip(SPACES)]


def _condition(piece: str, scope: Scope) -> dict[str, Any]:
    parts = pieces(piece, "=＝", most=1)
    if len(parts) != 2:
        raise CellProblem(
            f"条件“{piece.strip(SPACES)[:30]}”写法不对，应当写成“问题=答案”，多个答案用|隔开，多个条件用；隔开。"
        )
    of = _asked_key(bare(parts[0]), scope)
    answers = scope[of].answers if of in scope else {}
    return {
        "of": of,
        "values": [_answer_key(bare(value), answers) for value in pieces(parts[1], "|｜") if value.strip(SPACES)],
    }


def _asked_key(written: str, scope: Scope) -> str:
    if written in scope or _KEY.fullmatch(written):
        return written
    found = [key for key, asked in scope.items() if asked.text == written]
    if len(found) != 1:
        known = "没有" if not found else "有几个"
        raise CellProblem(f"本事项{known}问题或者申请表字段叫“{written[:30]}”，请写它的编号（例如q1、f2）。")
    return found[0]


def _answer_key(written: str, answers: Mapping[str, str]) -> str:
    if written in answers:
        return written
    found = [key for key, text in answers.items() if text == written]
    return found[0] if len(found) == 1 else written
