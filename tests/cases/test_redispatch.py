"""What was sent back: who leads once the decision goes elsewhere, and whose silence counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.cases import jobs
from portal.cases.decision.decide import decide
from portal.cases.models import Case, Task
from portal.cases.routes.opinions import deem_consent
from portal.cases.routes.tasks import redispatch
from portal.cases.states import TaskStatus
from portal.handover.signing import bounce, sign
from portal.lib.refusal import Refused
from portal.organisations.models import Organisation
from portal.pickup.results import transfer_result
from tests.cast import Cast, accepted_case, answer_all, sign_all
from tests.stages import PAPER

pytestmark = pytest.mark.django_db
LEAD, OTHER = "sx-jsj", "sx-gtj"


def bounced_by_the_lead(case: Case, cast: Cast) -> Task:
    """The one task for which the lead has a slip, sent back to the window."""
    slip = case.slips.waiting().get(department__code=LEAD)
    bounce(slip, by=cast.officer(LEAD), reason="不属于本部门")
    return case.tasks.select_related("case", "department").get(status=TaskStatus.BOUNCED)


def decision_with_the_other(cast: Cast) -> Case:
    """The lead sent back its review and then the decision; the window sent both to the other department."""
    case, other = accepted_case(), Organisation.objects.get(code=OTHER)
    redispatch(bounced_by_the_lead(case, cast), by=cast.receiver, department=other)
    sign_all(case, cast)
    answer_all(case, cast)
    redispatch(bounced_by_the_lead(case, cast), by=cast.receiver, department=other)
    return Case.objects.get(pk=case.pk)


def test_who_gets_the_decision_leads_the_case(cast: Cast) -> None:
    case = decision_with_the_other(cast)
    assert case.lead.code == OTHER
    for slip in case.slips.waiting().select_related("department"):
        sign(slip, by=cast.officer(slip.department.code))
    task = case.tasks.select_related("case", "department").get(kind="decision")
    with pytest.raises(Refused):
        decide(task, by=cast.decider(LEAD), granted=True)
    decide(task, by=cast.decider(OTHER), granted=True)
    case = Case.objects.get(pk=case.pk)
    decision = case.documents.get(kind="decision_grant")
    assert decision.content["department"] == Organisation.objects.get(code=OTHER).full_name
    with pytest.raises(Refused):
        transfer_result(case, PAPER, set(), by=cast.officer(LEAD))
    assert transfer_result(case, PAPER, set(), by=cast.officer(OTHER)).department.code == OTHER


def test_a_review_that_goes_elsewhere_leaves_the_lead_where_it_is(cast: Cast) -> None:
    case = accepted_case()
    other = Organisation.objects.get(code=OTHER)
    redispatch(bounced_by_the_lead(case, cast), by=cast.receiver, department=other)
    assert Case.objects.get(pk=case.pk).lead.code == LEAD


def test_what_was_sent_back_is_no_silence(cast: Cast) -> None:
    """A department that said 不属于本部门 has spoken; its opinion waits for the window, however late it is."""
    case = accepted_case()
    slip = case.slips.waiting().select_related("department").exclude(department__code=LEAD).first()
    bounce(slip, by=cast.officer(slip.department.code), reason="不属于本部门")
    late = timezone.localdate() - timedelta(days=30)
    task = case.tasks.select_related("case", "department").get(status=TaskStatus.BOUNCED)
    Task.objects.filter(pk=task.pk).update(deemed_consent=True, due=late)
    jobs.deem_consent(timezone.now())
    with pytest.raises(Refused, match="已退回"):
        deem_consent(task)
    assert Task.objects.get(pk=task.pk).status == TaskStatus.BOUNCED
    assert not case.events.filter(verb="deem_consent").exists()
