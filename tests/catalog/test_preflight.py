"""Each rule between the elements of an item has one definition that breaks it; the item as it stands breaks none."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from portal.catalog.exchange.content import department_names, load_items
from portal.catalog.judging import preflight as module
from portal.catalog.judging import rules
from portal.catalog.judging.preflight import PreflightFailed, preflight
from portal.catalog.schema.definition import Faq, FileRef, ItemDefinition

TZ_09 = next(item for item in load_items(settings.CONTENT_DIR) if item.code == "TZ-09")
FILE = FileRef(document=1)
PERMIT = TZ_09.model_copy(
    update={
        "faqs": (Faq(question="要带图纸吗？", answer="要。"),),
        "catalog_code": "000117051000",
        "impl_code": "330602199001010001",
        "dept_nature": "法定机关",
        "visits_reason": "核验原件",
        "materials": tuple(one.model_copy(update={"blank_form": FILE}) for one in TZ_09.materials),
        "results": tuple(one.model_copy(update={"sample": FILE}) for one in TZ_09.results),
    }
)
DEPARTMENTS = set(department_names(settings.CONTENT_DIR).values())
ZONES = {"investment", "business", "realestate", "social", "utility"}
ROUTE = PERMIT.route.model_dump(mode="json")
REVIEW, DECISION = ROUTE["stages"]
MATERIALS = PERMIT.model_dump(mode="json")["materials"]


def broken_rules(**changes: Any) -> dict[str, str]:
    """Rule → severity of everything preflight finds in the permit with these changes."""
    item = ItemDefinition.model_validate({**PERMIT.model_dump(mode="json"), **changes})
    found = preflight(item, departments=DEPARTMENTS, zones=ZONES, kinds_in_use={"f01": "date"})
    return {finding.rule: finding.severity for finding in found}


def stages(*stages: dict[str, Any]) -> dict[str, Any]:
    return {"route": {**ROUTE, "stages": list(stages)}}


def steps(stage: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The stage with its first step changed."""
    first, *rest = stage["steps"]
    return {**stage, "steps": [{**first, **changes}, *rest]}


REPORT = {**REVIEW["steps"][0], "key": "s90", "name": "报省厅审批", "kind": "report", "limit_wd": 0}
YES_NO = [{"key": "a1", "text": "是"}, {"key": "a2", "text": "否"}]
AGENT = {"key": "q1", "text": "是否代办", "choices": YES_NO}
ONLY_YES = [{"of": "q1", "values": ["a1"]}]


