"""Reading `site/content/guides.yaml`: what a guide tells beyond the list of its item, and by which law it asks.

The file speaks in names (a question, an answer, a material, a department); here they become keys. A name that nothing
bears is refused with the item's code, so that no condition and no basis is lost without a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from portal.catalog.schema.procedure import LICENCE, UNVERIFIED
from portal.lib.content import read_yaml

FILE = "guides.yaml"
FILES = ("blank_form", "sample")
"""What of a material is a file of `site/content/forms`: only who loads pages can make a document of it."""
Data = dict[str, Any]
Guides = Mapping[str, Any]


class UnknownName(ValueError):
    """The file speaks of a material, question, answer or department that the item does not have."""


@cache
def read_guides(content_dir: Path) -> Guides:
    """What the file says, read once in a process; nothing where there is none."""
    path = content_dir / FILE
    return read_yaml(path) if path.exists() else {"common": {}, "guides": {}}


def form_files(content_dir: Path) -> dict[str, dict[str, dict[str, str]]]:
    """Code → name of a material → which file is its blank form, which one its sample."""
    return {
        code: {name: files for name, row in guide.get("materials", {}).items() if (files := _files(row))}
        for code, guide in read_guides(content_dir)["guides"].items()
    }


def examples(content_dir: Path) -> dict[str, Data]:
    """Code → made-up answers, by the names of questions, fields and columns, that the filled sample shows."""
    rows = read_guides(content_dir)["guides"].items()
    return {code: guide["example"] for code, guide in rows if "example" in guide}


def add_guide(data: Data, guides: Guides, bodies: Mapping[str, Data]) -> Data:
    """The item's data with what its guide and all guides say. `bodies`: the rows of organisations.yaml, by code."""
    guide, common = guides["guides"].get(data["code"]), guides["common"]
    if guide is None:
        return data
    questions = [_question(number, row) for number, row in enumerate(guide.get("questions", ()), start=1)]
    names = _Names(data["code"], questions)
    form = [names.add_field(number, row) for number, row in enumerate(guide.get("form", ()), start=1)]
    _add_to_materials(data, guide.get("materials", {}), common, names)
    _add_to_steps(data, guide.get("steps", {}), names)
    lead = bodies.get(data["lead_dept"], {})
    told = {**_derived(data, lead), **_of_type(common, data["item_type"], lead), **guide.get("elements", {})}
    return {**data, **told, "questions": questions, "form": form, "faqs": guide.get("faqs", ())}


def _files(row: Data) -> dict[str, str]:
    return {kind: row[kind] for kind in FILES if kind in row}


def _of_type(common: Data, item_type: str, lead: Data) -> Data:
    """Rights, remedies and the like of a licence; of everything else. Who reviews the lead's decisions is its own."""
    told = {**common.get("all", {}), **common.get("licence" if item_type == LICENCE else "others", {})}
    if "remedies" in told:
        reviewers = {"reconsideration": "reconsideration_body", "court": "court"}
        told["remedies"] = told["remedies"].format(
            **{name: lead.get(key) or UNVERIFIED for name, key in reviewers.items()}
        )
    return told


def _derived(data: Data, lead: Data) -> Data:
    """What follows from the list itself."""
    handed_over = any("授权委托书" in material["name"] for material in data["materials"])
    return {
        "review_type": "即审即办" if data["case_type"] == "instant" else "前审后批",
        "decide_org": lead.get("full_name") or lead.get("short_name", ""),
        "mail_delivery": "邮寄" in data["delivery"],
        "agency": handed_over,
        "is_investment": data["zone"] == "investment",
    }


def _question(number: int, row: Data) -> Data:
    return {**row, "key": f"q{number}", "choices": _choices(row["choices"])}


def _choices(texts: Iterable[str]) -> list[Data]:
    return [{"key": f"a{number}", "text": text} for number, text in enumerate(texts, start=1)]


class _Names:
    """Questions and fields of one item by name, with the keys of their answers."""

    def __init__(self, code: str, questions: Iterable[Data]) -> None:
        self.code = code
        self.asked = {row["text"]: row for row in questions}

    def add_field(self, number: int, row: Data) -> Data:
        field = {**row, "key": f"f{number:02d}", "choices": _choices(row.get("choices", ()))}
        field["when"] = self.whens(row.get("when", {}))
        field["columns"] = [
            {**column, "key": f"c{at}", "choices": _choices(column.get("choices", ()))}
            for at, column in enumerate(row.get("columns", ()), start=1)
        ]
        self.asked[row["label"]] = field
        return field

    def whens(self, conditions: Mapping[str, Iterable[str]]) -> list[Data]:
        """{由谁办理？: [受托人]} as conditions by key."""
        return [
            {"of": self._asked(name)["key"], "values": self._values(name, said)} for name, said in conditions.items()
        ]

    def _values(self, name: str, said: Iterable[str]) -> list[str]:
        keys = {choice["text"]: choice["key"] for choice in self._asked(name)["choices"]}
        if strange := [text for text in said if text not in keys]:
            raise UnknownName(f"{self.code}: “{name}” has no answer {strange}")
        return [keys[text] for text in said]

    def _asked(self, name: str) -> Data:
        if name not in self.asked:
            raise UnknownName(f"{self.code}: nothing asks “{name}”")
        return self.asked[name]


def _add_to_materials(data: Data, rows: Mapping[str, Data], common: Data, names: _Names) -> None:
    """Conditions, notes and bases by the name of the material; a basis that nobody knows says so."""
    _all_known(names.code, "material", rows, (material["name"] for material in data["materials"]))
    general = common.get("material_bases", {}) if data["item_type"] == LICENCE else {}
    for material in data["materials"]:
        row = rows.get(material["name"], {})
        told = {key: value for key, value in row.items() if key not in FILES}
        told["when"] = names.whens(row.get("when", {}))
        told.setdefault("basis", general.get(material["name"], _applied_for(material, general)) or UNVERIFIED)
        material.update(told)


def _applied_for(material: Data, general: Data) -> str:
    """The basis of the item's own 申请表, whatever it is called."""
    is_form = material["doc_kind"] == "申请表格文书" and "申请" in material["name"]
    return general.get("申请表", "") if is_form else ""


def _add_to_steps(data: Data, rows: Mapping[str, Data], names: _Names) -> None:
    """Conditions of steps, by the code of the department that takes them."""
    steps = [step for stage in data["route"]["stages"] for step in stage["steps"]]
    _all_known(names.code, "department", rows, (step["department"] for step in steps))
    for step in steps:
        if step["department"] in rows and step["kind"] != "decision":
            step["when"] = names.whens(rows[step["department"]]["when"])


def _all_known(code: str, what: str, named: Iterable[str], known: Iterator[str]) -> None:
    if strange := set(named) - set(known):
        raise UnknownName(f"{code} has no {what} {sorted(strange)}")
