"""Any order of any verbs by anybody: a refusal changes nothing; whoever succeeds held the post, and left an event.

Who held a post is asked of the posts and of the table here, not of the rule that the verbs themselves ask.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from portal.cases import integrity
from portal.cases.decision.decide import decide
from portal.cases.decision.withdraw import withdraw
from portal.cases.flow import MOVES, SYSTEM
from portal.cases.intake.correction import complete_correction, lapse, request_correction
from portal.cases.intake.materials import check_materials
from portal.cases.intake.outcomes import accept, deem_accepted
from portal.cases.models import Case, Event, Task
from portal.cases.routes.opinions import answer
from portal.cases.routes.tasks import drop, redispatch
from portal.cases.states import AFTER_DECISION, ENDED, IN_PROGRESS, OPEN_TASK, WITHOUT_RESULT
from portal.handover import integrity as handover_integrity
from portal.handover.home import hand_back
from portal.handover.models import Custody, Slip
from portal.handover.signing import bounce, sign, take_back
from portal.handover.slips import held_by
from portal.handover.unsigned import presume, recall
from portal.lib.refusal import Refused
from portal.organisations.models import Organisation, Post, Role, User
from portal.organisations.roles import DEPARTMENT_ROLES, WINDOW_ROLES
from portal.pickup import integrity as pickup_integrity
from portal.pickup.delivering import deliver
from portal.pickup.models import Delivery
from portal.pickup.results import NewResult, bounce_result, ready_at_window, take_in, transfer_result
from tests.cast import (
    BRANCH,
    BRANCH_WINDOW,
    CENTRE,
    PAID,
    PERSON,
    Cast,
    answer_all,
    good_rows,
    person,
    reasoned,
    received_case,
    sign_all,
)

REPLY = "已核对有关材料，人防和消防的要求均已落实。"

pytestmark = pytest.mark.django_db
EXAMPLES = 500 if os.environ.get("LONG") else 40
PEOPLE = st.one_of(st.none(), st.none(), st.integers(0, 11 + 2 * len(Role)))
"""None is whoever has the right post; a number is one of the people below, right or wrong."""
Doer = tuple[User | None, Organisation | None]
"""Who did it (None: the portal itself), and the department that it belongs to, if it belongs to one."""
ANSWERING = {Role.OFFICER, Role.REVIEWER, Role.DECIDER}
ALONGSIDE = {
    "accept": {"dispatch"},
    "deem_accepted": {"dispatch"},
    "request_correction": {"serve"},
    "sign_for": {"slip_difference"},
    "answer": {"join", "overtake"},
    "grant": {"overtake"},
    "refuse": {"overtake"},
}
"""Events that a verb may write beside its own."""
OF_ITSELF = {"join", "overtake"}
"""Events of the portal, whoever caused them."""
PER_TASK = {"sign_for", "bounce", "recall"}
"""One slip may bring several tasks, each with its event; every other verb writes one of its own."""


class CaseMachine(RuleBasedStateMachine):
    """One permit and one instant case in the hands of every role of two centres; `cast` is set by the test."""

    cast: Cast
    everybody: list[User]
    tried: set[str] = set()
    done: set[str] = set()

    def __init__(self) -> None:
        super().__init__()
        self.atom = transaction.atomic()
        self.atom.__enter__()
        fresh = User.objects.in_bulk([user.pk for user in self.everybody])
        self.people = [fresh[user.pk] for user in self.everybody]
        self.cases = [received_case("BDC-01"), received_case("SS-02")]
        self.changed = True

    @initialize(depth=st.integers(0, 3))
    def begin_further_along(self, depth: int) -> None:
        """Half of what can go wrong lies beyond what random hands would ever reach from the start."""
        case, instant = self.cases
        if depth >= 1:
            accept(case, by=self.cast.estate_receiver)
            accept(instant, by=self.cast.business_receiver)
            sign_all(case, self.cast)
        if depth >= 2:
            answer_all(case, self.cast)
            sign_all(case, self.cast)
        if depth >= 3:
            for one, code in ((case, "sx-gtj"), (instant, "sx-scjg")):
                decide(one.tasks.get(kind="decision"), by=self.cast.decider(code), granted=True)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atom.__exit__(None, None, None)

    def window(self, who: int | None, which: int) -> User:
        return self.people[who] if who is not None else (self.cast.estate_receiver, self.cast.business_receiver)[which]

    def officer(self, who: int | None, department: Organisation) -> User:
        return self.people[who] if who is not None else self.cast.officer(department.code)

    def issuer(self, who: int | None) -> User:
        return self.people[who] if who is not None else self.cast.issuer

    def attempt(self, verb: str, which: int, act: Callable[[Case], Doer]) -> None:
        """Do it to a fresh case; a refusal must leave no trace, and a success the right ones."""
        case = Case.objects.get(pk=self.cases[which].pk)
        before = (case.status, Event.objects.count(), case.documents.count())
        seen = set(case.events.values_list("pk", flat=True))
        self.tried.add(verb)
        try:
            with transaction.atomic():
                by, department = act(case)
        except Refused:
            case.refresh_from_db()
            assert before == (case.status, Event.objects.count(), case.documents.count())
        else:
            self.done.add(verb)
            self.changed = True
            held_the_post(verb, by, Case.objects.get(pk=case.pk), department)
            left_its_events(verb, by, list(case.events.exclude(pk__in=seen)))

    @rule(which=st.integers(0, 1), steps=st.integers(1, 8))
    def go_on(self, which: int, steps: int) -> None:
        """The right people do what comes next: random hands alone would rarely get beyond the first signature."""
        for _ in range(steps):
            case = Case.objects.get(pk=self.cases[which].pk)
            if case.status in NEXT:
                NEXT[case.status](self, which)

    @rule(steps=st.integers(3, 8))
    def the_permit_goes_on(self, steps: int) -> None:
        """The same for the longer way, often enough that its decision is reached in every run."""
        self.go_on(0, steps)

    def work_in_department(self, which: int) -> None:
        """Sign for what has been sent; then answer; then decide."""
        case = self.cases[which]
        if case.slips.waiting().exists():
            self.sign_for(None, list(case.slips.order_by("pk")).index(case.slips.waiting().first()), False)
        elif answer := case.tasks.filter(status="working").exclude(kind="decision").first():
            self.answer(None, list(case.tasks.order_by("pk")).index(answer), "agree")
        else:
            self.decide(None, which, True)

    @rule(who=PEOPLE, which=st.integers(0, 1))
    def accept(self, who: int | None, which: int) -> None:
        by = self.window(who, which)
        self.attempt("accept", which, lambda case: did(accept(case, by=by), by))

    @rule(which=st.integers(0, 1), late=st.booleans())
    def deem_accepted(self, which: int, late: bool) -> None:
        if late:
            yesterday = timezone.localdate() - timedelta(days=1)
            Case.objects.filter(pk=self.cases[which].pk).update(acceptance_due=yesterday)
        self.attempt("deem_accepted", which, lambda case: did(deem_accepted(case), None))

    @rule(who=PEOPLE, which=st.integers(0, 1), keys=st.sets(st.sampled_from(["m01", "m02", "m99"])))
    def request_correction(self, who: int | None, which: int, keys: set[str]) -> None:
        gaps, by = dict.fromkeys(keys, "请补交"), self.window(who, which)
        self.attempt("request_correction", which, lambda case: did(request_correction(case, gaps, by=by), by))

    @rule(who=PEOPLE, which=st.integers(0, 1))
    def complete_correction(self, who: int | None, which: int) -> None:
        by = self.window(who, which)
        self.attempt("complete_correction", which, lambda case: did(complete_correction(case, by=by), by))

    @rule(which=st.integers(0, 1), late=st.booleans())
    def lapse(self, which: int, late: bool) -> None:
        if late:
            yesterday = timezone.localdate() - timedelta(days=1)
            Case.objects.filter(pk=self.cases[which].pk, status="correction").update(correction_due=yesterday)
        self.attempt("lapse", which, lambda case: did(lapse(case), None))

    @rule(who=PEOPLE, which=st.integers(0, 1), missing=st.booleans())
    def check_materials(self, who: int | None, which: int, missing: bool) -> None:
        rows, by = good_rows(self.cases[which]), self.window(who, which)
        if missing:
            rows[0].update(received=False, originals=0, photocopies=0, verdict="")
        self.attempt("check_materials", which, lambda case: did(check_materials(case, rows, by=by), by))

    @rule(who=PEOPLE, which=st.integers(0, 1), sure=st.integers(0, 25))
    def withdraw(self, who: int | None, which: int, sure: int) -> None:
        reason, by = "不再申请" if sure == 0 else "", self.window(who, which)
        self.attempt("withdraw", which, lambda case: did(withdraw(case, by=by, reason=reason), by))

    @rule(who=PEOPLE, pick=st.integers(0, 5), differs=st.booleans())
    def sign_for(self, who: int | None, pick: int, differs: bool) -> None:
        def act(case: Case) -> Doer:
            slip = self._slip(case, pick)
            by = self.officer(who, slip.department)
            return did(sign(slip, by=by, difference="少一页" if differs else ""), by, slip.department)

        self.attempt("sign_for", 0, act)

    @rule(who=PEOPLE, pick=st.integers(0, 5))
    def bounce(self, who: int | None, pick: int) -> None:
        def act(case: Case) -> Doer:
            slip = self._slip(case, pick)
            by = self.officer(who, slip.department)
            return did(bounce(slip, by=by, reason="分办有误"), by, slip.department)

        self.attempt("bounce", 0, act)

    @rule(who=PEOPLE, pick=st.integers(0, 5))
    def dispatch(self, who: int | None, pick: int) -> None:
        def act(case: Case) -> Doer:
            task = self._task(case, pick)
            by, department = self.window(who, 0), Organisation.objects.get(pk=task.department_id)
            return did(redispatch(task, by=by, department=department), by)

        self.attempt("dispatch", 0, act)

    @rule(who=PEOPLE, pick=st.integers(0, 5))
    def drop(self, who: int | None, pick: int) -> None:
        def act(case: Case) -> Doer:
            by = self.window(who, 0)
            return did(drop(self._task(case, pick), by=by, reason="与本件无关"), by)

        self.attempt("drop", 0, act)

    @rule(who=PEOPLE, pick=st.integers(0, 5), outcome=st.sampled_from(["agree", "disagree", "granted"]))
    def answer(self, who: int | None, pick: int, outcome: str) -> None:
        def act(case: Case) -> Doer:
            task = self._task(case, pick)
            by = self.officer(who, task.department)
            done = answer(task, by=by, outcome=outcome, opinion="意见", legal_basis="依据")
            return did(done, by, task.department)

        self.attempt("answer", 0, act)

    @rule(who=PEOPLE, which=st.integers(0, 1), granted=st.booleans())
    def decide(self, who: int | None, which: int, granted: bool) -> None:
        at_window, in_department = ("decide_on_the_spot", "refuse_on_the_spot"), ("grant", "refuse")
        verb = (at_window if which else in_department)[not granted]

        def act(case: Case) -> Doer:
            task = case.tasks.filter(kind="decision").first()
            if task is None:
                raise Refused("没有任务")
            by = self.people[who] if who is not None else self.cast.decider(task.department.code)
            return did(
                decide(
                    task,
                    by=by,
                    granted=granted,
                    findings=reasoned(case, replies={each.step: REPLY for each in case.tasks.all()}),
                ),
                by,
                task.department,
            )

        self.attempt(verb, which, act)

    @rule(who=PEOPLE, which=st.integers(0, 1))
    def transfer_result(self, who: int | None, which: int) -> None:
        def act(case: Case) -> Doer:
            by = self.officer(who, case.lead)
            returned = {line.key for line in held_by(case, case.lead)} if case.outcome == "refused" else set()
            return did(transfer_result(case, [NewResult("证书", "1")], returned, by=by), by, case.lead)

        self.attempt("transfer_result", which, act)

    @rule(who=PEOPLE, which=st.integers(0, 1))
    def ready_at_window(self, who: int | None, which: int) -> None:
        paper, by = [NewResult("证书", "1")], self.issuer(who)
        self.attempt("ready_at_window", which, lambda case: did(ready_at_window(case, paper, "A架", by=by), by))

    @rule(who=PEOPLE, back=st.booleans())
    def at_the_counter(self, who: int | None, back: bool) -> None:
        case = Case.objects.get(pk=self.cases[0].pk)
        verb = "take_in_result" if not back else "bounce_grant" if case.outcome == "granted" else "bounce_refusal"

        def act(case: Case) -> Doer:
            slip = case.slips.filter(direction="to_window").order_by("-pk").first()
            if slip is None:
                raise Refused("没有交接单")
            by = self.issuer(who)
            return did(bounce_result(slip, by=by, reason="有误") if back else take_in(slip, "A架", by=by), by)

        self.attempt(verb, 0, act)

    @rule(who=PEOPLE, which=st.integers(0, 1), right=st.booleans())
    def deliver(self, who: int | None, which: int, right: bool) -> None:
        def act(case: Case) -> Doer:
            delivery = Delivery.objects.filter(case=case).first()
            if delivery is None:
                raise Refused("没有结果")
            code = case.documents.get(kind="pickup_notice").content["pickup_code"] if right else "x"
            collector = {"name": "示例乙", "identity_kind": "111", "identity_number": PERSON}
            by = self.issuer(who)
            return did(deliver(delivery, by=by, code=code, settled=PAID, **collector), by)

        self.attempt("deliver", which, act)

    @rule(who=PEOPLE, pick=st.integers(0, 5))
    def recall(self, who: int | None, pick: int) -> None:
        by = self.window(who, 0)
        self.attempt("recall", 0, lambda case: did(recall(self._slip(case, pick), by=by, reason="分办有误"), by))

    @rule(pick=st.integers(0, 5), late=st.booleans())
    def presume(self, pick: int, late: bool) -> None:
        def act(case: Case) -> Doer:
            slip = self._slip(case, pick)
            if late:
                Slip.objects.filter(pk=slip.pk).update(issued_at=timezone.now() - timedelta(days=30))
            return did(presume(Slip.objects.get(pk=slip.pk)), None)

        self.attempt("sign_for", 0, act)

    @rule(who=PEOPLE, which=st.integers(0, 1))
    def take_back(self, who: int | None, which: int) -> None:
        def act(case: Case) -> Doer:
            slip = case.slips.filter(direction="home").order_by("-pk").first()
            if slip is None:
                raise Refused("没有交接单")
            by = self.window(who, which)
            return did(take_back(slip, by=by), by)

        self.attempt("take_back", which, act)

    @rule(who=PEOPLE, which=st.integers(0, 1))
    def hand_back(self, who: int | None, which: int) -> None:
        collector, by = {"name": "示例乙", "identity_kind": "111", "identity_number": PERSON}, self.window(who, which)
        self.attempt("hand_back", which, lambda case: did(hand_back(case, by=by, **collector), by))

    def _slip(self, case: Case, pick: int) -> Slip:
        slips = list(case.slips.order_by("pk"))
        if not slips:
            raise Refused("没有交接单")
        return slips[pick % len(slips)]

    def _task(self, case: Case, pick: int) -> Task:
        tasks = list(case.tasks.order_by("pk"))
        if not tasks:
            raise Refused("没有任务")
        return tasks[pick % len(tasks)]

    @invariant()
    def everything_holds(self) -> None:
        if not self.changed:  # a refusal was compared with what stood before
            return
        self.changed = False
        assert list(integrity.problems()) == []
        assert list(handover_integrity.problems()) == []
        assert list(pickup_integrity.problems()) == []
        for case in Case.objects.filter(pk__in=[case.pk for case in self.cases]):
            its_papers_fit(case)
        self.every_change_is_a_move_of_the_table()

    def every_change_is_a_move_of_the_table(self) -> None:
        for event in Event.objects.all():
            if event.from_status != event.to_status:
                assert event.from_status in MOVES[event.verb].sources
                assert event.to_status == MOVES[event.verb].target


def did(_done: object, by: User | None, department: Organisation | None = None) -> Doer:
    """What has been done, and by whom."""
    return by, department


def everybody(cast: Cast) -> list[User]:
    """Those who would be right somewhere, one who is right twice over, and every role of either centre."""
    at_branch = cast.branch.receiver
    return [
        at_branch,
        cast.receiver,
        cast.business_receiver,
        cast.issuer,
        cast.officer("sx-jsj"),
        cast.decider("sx-jsj"),
        cast.officer("sx-dsj"),
        cast.decider("sx-scjg"),
        cast.estate_receiver,
        cast.officer("sx-gtj"),
        cast.decider("sx-gtj"),
        person("window-and-decider", [(Role.RECEIVER, "C01", ""), (Role.DECIDER, "", "sx-gtj")]),
        *(whoever_is(role, "C01", CENTRE) for role in Role),
        *(whoever_is(role, BRANCH_WINDOW, BRANCH) for role in Role),
    ]


def whoever_is(role: Role, window: str, center: str) -> User:
    """Somebody with this one role at the place where BDC-01 is taken in or decided, in one of two centres."""
    at = window if role in WINDOW_ROLES else ""
    return person(f"{center}-{role}", [(role, at, "sx-gtj" if role in DEPARTMENT_ROLES else "")], center=center)


def held_the_post(verb: str, by: User | None, case: Case, department: Organisation | None) -> None:
    """Whoever succeeded stands among the actors of the table, in the case's centre and zone, or in the department."""
    as_window = {"check_materials", "take_back", "hand_back"}
    actors = MOVES["accept" if verb in as_window else verb].actors if verb != "answer" else ANSWERING
    if by is None:
        assert SYSTEM in actors, verb
        return
    posts = Post.objects.filter(user=by, role__in=actors, center=case.application.center)
    at_window = posts.filter(window__zones=case.zone).exists()
    in_department = department is not None and posts.filter(organisation=department).exists()
    assert at_window or in_department, f"{verb} by {by}"
    if verb in {"grant", "refuse", "decide_on_the_spot", "refuse_on_the_spot"}:
        assert by not in {case.received_by, case.accepted_by}, f"{verb} by {by}, who took the case in"