def form(*fields: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Fields f02, f03 … with what is given; f01 is a date in an earlier edition."""
    return {
        "form": [{"key": f"f{n:02d}", "label": f"字段{n}", **field} for n, field in enumerate(fields, 2)],
        **changes,
    }


BROKEN: list[tuple[str, str, dict[str, Any]]] = [
    ("names.zone", "error", {"zone": "moon"}),
    ("names.department", "error", {"coop_depts": ["sx-none"]}),
    ("kinds.instant", "error", {"case_type": "instant"}),
    ("limits.promise", "error", {"promised_limit": {"value": None}}),
    ("limits.law", "error", {"promised_limit": {"value": 16}}),
    ("limits.unit", "error", {"promised_limit": {"value": 5, "unit": "ND"}}),
    ("limits.sum", "error", {"promised_limit": {"value": 4}}),
    ("limits.on_site", "warn", {"promised_limit": {"value": 4}, "special_procedures": [{"kind": "现场核查"}]}),
    ("filled.record", "warn", {"impl_code": ""}),
    ("filled.conditions", "error", {"conditions": []}),
    ("filled.standard", "error", {"materials": [{**MATERIALS[0], "accept_standard": ""}]}),
    ("filled.blank_form", "warn", {"materials": [{**MATERIALS[0], "doc_kind": "申请表格文书", "blank_form": None}]}),
    ("filled.basis", "warn", {"legal_bases": [], "item_type": "公共服务"}),
    ("filled.visits", "warn", {"visits_reason": ""}),
    ("filled.sample", "warn", {"results": [{"name": "施工许可证"}]}),
    ("visits.once", "warn", {"visits": 2}),
    ("visits.delivery", "error", {"visits": 0, "delivery": ["窗口领取"]}),
    ("fee.incomplete", "error", {"fee": {"charged": True, "item": "工本费", "standard": "10元"}}),
    ("fee.not_charged", "error", {"fee": {"charged": False, "standard": "10元"}}),
    ("materials.none", "warn", {"materials": []}),
    ("materials.twice", "error", {"materials": [MATERIALS[0], {**MATERIALS[0], "key": "m02"}]}),
    ("materials.tolerant", "error", {"materials": [{**MATERIALS[0], "necessity": "supply_later", "tolerant": False}]}),
    ("keys.twice", "error", stages(REVIEW, {**DECISION, "key": REVIEW["key"]})),
    ("route.one_decision", "error", stages(REVIEW)),
    ("route.decision_last", "error", stages(DECISION, REVIEW)),
    ("route.decision_lead", "error", stages(REVIEW, steps(DECISION, department="sx-rfb"))),
    ("route.department_twice", "error", stages(steps(REVIEW, department="sx-rfb"), DECISION)),
    ("route.lead", "error", stages(REVIEW, steps(DECISION, is_lead=False))),
    ("route.five_steps", "warn", stages(DECISION)),
    ("route.instant", "error", {"case_type": "instant", "promised_limit": {"value": 0}}),
    ("route.paper", "warn", stages(steps(REVIEW, takes_paper=False), steps(DECISION, takes_paper=False))),
    ("route.join_lead", "error", stages({**REVIEW, "steps": REVIEW["steps"][1:], "join": "lead"}, DECISION)),
    ("route.report_to", "error", stages(REVIEW, {**REVIEW, "key": "g9", "steps": [REPORT]}, DECISION)),
    ("route.report_kind", "error", stages(steps(REVIEW, report_to="省厅"), DECISION)),
    ("route.deemed_consent", "error", stages(REVIEW, steps(DECISION, deemed_consent=True))),
    ("conditions.material", "warn", {"conditions": ["已提交施工图设计文件审查合格书"]}),
    ("conditions.proof", "error", {"conditions": ["提供由银行出具的资金到位证明"]}),
    ("agency.in_person", "error", {"conditions": ["申请人本人到场"], "agency": True}),
    ("agency.guardian", "error", {"conditions": ["年满18周岁", "可由监护人代办"]}),
    ("topics.person", "error", {"topics_person": ["规划建设"], "service_objects": ["企业法人"]}),
    ("topics.corp", "error", {"topics_corp": ["投资审批"], "service_objects": ["自然人"]}),
    ("topics.nobody", "warn", {"service_objects": []}),
    ("visits.reason", "error", {"visits": 0, "visits_reason": "核验原件", "delivery": ["邮寄"]}),
    ("visits.how", "error", {"visits": 0, "visits_reason": "", "mail_delivery": False, "delivery": ["网上下载"]}),
    ("visits.online", "warn", {"online_depth": ["办理", "结果反馈"]}),
    ("fee.online_pay", "error", {"fee": {"online_pay": True}}),
    ("fee.reduction", "error", {"fee": {"reducible": True}}),
    ("results.none", "warn", {"results": []}),
    ("results.finish", "error", {"results": [{"name": "施工许可证", "finish": "出文办结"}]}),
    ("phones.form", "error", {"consult": {"phone": "8512345"}}),
    ("phones.same", "error", {"consult": {"phone": "0575-12345678"}, "complain": {"phone": "0575-12345678"}}),
    ("licence.faq", "warn", {"faqs": []}),
    ("licence.basis", "error", {"legal_bases": []}),
    ("asked.twice", "error", form({"label": "是否代办"}, questions=[AGENT])),
    ("asked.choices", "error", form({"kind": "choice", "choices": YES_NO[:1]})),
    ("asked.choice_twice", "error", form({"kind": "choice", "choices": [YES_NO[0], {"key": "a2", "text": "是"}]})),
    ("form.kind_changed", "error", {"form": [{"key": "f01", "label": "开工日期", "kind": "number"}]}),
    ("form.columns", "error", form({"kind": "rows"})),
    ("form.column_kind", "error", form({"kind": "rows", "columns": [{"key": "c1", "label": "列", "kind": "rows"}]})),
    ("form.note", "error", form({"kind": "note"})),
    ("form.pattern", "error", form({"pattern": "[", "help": "说明"})),
    ("form.pattern_slow", "error", form({"pattern": "(a+)+$", "help": "说明"})),
    ("form.pattern_help", "error", form({"pattern": "[A-Z]{2}"})),
    ("form.circle", "error", {"form": [
        {"key": "f02", "label": "甲", "kind": "choice", "choices": YES_NO, "when": [{"of": "f03", "values": ["a1"]}]},
        {"key": "f03", "label": "乙", "kind": "choice", "choices": YES_NO, "when": [{"of": "f02", "values": ["a1"]}]},
    ]}),
    ("when.unknown", "error", {"materials": [{**MATERIALS[0], "when": ONLY_YES}]}),
    ("situation.no_material", "error", {"materials": [{**MATERIALS[0], "when": ONLY_YES}], "questions": [AGENT]}),
    ("situation.no_route", "error", {"questions": [AGENT], **stages(steps(DECISION, when=ONLY_YES))}),
    ("situation.no_decision", "error", {"questions": [AGENT], **stages(REVIEW, steps(DECISION, when=ONLY_YES))}),
    ("situation.no_lead", "error", {
        "questions": [AGENT], **stages({**steps(REVIEW, when=ONLY_YES), "join": "lead"}, DECISION)
    }),
    ("situation.many", "error", {
        "questions": [{"key": f"q{n}", "text": f"问题{n}", "choices": YES_NO} for n in range(1, 15)],
        "materials": [
            MATERIALS[0],
            {**MATERIALS[1], "when": [{"of": f"q{n}", "values": ["a1"]} for n in range(1, 15)]},
        ],
    }),
]  # fmt: skip


def test_the_permit_itself_breaks_no_rule() -> None:
    assert broken_rules() == {}


@pytest.mark.parametrize("rule, severity, changes", BROKEN, ids=[rule for rule, *_ in BROKEN])
def test_a_definition_that_breaks_a_rule_is_found(rule: str, severity: str, changes: dict[str, Any]) -> None:
    assert broken_rules(**changes).get(rule) == severity


def test_what_is_marked_to_be_verified_counts_as_filled() -> None:
    materials = [{**MATERIALS[0], "accept_standard": "待核实"}]
    faqs = [{"question": "待核实", "answer": "待核实"}]
    unknown = {"conditions": ["待核实"], "visits_reason": "待核实", "legal_bases": ["待核实"]}
    assert broken_rules(materials=materials, faqs=faqs, **unknown) == {}


def rules_written() -> set[str]:
    """The second argument of every Finding, and the first of every gap of a situation."""
    found = set()
    for source in [Path(module.__file__), *Path(rules.__path__[0]).glob("*.py")]:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding":
                found.add(getattr(node.args[1], "value", None))
            if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
                found.add(getattr(node.value.elts[0], "value", None))
    return {rule for rule in found if rule}


def test_every_rule_has_a_definition_above_that_breaks_it() -> None:
    assert rules_written() == {rule for rule, *_ in BROKEN}


def test_alternative_decisions_are_right_when_every_answer_leads_to_exactly_one() -> None:
    other = {**DECISION["steps"][0], "key": "s99", "name": "简易决定", "when": [{"of": "q1", "values": ["a2"]}]}
    stage = {**steps(DECISION, when=ONLY_YES)}
    stage["steps"] = [*stage["steps"], other]
    assert broken_rules(questions=[AGENT], **stages(REVIEW, stage)) == {}


def test_a_circle_names_its_fields() -> None:
    circle = next(changes for rule, _, changes in BROKEN if rule == "form.circle")
    item = ItemDefinition.model_validate({**PERMIT.model_dump(mode="json"), **circle})
    (finding,) = preflight(item, departments=DEPARTMENTS, zones=ZONES)
    assert finding.message == "“甲”、“乙”的显示条件互相等待，永远不会显示。"


def test_a_situation_without_material_is_named_in_the_words_of_its_questions() -> None:
    changes = next(changes for rule, _, changes in BROKEN if rule == "situation.no_material")
    item = ItemDefinition.model_validate({**PERMIT.model_dump(mode="json"), **changes})
    sentences = [found.message for found in preflight(item, departments=DEPARTMENTS, zones=ZONES)]
    assert "“是否代办”答“否”时，没有一项材料适用。" in sentences


def test_five_working_days_are_enough_for_an_on_site_check() -> None:
    assert broken_rules(special_procedures=[{"kind": "现场核查"}]) == {}


def test_who_need_not_come_may_get_the_result_by_mail() -> None:
    assert broken_rules(visits=0, visits_reason="", delivery=["窗口领取", "邮寄"]) == {}


def test_a_permit_without_a_review_still_has_its_promise_added_up() -> None:
    assert "limits.sum" in broken_rules(**stages(DECISION))


def test_a_parallel_stage_counts_with_its_longest_step_only() -> None:
    assert "limits.sum" not in broken_rules(**stages(steps(REVIEW, limit_wd=2), DECISION))
    assert "limits.sum" in broken_rules(**stages(steps(REVIEW, limit_wd=4), DECISION))


def test_the_refusal_says_everything_that_is_wrong() -> None:
    item = ItemDefinition.model_validate({**PERMIT.model_dump(mode="json"), "zone": "moon", "visits": 2})
    findings = preflight(item, departments=DEPARTMENTS, zones=ZONES)
    assert str(PreflightFailed(findings)) == "受理区“moon”不存在。；申请人要到现场2次，不符合最多跑一次。"
