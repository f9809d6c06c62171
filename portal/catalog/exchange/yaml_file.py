"""The exchange format in YAML: one document, elements in the order of the schema, what has its default left out.

PyYAML writes rare characters (𬱖) as escapes, so writing is ours. When reading, it parses; what it reports is checked
(no tags, anchors, repeated keys, depth) and built at once: its own tree of a large file takes half a gibibyte.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import yaml
from django.conf import settings
from pydantic import ValidationError

from portal.catalog.exchange.content import guided_definition, theme_definition
from portal.catalog.exchange.limits import BY_COMMAND, Limits
from portal.catalog.exchange.names import Names
from portal.catalog.exchange.report import D, Draft, Entry, Problem, Reading, ThemeDraft, clip
from portal.catalog.judging.findings import shape_findings
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.theme import ThemeDefinition
from portal.lib.content import SafeLoader

FORMAT, VERSION = "portal-items", 1
MAX_DEPTH = 30
NO_ITEMS = "不是事项文件：应当有一个列出事项的“items”。"


_WORD_VALUES = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?P<fraction>\.[0-9]{1,15})?")


def _value(event: yaml.ScalarEvent) -> Any:
    """What a word without quotes stands for: numbers and 是否 are known only, 9:30 and 2017-03-01 stay texts."""
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in _WORD_VALUES:
        return _WORD_VALUES[text]
    if number := _NUMBER.fullmatch(text):
        return float(text) if number["fraction"] else int(text)
    return text


_PLAIN = re.compile(r"[㐀-䶿一-鿿𠀀-𲎯A-Za-z《（“][^\x00-\x1f\x7f-\xa0\ud800-\udfff\ufeff\u2028\u2029\ufffe\uffff]*")
_WORDS = re.compile(r"(?:y|n|yes|no|on|off|true|false|null)", re.I)
_UNPRINTED = re.compile("[\x7f-\xa0\ud800-\udfff\ufeff\u2028\u2029\ufffe\uffff]")
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_LINES = re.compile(r"(?!\s)[^\x00-\x09\x0b-\x1f\x7f-\xa0\ud800-\udfff\ufeff\u2028\u2029\ufffe\uffff]+")


# Writing.


def write_items(definitions: Iterable[ItemDefinition], themes: Iterable[ThemeDefinition] = ()) -> bytes:
    """The file for these items and themes, in the order given; the same ones always give the same bytes."""
    lines = [f"format: {FORMAT}", f"version: {VERSION}"]
    items = [definition.model_dump(mode="json", exclude_defaults=True) for definition in definitions]
    found = [definition.model_dump(mode="json", exclude_defaults=True) for definition in themes]
    lines += _mapping({"items": items, **({"themes": found} if found else {})}, "")
    return ("\n".join(lines) + "\n").encode()


def _mapping(data: dict[str, Any], indent: str) -> Iterator[str]:
    for key, value in data.items():
        yield from _entry(f"{indent}{key}:", value, f"{indent}  ")


def _entry(head: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, dict) and value:
        yield head
        yield from _mapping(value, indent)
    elif isinstance(value, list) and value:
        yield head
        for part in value:
            yield from _part(part, indent)
    elif isinstance(value, str) and _is_block(value):
        yield f"{head} |-"
        yield from (f"{indent}{line}" if line else "" for line in value.split("\n"))
    else:
        yield f"{head} {_scalar(value)}"


def _part(part: Any, indent: str) -> Iterator[str]:
    """One line of a list; a mapping begins on the line of its dash."""
    if not isinstance(part, dict) or not part:
        yield from _entry(f"{indent}-", part, f"{indent}  ")
        return
    first = True
    for line in _mapping(part, f"{indent}  "):
        yield f"{indent}- {line[len(indent) + 2 :]}" if first else line
        first = False


def _is_block(text: str) -> bool:
    """Several lines that can stand as they are."""
    if "\n" not in text or not _LINES.fullmatch(text):
        return False
    return text == text.strip() and not any(line != line.strip() for line in text.split("\n"))


def _scalar(value: Any) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    plain = _PLAIN.fullmatch(value) and not _WORDS.fullmatch(value)
    if plain and ": " not in value and " #" not in value and not value.endswith((" ", ":")):
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return _UNPRINTED.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)


# Reading.


class _Refused(ValueError):
    """`str()` is the sentence, `line` counts from 1."""

    def __init__(self, sentence: str, line: int) -> None:
        super().__init__(sentence)
        self.line = line


def read_items(data: bytes, names: Names, limits: Limits = BY_COMMAND) -> Reading:
    """The items of a YAML file: the exchange format, or that of the starting content."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return Reading.refused(f"第{line}行", "文件不是UTF-8编码，请用UTF-8编码另存后再导入。")
    if found := _UNREADABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        return Reading.refused(f"第{line}行", "有不能识别的字符，请删除。")
    try:
        content, lines = _read(text, limits)
    except _Refused as refusal:
        return Reading.refused(f"第{refusal.line}行", str(refusal))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"第{mark.line + 1}行第{mark.column + 1}列" if mark else "文件"
        return Reading.refused(place, "不符合YAML的写法，请检查缩进、冒号和引号。")
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError):
        return Reading.refused("文件", "不是能够读取的YAML文件。")
    return _reading(content, lines, names)


