"""The real cases that a year is copied from: one of each kind, made by the verbs on one of the last days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Recipe:
    """How one kind of case is made, how many of a thousand are so, and how many days ago."""

    name: str
    share: int
    days_ago: tuple[int, ...]
    make: Callable[[Any], Any]


def recipes() -> tuple[Recipe, ...]:
    from tests import cast as acts

    return (
        Recipe("at the window", 8, (0, 1, 2), lambda cast: acts.received_case("TZ-09")),
        Recipe("at the estate window", 12, (0, 1, 2), lambda cast: acts.received_case("BDC-01")),
        Recipe("on its way", 10, (0, 1, 2), lambda cast: acts.accepted_case("TZ-09")),
        Recipe("in departments", 20, (1, 4, 6, 11), _signed),
        Recipe("to be decided", 10, (5, 8, 12), lambda cast: acts.case_to_decide(cast)),
        Recipe("decided", 10, (3, 6, 9), lambda cast: acts.decided_case(cast)),
        Recipe("on a shelf", 30, (4, 8, 12), _shelved),
        Recipe("estate handed out", 110, (1,), _delivered),
        Recipe("project handed out", 20, (1,), lambda cast: _delivered(cast, "TZ-09")),
        Recipe("handed out at the window", 710, (1,), _instant),
        Recipe("refused", 60, (1,), lambda cast: acts.decided_case(cast, "BDC-01", granted=False)),
    )


def _signed(cast: Any) -> Any:
    from tests import cast as acts

    case = acts.accepted_case("TZ-09")
    acts.sign_all(case, cast)
    case.refresh_from_db()
    return case


def _shelved(cast: Any, code: str = "BDC-01") -> Any:
    from portal.pickup.results import NewResult, take_in, transfer_result
    from tests import cast as acts

    case = acts.decided_case(cast, code)
    officer = cast.officer(case.tasks.get(kind="decision").department.code)
    take_in(transfer_result(case, [NewResult("证书", "1")], set(), by=officer), "A架", by=cast.issuer)
    return case


def _delivered(cast: Any, code: str = "BDC-01") -> Any:
    return _hand_out(cast, _shelved(cast, code))


def _instant(cast: Any) -> Any:
    from portal.pickup.results import NewResult, ready_at_window
    from tests import cast as acts

    case = acts.decided_case(cast, "SS-02")
    ready_at_window(case, [NewResult("通知书", "1")], "C架", by=cast.issuer)
    return _hand_out(cast, case)


def _hand_out(cast: Any, case: Any) -> Any:
    from portal.pickup.delivering import deliver
    from tests.cast import PAID, PERSON

    code = case.documents.get(kind="pickup_notice").content["pickup_code"]
    who = {"name": "示例乙", "identity_kind": "111", "identity_number": PERSON}
    deliver(case.delivery, by=cast.issuer, code=code, settled=PAID, **who)
    return case
