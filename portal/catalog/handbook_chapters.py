"""What stands in one chapter of the handbook: every element in words, and beside it what the last handbook said.

Marks compare with the last handbook of the same scope: 新增, 修改, 取消. A first handbook has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.catalog.answers import when_words
from portal.catalog.chart import process_chart_steps, process_chart_svg
from portal.catalog.definition import Contact, Fee, ItemDefinition, Limit, Material, ResultPaper, SpecialProcedure
from portal.catalog.questions import When
from portal.organisations.models import Organisation, ServiceCenter, Zone

ADDED, CHANGED, REMOVED = "新增", "修改", "取消"
CASE_TYPES = {"instant": "即办件", "promised": "承诺件"}
NECESSITY = {"required": "必要", "optional": "非必要", "supply_later": "容缺后补"}
NONE = "无"


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
    situation: str
    basis: str
    mark: str = ""
    changed: frozenset[str] = frozenset()


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
    before = None if old is None else old or NONE
    return Line(new or NONE, CHANGED if before is not None and before != (new or NONE) else "", label)


def chapter(
    definition: ItemDefinition, old: ItemDefinition | None, names: Names, center: ServiceCenter
) -> dict[str, Any]:
    """What the template of a chapter prints. `old` None: nothing to compare with."""
    return {
        "item": definition,
        "facts": _facts(definition, old, names),
        "bases": marked(_bases(definition), old and _bases(old)),
        "applicants": marked(definition.service_objects, old and old.service_objects),
        "conditions": marked(definition.conditions, old and old.conditions),
        "prohibitions": marked(definition.prohibitions, old and old.prohibitions),
        "quota": compared("数量限制", definition.quota, old and old.quota),
        "materials": material_rows(definition, old),
        "limits": _limits(definition, old),
        "chart": process_chart_svg(definition),
        "chart_mark": CHANGED if old and _route(definition) != _route(old) else "",
        "steps": process_chart_steps(definition),
        "results": result_rows(definition, old),
        "delivery": compared("送达方式", "、".join(definition.delivery), old and "、".join(old.delivery)),
        "fees": _both(fee_lines(definition.fee), old and fee_lines(old.fee)),
        "contacts": _both(contact_lines(definition, center), old and contact_lines(old, center)),
    }


def _both(new: list[tuple[str, str]], old: list[tuple[str, str]] | None) -> list[Line]:
    """Labelled elements side by side with those of before."""
    before = None if old is None else dict(old)
    return [compared(label, text, None if before is None else before.get(label, "")) for label, text in new]


def _facts(new: ItemDefinition, old: ItemDefinition | None, names: Names) -> list[Line]:
    return _both(_fact_texts(new, names), old and _fact_texts(old, names))


def _fact_texts(item: ItemDefinition, names: Names) -> list[tuple[str, str]]:
    return [
        ("事项名称", item.name),
        ("事项编码", item.code),
        ("事项类型", item.item_type),
        ("办件类型", CASE_TYPES[item.case_type]),
        ("受理区", names.zones.get(item.zone, item.zone)),
        ("行使层级", item.level),
        ("实施主体", names.body(item.lead_dept)),
        ("联办机构", "、".join(names.body(code) for code in item.coop_depts)),
        ("办理形式", "、".join(item.channels) or "窗口办理"),
        ("到现场次数", f"{item.visits}次"),
    ]


def _bases(item: ItemDefinition) -> list[str]:
    return [str(basis) for basis in item.legal_bases]


def _route(item: ItemDefinition) -> dict[str, Any]:
    return item.route.model_dump(mode="json")


def _limits(new: ItemDefinition, old: ItemDefinition | None) -> list[Line]:
    return _both(_limit_texts(new), old and _limit_texts(old))


def _procedure(row: SpecialProcedure) -> str:
    limit = "" if row.limit_wd is None else f"（{row.limit_wd}个工作日）"
    return f"{row.kind}{limit}" + (f"：{row.note}" if row.note else "")


def _limit_texts(item: ItemDefinition) -> list[tuple[str, str]]:
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


def fee_lines(fee: Fee) -> list[tuple[str, str]]:
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


def contact_lines(item: ItemDefinition, center: ServiceCenter) -> list[tuple[str, str]]:
    """Where to ask, to hand in and to complain; what the item leaves open is the centre's own."""
    return [
        ("办理地点", item.place.address or f"{center.name}　{center.address}".strip()),
        ("办理时间", item.place.hours or center.hours),
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
        texts = material_texts(material, new)
        if old is None:
            rows.append(MaterialRow(no=str(number), **texts))
        elif material.key not in before:
            rows.append(MaterialRow(no=str(number), mark=ADDED, **texts))
        else:
            was = material_texts(before[material.key], old)
            changed = frozenset(name for name, text in texts.items() if was[name] != text)
            rows.append(MaterialRow(no=str(number), mark=CHANGED if changed else "", changed=changed, **texts))
    kept = {material.key for material in new.materials}
    gone = [material for key, material in before.items() if key not in kept]
    return rows + [MaterialRow(no="—", mark=REMOVED, **material_texts(row, old or new)) for row in gone]


def material_texts(material: Material, item: ItemDefinition) -> dict[str, str]:
    """The cells of one material in words."""
    source = "，".join(text for text in (material.source, material.source_org, material.source_note) if text)
    standard = "；".join(
        text.rstrip("。；")
        for text in (material.accept_standard, material.fill_notes, material.issue_time_rule)
        if text
    )
    shared = (
        f"可共享免交{f'（{material.share_source}）' if material.share_source else ''}" if material.shareable else ""
    )
    return {
        "name": material.name,
        "form": material.form + (f"，{material.paper_size}" if material.paper_size else ""),
        "copies": copies_text(material),
        "source": "；".join(text for text in (source, shared) if text),
        "standard": standard,
        "tolerant": "可容缺" if material.tolerant else "不容缺",
        "situation": "；".join([situation_text(item, material.when), *_need(material)]),
        "basis": material.basis,
    }


def _need(material: Material) -> Iterable[str]:
    return [] if material.necessity == "required" else [NECESSITY[material.necessity]]


def copies_text(material: Material) -> str:
    """原件1份；复印件2份（核原件）."""
    parts = []
    if material.original_copies:
        parts.append(f"原件{material.original_copies}份")
    if material.photocopies:
        parts.append(f"复印件{material.photocopies}份{'（核验原件）' if material.verify_original else ''}")
    return "；".join(parts) or "不收纸质"


def situation_text(item: ItemDefinition, when: Sequence[When]) -> str:
    return "且".join(when_words(item.questions, when)) or "全部情形"
