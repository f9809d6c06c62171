"""A refused verb leaves everything as it was, in memory and in the database; each knows who, where and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, models
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.cases import integrity
from portal.cases.decision.decide import decide
from portal.cases.decision.withdraw import withdraw
from portal.cases.flow import MOVES
from portal.cases.intake.applicant import correct_applicant
from portal.cases.intake.correction import complete_correction, lapse, request_correction
from portal.cases.intake.files import keep_upload
from portal.cases.intake.materials import check_materials
from portal.cases.intake.outcomes import accept, deem_accepted
from portal.cases.intake.printing import print_receipt
from portal.cases.intake.receive import receive
from portal.cases.intake.reveal import reveal_identity, reveal_phone
from portal.cases.intake.serving import serve
from portal.cases.models import Application, Case, CaseFile, CaseMaterial, Event, Served, Task
from portal.cases.routes import tasks
from portal.cases.routes.dispatch import dispatch
from portal.cases.routes.opinions import answer, deem_consent
from portal.cases.states import AT_THE_WINDOW
from portal.documents.models import Counter, Document
from portal.handover import integrity as handover_integrity
from portal.handover import signing
from portal.handover.forwarding import forward
from portal.handover.home import call_home, hand_back
from portal.handover.models import Custody, Slip, SlipStatus
from portal.handover.unsigned import presume, recall, remind
from portal.lib.refusal import Refused, TooLate
from portal.organisations.models import Role, User, Window
from portal.pickup import integrity as pickup_integrity
from portal.pickup.delivering import deliver
from portal.pickup.models import Delivery
from portal.pickup.results import bounce_result, ready_at_window, take_in, transfer_result
from tests.cast import (
    PERSON,
    Cast,
    accepted_case,
    case_to_decide,
    company,
    decided_case,
    person,
    received_case,
)
from tests.files import PDF
from tests.stages import (
    PAPER,
    STATUSES,
    bounced,
    delivered,
    in_department,
    in_transfer,
    ready,
    received,
    withdrawn,
)

pytestmark = pytest.mark.django_db
COLLECTOR = {"name": "示例乙", "identity_kind": "111", "identity_number": PERSON}


@dataclass
class Things:
    """One case with everything of it that a verb may be done to, freshly read."""

    case: Case
    task: Task | None
    decision: Task | None
    to_department: Slip | None
    to_window: Slip | None
    delivery: Delivery | None

    @classmethod
    def of(cls, case: Case) -> Things:
        found = Case.objects.get(pk=case.pk)
        steps = found.tasks.order_by("pk")
        return cls(
            found,
            steps.exclude(kind="decision").first(),
            steps.filter(kind="decision").first(),
            found.slips.filter(direction="to_department").order_by("-pk").first(),
            found.slips.filter(direction="to_window").order_by("-pk").first(),
            Delivery.objects.filter(case=found).first(),
        )

    def present(self) -> list[models.Model]:
        return [thing for thing in vars(self).values() if thing is not None]

    def in_memory(self) -> list[dict[str, Any]]:
        """Every concrete field of every thing, and of the case that each of them carries."""
        carried = [thing.case for thing in self.present() if not isinstance(thing, Case)]
        return [fields_of(thing) for thing in [*self.present(), *carried]]


def fields_of(thing: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(thing, field.attname) for field in thing._meta.concrete_fields}


def everything() -> list[Any]:
    """What a verb could have written."""
    counted = (Case, CaseMaterial, Event, Task, Served, Slip, Custody, Document, Delivery)
    return [list(model.objects.order_by("pk").values()) for model in (*counted, Application, CaseFile, Counter)]


# -- every verb: done by somebody, in a way that may never be right ------------------------------------------------


def hand_out(things: Things, by: User, name: str = "示例乙") -> None:
    code = things.case.documents.get(kind="pickup_notice").content["pickup_code"]
    deliver(things.delivery, by=by, code=code, name=name, identity_kind="111", identity_number=PERSON)


Verb = Callable[[Things, User], object]
VERBS: dict[str, tuple[str, str, Verb]] = {
    # name → who would be right, what it is done to, and the verb with a fact that stands against it
    "accept": ("receiver", "case", lambda t, by: accept(t.case, by=by)),
    "check_materials": ("receiver", "case", lambda t, by: check_materials(t.case, [{"key": "m99"}], by=by)),
    "request_correction": ("receiver", "case", lambda t, by: request_correction(t.case, {}, by=by)),
    "complete_correction": ("receiver", "case", lambda t, by: complete_correction(t.case, by=by)),
    "print_receipt": ("receiver", "case", lambda t, by: print_receipt(t.case, by=by)),
    "withdraw": ("receiver", "case", lambda t, by: withdraw(t.case, by=by, reason=" ")),
    "dispatch": ("receiver", "case", lambda t, by: dispatch(t.case, by=by)),
    "correct_applicant": ("receiver", "case", lambda t, by: correct_applicant(t.case, {}, by=by, reason="名称填错")),
    "reveal_identity": ("receiver", "case", lambda t, by: reveal_identity(t.case, by=by, reason=" ")),
    "reveal_phone": ("receiver", "case", lambda t, by: reveal_phone(t.case, by=by, reason=" ")),
    "keep_upload": ("receiver", "case", lambda t, by: keep_upload(t.case, scan(), by=by, material=foreign(t))),
    "sign_for": ("other_officer", "task", lambda t, by: tasks.sign_for(t.task, by=by)),
    "bounce_task": ("lead_officer", "task", lambda t, by: tasks.bounce(t.task, by=by, reason=" ")),
    "redispatch": (
        "lead_officer",
        "task",
        lambda t, by: tasks.redispatch(t.task, by=by, department=t.task.department),
    ),
    "drop": ("receiver", "task", lambda t, by: tasks.drop(t.task, by=by, reason=" ")),
    "answer": ("lead_officer", "task", lambda t, by: answer(t.task, by=by, outcome="disagree", opinion="不同意")),
    "decide": ("decider", "decision", lambda t, by: decide(t.decision, by=by, granted=False)),
    "sign": ("other_officer", "to_department", lambda t, by: signing.sign(t.to_department, by=by)),
    "bounce": ("lead_officer", "to_department", lambda t, by: signing.bounce(t.to_department, by=by, reason=" ")),
    "recall": ("receiver", "to_department", lambda t, by: recall(t.to_department, by=by, reason=" ")),
    "forward": ("receiver", "case", lambda t, by: forward(t.case, by=by)),
    "serve": (
        "receiver",
        "case",
        lambda t, by: serve(
            t.case, Document(kind="receipt"), by=by, way="in_person", at=timezone.now(), receiver="示例乙"
        ),
    ),
    "take_back": ("lead_officer", "to_window", lambda t, by: signing.take_back(t.to_window, by=by)),
    "call_home": ("receiver", "case", lambda t, by: call_home(t.case, by=by)),
    "hand_back": ("receiver", "case", lambda t, by: hand_back(t.case, by=by, **{**COLLECTOR, "name": " "})),
    "take_in_slip": ("lead_officer", "to_window", lambda t, by: signing.take_in(t.to_window, by=by)),
    "send_back": ("issuer", "to_window", lambda t, by: signing.send_back(t.to_window, by=by, reason=" ")),
    "transfer_result": ("lead_officer", "case", lambda t, by: transfer_result(t.case, [], set(), by=by)),
    "take_in": ("issuer", "to_window", lambda t, by: take_in(t.to_window, " ", by=by)),
    "bounce_result": ("issuer", "to_window", lambda t, by: bounce_result(t.to_window, by=by, reason=" ")),
    "ready_at_window": ("issuer", "case", lambda t, by: ready_at_window(t.case, PAPER, " ", by=by)),
    "deliver": ("issuer", "delivery", lambda t, by: hand_out(t, by, name=" ")),
}
BY_ITSELF: dict[str, tuple[str, Callable[[Things], object]]] = {
    "deem_accepted": ("case", lambda t: deem_accepted(t.case)),
    "deem_consent": ("task", lambda t: deem_consent(t.task)),
    "lapse": ("case", lambda t: lapse(t.case)),
    "remind": ("to_department", lambda t: remind(t.to_department)),
    "presume": ("to_department", lambda t: presume(t.to_department)),
}


def scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("扫描件.pdf", PDF)


def foreign(things: Things) -> CaseMaterial:
    """A material of some other case."""
    return CaseMaterial.objects.exclude(case=things.case).first()


WRITES = ("INSERT", "UPDATE", "DELETE")


def refused(things: Things, act: Callable[[], object], label: str) -> Refused:
    """The refusal of a verb, after which everything is as it was: guards stand before claims, so nothing is undone."""
    before, written = things.in_memory(), everything()
    with CaptureQueriesContext(connection) as asked, pytest.raises(Refused) as told:
        act()
    assert [query["sql"] for query in asked if query["sql"].startswith(WRITES)] == [], label
    assert things.in_memory() == before, label
    assert everything() == written, label
    return told.value


@pytest.mark.parametrize("status", STATUSES)
def test_a_refused_verb_leaves_everything_as_it_was(cast: Cast, status: str) -> None:
    received_case(complete=False)
    case = STATUSES[status](cast)
    assert Case.objects.get(pk=case.pk).status == status
    right = {
        "receiver": cast.receiver,
        "issuer": cast.issuer,
        "lead_officer": cast.officer("sx-jsj"),
        "other_officer": cast.officer("sx-gtj"),
        "decider": cast.decider("sx-jsj"),
    }
    for name, (who, what, act) in VERBS.items():
        for by in (cast.nobody, cast.estate_receiver, right[who]):
            things = Things.of(case)
            if getattr(things, what) is not None:
                label = f"{name} {status} {by}"
                told = refused(things, lambda things=things, act=act, by=by: act(things, by), label)
                of_the_post = "您的岗位不能办理" in str(told)
                assert of_the_post or by == right[who], f"told more than whose it is: {label}"
                if not of_the_post and name in MOVES and status not in MOVES[name].sources:
                    assert isinstance(told, TooLate), label
    for name, (what, act_alone) in BY_ITSELF.items():
        things = Things.of(case)
        if getattr(things, what) is not None:
            told = refused(things, lambda things=things, act=act_alone: act(things), f"{name} {status}")
            assert isinstance(told, TooLate) or name not in MOVES or status in MOVES[name].sources


def test_what_fails_after_the_claim_leaves_the_case_as_it_was_too(cast: Cast) -> None:
    case = received_case()
    case.note("note", "备注", by=cast.receiver, once="used")
    things = Things.of(case)
    before, written = things.in_memory(), everything()
    with pytest.raises(IntegrityError):
        accept(things.case, by=cast.receiver, once="used")
    assert things.in_memory() == before
    assert everything() == written
    accept(things.case, by=cast.receiver)
    assert things.case.number
    assert things.case.number == Case.objects.get(pk=case.pk).number


def test_nothing_is_received_by_somebody_without_a_window(cast: Cast) -> None:
    window, item = Window.objects.get(code="A01"), received_case().item
    written = everything()
    for by in (cast.nobody, cast.supervisor, cast.estate_receiver, cast.officer("sx-jsj")):
        with pytest.raises(Refused, match="收件"):
            receive(item=item, applicant=company(), window=window, by=by, key="7b7a1c6e-0000-4000-8000-000000000009")
    assert everything() == written


# -- slips ---------------------------------------------------------------------------------------------------------


def test_a_department_cannot_bounce_the_slip_that_brings_its_own_result(cast: Cast) -> None:
    case = in_transfer(cast)
    slip = case.slips.get(direction="to_window")
    for act in (signing.bounce, lambda slip, by, reason: signing.sign(slip, by=by)):
        with pytest.raises(Refused, match="出件窗口"):
            act(slip, by=cast.officer("sx-jsj"), reason="份数不符")
    take_in(Slip.objects.get(pk=slip.pk), "A架", by=cast.issuer)
    case.refresh_from_db()
    assert case.status == "ready"


def test_the_counter_takes_in_nothing_that_is_meant_for_a_department(cast: Cast) -> None:
    slip = accepted_case().slips.first()
    with pytest.raises(Refused, match="部门收件员"):
        take_in(slip, "A架", by=cast.issuer)
    for act in (signing.send_back, bounce_result):
        with pytest.raises(Refused, match="部门收件员"):
            act(slip, by=cast.issuer, reason="有误")


def test_what_the_counter_has_taken_in_is_neither_taken_in_nor_sent_back_again(cast: Cast) -> None:
    slip = ready(cast).slips.get(direction="to_window")
    for act in (lambda: take_in(slip, "A架", by=cast.issuer), lambda: bounce_result(slip, by=cast.issuer, reason="误")):
        with pytest.raises(TooLate, match="本件现为“待领取”"):
            act()


def test_a_case_that_is_not_ready_is_not_handed_out_although_its_result_lies_there(cast: Cast) -> None:
    case = ready(cast)
    Case.objects.filter(pk=case.pk).update(status="result_transfer")
    things = Things.of(case)
    told = refused(things, lambda: hand_out(things, cast.issuer), "deliver")
    assert isinstance(told, TooLate)


def test_a_case_dispatched_once_is_not_dispatched_again(cast: Cast) -> None:
    case = bounced(cast)
    with pytest.raises(Refused, match="分办"):
        dispatch(case, by=cast.receiver)
    instant = received_case("SS-02")
    accept(instant, by=cast.business_receiver)
    with pytest.raises(Refused, match="分办"):
        dispatch(instant, by=cast.business_receiver)


# -- what must be true of all data tells it -----------------------------------------------------------------------


def found() -> str:
    rules = (integrity, handover_integrity, pickup_integrity)
    return "\n".join(problem for rule in rules for problem in rule.problems())


def test_a_result_that_nobody_can_take_in_any_more_is_found(cast: Cast) -> None:
    case = in_transfer(cast)
    assert found() == ""
    case.slips.filter(direction="to_window").update(status=SlipStatus.BOUNCED)
    assert "no slip brings it to the window" in found()


def test_a_slip_that_brings_a_result_of_a_case_that_is_not_in_transfer_is_found(cast: Cast) -> None:
    case = in_transfer(cast)
    Case.objects.filter(pk=case.pk).update(status="decided_granted")
    assert "brings a result to the window, but the case is decided_granted" in found()


def test_a_slip_to_a_department_that_has_nothing_to_sign_for_is_found(cast: Cast) -> None:
    case = accepted_case()
    case.tasks.filter(status="sent", department__code="sx-rfb").update(status="cancelled")
    assert "has nothing to sign for" in found()


def test_a_result_that_two_slips_bring_is_found(cast: Cast) -> None:
    slip = in_transfer(cast).slips.get(direction="to_window")
    other = Slip.objects.exclude(pk=slip.pk).exclude(department=slip.department).first()
    Slip.objects.filter(pk=other.pk).update(direction="to_window", status="issued")
    assert "2 slips bring its result to the window" in found()


def test_a_delivery_without_a_shelf_is_found(cast: Cast) -> None:
    Delivery.objects.filter(case=ready(cast)).update(shelf="")
    assert "waits nowhere" in found()


@pytest.mark.parametrize(
    ("build", "change", "words"),
    [
        (withdrawn, {"clock_state": "running"}, "although the case has been decided or has ended"),
        (in_department, {"clock_state": "stopped"}, "stands while the case is in hand"),
        (received, {"clock_state": "running"}, "has begun before acceptance"),
        (in_department, {"status": "withdrawn"}, "nobody waits for it any more"),
        (in_department, {"status": "decided_granted"}, "without a written decision"),
        (received, {"status": "correction"}, "correction without the paper correction"),
        (received, {"status": "correction_done"}, "correction_done without the paper correction_receipt"),
        (received, {"status": "accepted"}, "accepted without the paper acceptance"),
        (received, {"status": "lapsed"}, "lapsed without the paper lapse"),
        (received, {"status": "withdrawn"}, "withdrawn without the paper withdrawal"),
        (decided_case, {"status": "in_department"}, "with a written decision"),
        (decided_case, {"decided_at": None}, "nothing says when and how it was decided"),
        (STATUSES["dispatched"], {"status": "accepted"}, "the case is not dispatched"),
        (bounced, {"stage": 0}, "but no task of stage 0 is open"),
        (delivered, {"status": "decided_granted"}, "went out, but its case is decided_granted"),
        (ready, {"status": "delivered"}, "but nothing was handed out"),
    ],
)
def test_a_status_and_what_belongs_to_it_say_each_other(
    cast: Cast, build: Callable[[Cast], Case], change: dict[str, Any], words: str
) -> None:
    case = build(cast)
    assert found() == ""
    Case.objects.filter(pk=case.pk).update(**change)
    assert words in found()


# -- who sees a number, and until when files come -----------------------------------------------------------------


def test_a_full_number_is_shown_to_those_who_need_it_only(cast: Cast) -> None:
    case = case_to_decide(cast)
    for by in (cast.receiver, cast.window_lead, cast.issuer, cast.officer("sx-jsj"), cast.decider("sx-jsj")):
        assert reveal_identity(case, by=by, reason="核对申请人身份") == case.application.identity_number
    assert case.events.filter(verb="reveal_identity").count() == 5
    receiving = person("jsj-mail", [(Role.DEPT_RECEIVER, "", "sx-jsj")])
    for by in (cast.nobody, cast.supervisor, cast.estate_receiver, cast.officer("sx-gtj"), cast.editor, receiving):
        with pytest.raises(Refused, match="不能办理“查看完整证件号码和联系电话”"):
            reveal_identity(case, by=by, reason="核对申请人身份")
    assert case.events.filter(verb="reveal_identity").count() == 5


def test_the_deciding_department_sees_no_number_before_the_case_is_accepted(cast: Cast) -> None:
    with pytest.raises(Refused, match="不能办理“查看完整证件号码和联系电话”"):
        reveal_identity(received_case(), by=cast.officer("sx-jsj"), reason="核对申请人身份")


def test_the_screen_says_so_as_well(cast: Cast, client: Any) -> None:
    case = accepted_case()
    url = reverse("cases_modeladmin_reveal", args=[case.pk])
    form = {"key": "7b7a1c6e-0000-4000-8000-000000000001", "reason": "核对申请人身份"}
    for by, answers in ((cast.supervisor, False), (cast.officer("sx-rfb"), False), (cast.receiver, True)):
        client.force_login(by, backend="django.contrib.auth.backends.ModelBackend")
        assert (client.get(url).status_code == 200) == answers
        page = client.post(url, form)
        assert (case.application.identity_number in page.content.decode()) == answers
        assert (url in client.get(reverse("cases_modeladmin_inspect", args=[case.pk])).content.decode()) == answers


def files_on_disk() -> set[Path]:
    return {path for path in Path(settings.PRIVATE_ROOT).rglob("*") if path.is_file()}


def test_a_case_that_has_ended_takes_no_more_files(cast: Cast) -> None:
    case = received_case()
    material = case.materials.first()
    keep_upload(case, scan(), by=cast.receiver, material=material)
    stale = Case.objects.get(pk=case.pk)
    withdraw(case, by=cast.receiver, reason="项目暂缓")
    kept = files_on_disk()
    for one in (case, stale):
        with pytest.raises(Refused, match="已经结束"):
            keep_upload(one, SimpleUploadedFile("二.pdf", PDF + b"%%EOF\n"), by=cast.receiver, material=material)
    assert files_on_disk() == kept
    assert case.files.count() == 1


def test_who_may_not_bring_a_file_is_told_so_before_anybody_looks_into_it(cast: Cast) -> None:
    case = received_case()
    broken = SimpleUploadedFile("一.pdf", b"no such thing")
    for by in (cast.nobody, cast.estate_receiver):
        with pytest.raises(Refused, match="您的岗位不能办理“上传扫描件”"):
            keep_upload(case, broken, by=by, material=case.materials.first())


def test_the_same_scan_twice_is_one_file_on_the_disk(cast: Cast) -> None:
    case = received_case()
    material = case.materials.first()
    first = keep_upload(case, scan(), by=cast.receiver, material=material)
    kept = files_on_disk()
    assert keep_upload(case, scan(), by=cast.receiver, material=material) == first
    assert files_on_disk() == kept


# -- silence -----------------------------------------------------------------------------------------------------


def test_the_clock_of_silence_is_refused_before_its_day(cast: Cast) -> None:
    case = received_case(complete=False)
    assert case.status in AT_THE_WINDOW
    Case.objects.filter(pk=case.pk).update(acceptance_due=timezone.localdate())
    with pytest.raises(Refused, match="期限还没有过"):
        deem_accepted(case)
    Case.objects.filter(pk=case.pk).update(acceptance_due=timezone.localdate() - timedelta(days=1))
    deem_accepted(case)
    assert case.status == "dispatched"
