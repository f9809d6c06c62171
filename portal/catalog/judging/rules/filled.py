"""What must be filled before an item is published. What is not known yet is filled with 待核实, and says so."""

from __future__ import annotations

from collections.abc import Iterator

from portal.catalog.judging.findings import Finding
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.procedure import LICENCE

ON_RECORD = ("catalog_code", "impl_code", "level", "dept_nature")
"""Required by the standard, and known to the authorities; a guide is of use to its readers without them."""
FORMS = "申请表格文书"


def rules(item: ItemDefinition) -> Iterator[Finding]:
    """Every required element that is empty, in the order of the elements; what readers can do without only warns."""
    yield from _on_record(item)
    if not item.conditions:
        yield Finding("conditions", "filled.conditions", "没有写受理条件。", "逐条写明；还不知道的先写“待核实”。")
    yield from _materials(item)
    if not item.legal_bases and item.item_type != LICENCE:  # of a licence it is an error (`elements`)
        mend = "写明法律法规的名称和条款；还不知道的先写“待核实”。"
        yield Finding("legal_bases", "filled.basis", "没有写设定依据。", mend, "warn")
    if item.visits and not item.visits_reason:
        sentence = f"申请人要到现场{item.visits}次，没有写必须到现场的原因。"
        yield Finding("visits_reason", "filled.visits", sentence, "写明原因；不必到场的，次数改为0。", "warn")
    yield from _samples(item)


def _on_record(item: ItemDefinition) -> Iterator[Finding]:
    empty = [name for name in ON_RECORD if not getattr(item, name)]
    if empty:
        titles = "、".join(str(ItemDefinition.model_fields[name].title) for name in empty)
        yield Finding(empty[0], "filled.record", f"没有填写{titles}。", "向实施主体核实后补充。", "warn")


def _materials(item: ItemDefinition) -> Iterator[Finding]:
    for number, material in enumerate(item.materials):
        if not material.accept_standard:
            yield Finding(
                f"materials[{number}].accept_standard",
                "filled.standard",
                f"材料“{material.name}”没有写受理标准。",
                "写窗口可以当场核对的内容；还不知道的先写“待核实”。",
            )
    forms = [n for n, material in enumerate(item.materials) if material.doc_kind == FORMS and not material.blank_form]
    if forms:
        names = "、".join(f"“{item.materials[n].name}”" for n in forms)
        place = f"materials[{forms[0]}].blank_form"
        yield Finding(place, "filled.blank_form", f"{names}没有空白表格。", "上传空白表格，最好再配示例样表。", "warn")


def _samples(item: ItemDefinition) -> Iterator[Finding]:
    """Rule 3: a result has a sample."""
    for number, result in enumerate(item.results):
        if result.sample is None:
            sentence = f"审批结果“{result.name}”没有样本。"
            yield Finding(f"results[{number}].sample", "filled.sample", sentence, "上传隐去个人信息的样本。", "warn")
