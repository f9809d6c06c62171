"""What stands in one chapter of the handbook: every element in words, and beside it what the last handbook said.

Marks compare with the last handbook of the same scope: 新增, 修改, 取消. A first handbook has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from portal.catalog.drawing.chart import process_chart_steps, process_chart_svg
from portal.catalog.editions.compare import KIND_NAMES
from portal.catalog.papers.item_papers import copies_text
from portal.catalog.schema.able import NOT_YET, Ability, said
from portal.catalog.schema.bringing import Mark
from portal.catalog.schema.definition import (
    Contact,
    Fee,
    ItemDefinition,
    Limit,
    Material,
    ResultPaper,
    SpecialProcedure,
)
from portal.catalog.schema.questions import Question, When
from portal.organisations.models import Organisation, ServiceCenter, Zone

ADDED, CHANGED, REMOVED = (KIND_NAMES[kind] for kind in ("added", "changed", "removed"))
NONE = "无"
Pairs = list[tuple[str, str]]
"""Elements as label and value, in their order."""
SHORT = 14
"""Characters of an element that leave room for a second one on its line."""


@dataclass(frozen=True)
class Line:
    """One line of a chapter; `label` is empty in a plain list."""

    text: str
    mark: str = ""
    label: str = ""


@dataclass(frozen=True)
class MaterialRow:
    """One material as the list prints it; `changed` names the cells that are new, by field."""

    no: str
    name: str
    form: str
    copies: str
    source: str
    standard: str
    tolerant: str
    shared: str
    situation: str
    basis: str
    mark: str = ""
    changed: frozenset[str] = frozenset()


CELLS = ("name", "form", "copies", "source", "standard", "tolerant", "shared", "situation", "basis")
"""The fields of a row that say something of the material."""


@dataclass
class Names:
    """What codes are called: bodies by their full name, zones by theirs."""

    bodies: dict[str, str] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls) -> Names:
        bodies = {
            code: full or short
            for code, full, short in Organisation.objects.values_list("code", "full_name", "short_name")
        }
        return cls(bodies, dict(Zone.objects.values_list("code", "name")))

    def body(self, code: str) -> str:
        return self.bodies.get(code, code)

    def everything(self) -> dict[str, str]:
        return {**self.bodies, **self.zones}


def marked(new: Sequence[str], old: Sequence[str] | None) -> list[Line]:
    """The lines of a list with what came and what went; `old` None means that nothing is compared."""
    if old is None:
        return [Line(text) for text in new]
    lines = [Line(text, "" if text in old else ADDED) for text in new]
    return lines + [Line(text, REMOVED) for text in old if text not in new]


def compared(label: str, new: str, old: str | None) -> Line:
    """One element in words, marked when the last handbook said something else."""
    before, now = None if old is None else old or NONE, new or NONE
    if before is None or before == now:
        return Line(now, "", label)
    return Line(now, ADDED if before == NONE else CHANGED, label)


def chapter(
    definition: ItemDefinition, old: ItemDefinition | None, names: Names, center: ServiceCenter
) -> dict[str, Any]:
    """What the template of a chapter prints. `old` None: nothing to compare with."""

    def listed(read: Callable[[ItemDefinition], Sequence[str]]) -> list[Line]:
        return marked(read(definition), None if old is None else read(old))

    def labelled(read: Callable[[ItemDefinition], Pairs]) -> list[Line]:
        return _both(read(definition), None if old is None else read(old))

    return {
        "item": definition,
        "glance": _glance(definition),
        "facts": in_pairs(labelled(lambda item: _fact_texts(item, names))),
        "bases": listed(_bases),
        "applicants": labelled(_applicant_texts),
        "conditions": listed(lambda item: item.conditions),
        "prohibitions": listed(lambda item: item.prohibitions),
        "situations": listed(_situations),
        "materials": material_rows(definition, old),
        "bring": definition.bring,
        "limits": labelled(_limit_texts),
        "steps": listed(_steps),
        "chart": process_chart_svg(definition),
        "results": result_rows(definition, old),
        "delivery": labelled(_delivery_texts),
        "fees": labelled(lambda item: fee_lines(item.fee)),
        "contacts": labelled(lambda item: contact_lines(item, center)),
    }


def _glance(item: ItemDefinition) -> Pairs:
    """What people ask first, as label and value."""
    return [
        ("办件类型", item.case_type_text),
        ("承诺时限", item.promised_limit.days_text()),
        ("要带的材料", f"{item.bring.bring}项"),
        ("到现场", f"{item.visits}次"),
        ("收费", item.fee.charge_text),
    ]


def in_pairs(lines: Sequence[Line]) -> list[tuple[Line, Line | None]]:
    """Short elements two to a line, in their order; a long one, or one without a short neighbour, by itself."""
    rows: list[tuple[Line, Line | None]] = []
    for line in lines:
        waits = bool(rows) and rows[-1][1] is None and len(rows[-1][0].text) <= SHORT
        if waits and len(line.text) <= SHORT:
            rows[-1] = (rows[-1][0], line)
        else:
            rows.append((line, None))
    return rows


def _applicant_texts(item: ItemDefinition) -> Pairs:
    return [("申请主体", "、".join(item.service_objects) or "不限"), ("数量限制", item.quota)]


def _situations(item: ItemDefinition) -> list[str]:
    """The questions of 情形引导 with their answers."""
    return [_question(question) for question in item.questions]


def _question(question: Question) -> str:
    choices = "；".join(choice.text for choice in question.choices)
    return f"{question.text}{'（可选多项）' if question.multiple else ''}　{choices}"


def _steps(item: ItemDefinition) -> list[str]:
    """The route, a step a line; steps that run at the same time share a number."""
    found = []
    for step in process_chart_steps(item):
        notes = [*(["同时办理"] if step.parallel else []), *step.marks]
        more = f"（{'，'.join(notes)}）" if notes else ""
        found.append(f"{step.number}．{step.who}　{step.name}，{step.limit}{more}")
    return found


def _delivery_texts(item: ItemDefinition) -> Pairs:
    ways = [text for text in ("、".join(item.ways_now), item.ways_note.rstrip("。")) if text]
    return [("送达方式", "；".join(ways)), ("送达期限", item.delivery_text)]


def _both(new: Pairs, old: Pairs | None) -> list[Line]:
    """Labelled elements side by side with those of before."""
    before = None if old is None else dict(old)
    return [compared(label, text, None if before is None else before.get(label, "")) for label, text in new]


def _fact_texts(item: ItemDefinition, names: Names) -> Pairs:
    return [
        ("事项编码", item.code),
        ("事项类型", item.item_type),
        ("受理区", names.zones.get(item.zone, item.zone)),
        ("行使层级", item.level),
        ("实施主体", names.body(item.lead_dept)),
        ("联办机构", "、".join(names.body(code) for code in item.coop_depts)),
        ("办理形式", "、".join(item.channels) or "窗口办理"),
        ("通办范围", item.cross_region),
        ("便民服务", "、".join(_services(item))),
        *([("到现场原因", item.visits_reason)] if item.visits_reason else []),
    ]


def _services(item: ItemDefinition) -> list[str]:
    """What makes the way shorter, as far as the item offers it."""
    offered = {
        "网上办理": item.online,
        "预约": item.bookable,
        said("物流快递", Ability.MAIL): item.mail_delivery,
        "自助终端": item.self_service,
        "代办": item.agency,
        said("告知承诺或者容缺", Ability.TOLERANCE): item.tolerant_supported,
        "预审": item.prereview_supported,
    }
    return [name for name, yes in offered.items() if yes]


def _bases(item: ItemDefinition) -> list[str]:
    return [str(basis) for basis in item.legal_bases]


def _procedure(row: SpecialProcedure) -> str:
    limit = "" if row.limit_wd is None else f"（{row.limit_wd}个工作日）"
    return f"{row.kind}{limit}" + (f"：{row.note}" if row.note else "")


def _limit_texts(item: ItemDefinition) -> Pairs:
    special = "；".join(map(_procedure, item.special_procedures))
    faster = f"{item.speedup}%" if item.speedup is not None else "不作比较"
    return [
        ("法定办结时限", limit_text(item.statutory_limit)),
        ("承诺办结时限", limit_text(item.promised_limit)),
        ("比法定时限缩短", faster),
        ("延长规定", item.extension_note),
        ("特别程序", special),
    ]


def limit_text(limit: Limit | None) -> str:
    """5个工作日（说明）."""
    if limit is None:
        return "无法定时限"
    return limit.days_text() + (f"（{limit.note}）" if limit.note else "")


def fee_lines(fee: Fee) -> Pairs:
    """Label and text; an item without a fee says only that."""
    if not fee.charged:
        return [("是否收费", "不收费")]
    lines = [
        ("是否收费", "收费"),
        ("收费项目", fee.item),
        ("收费标准", fee.standard),
        ("收费依据", fee.basis),
        ("减免", f"可以减免。{fee.reduction_basis}" if fee.reducible else "不减免"),
        ("缴费方式", "、".join(fee.pay_methods)),
    ]
    return [*lines, ("说明", fee.note)] if fee.note else lines


def contact_lines(item: ItemDefinition, center: ServiceCenter) -> Pairs:
    """Where to ask, to hand in and to complain; what the item leaves open is the centre's own."""
    place = item.place
    return [
        ("办理地点", place.address or f"{center.name}　{center.address}".strip()),
        *([("窗口", place.window_no)] if place.window_no else []),
        ("办理时间", place.hours or center.hours),
        *([("交通指引", place.traffic)] if place.traffic else []),
        ("咨询方式", contact_text(item.consult) or center.phone),
        ("监督投诉", contact_text(item.complain) or center.complaint_phone),
    ]


