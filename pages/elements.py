"""Between the fields of a guide page and the one schema: `compiled` reads them, `fill` writes them.

Editors name questions, fields and answers; the definition knows them by key. A name that nothing bears is a finding.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import BooleanField, DateField, Model
from pydantic import BaseModel
from wagtail import blocks
from wagtail.documents import get_document_model
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.fields import StreamField

from pages.blocks import WhenBlock
from pages.guide_fields import DESK_STEPS, LIMITS, PARTS, PLAIN, ItemElements
from portal.catalog.judging.findings import Finding
from portal.catalog.schema.definition import Contact, Fee, ItemDefinition, Place

NAMESPACE = uuid.UUID("6f0c2c53-5f0e-4f0e-9c6b-3d1f6d3b7a11")
"""Block ids made from a part's place are the same every time, so that comparing two drafts shows real changes only."""
PART_MODELS: dict[str, type[BaseModel]] = {"fee": Fee, "place": Place, "consult": Contact, "complain": Contact}
UNKNOWN = "0"
"""Stands for a question or an answer that nothing bears; the finding beside it keeps the item from publishing."""


@dataclass
class Compiled:
    """The definition's data as the page has it (perhaps incomplete), and the names that lead nowhere."""

    data: dict[str, Any]
    findings: list[Finding] = field(default_factory=list)


# -- reading ----------------------------------------------------------------------------------------------------------


def compiled(page: ItemElements) -> Compiled:
    """What the fields of the page say, in the shape of the schema. Never raises; the schema judges."""
    data: dict[str, Any] = {"name": page.title, "form": _stream(page.form_fields)}
    for name in PLAIN:
        value = getattr(page, name)
        if isinstance(page._meta.get_field(name), StreamField):
            data[name] = _stream(value)
        elif isinstance(value, date):
            data[name] = value.isoformat()
        elif value is not None:
            data[name] = value
    for part, model in PART_MODELS.items():
        data[part] = {name: getattr(page, f"{part}_{name}") for name in model.model_fields}
    for name, prefix in LIMITS.items():
        data[name] = {word: getattr(page, f"{prefix}_{word}") for word in ("value", "note")}
        data[name]["unit"] = getattr(page, f"{prefix}_unit") or "WD"
    if data["statutory_limit"]["value"] is None and not data["statutory_limit"]["note"]:
        data["statutory_limit"] = None
    data["route"] = _route(page, data)
    for material in data["materials"]:
        material["tolerant"] = material.get("necessity") == "supply_later"
    return Compiled(data, list(_resolve_names(data)))


def _route(page: ItemElements, data: dict[str, Any]) -> dict[str, Any]:
    stages = _stream(page.stages)
    for stage in stages:
        for step in stage.setdefault("steps", []):
            step["is_lead"] = step.get("department") == data.get("lead_dept")
    found: dict[str, Any] = {"stages": stages}
    for name, prefix in DESK_STEPS.items():
        step = {
            "name": getattr(page, f"{prefix}_name") or {"acceptance": "受理", "issue": "出件"}.get(name, ""),
            "performer": getattr(page, f"{prefix}_performer"),
            "limit_wd": getattr(page, f"{prefix}_limit_wd") or 0,
        }
        found[name] = step if step["name"] else None
    return found


def _stream(value: Any) -> list[Any]:
    return [plain(child.block, child.value) for child in value]


def plain(block: blocks.Block, value: Any) -> Any:
    """A block's value as plain data; what is empty is left out, so that the schema's own defaults apply."""
    if isinstance(block, blocks.StructBlock):
        pairs = ((name, plain(child, value.get(name))) for name, child in block.child_blocks.items())
        return {name: one for name, one in pairs if one not in (None, "")}
    if isinstance(block, blocks.ListBlock):
        return [plain(block.child_block, one) for one in (value or [])]
    if isinstance(block, DocumentChooserBlock):
        return {"document": value.pk, "title": value.title} if value else None
    return value


