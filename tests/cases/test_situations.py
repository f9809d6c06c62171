"""What the answers of an applicant change: the list, the route, who is waited for, and what is kept encrypted."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from portal.cases import integrity, jobs
from portal.cases.intake.materials import check_materials
from portal.cases.intake.outcomes import accept
from portal.cases.models import Case, Task
from portal.cases.routes.opinions import answer, deem_consent
from portal.cases.states import TaskStatus
from portal.catalog.editions.publishing import publish
from portal.catalog.models import Edition, ServiceItem
from portal.handover import integrity as handover_integrity
from portal.handover.models import Slip
from portal.handover.signing import sign
from portal.lib.refusal import Refused
from tests.cast import AGAIN, PERSON, Cast, company, good_rows, sign_all

pytestmark = pytest.mark.django_db

BUILDING = {
    "key": "q1",
    "text": "工程是否位于地铁保护区",
    "choices": [{"key": "a1", "text": "是"}, {"key": "a2", "text": "否"}],
}
IN_ZONE = [{"of": "q1", "values": ["a1"]}]
FORM = [
    {"key": "f01", "label": "建设规模", "kind": "number", "required": True},
    {"key": "f02", "label": "项目经理身份证", "kind": "identity"},
    {"key": "f03", "label": "轨道线路", "kind": "text", "required": True, "when": IN_ZONE},
    {
        "key": "f04",
        "label": "参建单位",
        "kind": "rows",
        "columns": [{"key": "c1", "label": "名称", "required": True}, {"key": "c2", "label": "电话", "kind": "mobile"}],
    },
]


def asking(**changes: Any) -> ServiceItem:
    """TZ-09 with a question: only within the protected zone is the fourth material and 市水利局's opinion wanted."""
    item = ServiceItem.objects.get(code="TZ-09")
    data = item.current_edition.parsed.model_dump(mode="json")
    data["questions"], data["form"] = [BUILDING], FORM
    data["materials"][3]["when"] = IN_ZONE
    stage = next(stage for stage in data["route"]["stages"] if len(stage["steps"]) > 1)
    opinion = next(step for step in stage["steps"] if step["kind"] == "opinion")
    opinion["when"] = IN_ZONE
    stage.update(changes.pop("stage", {}))
    for step in stage["steps"]:
        if step["kind"] == "opinion":
            step.update(changes.get("opinions", {}))
    publish(Edition(definition=data).parsed, by=None)
    item.refresh_from_db()
    return item


def taken(cast: Cast, item: ServiceItem, answer: str, **answers: Any) -> Case:
    window = cast.receiver.posts_now()[0].window
    case = Case.objects.get(pk=_receive(cast, item, window, {"q1": answer}, {"f01": "1200", **answers}).pk)
    rows = [row for row in good_rows(case) if case.materials.filter(key=row["key"]).exists()]
    check_materials(case, rows, by=cast.receiver)
    return case


def _receive(cast: Cast, item: ServiceItem, window: Any, situation: dict, answers: dict) -> Case:
    from portal.cases.intake.receive import receive

    return receive(
        item=item,
        applicant=company(),
        window=window,
        by=cast.receiver,
        key=uuid.uuid4(),
        situation=situation,
        answers=answers,
        in_spite_of=AGAIN,
    )


def test_only_the_materials_of_the_situation_are_listed(cast: Cast) -> None:
    item = asking()
    inside = taken(cast, item, "a1", f03="1号线")
    outside = taken(cast, item, "a2")
    assert inside.materials.count() == outside.materials.count() + 1
    assert not outside.materials.filter(key="m04").exists()


def test_only_the_steps_of_the_situation_are_dispatched(cast: Cast) -> None:
    item = asking()
    inside, outside = taken(cast, item, "a1", f03="1号线"), taken(cast, item, "a2")
    for case in (inside, outside):
        accept(case, by=cast.receiver)
    assert inside.tasks.count() == outside.tasks.count() + 1