def contact_text(contact: Contact) -> str:
    return "；".join(text for text in (contact.phone, contact.address, contact.url, contact.email) if text)


def result_rows(new: ItemDefinition, old: ItemDefinition | None) -> list[tuple[ResultPaper, str]]:
    """Every result with its mark; those that went stand last."""
    if old is None:
        return [(paper, "") for paper in new.results]
    before = {paper.name: paper for paper in old.results}
    names = {paper.name for paper in new.results}
    rows = [
        (paper, ADDED if paper.name not in before else CHANGED if before[paper.name] != paper else "")
        for paper in new.results
    ]
    return rows + [(paper, REMOVED) for name, paper in before.items() if name not in names]


def material_rows(new: ItemDefinition, old: ItemDefinition | None) -> list[MaterialRow]:
    """The material list; a material is known by its key, those that went stand last without a number."""
    before = {row.key: row for row in old.materials} if old else {}
    rows = []
    for number, material in enumerate(new.materials, start=1):
        row = material_row(str(number), material, new)
        if old is not None and material.key not in before:
            row = replace(row, mark=ADDED)
        elif old is not None:
            was = material_row(row.no, before[material.key], old)
            changed = frozenset(name for name in CELLS if getattr(was, name) != getattr(row, name))
            row = replace(row, mark=CHANGED if changed else "", changed=changed)
        rows.append(row)
    kept = {material.key for material in new.materials}
    gone = [material for key, material in before.items() if key not in kept]
    return rows + [replace(material_row("—", material, old or new), mark=REMOVED) for material in gone]


