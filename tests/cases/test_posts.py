"""A post counts at its own place: whoever may act in the city's centre may, and the same role elsewhere may not."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.cases.decision.decide import decide
from portal.cases.decision.withdraw import withdraw
from portal.cases.intake.applicant import correct_applicant
from portal.cases.intake.correction import complete_correction, request_correction
from portal.cases.intake.files import keep_upload
from portal.cases.intake.materials import check_materials
from portal.cases.intake.outcomes import accept
from portal.cases.intake.printing import print_application_form, print_receipt
from portal.cases.intake.receive import receive
from portal.cases.intake.reveal import reveal_identity, reveal_phone
from portal.cases.models import Case, Event, Task
from portal.cases.routes import tasks
from portal.cases.routes.opinions import answer
from portal.handover import signing
from portal.handover.models import Slip
from portal.lib.refusal import Refused
from portal.organisations.models import Role, User, Window
from portal.pickup.delivering import deliver
from portal.pickup.models import Delivery
from portal.pickup.results import NewResult, bounce_result, ready_at_window, take_in, transfer_result
from tests.cast import (
    AGAIN,
    PERSON,
    Branch,
    Cast,
    accepted_case,
    answer_all,
    case_to_decide,
    company,
    decided_case,
    good_rows,
    person,
    received_case,
    sign_all,
)
from tests.files import PDF
from tests.stages import PAPER, bounced, in_correction, in_department, in_transfer, ready

pytestmark = pytest.mark.django_db
Hands = Cast | Branch
LEAD = "sx-jsj"
WHY = "核对申请人身份"


def scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("扫描件.pdf", PDF)


def slip_to_lead(case: Case) -> Slip:
    return case.slips.get(direction="to_department", department__code=LEAD)


def result_slip(case: Case) -> Slip:
    return case.slips.get(direction="to_window")


def hand_out(case: Case, hands: Hands) -> None:
    code = case.documents.get(kind="pickup_notice").content["pickup_code"]
    who = {"name": "示例乙", "identity_kind": "111", "identity_number": PERSON}
    deliver(Delivery.objects.get(case=case), by=hands.issuer, code=code, **who)


def instant_decided(cast: Cast) -> Case:
    return decided_case(cast, "SS-02")


def all_in(cast: Cast) -> Case:
    """In correction, with everything on the notice handed in."""
    case = in_correction(cast)
    check_materials(case, good_rows(case), by=cast.receiver)
    return case


def take_another(case: Case, hands: Hands) -> None:
    where = Window.objects.get(code="A01")
    receive(item=case.item, applicant=company(), window=where, by=hands.receiver, key=uuid.uuid4(), in_spite_of=AGAIN)


def send_again(case: Case, hands: Hands) -> None:
    task = case.tasks.filter(status="bounced").first()
    tasks.redispatch(task, by=hands.receiver, department=task.department)


def without_it(case: Case, hands: Hands) -> None:
    task = case.tasks.filter(status="bounced", is_lead=False).exclude(kind="decision").first()
    tasks.drop(task, by=hands.receiver, reason="与本件无关")


def review(case: Case, hands: Hands) -> None:
    task = case.tasks.get(department__code=LEAD, kind="review")
    answer(task, by=hands.officer(LEAD), outcome="agree", opinion="")


def grant(case: Case, hands: Hands) -> None:
    decide(case.tasks.get(kind="decision"), by=hands.decider(LEAD), granted=True)


def grant_on_the_spot(case: Case, hands: Hands) -> None:
    decide(case.tasks.get(), by=hands.decider("sx-scjg"), granted=True)


def scan_of_material(case: Case, hands: Hands) -> None:
    keep_upload(case, scan(), by=hands.receiver, material=case.materials.first())


# name → a case at which it is the next thing to do, and the verb, done rightly by the right post of `hands`
ACTS: dict[str, tuple[Callable[[Cast], Case], Callable[[Case, Hands], object]]] = {
    "receive": (lambda cast: received_case(), take_another),
    "check_materials": (
        lambda cast: received_case(complete=False),
        lambda case, hands: check_materials(case, good_rows(case), by=hands.receiver),
    ),
    "accept": (lambda cast: received_case(), lambda case, hands: accept(case, by=hands.receiver)),
    "print_receipt": (lambda cast: received_case(), lambda case, hands: print_receipt(case, by=hands.receiver)),
    "print_form": (lambda cast: received_case(), lambda case, hands: print_application_form(case, by=hands.receiver)),
    "upload": (lambda cast: received_case(), scan_of_material),
    "upload_result": (decided_case, lambda case, hands: keep_upload(case, scan(), by=hands.officer(LEAD))),
    "request_correction": (
        lambda cast: received_case(),
        lambda case, hands: request_correction(case, {case.definition.materials[0].key: "请补交"}, by=hands.receiver),
    ),
    "complete_correction": (all_in, lambda case, hands: complete_correction(case, by=hands.receiver)),
    "withdraw": (lambda cast: received_case(), lambda case, hands: withdraw(case, by=hands.receiver, reason="暂缓")),
    "correct_applicant": (
        lambda cast: received_case(),
        lambda case, hands: correct_applicant(case, {"address": "示例路1号"}, by=hands.receiver, reason=WHY),
    ),
    "reveal_at_window": (
        lambda cast: received_case(),
        lambda case, hands: reveal_identity(case, by=hands.receiver, reason=WHY),
    ),
    "reveal_phone": (
        lambda cast: received_case(),
        lambda case, hands: reveal_phone(case, by=hands.receiver, reason=WHY),
    ),
    "reveal_in_department": (
        lambda cast: accepted_case(),
        lambda case, hands: reveal_identity(case, by=hands.decider(LEAD), reason=WHY),
    ),
    "sign": (
        lambda cast: accepted_case(),
        lambda case, hands: signing.sign(slip_to_lead(case), by=hands.officer(LEAD)),
    ),
    "bounce": (
        lambda cast: accepted_case(),
        lambda case, hands: signing.bounce(slip_to_lead(case), by=hands.officer(LEAD), reason="不属于本部门"),
    ),
    "redispatch": (bounced, send_again),
    "drop": (bounced, without_it),
    "answer": (in_department, review),
    "decide": (case_to_decide, grant),
    "decide_on_the_spot": (lambda cast: accepted_case("SS-02"), grant_on_the_spot),
    "transfer_result": (
        decided_case,
        lambda case, hands: transfer_result(case, PAPER, set(), by=hands.officer(LEAD)),
    ),
    "ready_at_window": (
        instant_decided,
        lambda case, hands: ready_at_window(case, [NewResult("许可证", "1")], "A架", by=hands.issuer),
    ),
    "take_in": (in_transfer, lambda case, hands: take_in(result_slip(case), "A架", by=hands.issuer)),
    "bounce_result": (
        in_transfer,
        lambda case, hands: bounce_result(result_slip(case), by=hands.issuer, reason="有误"),
    ),
    "deliver": (ready, hand_out),
}


@pytest.mark.parametrize("name", ACTS)
def test_the_same_post_in_another_centre_does_nothing_here(cast: Cast, name: str) -> None:
    build, act = ACTS[name]
    case = build(cast)
    before = (Case.objects.get(pk=case.pk).version, Event.objects.count(), Case.objects.count())
    with pytest.raises(Refused):
        act(Case.objects.get(pk=case.pk), cast.branch)
    assert (Case.objects.get(pk=case.pk).version, Event.objects.count(), Case.objects.count()) == before
    act(Case.objects.get(pk=case.pk), cast)
    assert Event.objects.count() > before[1]


def test_the_window_of_another_centre_sees_nothing_here(cast: Cast) -> None:
    case = accepted_case()
    for at_home, elsewhere in ((cast.receiver, cast.branch.receiver), (cast.issuer, cast.branch.issuer)):
        assert list(Case.objects.visible_to(at_home)) == [case]
        assert not Case.objects.visible_to(elsewhere).exists()
        assert not Slip.objects.visible_to(elsewhere).exists()
        assert not Task.objects.visible_to(elsewhere).exists()


def test_the_supervisor_of_another_centre_sees_nothing_here(cast: Cast) -> None:
    case = ready(cast)
    assert list(Case.objects.visible_to(cast.supervisor)) == [case]
    assert not Case.objects.visible_to(cast.branch.supervisor).exists()
    assert not Delivery.objects.visible_to(cast.branch.supervisor).exists()


@pytest.mark.parametrize("who", ["estate_receiver", "issuer", "supervisor", "editor", "nobody"])
def test_materials_are_checked_at_a_window_of_the_zone_only(cast: Cast, who: str) -> None:
    case = received_case(complete=False)
    with pytest.raises(Refused, match="岗位不能办理“核对材料”"):
        check_materials(case, good_rows(case), by=getattr(cast, who))
    with pytest.raises(Refused, match="岗位不能办理“核对材料”"):
        check_materials(case, good_rows(case), by=cast.officer(LEAD))
    assert not case.materials.filter(received=True).exists()
    check_materials(case, good_rows(case), by=cast.window_lead)
    assert not case.materials.filter(received=False).exists()


def both(name: str) -> User:
    """Somebody who stands at the window and decides for the lead department as well."""
    return person(name, [(Role.RECEIVER, "A01", ""), (Role.DECIDER, "", LEAD)])


@pytest.mark.parametrize("part", ["received_by", "accepted_by"])
def test_who_received_or_accepted_a_case_does_not_decide_it(cast: Cast, part: str) -> None:
    """受理和审批相分离: either of the two, each alone, keeps from deciding."""
    window = Window.objects.get(code="A01")
    taker, accepter = (both("both"), cast.receiver) if part == "received_by" else (cast.receiver, both("both"))
    item = received_case().item
    case = receive(item=item, applicant=company(), window=window, by=taker, key=uuid.uuid4(), in_spite_of=AGAIN)
    check_materials(case, good_rows(case), by=cast.receiver)
    accept(case, by=accepter)
    for _ in range(2):
        sign_all(case, cast)
        answer_all(case, cast)
    task = case.tasks.get(kind="decision")
    with pytest.raises(Refused, match="受理和审批相分离"):
        decide(task, by=both("both"), granted=True)
    decide(task, by=cast.decider(LEAD), granted=True)
    assert case.events.get(verb="grant").actor == cast.decider(LEAD)


def test_a_slip_is_signed_at_the_end_it_travels_to(cast: Cast) -> None:
    """签收 belongs to the direction: the department that sent the result cannot sign for it as well."""
    back = in_transfer(cast)
    with pytest.raises(Refused, match="由出件窗口接收"):
        signing.sign(result_slip(back), by=cast.officer(LEAD))
    with pytest.raises(Refused, match="由部门收件员签收"):
        signing.take_in(slip_to_lead(accepted_case()), by=cast.issuer)
    signing.sign(accepted_case().slips.get(department__code=LEAD), by=cast.officer(LEAD))
    take_in(result_slip(back), "A架", by=cast.issuer)
