"""What must hold between the elements of an item before it is published (never before it is saved)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping

from portal.catalog.judging.findings import Finding, PreflightFailed
from portal.catalog.judging.rules import elements, filled, questions, route
from portal.catalog.schema.definition import ItemDefinition

__all__ = ["Finding", "PreflightFailed", "preflight"]


def preflight(
    definition: ItemDefinition,
    *,
    departments: Container[str],
    zones: Container[str],
    kinds_in_use: Mapping[str, str] | None = None,
) -> list[Finding]:
    """Everything that stands against publishing, in the order of the elements; an empty list is a pass.

    `departments` and `zones` are the codes that exist; `kinds_in_use` gives the kind of every form field that an
    edition of this item ever carried, by key: answers are kept under it.
    """
    return [
        *_known_names(definition, departments, zones),
        *_kinds_agree(definition),
        *_limits(definition),
        *_keys(definition),
        *filled.rules(definition),
        *elements.rules(definition),
        *questions.rules(definition, kinds_in_use or {}),
        *route.rules(definition),
    ]


def _known_names(item: ItemDefinition, departments: Container[str], zones: Container[str]) -> Iterator[Finding]:
    if item.zone not in zones:
        yield Finding("zone", "names.zone", f"受理区“{item.zone}”不存在。", "从受理区列表中选择。")
    for field, codes in (
        ("lead_dept", [item.lead_dept]),
        ("coop_depts", item.coop_depts),
        ("route", [step.department for step in item.route.steps()]),
    ):
        for code in dict.fromkeys(codes):
            if code not in departments:
                yield Finding(
                    field, "names.department", f"部门“{code}”不存在。", "从单位列表中选择，或者先登记该单位。"
                )


def _kinds_agree(item: ItemDefinition) -> Iterator[Finding]:
    """Rules 1 and 2: on the spot is an instant item, everything else a promised one."""
    if item.is_instant != (item.promised_limit.value == 0):
        yield Finding(
            "case_type",
            "kinds.instant",
            "即办件的承诺时限应为0，承诺件的承诺时限应大于0。",
            "改正办件类型或者承诺时限。",
        )
    if item.promised_limit.value is None:
        yield Finding(
            "promised_limit", "limits.promise", "没有填写承诺时限。", "填写承诺办结的工作日数；当场办结的填0。"
        )
    if not item.materials:
        yield Finding(
            "materials",
            "materials.none",
            "没有列出申报材料。",
            "逐项列明材料；确实不需要材料的，请注明申请表。",
            "warn",
        )


def _limits(item: ItemDefinition) -> Iterator[Finding]:
    """Rules 9 to 11. The steps count working days, so a promise in another unit could never be added up."""
    law, promise = item.statutory_limit, item.promised_limit
    if law and law.value and promise.value and law.unit == promise.unit and promise.value > law.value:
        yield Finding(
            "promised_limit",
            "limits.law",
            f"承诺时限{promise.days_text()}长于法定时限{law.days_text()}。",
            "承诺时限不得超过法定时限。",
        )
    if promise.value and promise.unit != "WD":
        yield Finding(
            "promised_limit",
            "limits.unit",
            f"承诺时限{promise.days_text()}没有以工作日计，无法与各环节时限核对。",
            "承诺时限改为工作日数。",
        )
    elif promise.value is not None and item.route.limit_wd != promise.value:
        yield Finding(
            "route",
            "limits.sum",
            f"各环节时限合计{item.route.limit_wd}个工作日，与承诺时限{promise.value}个工作日不一致。",
            "调整环节时限（并联环节按最长的计），使合计等于承诺时限。",
        )
    on_site = any("现场" in procedure.kind for procedure in item.special_procedures)
    if on_site and promise.unit == "WD" and promise.value is not None and promise.value < 5:
        yield Finding(
            "promised_limit",
            "limits.on_site",
            f"需要现场核查的事项只承诺{promise.days_text()}，可能来不及。",
            "核对现场核查所需的时间。",
            "warn",
        )


def _keys(item: ItemDefinition) -> Iterator[Finding]:
    for field, keys in (
        ("materials", [material.key for material in item.materials]),
        ("route", [step.key for step in item.route.steps()]),
        ("route", [stage.key for stage in item.route.stages]),
    ):
        for key, times in Counter(keys).items():
            if times > 1:
                yield Finding(field, "keys.twice", f"内部编号{key}重复了{times}次。", "删除重复的一项后重新添加。")
    for name, times in Counter(material.name for material in item.materials).items():
        if times > 1:
            yield Finding("materials", "materials.twice", f"材料“{name}”列了{times}次。", "合并为一项，份数相加。")
    for material in item.materials:
        if material.tolerant != (material.necessity == "supply_later"):
            yield Finding(
                "materials",
                "materials.tolerant",
                f"材料“{material.name}”的容缺后补与必要性不一致。",
                "容缺后补的材料，必要性应为“容缺后补”。",
            )
