"""Reading what an applicant answered: the questions of 情形引导 and the item's own form.

Nothing is guessed: what is not asked (hidden by a condition, or unknown) is dropped, what is asked and wrong is named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from portal.catalog.schema.questions import (
    SEALED_KINDS,
    Answers,
    Choice,
    Column,
    FormField,
    Question,
    all_hold,
    choice_text,
)
from portal.lib.glyphs import why_not
from portal.lib.identity import IdentityError, check_identity
from portal.lib.masking import mask_identity, mask_phone
from portal.lib.phones import PhoneError, is_mobile, read_phone

REGIONS: dict[str, str] = {
    "330600": "绍兴市",
    "330602": "越城区",
    "330603": "柯桥区",
    "330604": "上虞区",
    "330624": "新昌县",
    "330681": "诸暨市",
    "330683": "嵊州市",
    "000000": "绍兴市外",
}
"""行政区划 that a form offers (GB/T 2260)."""
MOST_ROWS = 50
LONGEST = {"text": 200, "address": 300, "long_text": 5000}
MASKS: dict[str, Callable[[str], str]] = {"identity": mask_identity, "mobile": mask_phone}
PERSON_CARD, BODY_CODE = "111", "001"


@dataclass(frozen=True)
class Problem:
    """One answer that does not stand: `key` of the field (or `f03-0-c1` of a cell) and the sentence."""

    key: str
    message: str


class Wrong(Exception):
    """Raised by a reader; the message is shown beside the field."""


def check_situation(questions: Iterable[Question], given: Answers) -> tuple[dict[str, Any], list[Problem]]:
    """The answers of 情形引导 in their stored form, and what is missing. Every question must be answered."""
    clean: dict[str, Any] = {}
    problems = []
    for question in questions:
        known = {choice.key for choice in question.choices}
        chosen = [key for key in _listed(given.get(question.key)) if key in known]
        if not chosen:
            problems.append(Problem(question.key, f"请回答“{question.text}”。"))
        else:
            clean[question.key] = chosen if question.multiple else chosen[0]
    return clean, problems


def situation_text(questions: Iterable[Question], situation: Answers) -> list[tuple[str, str]]:
    """Question and answer in words, in the order of the questions; what was not answered is left out."""
    rows = []
    for question in questions:
        chosen = _listed(situation.get(question.key))
        if chosen:
            rows.append((question.text, "、".join(choice_text(question.choices, key) for key in chosen)))
    return rows


def check_answers(
    fields: Iterable[FormField], given: Answers, situation: Answers, *, today: date
) -> tuple[dict[str, Any], list[Problem]]:
    """The answers in their stored form, and the problems in the order of the fields.

    A field whose condition does not hold is not asked, and what stands in it is dropped.
    """
    clean: dict[str, Any] = {}
    problems: list[Problem] = []
    for field in in_asking_order(fields):
        if not field.is_asked or not all_hold(field.when, {**situation, **clean}):
            continue
        if field.kind == "rows":
            value, wrong = _rows(field, given.get(field.key), today)
            problems += wrong
        else:
            value, sentence = _read(field, given.get(field.key), today)
            if sentence:
                problems.append(Problem(field.key, sentence))
        if value not in (None, "", [], ()):
            clean[field.key] = value
    order = {field.key: number for number, field in enumerate(fields)}
    return clean, sorted(problems, key=lambda problem: order.get(problem.key.split("-")[0], 0))


def in_asking_order(fields: Iterable[FormField]) -> list[FormField]:
    """Every field after those its condition reads; fields of a circle come last, in their own order."""
    waiting = list(fields)
    keys = {field.key for field in waiting}
    found: list[FormField] = []
    while waiting:
        done = {field.key for field in found}
        ready = [field for field in waiting if all(when.of in done or when.of not in keys for when in field.when)]
        if not ready:
            return found + waiting
        found += ready
        waiting = [field for field in waiting if field not in ready]
    return found


def seal_apart(fields: Iterable[FormField], answers: Answers) -> tuple[dict[str, Any], dict[str, Any]]:
    """Answers that may stand plain in the database, and those that must be encrypted."""
    sealed = {field.key for field in fields if is_sealed(field)}
    plain = {key: value for key, value in answers.items() if key not in sealed}
    return plain, {key: value for key, value in answers.items() if key in sealed}


def is_sealed(field: FormField) -> bool:
    """Whether the answer holds an identity or phone number, also in one of its columns."""
    return field.kind in SEALED_KINDS or any(column.kind in SEALED_KINDS for column in field.columns)


def answer_text(field: FormField | Column, value: Any) -> str:
    """An answer in words; rows become one line each."""
    if value in (None, "", [], ()):
        return ""
    if isinstance(field, FormField) and field.kind == "rows":
        return "\n".join(
            "，".join(f"{column.label}：{answer_text(column, row.get(column.key))}" for column in field.columns)
            for row in value
        )
    if field.kind in {"choice", "choices"}:
        return "、".join(choice_text(field.choices, key) for key in _listed(value))
    if field.kind == "region":
        return REGIONS.get(str(value), str(value))
    return str(value)


def masked_text(field: FormField, value: Any) -> str:
    """The answer in words, with identity and phone numbers masked: what screens, lists and exports show."""
    return answer_text(field, _masked(field, value))


def _masked(field: FormField | Column, value: Any) -> Any:
    if isinstance(field, FormField) and field.kind == "rows":
        return [{column.key: _masked(column, row.get(column.key)) for column in field.columns} for row in value or []]
    if not value:
        return value
    return MASKS[field.kind](str(value)) if field.kind in MASKS else value


def _listed(value: Any) -> list[str]:
    if value is None or value == "":
        return []
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]


def _rows(field: FormField, given: Any, today: date) -> tuple[list[dict[str, Any]], list[Problem]]:
    rows, problems = [], []
    lines = [row for row in (given or []) if isinstance(row, dict) and any(_listed(cell) for cell in row.values())]
    if len(lines) > MOST_ROWS:
        return [], [Problem(field.key, f"“{field.label}”最多填{MOST_ROWS}行。")]
    for number, row in enumerate(lines):
        clean = {}
        for column in field.columns:
            value, sentence = _read(column, row.get(column.key), today)
            if sentence:
                problems.append(Problem(f"{field.key}-{number}-{column.key}", f"第{number + 1}行：{sentence}"))
            if value:
                clean[column.key] = value
        rows.append(clean)
    if field.required and not rows:
        problems.append(Problem(field.key, f"请填写“{field.label}”，至少一行。"))
    return rows, problems


def _read(field: FormField | Column, given: Any, today: date) -> tuple[Any, str]:
    """The stored value and an empty sentence, or None and what is wrong."""
    texts = [text.strip() for text in _listed(given)]
    texts = [text for text in texts if text]
    if not texts:
        return None, f"请填写“{field.label}”。" if field.required else ""
    if any("\x00" in text for text in texts):
        return None, f"“{field.label}”含有不能使用的字符，请重新填写。"
    if sentence := why_not("".join(texts)):
        return None, f"“{field.label}”：{sentence}"
    try:
        if field.kind == "choices":
            return [_known(field.choices, text) for text in texts], ""
        value = READERS[field.kind](field, texts[0], today)
    except Wrong as wrong:
        return None, f"“{field.label}”{wrong}"
    if field.pattern and field.kind in LONGEST and not re.fullmatch(field.pattern, value[:300]):
        return None, f"“{field.label}”的格式不对。{field.help}"
    return value, ""


def _text(field: FormField | Column, text: str, today: date) -> str:
    most = LONGEST[field.kind]
    if len(text) > most:
        raise Wrong(f"太长，最多{most}个字。")
    return text


def _number(field: FormField | Column, text: str, today: date) -> str:
    try:
        value = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        raise Wrong("应当是数字。") from None
    if not value.is_finite() or abs(value) >= Decimal(10) ** 15:
        raise Wrong("超出了可以填写的范围。")
    return format(value.normalize(), "f")


def _money(field: FormField | Column, text: str, today: date) -> str:
    value = Decimal(_number(field, text, today))
    if value < 0 or value != value.quantize(Decimal("0.01")):
        raise Wrong("应当是不小于0的金额，单位为元，最多两位小数。")
    return format(value.quantize(Decimal("0.01")), "f")


def _date(field: FormField | Column, text: str, today: date) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Wrong("应当是日期，例如2017-03-15。") from None


def _identity(kind: str) -> Callable[[FormField | Column, str, date], str]:
    def read(field: FormField | Column, text: str, today: date) -> str:
        try:
            return check_identity(kind, text, today=today)
        except IdentityError as error:
            raise Wrong(f"填写有误：{error}") from error

    return read


def _mobile(field: FormField | Column, text: str, today: date) -> str:
    try:
        phone = read_phone(text)
    except PhoneError as error:
        raise Wrong(f"填写有误：{error}") from error
    if not is_mobile(phone):
        raise Wrong("应当是11位手机号码；境外号码请写地区代码，例如+852 1234 5678。")
    return phone


def _region(field: FormField | Column, text: str, today: date) -> str:
    if text not in REGIONS:
        raise Wrong("请从列表中选择。")
    return text


def _known(choices: Iterable[Choice], key: str) -> str:
    if key not in {choice.key for choice in choices}:
        raise Wrong("请从选项中选择。")
    return key


READERS: dict[str, Callable[[FormField | Column, str, date], str]] = {
    "text": _text,
    "long_text": _text,
    "address": _text,
    "number": _number,
    "money": _money,
    "date": _date,
    "identity": _identity(PERSON_CARD),
    "uscc": _identity(BODY_CODE),
    "mobile": _mobile,
    "region": _region,
    "choice": lambda field, text, today: _known(field.choices, text),
}
