"""What is brought later is forwarded once, however many press the key; the twin shows what keeps it so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.cases.intake.materials import check_materials
from portal.cases.intake.outcomes import deem_accepted
from portal.cases.models import Case
from portal.handover import integrity
from portal.handover.forwarding import forward
from portal.handover.models import Slip
from portal.lib.refusal import Refused
from portal.organisations.models import Role, User
from tests.cast import Cast, build_cast, good_rows, person, received_case, sign_all
from tests.races import at_once, lock_off, must_go_wrong

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


@pytest.fixture
def cast() -> Cast:
    return build_cast()


def brought_later(cast: Cast) -> Case:
    """Accepted by silence, signed for, and what was missing is at the window now."""
    case = received_case(complete=False)
    Case.objects.filter(pk=case.pk).update(acceptance_due=timezone.localdate() - timedelta(days=1))
    deem_accepted(case)
    sign_all(case, cast)
    check_materials(case, good_rows(case), by=cast.receiver)
    return case


def forward_at_once(case: Case, people: list[User]) -> list[Any]:
    return at_once([lambda by=by: forward(Case.objects.get(pk=case.pk), by=by) for by in people])


def one_went_and_the_others_were_told(outcomes: list[Any]) -> bool:
    went = [outcome for outcome in outcomes if isinstance(outcome, Slip)]
    told = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    return (len(went), len(told)) == (1, len(outcomes) - 1)


def receivers() -> list[User]:
    return [person(f"hand-{number}", [(Role.RECEIVER, "A01", "")]) for number in range(6)]


def test_what_is_brought_later_goes_once_and_whoever_is_second_is_told(cast: Cast) -> None:
    case = brought_later(cast)
    outcomes = forward_at_once(case, receivers())
    assert one_went_and_the_others_were_told(outcomes), outcomes
    assert list(integrity.problems()) == []


def test_twin_without_the_lock_somebody_gets_an_error(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    people = receivers()

    def race() -> bool:
        case = brought_later(cast)
        with lock_off(monkeypatch):
            return one_went_and_the_others_were_told(forward_at_once(case, people))

    must_go_wrong(race)
