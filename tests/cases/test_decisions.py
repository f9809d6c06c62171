"""A decision is the deciding department's own paper, says what it rests on, answers dissent, and has hands of its own.

行政许可法 art. 38; the remedies by what the department's managers have registered.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from portal.cases.decision.decide import decide
from portal.cases.decision.findings import Findings
from portal.cases.models import Case, Task
from portal.cases.routes.dissent import refuse_unanswered
from portal.cases.routes.opinions import answer
from portal.cases.states import CaseStatus, TaskStatus
from portal.documents.integrity import problems
from portal.documents.models import Document
from portal.documents.numbers import PaperNumber
from portal.documents.registry import kind_of
from portal.documents.verification import by_code
from portal.handover.models import Slip
from portal.handover.signing import sign
from portal.lib.digests import digest
from portal.lib.refusal import Refused
from portal.lib.words import is_thin
from portal.organisations.models import Organisation, Role
from tests.cases.test_words_by_type import words_of
from tests.cast import Cast, accepted_case, answer_all, case_to_decide, decided_case, person, reasoned, sign_all
from tests.desk.test_permissions import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LEAD = "sx-jsj"
REPLY = "人防工程已另行报建，不影响本次施工许可。"


def decision_of(case: Case) -> Document:
    return case.documents.get(kind__startswith="decision_")


# -- whose paper it is


def test_a_decision_bears_name_number_and_seal_of_the_department_that_decides(cast: Cast) -> None:
    decision = decision_of(decided_case(cast))
    assert decision.number == f"绍市建准字〔{decision.year}〕第000001号"
    text = words_of(decision)
    assert "绍行服" not in text
    assert "绍兴市建设局准予行政许可决定书" in text
    assert "绍兴市建设局（印章）" in text
    assert cast.center.name not in text
    assert ("出具单位", "绍兴市建设局") in by_code(decision.verification_code).facts


def test_each_department_counts_its_own_decisions(cast: Cast) -> None:
    numbers = [decision_of(decided_case(cast, code)).number for code in ("TZ-09", "BDC-01", "TZ-09")]
    year = Document.objects.last().year
    assert numbers == [
        f"绍市建准字〔{year}〕第000001号",
        f"绍市国土准字〔{year}〕第000001号",
        f"绍市建准字〔{year}〕第000002号",
    ]
    assert [problem for problem in problems() if "issued" in problem] == []


def test_a_department_without_a_registered_sign_decides_under_its_name(cast: Cast) -> None:
    Organisation.objects.filter(code=LEAD).update(document_sign="")
    assert decision_of(decided_case(cast)).number.startswith("绍兴市建设局准字〔")


def test_decisions_that_the_centre_once_numbered_are_read_still(cast: Cast) -> None:
    content = {"center": {"name": "示例中心"}, "decided_at": ""}
    kind, year = "decision_grant", 2026
    old = PaperNumber(kind, year, 1)
    assert str(old) == "绍行服准字〔2026〕第000001号"
    assert PaperNumber.parse(str(old)) == old
    row = {"content": content, "content_sha256": digest(content)}
    Document.objects.bulk_create([Document(kind=kind, year=year, serial=1, number=str(old), **row)])
    assert Document.objects.get(number=str(old)).is_as_issued()
    new = decision_of(decided_case(cast))
    assert PaperNumber.parse(new.number) == PaperNumber(kind, new.year, 1, "绍市建")
    assert [problem for problem in problems() if "issued" in problem] == []
    with pytest.raises(ValueError, match="bears the number"):
        Document.issue(kind, content={}, by=None)
    assert not kind_of("receipt").was_centres


@pytest.mark.parametrize("sign, words", [("绍行服", "是行政服务中心的代字"), ("绍市国土", "已经是另一个单位的")])
def test_no_department_takes_the_sign_of_another_body(cast: Cast, sign: str, words: str) -> None:
    department = Organisation.objects.get(code=LEAD)
    department.document_sign = sign
    with pytest.raises(Exception, match=words):
        department.full_clean()


# -- what it rests on


@pytest.mark.parametrize(
    "change, field, words",
    [
        ({"facts": ""}, "facts", "认定的事实"),
        ({"facts": "属实属实属实属实"}, "facts", "认定的事实"),
        ({"unmet": ()}, "unmet", "哪一项条件、材料或者依据"),
        ({"unmet": ("condition-99",)}, "unmet", "指南里没有所选的内容"),
        ({"reasons": ""}, "reasons", "理由和依据"),
        ({"reasons": "不符"}, "reasons", "理由和依据"),
        ({"reasons": "不符不符不符不符不符不符不符"}, "reasons", "理由和依据"),
        ({"reasons": "，。；：、！？，。；：、！？"}, "reasons", "理由和依据"),
        ({"basis": " "}, "basis", "法律依据"),
    ],
)
def test_a_refusal_names_facts_requirement_reasons_and_basis(
    cast: Cast, change: dict[str, Any], field: str, words: str
) -> None:
    case = case_to_decide(cast)
    task = case.tasks.get(kind="decision")
    with pytest.raises(Refused, match=words) as refusal:
        decide(task, by=cast.decider(LEAD), granted=False, findings=reasoned(case, **change))
    assert refusal.value.field == field
    assert Case.objects.get(pk=case.pk).status == CaseStatus.IN_DEPARTMENT
    assert not case.documents.filter(kind__startswith="decision_").exists()


@pytest.mark.parametrize("text, thin", [("不符", True), ("一二三四五六七八九十一二", False), ("啊" * 40, True)])
def test_an_explanation_is_more_than_a_word_said_often(text: str, thin: bool) -> None:
    assert is_thin(text, 12) is thin


@pytest.mark.parametrize("kind", ["condition-1", "material-m01", "basis-1"])
def test_a_refusal_prints_and_keeps_what_it_rests_on(cast: Cast, kind: str) -> None:
    case = case_to_decide(cast)
    found = reasoned(case, unmet=(kind,))
    decide(case.tasks.get(kind="decision"), by=cast.decider(LEAD), granted=False, findings=found)
    case = Case.objects.get(pk=case.pk)
    assert (case.facts, case.reasons, case.basis) == (found.facts, found.reasons, found.basis)
    (unmet,) = case.unmet
    names = {
        "condition-1": case.definition.conditions[0],
        "material-m01": case.definition.material("m01").name,
        "basis-1": case.definition.bases_cited[0],
    }
    assert unmet.endswith(names[kind])
    text = words_of(decision_of(case))
    for wanted in (
        found.facts,
        found.reasons,
        unmet,
        f"根据{found.basis}、《中华人民共和国行政许可法》第三十八条第二款",
    ):
        assert wanted.replace(" ", "") in text


def test_the_case_page_shows_what_a_decision_rests_on(cast: Cast) -> None:
    case = decided_case(cast, granted=False)
    text = client_of(cast.officer(LEAD)).get(reverse("cases_modeladmin_inspect", args=[case.pk])).content.decode()
    for wanted in ("不予行政许可", case.facts, case.reasons, case.basis, *case.unmet):
        assert wanted in text


def test_a_grant_needs_no_findings_and_rests_on_the_guide(cast: Cast) -> None:
    case = decided_case(cast)
    assert (case.facts, case.unmet, case.basis) == ("", [], "")
    assert f"根据{'、'.join(case.definition.bases_cited)}、".replace(" ", "") in words_of(decision_of(case))


# -- remedies


def test_the_remedies_name_what_is_registered(cast: Cast) -> None:
    Organisation.objects.filter(code=LEAD).update(court="示例人民法院")
    text = words_of(decision_of(decided_case(cast, granted=False)))
    assert "六十日内向绍兴市人民政府申请行政复议" in text
    assert "六个月内向示例人民法院提起行政诉讼" in text


@pytest.mark.parametrize("unknown", ["", "待核实", "绍兴市人民政府（待核实）"])
def test_a_remedy_that_is_not_certain_is_told_in_general(cast: Cast, unknown: str) -> None:
    Organisation.objects.filter(code=LEAD).update(reconsideration_body=unknown, court=unknown)
    text = words_of(decision_of(decided_case(cast, granted=False)))
    assert "六十日内向行政复议机关申请行政复议" in text
    assert "六个月内向有管辖权的人民法院提起行政诉讼" in text
    assert "待核实" not in text


# -- dissent


def with_dissent(cast: Cast, *codes: str) -> Task:
    """A case ready to be decided although these departments disagreed."""
    case = accepted_case()
    sign_all(case, cast)
    for task in case.tasks.filter(kind="opinion", department__code__in=codes):
        words = {"opinion": "没有人防设计审查意见。", "legal_basis": "《示例条例》第二十二条"}
        answer(task, by=cast.officer(task.department.code), outcome="disagree", **words)
    answer_all(case, cast)
    return Case.objects.get(pk=case.pk).tasks.get(kind="decision")


def test_nobody_grants_over_a_dissent_without_answering_each_in_writing(cast: Cast) -> None:
    task = with_dissent(cast, "sx-rfb", "sx-slj")
    steps = {each.department.code: each.step for each in task.case.tasks.filter(outcome="disagree")}
    for replies in ({}, {steps["sx-rfb"]: REPLY}, {steps["sx-rfb"]: REPLY, steps["sx-slj"]: "已知。"}):
        with pytest.raises(Refused, match="须逐一书面答复"):
            decide(task, by=cast.decider(LEAD), granted=True, findings=Findings(replies=replies))
    with pytest.raises(Refused, match="市水利局") as refusal:
        decide(task, by=cast.decider(LEAD), granted=True, findings=Findings(replies={steps["sx-rfb"]: REPLY}))
    assert refusal.value.field == f"reply_{steps['sx-slj']}"
    assert not task.case.events.filter(verb="answer_dissent").exists()
    assert task.case.tasks.exclude(reply="").count() == 0


def test_an_answer_to_dissent_has_eight_signs_at_least(cast: Cast) -> None:
    task = with_dissent(cast, "sx-rfb")
    step = task.case.tasks.get(outcome="disagree").step
    with pytest.raises(Refused, match="须逐一书面答复"):
        refuse_unanswered(task.case, {step: "已有设计审查书"})
    refuse_unanswered(task.case, {step: "已有设计审查书了"})


def test_an_answer_to_dissent_is_kept_told_and_printed(cast: Cast) -> None:
    task = with_dissent(cast, "sx-rfb")
    dissent = task.case.tasks.get(outcome="disagree")
    decide(task, by=cast.decider(LEAD), granted=True, findings=Findings(replies={dissent.step: f" {REPLY} "}))
    dissent.refresh_from_db()
    assert dissent.reply == REPLY
    event = task.case.events.get(verb="answer_dissent")
    assert (event.actor, event.name) == (cast.decider(LEAD), "答复不同意见")
    assert str(dissent.department) in event.text
    assert REPLY in event.text
    assert f"答复：{REPLY}" in words_of(decision_of(task.case))


def test_a_refusal_answers_nobody(cast: Cast) -> None:
    task = with_dissent(cast, "sx-rfb")
    decide(task, by=cast.decider(LEAD), granted=False, findings=reasoned(task.case))
    assert not task.case.events.filter(verb="answer_dissent").exists()


# -- hands


def allrounder() -> Any:
    """One person with every post of the department that leads."""
    roles = (Role.DEPT_RECEIVER, Role.OFFICER, Role.REVIEWER, Role.DECIDER)
    return person("allrounder", [(role, "", LEAD) for role in roles])


@pytest.mark.parametrize("part", ["signed", "reviewed"])
def test_who_signed_for_or_reviewed_a_step_does_not_decide(cast: Cast, part: str) -> None:
    """The route of TZ-09 has a step for reviewing and one for deciding: each half alone keeps from the decision."""
    case = accepted_case()
    both, office = allrounder(), cast.officer(LEAD)
    slip = Slip.objects.waiting().get(case=case, department__code=LEAD)
    sign(slip, by=both if part == "signed" else office)
    sign_all(case, cast)
    review = case.tasks.get(kind="review")
    answer(review, by=both if part == "reviewed" else office, outcome="agree", opinion="")
    answer_all(case, cast)
    task = Case.objects.get(pk=case.pk).tasks.get(kind="decision")
    with pytest.raises(Refused, match="须由不同的人办理"):
        decide(task, by=both, granted=True)
    assert Task.objects.get(pk=task.pk).status == TaskStatus.WORKING
    decide(task, by=cast.decider(LEAD), granted=True)


def test_a_route_of_one_step_asks_for_no_second_hand(cast: Cast) -> None:
    """BDC-01 comes to 市国土局 for one step only: whoever signs for it may decide."""
    case = accepted_case("BDC-01")
    sign_all(case, cast)
    answer_all(case, cast)
    lead = person("registrar", [(role, "", "sx-gtj") for role in (Role.DEPT_RECEIVER, Role.DECIDER)])
    sign(Slip.objects.waiting().get(case=case, department__code="sx-gtj"), by=lead)
    decide(Case.objects.get(pk=case.pk).tasks.get(kind="decision"), by=lead, granted=True)
    assert Case.objects.get(pk=case.pk).decided_by == lead