def _resolve_names(data: dict[str, Any]) -> Iterator[Finding]:
    """Replace the names in every condition by keys; a finding for each that nothing bears."""
    asked = {_label(part): part for part in [*data["form"], *data["questions"]]}
    places = [
        *(("materials", f"materials[{number}]", one) for number, one in enumerate(data["materials"])),
        *(("form", f"form[{number}]", one) for number, one in enumerate(data["form"])),
        *(
            ("route", f"route.stages[{outer}].steps[{inner}]", step)
            for outer, stage in enumerate(data["route"]["stages"])
            for inner, step in enumerate(stage["steps"])
        ),
    ]
    for _, place, part in places:
        resolved = []
        for number, condition in enumerate(part.get("when", [])):
            when, problem = _resolved(condition, asked)
            resolved.append(when)
            if problem:
                path = f"{place}.when[{number}]"
                yield Finding(path, "when.unknown", f"“{_label(part)}”的条件里{problem}", "照抄问题和答案的名称。")
        part["when"] = resolved


def _label(part: dict[str, Any]) -> str:
    return str(part.get("text") or part.get("label") or part.get("name") or "")


def _resolved(condition: dict[str, Any], asked: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The condition by keys, and what is wrong with its names."""
    wanted = condition.get("question", "")
    question = asked.get(wanted)
    if question is None:
        return {"of": f"q{UNKNOWN}", "values": [f"a{UNKNOWN}"]}, f"没有名为“{wanted}”的问题或者字段。"
    keys = {choice.get("text", ""): choice.get("key", "") for choice in question.get("choices", [])}
    words = split_answers(condition.get("answers", ""), keys)
    missing = [word for word in words if word not in keys]
    values = [keys.get(word, f"a{UNKNOWN}") for word in words] or [f"a{UNKNOWN}"]
    problem = ""
    if missing:
        problem = f"“{wanted}”没有答案“{'、'.join(missing)}”。"
    elif not words:
        problem = f"没有写“{wanted}”的哪个答案。"
    return {"of": question.get("key", ""), "values": values}, problem


def split_answers(text: str, known: dict[str, str]) -> list[str]:
    """The answers of a condition: separated by ；or, where that names none, by 、 and commas."""
    words = [word.strip() for word in re.split(r"[；;\n]", text) if word.strip()]
    found = []
    for word in words:
        found += [word] if word in known else [part.strip() for part in re.split(r"[、，,]", word) if part.strip()]
    return found


# -- writing ----------------------------------------------------------------------------------------------------------


def fill(page: ItemElements, definition: ItemDefinition) -> None:
    """Write a definition into the fields of a page; reading them back gives the same definition."""
    data = definition.model_dump(mode="json")
    page.title = data["name"]
    for name in PLAIN:
        kind = page._meta.get_field(name)
        value = data[name]
        if isinstance(kind, StreamField):
            set_stream(page, name, value, data)
        elif isinstance(kind, DateField):
            setattr(page, name, date.fromisoformat(value) if value else None)
        else:
            setattr(page, name, bool(value) if isinstance(kind, BooleanField) else value)
    set_stream(page, "form_fields", data["form"], data)
    set_stream(page, "stages", data["route"]["stages"], data)
    for part in PARTS:
        for name, value in data[part].items():
            setattr(page, f"{part}_{name}", value)
    for name, prefix in LIMITS.items():
        limit = data[name] or {"value": None, "unit": "WD", "note": ""}
        for word in ("value", "unit", "note"):
            setattr(page, f"{prefix}_{word}", limit[word])
    for name, prefix in DESK_STEPS.items():
        step = data["route"][name] or {"name": "", "performer": "", "limit_wd": 0}
        for word, value in step.items():
            setattr(page, f"{prefix}_{word}", value)


def set_stream(page: Model, name: str, items: list[Any], data: dict[str, Any]) -> None:
    """Put plain data into a stream of the page, with block ids that depend on the part alone."""
    stream = page._meta.get_field(name)
    if not isinstance(stream, StreamField):
        raise TypeError(f"{name} is no stream")
    ((kind, block),) = stream.stream_block.child_blocks.items()
    names = _names(data)
    raw = []
    for number, item in enumerate(items):
        key = item.get("key", number) if isinstance(item, dict) else number
        place = f"{data['code']}:{name}:{key}"
        raw.append({"type": kind, "value": _raw(block, item, names, place), "id": _block_id(place)})
    setattr(page, name, json.dumps(raw, ensure_ascii=False))


def _names(data: dict[str, Any]) -> dict[str, tuple[str, dict[str, str]]]:
    """Key of a question or field → its name and its answers by key."""
    return {
        part["key"]: (_label(part), {choice["key"]: choice["text"] for choice in part["choices"]})
        for part in [*data["questions"], *data["form"]]
    }


def _block_id(place: str) -> str:
    return str(uuid.uuid5(NAMESPACE, place))


def _raw(block: blocks.Block, value: Any, names: dict[str, Any], place: str) -> Any:
    """Plain data in the form in which a stream is stored."""
    if isinstance(block, WhenBlock):
        label, texts = names.get(value["of"], (value["of"], {}))
        return {"question": label, "answers": "；".join(texts.get(key, key) for key in value["values"])}
    if isinstance(block, blocks.StructBlock):
        children = block.child_blocks.items()
        return {name: _raw(child, value[name], names, f"{place}:{name}") for name, child in children if name in value}
    if isinstance(block, blocks.ListBlock):
        return [
            {
                "type": "item",
                "value": _raw(block.child_block, one, names, f"{place}:{number}"),
                "id": _block_id(f"{place}:{number}"),
            }
            for number, one in enumerate(value)
        ]
    if isinstance(block, DocumentChooserBlock):
        return _document(value)
    return value


def _document(value: dict[str, Any] | None) -> int | None:
    """The document's id while it exists; a file that was deleted is simply no longer offered."""
    if not value:
        return None
    return value["document"] if get_document_model().objects.filter(pk=value["document"]).exists() else None


# -- stable names -----------------------------------------------------------------------------------------------------

KEYED = {"questions": "q", "materials": "m", "form_fields": "f", "stages": "g"}
INNER = {"questions": ("choices", "a"), "form_fields": ("choices", "a"), "stages": ("steps", "s")}


def give_keys(page: ItemElements) -> None:
    """Give every new part its stable name; a duplicate gets one of its own, a name once published is not reused."""
    published = _published_keys(page)
    for name, letter in KEYED.items():
        parts = [child.value for child in getattr(page, name)]
        _number(parts, letter, published)
        if name == "stages":
            _number([step for part in parts for step in part["steps"]], "s", published)
        elif name != "materials":
            for part in parts:
                _number(list(part["choices"]), "a", set())
        if name == "form_fields":
            for part in parts:
                _number(list(part["columns"]), "c", set())
                for column in part["columns"]:
                    _number(list(column["choices"]), "a", set())


def _number(parts: list[Any], letter: str, published: set[str]) -> None:
    seen: set[str] = set()
    fresh = []
    for part in parts:
        key = part.get("key") or ""
        if not re.fullmatch(rf"{letter}\d{{1,3}}", key) or key in seen:
            fresh.append(part)
        seen.add(key)
    used = [int(key[1:]) for key in seen | published if re.fullmatch(rf"{letter}\d{{1,3}}", key)]
    following = max(used, default=0) + 1
    for part in fresh:
        part["key"] = f"{letter}{following:02d}" if letter in "mf" else f"{letter}{following}"
        following += 1


def _published_keys(page: ItemElements) -> set[str]:
    """Every key of a material, question, field or step that an edition of this item ever carried."""
    if page.item is None:
        return set()
    found: set[str] = set()
    for definition in page.item.editions.values_list("definition", flat=True):
        for name in ("materials", "questions", "form"):
            found |= {part["key"] for part in definition.get(name, [])}
        for stage in definition["route"]["stages"]:
            found |= {stage["key"], *(step["key"] for step in stage["steps"])}
    return found