def material_row(no: str, material: Material, item: ItemDefinition) -> MaterialRow:
    """One material in words, not compared with anything."""
    source = "，".join(text for text in (material.source, material.source_org, material.source_note) if text)
    shared = f"共享来源：{material.share_source}" if material.shareable and material.share_source else ""
    rules = (material.accept_standard, material.fill_notes, material.issue_time_rule, material.remark)
    return MaterialRow(
        no=no,
        name=material.name,
        form=material.form + (f"，{material.paper_size}" if material.paper_size else ""),
        copies=copies_text(material),
        source="；".join(text for text in (source, shared) if text),
        standard="；".join(text.rstrip("。；") for text in rules if text),
        tolerant=_tolerated(material),
        shared=Mark.SHARED if material.shareable else "—",
        situation="；".join([situation_text(item, material.when), *_need(material)]),
        basis=material.basis,
    )


def _tolerated(material: Material) -> str:
    if not material.is_tolerated:
        return "不容缺"
    return Mark.LATER if material.may_follow else NOT_YET


def _need(material: Material) -> Iterable[str]:
    """Whether everybody brings it; what may follow is said by the column of its own."""
    return [Mark.BY_SITUATION] if material.necessity == "optional" else []


def situation_text(item: ItemDefinition, when: Sequence[When]) -> str:
    return item.conditions_text(when) or "全部情形"
