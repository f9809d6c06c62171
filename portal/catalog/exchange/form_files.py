"""Blank forms and filled samples that a new portal offers for download: drawn once, kept under `site/content/forms`.

A 申请表 is drawn from the fields of the item, so that paper and screen ask the same; the 授权委托书 is one for all.
Whatever a sample shows is made up, and it says so on every page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from portal.catalog.exchange.content import load_items
from portal.catalog.exchange.guides import examples, form_files
from portal.catalog.papers.form_paper import application_form, item_part
from portal.catalog.papers.item_papers import Around, Content
from portal.catalog.schema.answers import REGIONS
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.questions import Choice, Column, FormField
from portal.lib.content import read_yaml
from portal.lib.pdf import html_to_pdf
from portal.lib.pdf_fonts import thin

FOLDER = "forms"
AUTHORITY = "authority"
"""File names begin so for the letter of authority; for the form of an item with its code."""
COMPANY = {
    "kind": "法人或其他组织",
    "name": "某某有限公司",
    "identity_kind": "统一社会信用代码",
    "identity": "91330602MA9999996P",
    "legal_representative": "张某",
    "address": "绍兴市越城区示例路8号",
    "contact": "李某",
    "phone": "138********",
}
PERSON = {
    "kind": "自然人",
    "name": "张某",
    "identity_kind": "居民身份证",
    "identity": "330602199001010001",
    "address": "绍兴市越城区示例路28号",
    "contact": "张某",
    "phone": "138********",
}
"""Numbers that belong to nobody: the serial number 000 is never issued."""


def title_of(material: str, name: str) -> str:
    """What people call a file: 食品经营许可申请书, and 食品经营许可申请书填写示例 for the sample."""
    title = "授权委托书" if name.startswith(AUTHORITY) else material.strip("《》")
    return f"{title}填写示例" if name.endswith("-sample.pdf") else title


def pages(content_dir: Path) -> Iterator[tuple[str, str]]:
    """File name and HTML page of every form that the guides name, each once."""
    definitions = {definition.code: definition for definition in load_items(content_dir)}
    names, filled = _full_names(content_dir), examples(content_dir)
    seen: set[str] = set()
    for code, materials in form_files(content_dir).items():
        for material, files in materials.items():
            for kind, name in files.items():
                if name not in seen:
                    seen.add(name)
                    example = filled.get(code) if kind == "sample" else None
                    yield name, _page(definitions[code], material, name, kind == "sample", example, names)


def draw(content_dir: Path) -> list[str]:
    """Print all of them into the folder; the names of what was written."""
    folder = content_dir / FOLDER
    folder.mkdir(exist_ok=True)
    written = []
    for name, html in pages(content_dir):
        (folder / name).write_bytes(thin(html_to_pdf(html)))
        written.append(name)
    return written


def answers_of(definition: ItemDefinition, example: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The made-up situation and answers by key; KeyError for a name or an answer that the item does not have."""
    questions = {question.text: question for question in definition.questions}
    fields = {one.label: one for one in definition.form}
    situation = {
        questions[text].key: _choice(questions[text].choices, said) for text, said in example["situation"].items()
    }
    return situation, {fields[label].key: _value(fields[label], said) for label, said in example["answers"].items()}


def _value(one: FormField | Column, said: Any) -> Any:
    if isinstance(one, FormField) and one.kind == "rows":
        columns = {column.label: column for column in one.columns}
        return [{columns[label].key: _value(columns[label], cell) for label, cell in row.items()} for row in said]
    if one.kind == "choices":
        return [_choice(one.choices, text) for text in said]
    if one.kind == "choice":
        return _choice(one.choices, said)
    if one.kind == "region":
        return {name: code for code, name in REGIONS.items()}[said]
    return said


def _choice(choices: tuple[Choice, ...], text: str) -> str:
    return {choice.text: choice.key for choice in choices}[text]


def _page(
    definition: ItemDefinition,
    material: str,
    name: str,
    is_sample: bool,
    example: Mapping[str, Any] | None,
    names: Mapping[str, str],
) -> str:
    title = material.strip("《》")
    if name.startswith(AUTHORITY):
        return render_to_string("papers/authority.html", {"sample": is_sample, "given": COMPANY if is_sample else {}})
    content = {"title": title, "sample": is_sample, **_form(definition, example, names)}
    return render_to_string("papers/own_form.html", content)


def _form(definition: ItemDefinition, example: Mapping[str, Any] | None, names: Mapping[str, str]) -> Content:
    around = Around(edition=0, published=date.min, center={}, names=names)
    if example is None:
        return application_form([item_part(definition, around)])
    situation, answers = answers_of(definition, example)
    received = [line.key for line in definition.materials_for(situation)]
    part = item_part(definition, around, situation, answers, received=received, in_full=True)
    return application_form([part], PERSON if example.get("applicant") == "person" else COMPANY)


def _full_names(content_dir: Path) -> dict[str, str]:
    rows = read_yaml(content_dir / "organisations.yaml")["organisations"]
    return {row["id"]: row["full_name"] or row["short_name"] for row in rows}