def left_its_events(verb: str, by: User | None, events: list[Event]) -> None:
    """A success stands in the log: its own event by whoever did it, and nothing that does not belong to it."""
    own = [event for event in events if event.verb == verb]
    assert own if verb in PER_TASK else len(own) == 1, (verb, [event.verb for event in events])
    assert {event.verb for event in events} <= {verb} | ALONGSIDE.get(verb, set())
    for event in events:
        assert event.actor == (None if event.verb in OF_ITSELF else by), (event.verb, event.actor)


def its_papers_fit(case: Case) -> None:
    """A status and its papers imply each other, counted here once more beside the invariants."""
    slips = case.slips.waiting()
    open_tasks = case.tasks.filter(status__in=OPEN_TASK).count()
    assert slips.filter(direction="to_window").count() == (case.status == "result_transfer")
    assert (case.tasks.filter(status="sent").count() > 0) == slips.filter(direction="to_department").exists()
    assert (open_tasks > 0) == (case.status in IN_PROGRESS)
    if case.status in WITHOUT_RESULT:
        assert not Custody.objects.now().of_case(case).filter(holder="department").exists()
    shelved = Delivery.objects.waiting().filter(case=case).exclude(shelf="")
    assert shelved.count() == (case.status == "ready")
    assert (case.clock_state == "stopped") == (case.status in AFTER_DECISION | ENDED)
    if case.status == "dispatched":
        assert not case.tasks.filter(status="working").exists()


