"""Whatever an editor may put together either fails preflight with a reason or runs to its end."""

from __future__ import annotations

import os
import uuid
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from portal.cases import integrity
from portal.cases.decision.decide import decide
from portal.cases.intake.materials import check_materials
from portal.cases.intake.outcomes import accept
from portal.cases.intake.receive import receive
from portal.cases.models import Case
from portal.cases.states import CaseStatus
from portal.catalog.editions.publishing import examine, publish
from portal.catalog.models import ServiceItem
from portal.catalog.schema.answers import check_answers, in_asking_order
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.questions import FormField, all_hold
from portal.handover import integrity as handover_integrity
from portal.organisations.models import Window
from portal.pickup.delivering import deliver
from portal.pickup.results import NewResult, ready_at_window, take_in, transfer_result
from tests.cast import AGAIN, COMPANY, PAID, PERSON, Cast, answer_all, company, good_rows, sign_all

pytestmark = pytest.mark.django_db
EXAMPLES = 400 if os.environ.get("LONG") else 60
DEPARTMENTS = ["sx-jsj", "sx-rfb", "sx-gtj", "sx-fgw"]
LEAD = "sx-jsj"
CHOICES = [{"key": "a1", "text": "是"}, {"key": "a2", "text": "否"}]
KINDS = ["text", "number", "money", "date", "identity", "uscc", "mobile", "region", "choice", "choices", "note", "rows"]
GOOD_ANSWERS: dict[str, Any] = {
    "text": "文字㛃",
    "number": "12.5",
    "money": "100",
    "date": "2017-03-15",
    "identity": PERSON,
    "uscc": COMPANY,
    "mobile": "13900000000",
    "region": "330602",
    "choice": "a1",
    "choices": ["a1", "a2"],
}

CONDITION = st.builds(
    lambda of, value: {"of": of, "values": [value]}, st.sampled_from(["q1", "q2"]), st.sampled_from(["a1", "a2"])
)
conditions = st.lists(CONDITION, max_size=1)


@st.composite
def steps(draw: st.DrawFn, *, last: bool) -> list[dict[str, Any]]:
    """The steps of a stage; of the last one usually a decision by the lead."""
    once_each = draw(st.integers(0, 9)) > 0
    departments = draw(st.lists(st.sampled_from(DEPARTMENTS), min_size=1, max_size=3, unique=once_each))
    if last and LEAD not in departments and draw(st.integers(0, 9)) > 0:
        departments = [LEAD, *departments]
    found = []
    for department in departments:
        decides = last and department == LEAD
        kind = "decision" if decides else draw(st.sampled_from(["review", "opinion", "opinion", "review", "report"]))
        found.append(
            {
                "name": "办理",
                "department": department,
                "kind": kind,
                "is_lead": department == LEAD,
                "limit_wd": draw(st.integers(0, 5)),
                "takes_paper": department == LEAD,
                "report_to": "上级机关" if kind == "report" else "",
                "deemed_consent": kind == "opinion" and draw(st.booleans()),
                "when": draw(conditions) if draw(st.integers(0, 7)) == 0 else [],
            }
        )
    return found


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    """An item as an editor may leave it: mostly sensible, with every kind of slip now and then."""
    count = draw(st.integers(1, 3))
    stages = [{"steps": draw(steps(last=number == count - 1))} for number in range(count)]
    serial = 0
    for number, stage in enumerate(stages, start=1):
        stage["key"] = f"g{number}"
        lead_is_here = any(step["is_lead"] for step in stage["steps"])
        stage["join"] = draw(st.sampled_from(["all", "lead"] if lead_is_here else ["all"] * 9 + ["lead"]))
        for step in stage["steps"]:
            serial += 1
            step["key"] = f"s{serial}"
    instant = count == 1 and len(stages[0]["steps"]) == 1 and draw(st.booleans())
    total = sum(max(step["limit_wd"] for step in stage["steps"]) for stage in stages)
    materials = draw(st.lists(conditions, max_size=3))
    fields = draw(st.lists(st.tuples(st.sampled_from(KINDS), st.booleans(), conditions), max_size=4))
    return {
        "code": "TZ-77",
        "name": "任意事项",
        "zone": "investment",
        "item_type": draw(st.sampled_from(["行政许可", "公共服务"])),
        "case_type": "instant" if instant else "promised",
        "lead_dept": LEAD,
        "legal_bases": ["《示例办法》第一条"],
        "conditions": ["在本市登记"],
        "promised_limit": {"value": 0 if instant else total + draw(st.sampled_from([0, 0, 0, 0, 1]))},
        "questions": [
            {"key": key, "text": f"问题{key}", "choices": CHOICES, "multiple": draw(st.booleans())}
            for key in draw(st.sampled_from([["q1", "q2"], ["q1", "q2"], ["q1", "q2"], ["q1"]]))
        ],
        "materials": [
            {"key": f"m{n:02d}", "name": f"材料{n}", "original_copies": 1, "accept_standard": "加盖公章", "when": when}
            for n, when in enumerate(materials, start=1)
        ],
        "form": [field(number, *parts) for number, parts in enumerate(fields, start=1)],
        "route": {"stages": stages},
        "service_objects": ["企业法人"],
    }


