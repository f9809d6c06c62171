"""Results collected at two counters at the same instant go out once; the twin shows what keeps it so."""

from __future__ import annotations

from typing import Any

import pytest

from portal.cases import integrity
from portal.cases.flow import MOVES
from portal.cases.models import Case
from portal.organisations.models import Role, User
from portal.pickup import delivering
from portal.pickup.delivering import deliver
from portal.pickup.models import Delivery, DeliveryStatus
from tests.cast import PERSON, Cast, build_cast, person
from tests.races import at_once, lock_off, must_go_wrong, one_wins
from tests.stages import ready

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


@pytest.fixture
def cast() -> Cast:
    return build_cast()


def counters(cast: Cast) -> list[User]:
    return [cast.issuer, person("issuer-2", [(Role.ISSUER, "Z01", "")])]


def collect_at_once(case: Case, cast: Cast) -> list[Any]:
    """The right code and the right person, four times at each of two counters."""
    code = case.documents.get(kind="pickup_notice").content["pickup_code"]

    def collect(by: User) -> None:
        one = Delivery.objects.get(case=case.pk)
        deliver(one, by=by, code=code, name="示例乙", identity_kind="111", identity_number=PERSON)

    return at_once([lambda by=by: collect(by) for by in counters(cast) * 4])


def went_out_once(case: Case, outcomes: list[Any]) -> bool:
    receipts = case.documents.filter(kind="delivery_receipt").count()
    return one_wins(outcomes) and receipts == case.events.filter(verb="deliver").count() == 1


def test_results_collected_at_two_counters_at_once_go_out_once(cast: Cast) -> None:
    case = ready(cast)
    outcomes = collect_at_once(case, cast)
    assert went_out_once(case, outcomes), outcomes
    assert list(integrity.problems()) == []


def test_twin_without_lock_and_guard_results_go_out_twice(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def unguarded(self: Case, verb: str, *, by: Any, department: Any = None, **stamps: Any) -> Any:
        Case.objects.filter(pk=self.pk).update(status=MOVES[verb].target, **stamps)
        return MOVES[verb], self.status

    def race() -> bool:
        case = ready(cast)
        with lock_off(monkeypatch), monkeypatch.context() as off:
            off.setattr(Case, "claim", unguarded)
            off.setattr(delivering, "WAITING", frozenset(DeliveryStatus.values))
            return went_out_once(case, collect_at_once(case, cast))

    must_go_wrong(race)