NEXT: dict[str, Callable[[CaseMachine, int], None]] = {
    "received": lambda machine, which: machine.accept(None, which),
    "correction_done": lambda machine, which: machine.accept(None, which),
    "correction": lambda machine, which: machine.complete_correction(None, which),
    "accepted": lambda machine, which: machine.decide(None, 1, True) if which else machine.dispatch(None, 0),
    "dispatched": CaseMachine.work_in_department,
    "in_department": CaseMachine.work_in_department,
    "decided_granted": lambda machine, which: (
        machine.ready_at_window(None, 1) if which else machine.transfer_result(None, 0)
    ),
    "decided_refused": lambda machine, which: (
        machine.ready_at_window(None, 1) if which else machine.transfer_result(None, 0)
    ),
    "result_transfer": lambda machine, which: machine.at_the_counter(None, False),
    "ready": lambda machine, which: machine.deliver(None, which, True),
    "withdrawn": lambda machine, which: (machine.take_back(None, which), machine.hand_back(None, which))[0],
    "lapsed": lambda machine, which: machine.hand_back(None, which),
}
"""What the right person does next, by the status of the case."""
DAILY = {"accept", "sign_for", "answer", "grant", "transfer_result", "take_in_result", "ready_at_window", "deliver"}


def test_any_order_of_verbs_by_anybody(cast: Cast) -> None:
    CaseMachine.cast, CaseMachine.tried, CaseMachine.done = cast, set(), set()
    CaseMachine.everybody = everybody(cast)
    run_state_machine_as_test(
        CaseMachine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert CaseMachine.done >= DAILY, DAILY - CaseMachine.done


OF_ANOTHER_RULE = {
    "receive": "__init__",
    "grant": "decide",
    "refuse": "decide",
    "decide_on_the_spot": "decide",
    "refuse_on_the_spot": "decide",
    "take_in_result": "at_the_counter",
    "bounce_grant": "at_the_counter",
    "bounce_refusal": "at_the_counter",
}
"""Moves that the case or what is decided tells apart, and the rule in which they are tried."""


def test_every_move_has_its_rule_in_the_machine() -> None:
    """A verb that is added to the table must be added to the machine as well."""
    for move in MOVES:
        assert OF_ANOTHER_RULE.get(move, move) in vars(CaseMachine), move
    assert set(MOVES) >= set(OF_ANOTHER_RULE)


def test_silence_is_accepted_by_the_tick_from_the_day_of_receipt(cast: Cast) -> None:
    from portal.cases.jobs import deem_accepted

    case, fresh = received_case(complete=False), received_case(complete=False)
    received = timezone.now() - timedelta(days=10)
    Case.objects.filter(pk=case.pk).update(
        received_at=received, acceptance_due=timezone.localdate() - timedelta(days=1)
    )
    deem_accepted(timezone.now())
    case.refresh_from_db()
    fresh.refresh_from_db()
    assert (case.status, case.clock_start) == ("dispatched", timezone.localdate(received))
    assert case.events.get(verb="deem_accepted").actor is None
    assert fresh.status == "received"
