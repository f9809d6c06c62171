"""What an applicant is asked: the questions of 情形引导, the fields of the item's own form, and what an answer selects.

Answers are kept by the key of what was asked; a key that was ever published never changes what it means.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Answers = Mapping[str, Any]
"""Key → answer. A text for what is typed, a choice's key for one of several, a list of keys for several, a list of
such mappings for repeating rows."""

FieldKind = Literal[
    "text",
    "long_text",
    "number",
    "money",
    "date",
    "identity",
    "uscc",
    "mobile",
    "region",
    "address",
    "choice",
    "choices",
    "rows",
    "attachment",
    "note",
]
FIELD_KINDS: dict[str, str] = {
    "text": "单行文字",
    "long_text": "多行文字",
    "number": "数字",
    "money": "金额（元）",
    "date": "日期",
    "identity": "居民身份证号码",
    "uscc": "统一社会信用代码",
    "mobile": "手机号码",
    "region": "行政区划",
    "address": "地址",
    "choice": "单选",
    "choices": "多选",
    "rows": "重复填写的行",
    "attachment": "附件",
    "note": "说明文字（不填写）",
}
SEALED_KINDS = frozenset({"identity", "mobile"})
"""What is kept encrypted and shown masked."""
COLUMN_KINDS = frozenset(FIELD_KINDS) - {"rows", "attachment", "note", "choices", "long_text"}
"""What may stand in one cell of repeating rows."""


class Part(BaseModel):
    """Base of every part of a definition: unknown keys are refused, nothing can be changed afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Choice(Part):
    """One answer that can be chosen."""

    key: str = Field(pattern=r"^a\d{1,3}$")
    text: str = Field(min_length=1, max_length=100, title="答案")


class When(Part):
    """Holds when the answer to `of` is (or contains) one of `values`."""

    of: str = Field(pattern=r"^[qf]\d{1,3}$", title="问题")
    values: tuple[str, ...] = Field(min_length=1, title="答案")

    def holds(self, answers: Answers) -> bool:
        given = answers.get(self.of)
        chosen = set(given) if isinstance(given, list | tuple) else {given}
        return bool(chosen & set(self.values))


def all_hold(conditions: Iterable[When], answers: Answers) -> bool:
    """Every condition holds; without conditions it always does."""
    return all(condition.holds(answers) for condition in conditions)


class Question(Part):
    """One question of 情形引导; its answers select materials and steps. Asked on the guide page and at the window."""

    key: str = Field(pattern=r"^q\d{1,3}$")
    text: str = Field(min_length=1, max_length=200, title="问题")
    help: str = Field(default="", max_length=500, title="说明")
    multiple: bool = Field(default=False, title="可选多个")
    choices: tuple[Choice, ...] = Field(min_length=2, title="答案")


class Column(Part):
    """One cell of a repeating row."""

    key: str = Field(pattern=r"^c\d{1,3}$")
    label: str = Field(min_length=1, max_length=60, title="列名")
    kind: FieldKind = Field(default="text", title="类型")
    required: bool = Field(default=False, title="必填")
    choices: tuple[Choice, ...] = Field(default=(), title="选项")

    help: str = Field(default="", max_length=300, title="填写说明")
    pattern: str = Field(default="", max_length=200, title="格式")


class FormField(Part):
    """One field of the item's application form. `when` says for which other answers it is shown."""

    key: str = Field(pattern=r"^f\d{1,3}$")
    label: str = Field(min_length=1, max_length=100, title="名称")
    kind: FieldKind = Field(default="text", title="类型")
    required: bool = Field(default=False, title="必填")
    help: str = Field(default="", max_length=500, title="填写说明")
    pattern: str = Field(default="", max_length=200, title="格式")
    choices: tuple[Choice, ...] = Field(default=(), title="选项")
    columns: tuple[Column, ...] = Field(default=(), title="列")
    when: tuple[When, ...] = Field(default=(), title="显示条件")

    @property
    def is_asked(self) -> bool:
        """Whether there is anything to answer; a note is only read, an attachment comes with the materials."""
        return self.kind not in {"note", "attachment"}


def choice_text(choices: Iterable[Choice], key: str) -> str:
    """What the choice with this key says; the key itself when it is none of them."""
    return next((choice.text for choice in choices if choice.key == key), key)