def test_a_question_without_an_answer_is_asked_again(cast: Cast) -> None:
    item = asking()
    with pytest.raises(Refused, match="请回答“工程是否位于地铁保护区”"):
        taken(cast, item, "a9")
    assert not Case.objects.exists()


def test_a_hidden_field_is_neither_demanded_nor_kept(cast: Cast) -> None:
    item = asking()
    assert "f03" not in taken(cast, item, "a2", f03="不该保存").answers
    with pytest.raises(Refused, match="轨道线路"):
        taken(cast, item, "a1")


def test_identity_and_phone_numbers_of_the_form_are_ciphertext_in_the_database(cast: Cast) -> None:
    rows = [{"c1": "示例施工单位", "c2": "13900000000"}]
    case = taken(cast, asking(), "a2", f02=PERSON, f04=rows)
    assert case.answers == {"f01": "1200"}
    assert case.answers_in_full() == {"f01": "1200", "f02": PERSON, "f04": rows}
    with connection.cursor() as cursor:
        cursor.execute("select answers, sealed_answers from cases_case where id = %s", [case.pk])
        stored = str(cursor.fetchone())
    assert PERSON not in stored
    assert "13900000000" not in stored


def stage_at_work(case: Case, cast: Cast) -> tuple[Task, list[Task]]:
    """The lead's task and the others of the first stage that runs in parallel, signed for."""
    accept(case, by=cast.receiver)
    sign_all(case, cast)
    tasks = list(case.tasks.filter(status=TaskStatus.WORKING).select_related("department"))
    return next(task for task in tasks if task.is_lead), [task for task in tasks if not task.is_lead]


def test_a_stage_waits_for_everybody_unless_the_lead_decides(cast: Cast) -> None:
    case = taken(cast, asking(), "a2")
    lead, others = stage_at_work(case, cast)
    answer(lead, by=cast.officer(lead.department.code), outcome="agree", opinion="")
    case.refresh_from_db()
    assert others
    assert case.stage == 1


def test_where_the_lead_decides_the_others_are_no_longer_waited_for(cast: Cast) -> None:
    case = taken(cast, asking(stage={"join": "lead"}), "a2")
    lead, others = stage_at_work(case, cast)
    answer(lead, by=cast.officer(lead.department.code), outcome="agree", opinion="")
    case.refresh_from_db()
    assert case.stage == 2
    assert {Task.objects.get(pk=task.pk).status for task in others} == {TaskStatus.CANCELLED}
    assert case.events.filter(verb="overtake").count() == 1
    assert list(integrity.problems()) == []
    assert list(handover_integrity.problems()) == []


def test_slips_on_their_way_to_departments_nobody_waits_for_become_void(cast: Cast) -> None:
    case = taken(cast, asking(stage={"join": "lead"}), "a2")
    accept(case, by=cast.receiver)
    slip = Slip.objects.waiting().get(case=case, department=case.lead)
    sign(slip, by=cast.officer(case.lead.code))
    lead = case.tasks.get(status=TaskStatus.WORKING)
    answer(lead, by=cast.officer(case.lead.code), outcome="agree", opinion="")
    assert not Slip.objects.waiting().filter(case=case).exclude(department=case.lead).exists()
    assert list(handover_integrity.problems()) == []


def test_silence_is_consent_only_where_the_route_says_so_and_the_limit_is_over(cast: Cast) -> None:
    case = taken(cast, asking(opinions={"deemed_consent": True}), "a2")
    lead, others = stage_at_work(case, cast)
    jobs.deem_consent(timezone.now())
    assert not case.tasks.filter(outcome="deemed_agree").exists()
    late = timezone.localdate() - timedelta(days=1)
    case.tasks.filter(pk__in=[task.pk for task in [lead, *others]]).update(due=late)
    jobs.deem_consent(timezone.now())
    jobs.deem_consent(timezone.now())
    assert case.tasks.filter(outcome="deemed_agree").count() == len(others)
    assert Task.objects.get(pk=lead.pk).status == TaskStatus.WORKING
    with pytest.raises(Refused):
        deem_consent(lead)
    assert list(integrity.problems()) == []
