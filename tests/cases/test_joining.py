"""When a stage is over: nobody decides or goes on while somebody is still asked, and silence counts on its day."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.cases import jobs
from portal.cases.decision.decide import decide
from portal.cases.intake.materials import check_materials
from portal.cases.intake.outcomes import accept, deem_accepted
from portal.cases.intake.receive import receive
from portal.cases.models import Case, Event, Task
from portal.cases.models.acting import acting
from portal.cases.routes.dispatch import make_tasks
from portal.cases.routes.join import join, lead_decides, may_close
from portal.cases.routes.opinions import answer, deem_consent
from portal.cases.states import TaskStatus
from portal.catalog.editions.publishing import publish
from portal.catalog.models import ServiceItem
from portal.catalog.schema.definition import ItemDefinition
from portal.handover.models import Custody, Slip
from portal.handover.signing import sign
from portal.lib.refusal import Refused
from portal.organisations.models import Window
from tests.cast import AGAIN, Cast, accepted_case, company, good_rows, reasoned, received_case, sign_all

pytestmark = pytest.mark.django_db
LEAD, ASKED = "sx-jsj", "sx-rfb"


def step(key: str, department: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "name": "办理", "department": department, "kind": kind, "limit_wd": 3, **more}


def one_stage(waits_for: str, *, deemed: bool = False) -> ItemDefinition:
    """The lead decides in the very stage in which another department is asked."""
    steps = [
        step("s1", LEAD, "decision", is_lead=True, takes_paper=True),
        step("s2", ASKED, "opinion", deemed_consent=deemed),
    ]
    return ItemDefinition.model_validate(
        {
            "code": "TZ-77",
            "name": "一环节事项",
            "zone": "investment",
            "item_type": "行政许可",
            "case_type": "promised",
            "lead_dept": LEAD,
            "legal_bases": ["《示例办法》第一条"],
            "conditions": ["在本市登记"],
            "promised_limit": {"value": 3},
            "materials": [{"key": "m01", "name": "申请表", "original_copies": 1, "accept_standard": "加盖公章"}],
            "route": {"stages": [{"key": "g1", "join": waits_for, "steps": steps}]},
            "service_objects": ["企业法人"],
        }
    )


def opinion_slip(opinion: Task) -> Slip:
    return Slip.objects.get(case=opinion.case, department=opinion.department)


def at_work(cast: Cast, definition: ItemDefinition, *, signing: Sequence[str] = (LEAD, ASKED)) -> tuple[Task, Task]:
    """A case of that item, signed for by these departments: the lead's decision and the other's opinion."""
    publish(definition, by=None)
    item, window = ServiceItem.objects.get(code=definition.code), Window.objects.get(code="A01")
    case = receive(item=item, applicant=company(), window=window, by=cast.receiver, key=uuid.uuid4(), in_spite_of=AGAIN)
    check_materials(case, good_rows(case), by=cast.receiver)
    accept(case, by=cast.receiver)
    for slip in case.slips.filter(department__code__in=signing):
        sign(slip, by=cast.officer(slip.department.code))
    return case.tasks.get(kind="decision"), case.tasks.get(kind="opinion")


# -- the decision --------------------------------------------------------------------------------------------------


def test_nobody_decides_while_a_department_of_the_stage_is_still_asked(cast: Cast) -> None:
    decision, opinion = at_work(cast, one_stage("all"))
    assert not may_close(decision)
    for granted in (True, False):
        with pytest.raises(Refused, match="尚有部门没有回复意见"):
            decide(decision, by=cast.decider(LEAD), granted=granted, findings=reasoned(decision.case))
    answer(opinion, by=cast.officer(ASKED), outcome="agree", opinion="")
    decision = Task.objects.get(pk=decision.pk)
    assert may_close(decision)
    decide(decision, by=cast.decider(LEAD), granted=True)
    assert Case.objects.get(pk=decision.case_id).status == "decided_granted"


def test_where_the_lead_closes_the_stage_it_decides_without_waiting(cast: Cast) -> None:
    decision, opinion = at_work(cast, one_stage("lead"))
    assert may_close(decision)
    decide(decision, by=cast.decider(LEAD), granted=True)
    assert Task.objects.get(pk=opinion.pk).status == TaskStatus.CANCELLED
    told = decision.case.events.get(verb="overtake")
    assert (told.text, told.once) == (f"牵头部门已办结，不再等待{opinion.department}。", "overtake:1")


def test_a_slip_to_a_department_that_is_not_waited_for_any_more_is_void_and_its_papers_come_home(cast: Cast) -> None:
    decision, opinion = at_work(cast, one_stage("lead"), signing=[LEAD])
    Custody.objects.now().of_case(decision.case).update(holder="in_transit", slip=opinion_slip(opinion))
    decide(decision, by=cast.decider(LEAD), granted=True)
    assert opinion_slip(opinion).status == "cancelled"
    assert set(Custody.objects.now().of_case(decision.case).values_list("holder", flat=True)) == {"window"}


def test_a_slip_is_void_once_silence_has_agreed(cast: Cast) -> None:
    decision, opinion = at_work(cast, one_stage("all", deemed=True), signing=[LEAD])
    Task.objects.filter(pk=opinion.pk).update(due=timezone.localdate() - timedelta(days=1))
    deem_consent(Task.objects.get(pk=opinion.pk))
    assert opinion_slip(opinion).status == "cancelled"
    told = decision.case.events.get(verb="deem_consent")
    assert (told.text, told.once) == (f"{opinion.department}逾期没有回复，“{opinion.name}”视为同意。", "deem:s2")


# -- the join ------------------------------------------------------------------------------------------------------


def test_a_stage_with_somebody_at_work_is_not_joined(cast: Cast) -> None:
    case = accepted_case()
    sign_all(case, cast)
    first, *others = case.tasks.filter(stage=1).select_related("department")
    for task in others:
        answer(task, by=cast.officer(task.department.code), outcome="agree", opinion="")
        assert Case.objects.get(pk=case.pk).stage == 1
    case.refresh_from_db()
    assert join(case, 1, by=None) is False
    assert set(case.tasks.filter(stage=2).values_list("status", flat=True)) == {TaskStatus.WAITING}
    answer(Task.objects.get(pk=first.pk), by=cast.officer(first.department.code), outcome="agree", opinion="")
    assert Case.objects.get(pk=case.pk).stage == 2
    assert TaskStatus.WAITING not in set(case.tasks.filter(stage=2).values_list("status", flat=True))


def test_a_stage_is_joined_once_and_opens_the_next_once(cast: Cast) -> None:
    case = accepted_case()
    sign_all(case, cast)
    for task in case.tasks.filter(stage=1).select_related("department"):
        answer(task, by=cast.officer(task.department.code), outcome="agree", opinion="")
    joined = case.events.filter(verb="join")
    assert [event.once for event in joined] == ["join:1"]
    before = (Event.objects.count(), Slip.objects.count())
    for _ in range(2):
        assert join(Case.objects.get(pk=case.pk), 1, by=None) is False
    assert (Event.objects.count(), Slip.objects.count()) == before
    assert Case.objects.get(pk=case.pk).stage == 2


def test_the_call_that_joins_a_stage_says_so_and_what_comes_next(cast: Cast) -> None:
    case = accepted_case()
    sign_all(case, cast)
    case.refresh_from_db()
    following = "、".join(case.tasks.filter(stage=2).values_list("name", flat=True))
    case.tasks.filter(stage=1).update(status=TaskStatus.DONE)
    with acting(case):
        assert join(case, 1, by=None) is True
    assert case.stage == 2
    assert case.events.get(verb="join").text == f"第1环节各部门均已办结，转入“{following}”。"
    assert not case.events.filter(verb="overtake").exists()
    decision = case.tasks.get(stage=2)
    assert decision.status == TaskStatus.WORKING, "who has signed for the case goes on at once"
    assert (decision.sent_at, decision.due) != (None, None)
    assert decision.sent_at == decision.signed_at
    assert not case.slips.waiting().exists()


def test_the_last_silence_of_a_stage_joins_it(cast: Cast) -> None:
    case = accepted_case()
    sign_all(case, cast)
    silent = case.tasks.filter(stage=1, kind="opinion").first()
    case.tasks.filter(stage=1).exclude(pk=silent.pk).update(status=TaskStatus.DONE)
    Task.objects.filter(pk=silent.pk).update(deemed_consent=True, due=timezone.localdate() - timedelta(days=1))
    deem_consent(Task.objects.get(pk=silent.pk))
    assert Case.objects.get(pk=case.pk).stage == 2


def test_no_lead_closes_a_stage_that_the_route_does_not_have(cast: Cast) -> None:
    decision, _ = at_work(cast, one_stage("lead"))
    assert [lead_decides(decision.case, number) for number in (0, 1, 2)] == [False, True, False]


def test_the_tasks_of_a_route_are_made_once(cast: Cast) -> None:
    case = accepted_case()
    before = list(case.tasks.values())
    make_tasks(case)
    assert list(case.tasks.values()) == before
    assert set(case.tasks.values_list("stage", flat=True)) == {1, 2}


def test_a_bounced_step_keeps_its_stage_from_joining(cast: Cast) -> None:
    case = accepted_case()
    sign_all(case, cast)
    first, *others = case.tasks.filter(stage=1).select_related("department")
    Task.objects.filter(pk=first.pk).update(status=TaskStatus.BOUNCED)
    for task in others:
        answer(task, by=cast.officer(task.department.code), outcome="agree", opinion="")
    assert Case.objects.get(pk=case.pk).stage == 1


# -- silence -------------------------------------------------------------------------------------------------------


def test_silence_is_consent_from_the_day_after_the_limit(cast: Cast) -> None:
    decision, opinion = at_work(cast, one_stage("all", deemed=True))
    for days in (3, 0):
        Task.objects.filter(pk=opinion.pk).update(due=timezone.localdate() + timedelta(days=days))
        with pytest.raises(Refused, match="期限未到"):
            deem_consent(Task.objects.get(pk=opinion.pk))
        jobs.deem_consent(timezone.now())
        assert Task.objects.get(pk=opinion.pk).status == TaskStatus.WORKING
    Task.objects.filter(pk=opinion.pk).update(due=timezone.localdate() - timedelta(days=1))
    deem_consent(Task.objects.get(pk=opinion.pk))
    assert Task.objects.get(pk=opinion.pk).outcome == "deemed_agree"
    assert may_close(Task.objects.get(pk=decision.pk))


def test_silence_is_no_consent_where_the_route_does_not_say_so(cast: Cast) -> None:
    decision, opinion = at_work(cast, one_stage("all"))
    late = timezone.localdate() - timedelta(days=1)
    Task.objects.filter(pk__in=[decision.pk, opinion.pk]).update(due=late)
    Task.objects.filter(pk=decision.pk).update(deemed_consent=True)
    for task in (decision, opinion):
        with pytest.raises(Refused, match="不适用"):
            deem_consent(Task.objects.get(pk=task.pk))


def test_silence_is_acceptance_from_the_day_after_the_fifth(cast: Cast) -> None:
    case = received_case(complete=False)
    for days in (5, 0):
        Case.objects.filter(pk=case.pk).update(acceptance_due=timezone.localdate() + timedelta(days=days))
        with pytest.raises(Refused, match="期限还没有过"):
            deem_accepted(Case.objects.get(pk=case.pk))
        jobs.deem_accepted(timezone.now())
        assert Case.objects.get(pk=case.pk).status == "received"
    Case.objects.filter(pk=case.pk).update(acceptance_due=timezone.localdate() - timedelta(days=1))
    deem_accepted(Case.objects.get(pk=case.pk))
    assert Case.objects.get(pk=case.pk).status == "dispatched"
