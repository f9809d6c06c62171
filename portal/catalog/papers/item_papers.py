"""What the papers of an item say before anybody applies: 办事指南单页 and 一次性告知单, as plain dictionaries.

Everything comes from the edition in force. No date of printing goes in, so that the same edition gives the same paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone

from portal.catalog.items.guide import guide_url
from portal.catalog.items.models import ServiceItem
from portal.catalog.items.taking import windows_for
from portal.catalog.schema.answers import situation_text
from portal.catalog.schema.bringing import bringing, marks
from portal.catalog.schema.definition import ItemDefinition, Material
from portal.catalog.schema.questions import Answers, Choice, When
from portal.lib.words import day
from portal.organisations.models import Organisation, ServiceCenter

Content = dict[str, Any]
ROOM, ROOM_FOR_CONDITIONS = 148.0, 55.0
"""Millimetres of the leaflet that are left for name, conditions, route and materials, at its smallest type."""
LONG_NAME = 44


@dataclass(frozen=True)
class Around:
    """What an item's papers say that its definition does not: edition, names for codes, the centre, the guide."""

    edition: int
    published: date
    center: Content
    zone: str = ""
    windows: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    short: Mapping[str, str] = field(default_factory=dict)
    guide_url: str = ""

    def name(self, code: str) -> str:
        """The full name of an organisation; an unknown code stands as it is."""
        return self.names.get(code, code)


def around(item: ServiceItem) -> Around:
    """Read once per paper. The item has an edition in force; a house without a centre leaves its lines empty."""
    edition, definition = item.edition_in_force, item.edition_in_force.parsed
    bodies = Organisation.objects.filter(code__in={*definition.departments, *definition.coop_depts})
    return Around(
        edition=edition.number,
        published=timezone.localdate(edition.published_at),
        center=ServiceCenter.city_or_blank().letterhead,
        zone=item.zone.name,
        windows=tuple(f"{window.name}（{window.code}）" for window in windows_for(item)),
        names={body.code: body.full_name or body.short_name for body in bodies},
        short={body.code: body.short_name for body in bodies},
        guide_url=guide_url(item),
    )


def head(definition: ItemDefinition, around: Around) -> Content:
    """What every paper of an item carries."""
    return {
        "item": {"code": definition.code, "name": definition.name},
        "edition": around.edition,
        "published": day(around.published),
        "center": dict(around.center),
        "zone": around.zone or definition.zone,
        "department": around.name(definition.lead_dept),
        "guide_url": around.guide_url,
        "facts": facts(definition),
        "ways_note": definition.ways_note,
        "where": where(definition, around),
    }


def facts(definition: ItemDefinition) -> list[Content]:
    """The four that people ask for first: limit, visits, fee, kind of case."""
    law = definition.statutory_limit
    limit = f"法定期限{law.days_text()}" if law and law.value is not None else "没有法定期限"
    if definition.speedup:
        limit += f"，提速{definition.speedup}%"
    fee = definition.fee
    return [
        {"label": "承诺期限", "value": definition.promised_limit.days_text(), "note": limit},
        {"label": "到现场次数", "value": f"{definition.visits}次", "note": "、".join(definition.ways_now)},
        {"label": "收费", "value": fee.charge_text, "note": fee.item if fee.charged else ""},
        {
            "label": "办件类型",
            "value": definition.case_type_text,
            "note": "、".join(definition.service_objects),
        },
    ]


def where(definition: ItemDefinition, around: Around) -> list[Content]:
    """Place, windows, hours and phones; what the item leaves open is the centre's own."""
    center, place = around.center, definition.place
    rows = [
        ("办理地点", place.address or "，".join(text for text in (center["name"], center["address"]) if text)),
        ("办理窗口", place.window_no or "、".join(around.windows)),
        ("办理时间", place.hours or center["hours"]),
        ("交通指引", place.traffic),
        ("咨询电话", definition.consult.phone or center["phone"]),
        ("投诉电话", definition.complain.phone or center["complaint_phone"]),
    ]
    return [{"label": label, "text": text} for label, text in rows if text]


def leaflet(definition: ItemDefinition, around: Around) -> Content:
    """办事指南单页: one A4 page to take along; long lists point to the checklist instead of running over."""
    rows = [material_row(number, material, definition) for number, material in enumerate(definition.materials, start=1)]
    way = steps(definition, around)
    conditions = _fitting([(line, 4.8 * _lines(line, 48)) for line in definition.conditions], ROOM_FOR_CONDITIONS)
    taken = 5.8 * _lines(definition.name, 32) + 4.8 * (
        _lines("".join(way), 44) + sum(_lines(one, 48) for one in conditions)
    )
    shown = _fitting([(row, 4.1 * _row_lines(row) + 1.4) for row in rows], ROOM - taken)
    return {
        **head(definition, around),
        "conditions": conditions,
        "more_conditions": len(definition.conditions) - len(conditions),
        "materials": shown,
        "more_materials": len(rows) - len(shown),
        "bring": definition.bring,
        "steps": way,
        "results": [paper.name for paper in definition.results],
        "online": definition.online_url or ("可以网上办理" if definition.online else ""),
        "dense": len(rows) > 9 or taken + sum(4.1 * _row_lines(row) + 1.4 for row in rows) > 105,
        "long_name": len(definition.name) > LONG_NAME,
    }


