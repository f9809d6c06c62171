"""What is wrong with a definition, said so that an editor can mend it: the place, the sentence, what to do."""

from __future__ import annotations

import typing
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from portal.catalog.schema.definition import ItemDefinition

ENDS = ("。", "！", "？", "；", "：")
"""What a sentence may end with."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: the element it speaks of, the sentence, and what to do. An error blocks publishing.

    `field` is the element (`materials`), with its place in the list where it has one (`materials[2].name`, from 0).
    `rule` names the rule: `limits.sum`, `route.one_decision`; the sentence may be reworded, the name may not.
    `clause` is the text that was judged, for findings about a text; waivers hold for exactly this clause.
    """

    field: str
    rule: str
    message: str
    suggestion: str
    severity: str = "error"
    clause: str = ""

    @property
    def blocks(self) -> bool:
        return self.severity == "error"

    @property
    def told(self) -> str:
        """The sentence and what to do about it, as they are read one after the other."""
        parts = (part for part in (self.message, self.suggestion) if part)
        return "".join(part if part.endswith(ENDS) else f"{part}。" for part in parts)

    @property
    def element(self) -> str:
        """The top element: `materials` of `materials[2].name`."""
        return self.field.split("[")[0].split(".")[0]

    @property
    def place(self) -> str:
        """The element in words: 申报材料第3项的材料名称."""
        return place_name(path_of(self.field))


class PreflightFailed(Exception):
    """Publishing was refused; `findings` say why."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("；".join(finding.message for finding in findings))
        self.findings = findings


def path_of(field: str) -> tuple[str | int, ...]:
    """`materials[2].name` → ("materials", 2, "name")."""
    parts: list[str | int] = []
    for piece in field.replace("]", "").replace("[", ".").split("."):
        if piece:
            parts.append(int(piece) if piece.isdigit() else piece)
    return tuple(parts)


def spelled(path: tuple[str | int, ...]) -> str:
    """("materials", 2, "name") → `materials[2].name`."""
    text = ""
    for piece in path:
        text += f"[{piece}]" if isinstance(piece, int) else f".{piece}" if text else piece
    return text


def place_name(path: tuple[str | int, ...], model: type[BaseModel] = ItemDefinition) -> str:
    """The titles along a path, in words; a name that no title is known for is left out."""
    words, current = [], model
    for piece in path:
        if isinstance(piece, int):
            words.append(f"第{piece + 1}项")
            continue
        field = current.model_fields.get(piece) if current else None
        if field is None:
            continue
        if field.title:
            words.append(f"的{field.title}" if words else field.title)
        current = _model_in(field.annotation) or current
    return "".join(words) or "事项"


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The part that a field holds: one, perhaps one, or a tuple of them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in typing.get_args(annotation):
        if found := _model_in(inner):
            return found
    return None


SENTENCES = {
    "missing": "没有填写。",
    "string_too_short": "没有填写。",
    "string_too_long": "太长，最多{max_length}个字。",
    "string_type": "应当是文字。",
    "string_pattern_mismatch": "格式不对。",
    "int_parsing": "应当是整数。",
    "int_type": "应当是整数。",
    "int_from_float": "应当是整数。",
    "bool_parsing": "应当是“是”或者“否”。",
    "bool_type": "应当是“是”或者“否”。",
    "greater_than_equal": "不能小于{ge}。",
    "less_than_equal": "不能大于{le}。",
    "literal_error": "不是可以选择的值。",
    "extra_forbidden": "是多余的内容，本系统不认识。",
    "too_short": "至少要有{min_length}项。",
    "tuple_type": "应当是一个列表。",
    "model_type": "内容的结构不对。",
    "model_attributes_type": "内容的结构不对。",
}
MEND = {
    "missing": "请补充。",
    "string_too_short": "请补充。",
    "too_short": "请补充。",
    "extra_forbidden": "请删除。",
}


EXAMPLES = {
    r"^[A-Z]{2,3}-\d{2,4}$": "TZ-01",
    r"^(\d{4}-\d{2}-\d{2})?$": "2026-12-01",
    r"^m\d{2,3}$": "m01",
    r"^s\d{1,3}$": "s1",
    r"^g\d{1,3}$": "g1",
    r"^q\d{1,3}$": "q1",
    r"^f\d{1,3}$": "f1",
    r"^a\d{1,3}$": "a1",
    r"^c\d{1,3}$": "c1",
    r"^[qf]\d{1,3}$": "q1或者f2",
    r"^[0-9A-Z]{0,12}$": "000117051000",
    r"^[0-9A-Z]{0,36}$": "330602199001010001",
    r"^[0-9A-Z]{0,50}$": "1133060099999901",
}
"""By the pattern of an element: what it looks like when it is right."""


def _mend(kind: str, context: dict[str, Any]) -> str:
    """What to do about it, with an example of this very element."""
    example = EXAMPLES.get(str(context.get("pattern", "")))
    return f"请改正，例如{example}。" if example else MEND.get(kind, "请改正。")


def shape_findings(error: ValidationError, model: type[BaseModel] = ItemDefinition) -> list[Finding]:
    """What pydantic says, as findings in Chinese; each names its place."""
    found = []
    for problem in error.errors():
        path = tuple(problem["loc"])
        kind = problem["type"]
        sentence = SENTENCES.get(kind, "填写得不对。").format(**problem.get("ctx", {}))
        place = place_name(path, model)
        if kind == "extra_forbidden":
            place = f"{place}中的“{path[-1]}”"
        mend = _mend(kind, problem.get("ctx", {}))
        found.append(Finding(spelled(path), f"shape.{kind}", f"{place}{sentence}", mend))
    return found
