"""What happens when people act at the same instant; each rule with its twin that fails when the lock is off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from portal.cases import integrity
from portal.cases.intake.outcomes import accept
from portal.cases.models import Case, Event, Task
from portal.cases.numbers import CaseNumber
from portal.cases.routes.opinions import answer
from portal.cases.states import TaskStatus
from portal.handover.models import Slip
from portal.handover.signing import bounce, sign
from portal.lib.refusal import TooLate
from portal.organisations.models import Role, User
from tests.cast import Cast, accepted_case, build_cast, person, received_case, sign_all
from tests.races import at_once, lock_off

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
ROUNDS = 50
COOPERATING = ("sx-rfb", "sx-qxj", "sx-xfzd", "sx-jtj", "sx-slj")


@pytest.fixture
def cast() -> Cast:
    return build_cast()


def receivers(count: int) -> list[User]:
    return [person(f"hand-{number}", [(Role.RECEIVER, "A01", "")]) for number in range(count)]


def accept_at_once(case: Case, people: list[User]) -> Counter[str]:
    acts = [lambda by=by: accept(Case.objects.get(pk=case.pk), by=by) for by in people]
    return Counter("won" if outcome is None else type(outcome).__name__ for outcome in at_once(acts))


def test_of_twenty_receivers_one_accepts_and_nineteen_are_told_who(cast: Cast) -> None:
    people, case = receivers(20), received_case()
    acts = [lambda by=by: accept(Case.objects.get(pk=case.pk), by=by) for by in people]
    outcomes = at_once(acts)
    losers = [outcome for outcome in outcomes if outcome is not None]
    winner = Case.objects.get(pk=case.pk).accepted_by
    assert len(losers) == 19
    assert all(isinstance(loser, TooLate) and str(winner) in str(loser) for loser in losers), losers
    assert Event.objects.filter(case=case, verb="accept").count() == 1
    assert case.slips.count() == 6
    assert list(integrity.problems()) == []


def test_twin_without_lock_and_guard_more_than_one_wins(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same race must go wrong when nothing guards the status, or the test above could not fail."""

    def unguarded(self: Case, verb: str, *, by: Any, department: Any = None, **stamps: Any) -> Any:
        from portal.cases.flow import MOVES

        # The stage is set back as well: a second dispatch would see that the first has been.
        Case.objects.filter(pk=self.pk).update(status=MOVES[verb].target, **{"stage": 0, **stamps})
        return MOVES[verb], self.status

    people, case = receivers(20), received_case()
    monkeypatch.setattr(Case, "claim", unguarded)
    with lock_off(monkeypatch):
        outcome = accept_at_once(case, people)
    assert outcome != Counter({"won": 1, "TooLate": 19})


def ready_to_join(cast: Cast) -> Case:
    """A permit whose lead has reviewed, with five departments about to answer."""
    case = accepted_case("TZ-09")
    sign_all(case, cast)
    lead = Task.objects.select_related("case", "department").get(case=case, stage=1, department__code="sx-jsj")
    answer(lead, by=cast.officer("sx-jsj"), outcome="agree", opinion="")
    return case


def finish_at_once(case: Case, cast: Cast) -> list[Any]:
    tasks = list(Task.objects.filter(case=case, department__code__in=COOPERATING).select_related("department"))
    officers = {task.pk: cast.officer(task.department.code) for task in tasks}

    def finish(pk: int) -> None:
        task = Task.objects.select_related("case", "department").get(pk=pk)
        answer(task, by=officers[pk], outcome="agree", opinion="")

    return at_once([lambda pk=task.pk: finish(pk) for task in tasks])


def joined_cleanly(case: Case, outcomes: list[Any]) -> bool:
    joins = Event.objects.filter(case=case, verb="join").count()
    open_decision = case.tasks.filter(kind="decision", status__in=[TaskStatus.SENT, TaskStatus.WORKING]).count()
    return outcomes == [None] * 5 and joins == 1 and open_decision == 1


def test_five_departments_finishing_at_once_join_exactly_once_each_time(cast: Cast) -> None:
    for number in range(ROUNDS):
        case = ready_to_join(cast)
        outcomes = finish_at_once(case, cast)
        assert joined_cleanly(case, outcomes), (number, outcomes)


def test_twin_without_the_lock_a_join_goes_wrong(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock the five read the same past: events collide, or nobody sees that all are done."""
    clean = 0
    for _ in range(20):
        case = ready_to_join(cast)
        with lock_off(monkeypatch):
            outcomes = finish_at_once(case, cast)
        if not joined_cleanly(case, outcomes):
            return
        clean += 1
    pytest.fail(f"{clean} rounds without the lock were all clean: the test above proves nothing")


def act_on(pk: int, act: Callable[[Slip], None]) -> None:
    act(Slip.objects.get(pk=pk))


def test_a_slip_signed_and_bounced_at_once_is_either(cast: Cast) -> None:
    for _ in range(5):
        case = accepted_case("TZ-09")
        slip, officer = case.slips.get(department__code="sx-rfb"), cast.officer("sx-rfb")
        signing = partial(act_on, slip.pk, lambda one, by=officer: sign(one, by=by))
        bouncing = partial(act_on, slip.pk, lambda one, by=officer: bounce(one, by=by, reason="不是本部门"))
        acts = [signing] * 3 + [bouncing] * 3
        outcomes = at_once(acts)
        assert outcomes.count(None) == 1, outcomes
        assert all(isinstance(outcome, TooLate) for outcome in outcomes if outcome is not None), outcomes


def test_numbers_taken_at_once_have_no_gap(cast: Cast) -> None:
    cases = [received_case() for _ in range(8)]
    people = receivers(8)
    acts = [
        lambda pk=case.pk, by=by: accept(Case.objects.get(pk=pk), by=by) for case, by in zip(cases, people, strict=True)
    ]
    assert at_once(acts) == [None] * 8
    assert list(integrity.problems()) == []
    serials = sorted(CaseNumber.parse(number).serial for number in Case.objects.values_list("number", flat=True))
    assert serials == list(range(1, 9))