def _lines(text: str, width: int) -> int:
    """Lines that a text takes at so many characters a line."""
    return max(-(-len(text) // width), 1)


def _row_lines(row: Content) -> int:
    return max(
        _lines(row["name"] + "".join(f"　{mark}" for mark in row["marks"]), 25),
        _lines(row["copies"], 11),
        _lines(row["source"], 15),
    )


def _fitting(entries: list[tuple[Any, float]], room: float) -> list[Any]:
    """The first entries whose heights fit into the room together."""
    found = []
    for entry, height in entries:
        room -= height
        if room < 0:
            break
        found.append(entry)
    return found


def steps(definition: ItemDefinition, around: Around) -> list[str]:
    """The way of the item in one line each: 受理, what each stage does and who, 出件."""
    route = definition.route
    found = [route.acceptance.name]
    for stage in route.stages:
        doing: dict[str, list[str]] = {}
        for step in stage.steps:
            doing.setdefault(step.name, []).append(around.short.get(step.department, step.department))
        found.append("，".join(f"{name}（{'、'.join(dict.fromkeys(bodies))}）" for name, bodies in doing.items()))
    if route.result:
        found.append(route.result.name)
    return [*found, route.issue.name]


def material_row(
    number: int, material: Material, definition: ItemDefinition, situation: Answers | None = None
) -> Content:
    """One line of a list of materials in words, for who gave these answers."""
    source = "，".join(text for text in (material.source, material.source_org) if text)
    return {
        "no": number,
        "name": material.name,
        "copies": copies_text(material),
        "form": "，".join(text for text in (material.form, material.paper_size) if text),
        "source": source,
        "source_note": material.source_note,
        "standard": material.accept_standard,
        "notes": material.fill_notes,
        "issue_time": material.issue_time_rule,
        "basis": material.basis,
        "later": material.may_follow,
        "shared": material.shareable,
        "marks": marks(material, situation or ()),
        "situation": definition.conditions_text(material.when),
    }


def copies_text(material: Material) -> str:
    """原件1份、复印件2份（核验原件）; 电子 when nothing on paper is taken."""
    parts = []
    if material.original_copies:
        parts.append(f"原件{material.original_copies}份")
    if material.photocopies:
        parts.append(f"复印件{material.photocopies}份")
    return ("、".join(parts) or material.form or "不收纸质") + ("（核验原件）" if material.verify_original else "")


def applies(conditions: tuple[When, ...], situation: Answers) -> bool:
    """No answer given so far speaks against it: a question that nobody answered excludes nothing."""
    return all(when.of not in situation or when.holds(situation) for when in conditions)


def checklist(definition: ItemDefinition, around: Around, situation: Answers, form_url: str) -> Content:
    """一次性告知单: everything to hand in under these answers, said at once (行政许可法 art. 30)."""
    taken = [material for material in definition.materials if applies(material.when, situation)]
    rows = [material_row(number, material, definition, situation) for number, material in enumerate(taken, start=1)]
    return {
        **head(definition, around),
        "situation": [
            {"question": asked, "answer": said} for asked, said in situation_text(definition.questions, situation)
        ],
        "open_questions": [question.text for question in definition.questions if question.key not in situation],
        "conditions": list(definition.conditions),
        "prohibitions": list(definition.prohibitions),
        "materials": rows,
        "bring": bringing(taken, situation),
        "later": [row["name"] for row in rows if row["later"]],
        "tolerated": any(material.is_tolerated for material in taken),
        "shared": [row["name"] for row in rows if row["shared"]],
        "spared": [material.name for material in definition.materials if material not in taken],
        "special": [
            f"{found.kind}：{found.note}" if found.note else found.kind for found in definition.special_procedures
        ],
        "results": [paper.name for paper in definition.results],
        "form_url": form_url,
    }


def ticks(choices: tuple[Choice, ...], chosen: Any) -> list[Content]:
    """Choices as boxes to tick; `chosen` is one key, several, or None."""
    keys = set(chosen) if isinstance(chosen, list | tuple) else {chosen}
    return [{"text": choice.text, "chosen": choice.key in keys} for choice in choices]