def field(number: int, kind: str, required: bool, when: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "key": f"f{number:02d}",
        "label": f"字段{number}",
        "kind": kind,
        "required": required,
        "help": "说明",
        "when": when,
        "choices": CHOICES if kind in {"choice", "choices"} else [],
        "columns": [{"key": "c1", "label": "姓名", "required": True}] if kind == "rows" else [],
    }


def good_answers(fields: tuple[FormField, ...], situation: dict[str, Any]) -> dict[str, Any]:
    """An answer to everything that is asked in this situation."""
    given: dict[str, Any] = {}
    for one in in_asking_order(fields):
        if one.is_asked and all_hold(one.when, {**situation, **given}):
            given[one.key] = [{"c1": "示例丁"}] if one.kind == "rows" else GOOD_ANSWERS[one.kind]
    return given


def run_to_its_end(definition: ItemDefinition, cast: Cast, choice: str) -> Case:
    """Receive, accept, let every department answer, decide, hand out."""
    publish(definition, by=None)
    situation = {question.key: [choice] if question.multiple else choice for question in definition.questions}
    case = receive(
        item=ServiceItem.objects.get(code=definition.code),
        applicant=company(),
        window=Window.objects.get(code="A01"),
        by=cast.receiver,
        key=uuid.uuid4(),
        situation=situation,
        answers=good_answers(definition.form, situation),
        in_spite_of=AGAIN,
    )
    here = set(case.materials.values_list("key", flat=True))
    check_materials(case, [row for row in good_rows(case) if row["key"] in here], by=cast.receiver)
    accept(case, by=cast.receiver)
    for _ in range(len(definition.route.stages) + 1):
        sign_all(case, cast)
        answer_all(case, cast)
    decide(case.tasks.get(kind="decision"), by=cast.decider(LEAD), granted=True)
    case.refresh_from_db()
    result = [NewResult("许可证", "1")]
    if definition.is_instant:
        delivery = ready_at_window(case, result, "A架", by=cast.issuer)
    else:
        delivery = take_in(transfer_result(case, result, set(), by=cast.officer(LEAD)), "A架", by=cast.issuer)
    code = case.documents.get(kind="pickup_notice").content["pickup_code"]
    who = {"name": "示例乙", "identity_kind": "111", "identity_number": PERSON}
    deliver(delivery, by=cast.issuer, code=code, settled=PAID, **who)
    case.refresh_from_db()
    return case


def test_any_definition_fails_with_a_reason_or_runs_to_its_end(cast: Cast) -> None:
    outcomes = {"refused": 0, "delivered": 0}

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
    @given(data=definitions(), choice=st.sampled_from(["a1", "a2"]))
    def holds(data: dict[str, Any], choice: str) -> None:
        definition = ItemDefinition.model_validate(data)
        reasons = [finding for finding in examine(definition) if finding.blocks]
        if reasons:
            outcomes["refused"] += 1
            event(reasons[0].rule)
            assert all(finding.message.endswith("。") and finding.suggestion for finding in reasons)
            return
        outcomes["delivered"] += 1
        with transaction.atomic():
            case = run_to_its_end(definition, cast, choice)
            assert case.status == CaseStatus.DELIVERED
            assert [*integrity.problems(), *handover_integrity.problems()] == []
            transaction.set_rollback(True)

    holds()
    assert outcomes["refused"] >= 5, outcomes
    assert outcomes["delivered"] >= 5, outcomes


def test_the_answers_made_up_here_are_good_answers() -> None:
    fields = tuple(FormField.model_validate(field(n, kind, True, [])) for n, kind in enumerate(KINDS, start=1))
    clean, problems = check_answers(fields, good_answers(fields, {}), {}, today=timezone.localdate())
    assert problems == []
    assert len(clean) == len(KINDS) - 1
