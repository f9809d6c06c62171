"""What the 统一申请表 says: the applicant once, then each item's situation, its own fields as boxes, and its materials.

The blank form and the one filled in at the window are the same content. The applicant signs what stands there in full;
whoever else opens the form reads its numbers masked. Wording: 行政许可法 art. 29, 31.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from portal.catalog.papers.item_papers import Around, Content, applies, material_row, ticks
from portal.catalog.schema.answers import REGIONS, answer_text, masked_text
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.questions import Answers, Column, FormField
from portal.lib.identity import BODIES, PERSONS, choices_of

TextOf = Callable[[FormField, Any], str]
"""An answer in words: `answer_text` in full, `masked_text` with personal numbers masked."""

BOXES = {"identity": 18, "uscc": 18, "mobile": 11}
"""Kinds that are written one character to a box."""
HALF = frozenset({"text", "number", "money", "date"})
"""Kinds that share a line with another one, as long as their name is short."""
SHORT_LABEL = 12
SHORT_VALUE = 16
EMPTY_ROWS = 4
PEOPLE = ("自然人", "法人或其他组织")
UNITS = {"money": "元"}


def application_form(parts: Sequence[Content], applicant: Mapping[str, str] | None = None) -> Content:
    """The whole form; `parts` come from `item_part`, `applicant` is what is printed in the common block."""
    return {
        "applicant": applicant_block(applicant or {}),
        "items": list(parts),
        "filled": applicant is not None,
        "several": len(parts) > 1,
    }


def applicant_block(given: Mapping[str, str]) -> Content:
    """The common block. `given`: kind, name, identity_kind, identity, legal_representative, address, contact, phone,
    other (way of contact)."""
    number = given.get("identity", "")
    return {
        "kinds": [{"text": kind, "chosen": kind == given.get("kind")} for kind in PEOPLE],
        "name": given.get("name", ""),
        "identity_kinds": [
            {"text": kind, "chosen": kind == given.get("identity_kind")} for kind in _kinds(given.get("kind", ""))
        ],
        "identity": boxes(number, max(18, len(number))),
        "legal_representative": given.get("legal_representative", ""),
        "address": given.get("address", ""),
        "contact": given.get("contact", ""),
        "agent_identity": boxes("", 18),
        "agent_phone": boxes("", 11),
        "phone": boxes(given.get("phone", ""), max(11, len(given.get("phone", "")))),
        "other": given.get("other", ""),
    }


def _kinds(kind: str) -> list[str]:
    """The kinds of proof to tick: those of a person or of a body, and all on a blank form."""
    kinds = {PEOPLE[0]: PERSONS, PEOPLE[1]: BODIES}.get(kind, PERSONS | BODIES)
    return [label for _code, label in choices_of(kinds)]


def boxes(text: str, most: int) -> list[str]:
    """One character a box, the rest empty."""
    return [*text, *[""] * (most - len(text))]


def item_part(
    definition: ItemDefinition,
    around: Around,
    situation: Answers | None = None,
    answers: Answers | None = None,
    received: Collection[str] = (),
    in_full: bool = False,
) -> Content:
    """One item of the form. Without `answers` it is blank; with them what was not asked is left out.

    `received`: the keys of the materials that have been handed in, which are ticked. `in_full`: personal numbers as
    they were given, for the applicant's own eyes.
    """
    text_of = answer_text if in_full else masked_text
    filled, situation = answers is not None, situation or {}
    given = {**situation, **(answers or {})}
    fields = [field for field in definition.form if not filled or all(when.holds(given) for when in field.when)]
    lines = [line for line in definition.materials if applies(line.when, situation)]
    return {
        "code": definition.code,
        "name": definition.name,
        "edition": around.edition,
        "department": around.name(definition.lead_dept),
        "zone": around.zone or definition.zone,
        "questions": [
            {
                "text": question.text,
                "multiple": question.multiple,
                "choices": ticks(question.choices, situation.get(question.key)),
            }
            for question in definition.questions
        ],
        "lines": paired([cell(field, definition, given.get(field.key), filled, text_of) for field in fields]),
        "materials": [
            {**material_row(number, line, definition, situation), "given": line.key in received}
            for number, line in enumerate(lines, start=1)
        ],
        "delivery": [{"text": way, "chosen": False} for way in definition.ways_now],
    }


def cell(field: FormField, definition: ItemDefinition, value: Any, filled: bool, text_of: TextOf) -> Content:
    """One field as it is printed; `shape` says which box it gets."""
    short = len(field.label) <= SHORT_LABEL and len(field.help) <= SHORT_VALUE
    text = text_of(field, value) if field.kind != "rows" else ""
    found: Content = {
        "shape": "boxes"
        if field.kind in BOXES
        else "ticks"
        if field.kind in {"choice", "choices", "region"}
        else field.kind,
        "label": field.label,
        "help": field.help,
        "required": field.required,
        "only": "" if filled else definition.conditions_text(field.when),
        "half": field.kind in HALF and short and not field.when and len(text) <= SHORT_VALUE,
        "unit": UNITS.get(field.kind, ""),
        "text": text,
        "filled": filled,
    }
    if field.kind in BOXES:
        found["boxes"] = boxes(text, max(BOXES[field.kind], len(text)))
    elif field.kind == "region":
        found["choices"] = [{"text": name, "chosen": code == value} for code, name in REGIONS.items()]
    elif found["shape"] == "ticks":
        found["choices"] = ticks(field.choices, value)
    elif field.kind == "rows":
        found.update(table(field, value, filled, text_of))
    return found


def table(field: FormField, value: Any, filled: bool, text_of: TextOf) -> Content:
    """Repeating rows: the given ones, or empty ones to write in."""
    rows = [[cell_text(column, row.get(column.key), text_of) for column in field.columns] for row in value or []]
    empty = [[""] * len(field.columns) for _ in range(0 if filled else EMPTY_ROWS)]
    columns = [{"label": column.label, "hint": hint(column)} for column in field.columns]
    return {"columns": columns, "rows": rows or empty, "width": len(field.columns)}


def hint(column: Column) -> str:
    """What may be chosen in a cell, for the head of its column."""
    return "／".join(choice.text for choice in column.choices)


def cell_text(column: Column, value: Any, text_of: TextOf) -> str:
    """One cell in words."""
    return text_of(FormField(key="f0", label=column.label, kind=column.kind, choices=column.choices), value)


def paired(cells: Sequence[Content]) -> list[list[Content]]:
    """Lines of the form: two neighbours that are short share one, everything else has its own, in the given order."""
    lines: list[list[Content]] = []
    for one in cells:
        if one["half"] and lines and len(lines[-1]) == 1 and lines[-1][0]["half"]:
            lines[-1].append(one)
        else:
            lines.append([one])
    return lines