class _Building:
    """The content in the making; words that come again and again are kept once."""

    def __init__(self) -> None:
        self.content: Any = None
        self.open: list[Any] = []
        self.keys: list[Any] = []
        self.words: dict[Any, Any] = {}

    def key(self, value: Any) -> None:
        self.keys[-1] = self.words.setdefault(value, value) if isinstance(value, str) else value

    def put(self, value: Any) -> None:
        if isinstance(value, str):
            value = self.words.setdefault(value, value)
        if not self.open:
            self.content = value
        elif isinstance(self.open[-1], list):
            self.open[-1].append(value)
        else:
            self.open[-1][self.keys[-1]] = value

    def begin(self, part: Any) -> None:
        self.put(part)
        self.open.append(part)
        self.keys.append(None)

    def end(self) -> None:
        self.open.pop()
        self.keys.pop()


def _read(text: str, limits: Limits) -> tuple[Any, dict[str, list[int]]]:
    """The content, and the line on which each entry of `items` and of `themes` begins. Raises _Refused for what a
    definition never needs."""
    built = _Building()
    stack: list[set[str] | None] = []
    keys: list[str | None] = []
    entries: dict[str, list[int]] = {"items": [], "themes": []}
    sizes = [0]  # of every open list or group, and in front of all closed ones together
    documents = 0
    for event in yaml.parse(text, Loader=SafeLoader):
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        if documents > 1:
            raise _Refused("一个文件只能有一份内容，请删除多余的“---”。", _line_of(event))
        if isinstance(event, yaml.NodeEvent):
            _refuse_tricks(event)
            listed = entries.get(keys[0] or "") if len(stack) == 2 and stack[1] is None else None
            if listed is not None:
                listed.append(_line_of(event))
                _refuse_beyond(limits.items, len(listed), event, limits.too_many_items)
            elif stack:
                most = limits.in_list if stack[-1] is None else 2 * limits.in_list
                _refuse_beyond(most, sizes[-1] + 1, event, limits.list_too_long)
            sizes[-1] += 1
            _refuse_beyond(limits.entries, sizes[0], event, limits.too_much)
            is_key = _note_key(event, stack, keys)
            if isinstance(event, yaml.ScalarEvent):
                (built.key if is_key else built.put)(_value(event))
        if isinstance(event, yaml.CollectionStartEvent):
            if len(stack) >= MAX_DEPTH:
                raise _Refused("内容的层次太深，不是事项文件。", _line_of(event))
            is_mapping = isinstance(event, yaml.MappingStartEvent)
            built.begin({} if is_mapping else [])
            stack.append(set() if is_mapping else None)
            keys.append(None)
            sizes.append(0)
        elif isinstance(event, yaml.CollectionEndEvent):
            built.end()
            sizes[0] += sizes.pop()
            stack.pop()
            keys.pop()
            _value_done(stack, keys)
    return built.content, entries


def _line_of(event: yaml.Event) -> int:
    """The line on which it begins, the first being 1."""
    return event.start_mark.line + 1 if event.start_mark else 0


def _refuse_beyond(most: int, count: int, event: yaml.Event, sentence: str) -> None:
    if count > most:
        raise _Refused(sentence, _line_of(event))


def _refuse_tricks(event: yaml.NodeEvent) -> None:
    line = _line_of(event)
    if event.anchor is not None:
        raise _Refused("不能使用YAML的锚点和引用（&、*），请直接写出内容。", line)
    tag = getattr(event, "tag", None)
    if tag is not None:
        raise _Refused(f"不能使用YAML标签“{clip(tag)}”，请删除。", line)


