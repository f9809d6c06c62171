"""Rules of what is asked: 情形引导, the application form, and the conditions that hang on both."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from math import prod

from portal.catalog.judging.findings import Finding
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.questions import COLUMN_KINDS, FIELD_KINDS, Choice, Column, FormField, Question, When

MOST_COMBINATIONS = 5000
NESTED_REPEAT = re.compile(r"\([^)]*[+*{][^)]*\)\s*[+*{]")
"""(a+)+ and its like can keep a reader busy for years."""


def rules(item: ItemDefinition, kinds_in_use: Mapping[str, str]) -> Iterator[Finding]:
    """Everything about questions, fields and conditions, in the order of the elements."""
    yield from _names(item)
    for number, question in enumerate(item.questions):
        yield from _choices(f"questions[{number}]", question.text, question.choices, 2)
    for number, field in enumerate(item.form):
        yield from _field(f"form[{number}]", field, kinds_in_use)
    yield from _conditions(item)
    yield from _circle(item)
    if not any(finding.rule == "when.unknown" for finding in _conditions(item)):
        yield from _combinations(item)


def _names(item: ItemDefinition) -> Iterator[Finding]:
    """Conditions speak of questions and fields by name, so a name stands for one of them."""
    names = [question.text for question in item.questions] + [field.label for field in item.form]
    for name, times in Counter(names).items():
        if times > 1:
            place = "questions" if any(question.text == name for question in item.questions) else "form"
            yield Finding(place, "asked.twice", f"“{name}”用了{times}次。", "每个问题和字段用不同的名称。")


def _choices(place: str, name: str, choices: tuple[Choice, ...], least: int) -> Iterator[Finding]:
    if len(choices) < least:
        yield Finding(f"{place}.choices", "asked.choices", f"“{name}”至少要有{least}个答案。", "补充答案。")
    for text, times in Counter(choice.text for choice in choices).items():
        if times > 1:
            yield Finding(
                f"{place}.choices", "asked.choice_twice", f"“{name}”的答案“{text}”重复了。", "删除重复的答案。"
            )


def _field(place: str, field: FormField, kinds_in_use: Mapping[str, str]) -> Iterator[Finding]:
    earlier = kinds_in_use.get(field.key)
    if earlier and earlier != field.kind:
        was, now = FIELD_KINDS.get(earlier, earlier), FIELD_KINDS[field.kind]
        sentence = f"字段“{field.label}”在已发布的版本里是“{was}”，不能改成“{now}”。"
        yield Finding(f"{place}.kind", "form.kind_changed", sentence, "改回原来的类型，或者删除后新建一个字段。")
    if field.kind in {"choice", "choices"}:
        yield from _choices(place, field.label, field.choices, 2)
    if field.kind == "rows" and not field.columns:
        yield Finding(f"{place}.columns", "form.columns", f"“{field.label}”没有设置列。", "至少设置一列。")
    if field.kind == "note" and not field.help:
        yield Finding(f"{place}.help", "form.note", f"说明文字“{field.label}”没有内容。", "把说明写在填写说明里。")
    yield from _pattern(f"{place}.pattern", field)
    for number, column in enumerate(field.columns):
        inner = f"{place}.columns[{number}]"
        if column.kind not in COLUMN_KINDS:
            yield Finding(
                f"{inner}.kind", "form.column_kind", f"列“{column.label}”不能用这种类型。", "换成文字、数字、日期等。"
            )
        if column.kind == "choice":
            yield from _choices(inner, column.label, column.choices, 2)
        yield from _pattern(f"{inner}.pattern", column)


def _pattern(place: str, field: FormField | Column) -> Iterator[Finding]:
    if not field.pattern:
        return
    try:
        re.compile(field.pattern)
    except (re.error, OverflowError, RecursionError):
        yield Finding(place, "form.pattern", f"“{field.label}”的格式不是有效的表达式。", "改正，或者留空。")
        return
    if NESTED_REPEAT.search(field.pattern):
        yield Finding(place, "form.pattern_slow", f"“{field.label}”的格式里有重复套重复。", "改用简单的写法。")
    if not field.help:
        sentence = f"“{field.label}”有格式要求，但没有填写说明。"
        yield Finding(place, "form.pattern_help", sentence, "写明格式，例如“两个字母加六位数字”。")


def _whens(item: ItemDefinition) -> Iterator[tuple[str, str, tuple[When, ...], bool]]:
    """Place, name, conditions, and whether fields of the form may be read as well as questions."""
    for number, material in enumerate(item.materials):
        yield f"materials[{number}]", material.name, material.when, False
    for number, field in enumerate(item.form):
        yield f"form[{number}]", field.label, field.when, True
    for outer, stage in enumerate(item.route.stages):
        for inner, step in enumerate(stage.steps):
            yield f"route.stages[{outer}].steps[{inner}]", step.name, step.when, False


def _conditions(item: ItemDefinition) -> Iterator[Finding]:
    questions: dict[str, Question | FormField] = {question.key: question for question in item.questions}
    fields = {field.key: field for field in item.form if field.kind in {"choice", "choices"}}
    for place, name, whens, fields_too in _whens(item):
        for number, when in enumerate(whens):
            asked = questions.get(when.of) or (fields.get(when.of) if fields_too else None)
            path = f"{place}.when[{number}]"
            if asked is None:
                wanted = "情形引导里的问题，或者单选、多选字段" if fields_too else "情形引导里的问题"
                yield Finding(path, "when.unknown", f"“{name}”的条件没有对应的问题。", f"条件只能引用{wanted}。")
            elif set(when.values) - {choice.key for choice in asked.choices}:
                yield Finding(path, "when.unknown", f"“{name}”的条件里有不存在的答案。", "照抄答案的文字。")


def _circle(item: ItemDefinition) -> Iterator[Finding]:
    """A field shown because of another that is shown because of it is never shown."""
    reads = {field.key: {when.of for when in field.when} for field in item.form}
    left = dict(reads)
    while free := [key for key, wanted in left.items() if not wanted & left.keys()]:
        for key in free:
            del left[key]
    if left:
        names = "、".join(f"“{field.label}”" for field in item.form if field.key in left)
        place = next(number for number, field in enumerate(item.form) if field.key in left)
        yield Finding(
            f"form[{place}].when", "form.circle", f"{names}的显示条件互相等待，永远不会显示。", "删除其中一个条件。"
        )


def _combinations(item: ItemDefinition) -> Iterator[Finding]:
    """Every way to answer must leave materials (where there are any) and a route that ends in one decision."""
    used = {when.of for _, _, whens, _ in _whens(item) for when in whens}
    asked = [question for question in item.questions if question.key in used]
    if prod(len(question.choices) for question in asked) > MOST_COMBINATIONS:
        yield Finding("questions", "situation.many", "情形引导的组合太多，无法逐一核对。", "减少问题或者答案。")
        return
    seen: set[str] = set()
    for answers in itertools.product(*(question.choices for question in asked)):
        situation = {question.key: choice.key for question, choice in zip(asked, answers, strict=True)}
        for rule, field, problem in _gaps(item, situation):
            if rule not in seen:
                seen.add(rule)
                chosen = "，".join(f"“{q.text}”答“{a.text}”" for q, a in zip(asked, answers, strict=True))
                yield Finding(field, rule, f"{chosen}时，{problem}", "改正适用情形，或者删除这个答案。")


def _gaps(item: ItemDefinition, situation: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    if not situation:
        return
    if item.materials and not item.materials_for(situation):
        yield "situation.no_material", "materials", "没有一项材料适用。"
    stages = item.stages_for(situation)
    if not stages:
        yield "situation.no_route", "route", "没有一个步骤适用，办件无法流转。"
        return
    decisions = [step for stage in stages for step in stage.steps if step.kind == "decision"]
    if len(decisions) != 1 or decisions[0] not in stages[-1].steps:
        yield "situation.no_decision", "route", "流程的最后没有决定步骤。"
    for stage in stages:
        if stage.join == "lead" and not any(step.is_lead for step in stage.steps):
            yield "situation.no_lead", "route", "由牵头部门汇合的环节里没有牵头部门的步骤。"
