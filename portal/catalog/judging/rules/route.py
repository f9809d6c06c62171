"""Rules of the route: one decision, at the end, by the lead; every department once in a stage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from portal.catalog.judging.findings import Finding
from portal.catalog.schema.definition import ItemDefinition, Stage, Step


def rules(item: ItemDefinition) -> Iterator[Finding]:
    """Everything about the stages and steps; how they depend on answers is a rule of the questions."""
    yield from _decisions(item)
    for number, stage in enumerate(item.route.stages):
        yield from _stage(f"route.stages[{number}]", stage)
        for inner, step in enumerate(stage.steps):
            yield from _step(f"route.stages[{number}].steps[{inner}]", step, item.lead_dept)
    if item.is_instant and (len(item.route.stages) > 1 or len(item.route.stages[0].steps) > 1):
        yield Finding(
            "route", "route.instant", "即办件当场决定，流程只能有一个决定步骤。", "删除多余的步骤，或者改为承诺件。"
        )
    takes_paper = any(step.takes_paper for step in item.route.steps())
    if item.paper_required and not item.is_instant and not takes_paper:
        sentence = "纸质材料要流转，但没有步骤接收纸质材料。"
        yield Finding("route", "route.paper", sentence, "在牵头部门的步骤里勾选接收纸质材料。", "warn")


def _decisions(item: ItemDefinition) -> Iterator[Finding]:
    """Alternative decisions, each for its own situation, are counted where the situations are."""
    decisions = [step for step in item.route.steps() if step.kind == "decision"]
    if not any(step.when for step in decisions):
        if len(decisions) != 1:
            yield Finding(
                "route",
                "route.one_decision",
                f"流程中有{len(decisions)}个决定步骤，应当正好一个。",
                "保留牵头部门的一个决定步骤。",
            )
        elif decisions[0] not in item.route.stages[-1].steps:
            yield Finding("route", "route.decision_last", "决定步骤不在最后一个环节。", "把决定步骤移到最后。")
    for decision in decisions:
        if decision.department != item.lead_dept:
            yield Finding("route", "route.decision_lead", "决定步骤的部门不是实施主体。", "由实施主体作出决定。")


def _stage(place: str, stage: Stage) -> Iterator[Finding]:
    always = [step.department for step in stage.steps if not step.when]
    for department, times in Counter(always).items():
        if times > 1:
            yield Finding(
                place,
                "route.department_twice",
                f"部门“{department}”在同一环节中有{times}个步骤。",
                "合并，或者分到先后环节。",
            )
    if stage.join == "lead" and not any(step.is_lead for step in stage.steps):
        yield Finding(
            f"{place}.join", "route.join_lead", "由牵头部门汇合的环节里没有牵头部门的步骤。", "改为全部办结后汇合。"
        )


def _step(place: str, step: Step, lead: str) -> Iterator[Finding]:
    if step.is_lead != (step.department == lead):
        yield Finding(
            place, "route.lead", f"步骤“{step.name}”的牵头标记与实施主体不一致。", "只有实施主体的步骤标为牵头。"
        )
    if step.kind == "report" and not step.report_to:
        sentence = f"步骤“{step.name}”是上报，没有写上报机关。"
        yield Finding(f"{place}.report_to", "route.report_to", sentence, "写明转报哪一个机关；还不知道的先写“待核实”。")
    if step.report_to and step.kind != "report":
        sentence = f"步骤“{step.name}”写了上报机关，类别不是上报。"
        yield Finding(f"{place}.kind", "route.report_kind", sentence, "类别改为上报，或者删除上报机关。")
    if step.deemed_consent and step.kind != "opinion":
        yield Finding(
            f"{place}.deemed_consent",
            "route.deemed_consent",
            f"步骤“{step.name}”不是征求意见，不能逾期视为同意。",
            "取消逾期视为同意。",
        )