def _note_key(event: yaml.NodeEvent, stack: list[set[str] | None], keys: list[str | None]) -> bool:
    """In a mapping every other scalar is a key: whether this one is. One that comes twice would silently win over the
    first."""
    if not stack or stack[-1] is None:
        return False
    if keys[-1] is not None:
        if isinstance(event, yaml.ScalarEvent):
            _value_done(stack, keys)
        return False
    if not isinstance(event, yaml.ScalarEvent):
        raise _Refused("名称只能是一个词。", _line_of(event))
    if event.value == "<<" or event.value in stack[-1]:
        raise _Refused(f"“{clip(event.value)}”重复了，请删除多余的一个。", _line_of(event))
    stack[-1].add(event.value)
    keys[-1] = event.value
    return True


def _value_done(stack: list[set[str] | None], keys: list[str | None]) -> None:
    if stack and stack[-1] is not None:
        keys[-1] = None


def _reading(content: Any, lines: dict[str, list[int]], names: Names) -> Reading:
    if not isinstance(content, dict) or not all(isinstance(content.get(name, []), list) for name in lines):
        return Reading.refused("文件", NO_ITEMS)
    if not any(name in content for name in lines):
        return Reading.refused("文件", NO_ITEMS)
    ours = "format" in content
    if ours and (content["format"] != FORMAT or content.get("version") != VERSION):
        wrong = clip(f"{content['format']} {content.get('version')}")
        return Reading.refused("文件", f"不认识的文件格式“{wrong}”，本系统读取的是{FORMAT} {VERSION}。")
    extra = [clip(key) for key in content if key not in {"format", "version", *lines}] if ours else []
    reading = Reading(problems=[Problem("文件", f"“{key}”是多余的内容，本系统不认识。请删除。") for key in extra])
    if not any(content.get(name) for name in lines):
        reading.problems.append(Problem("文件", "文件里没有事项。"))
    for row, place in _places(content.get("items", []), lines["items"], "事项"):
        reading.entries.append(Entry(_word(row, "code"), place, partial(_draft, row, place, ours, names)))
    for row, place in _places(content.get("themes", []), lines["themes"], "一件事"):
        reading.themes.append(_theme_draft(row, place, ours, names))
    return reading


def _places(rows: list[Any], lines: list[int], what: str) -> Iterator[tuple[Any, str]]:
    """Each entry with its place in the file; a register is large: what has been read is let go of."""
    for number, row in enumerate(rows):
        rows[number] = None
        line = lines[number] if number < len(lines) else 0
        yield row, f"第{line}行起的第{number + 1}个{what}"


def _word(row: Any, key: str) -> str:
    return clip(row.get(key, "")) if isinstance(row, dict) else ""


def _as_started(row: dict[str, Any], names: Names) -> ItemDefinition:
    """An item in the spelling of the starting content, with what its guide there adds."""
    return guided_definition(row, dict(names.spellings), settings.CONTENT_DIR)


def _draft(row: Any, place: str, ours: bool, names: Names) -> Draft:
    def made() -> ItemDefinition:
        return ItemDefinition.model_validate(row) if ours else _as_started(row, names)

    definition, problems = _made(made, row, place, ItemDefinition)
    return Draft(_word(row, "code"), _word(row, "name"), place, definition, problems)


def _theme_draft(row: Any, place: str, ours: bool, names: Names) -> ThemeDraft:
    def made() -> ThemeDefinition:
        return ThemeDefinition.model_validate(row) if ours else theme_definition(row, dict(names.spellings))

    definition, problems = _made(made, row, place, ThemeDefinition)
    return ThemeDraft(_word(row, "code"), _word(row, "name"), place, definition, problems)


def _made(make: Callable[[], D], row: Any, place: str, schema: type[D]) -> tuple[D | None, list[Problem]]:
    """The definition, or None and what is wrong with its shape."""
    if not isinstance(row, dict):
        return None, [Problem(place, "应当是一个事项的各项要素。")]
    try:
        return make(), []
    except ValidationError as error:
        findings = shape_findings(error, schema)
        return None, [Problem(place, finding.told) for finding in findings]
    except KeyError as error:
        return None, [Problem(place, f"缺少“{clip(error.args[0])}”，或者它的值不是可以选择的值。")]
    except (TypeError, AttributeError, ValueError, IndexError):
        return None, [Problem(place, "内容的结构不对，请对照示例改正。")]
