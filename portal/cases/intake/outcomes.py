"""How intake ends: the case is accepted, by a person or by silence."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from portal.cases.clocks.limits import clocks
from portal.cases.flow import Move
from portal.cases.models import Case, CaseMaterial
from portal.cases.models.acting import acting
from portal.cases.numbers import CaseNumber, counter_of_cases
from portal.cases.papers import notices
from portal.cases.routes.dispatch import send_out
from portal.documents.models import Counter
from portal.lib.refusal import Refused
from portal.organisations.models import User


def accept(case: Case, *, by: User, once: str | None = None) -> None:
    """受理: number the case, start both clocks, issue the acceptance notice and dispatch by the route.

    行政许可法 art. 32 para. 1 (5). Raises Refused while a necessary material is missing, short or unsound.
    """
    with acting(case):
        case.guard("accept", by=by)
        lines = case.lines()
        _refuse_gaps(lines)
        _accept(case, "accept", by=by, start=timezone.localdate(), once=once, lines=lines)


def deem_accepted(case: Case) -> None:
    """视为受理: five working days of silence count as acceptance from the day of receipt (art. 32 para. 1 (4)).

    Done by the portal itself, whatever materials are in; raises Refused while the days are not over.
    """
    with acting(case):
        case.guard("deem_accepted", by=None)
        if case.acceptance_due is None or timezone.localdate() <= case.acceptance_due:
            raise Refused("收件未满5个工作日，不能视为受理。")
        day = timezone.localdate(case.received_at)
        _accept(case, "deem_accepted", by=None, start=day, once="deem_accepted", lines=case.lines())


def _accept(
    case: Case, verb: str, *, by: User | None, start: date, once: str | None, lines: list[CaseMaterial]
) -> None:
    """What both ways of acceptance share, after their guards: all that needs no number, then number and papers."""
    done = case.claim(verb, by=by, accepted_by=by, **clocks(case, start))
    case.at_last(lambda: _number(case, done, by=by, once=once, lines=lines))
    send_out(case, by=by)


def _number(
    case: Case, done: tuple[Move, str], *, by: User | None, once: str | None, lines: list[CaseMaterial]
) -> None:
    """Number the case, and write down and print what bears the number."""
    now = timezone.now()
    case.stamp(accepted_at=now, number=case.number or _take_number(case, now))
    case.record(done, by=by, once=once, text=f"办件编号{case.number}。")
    case.issue("acceptance", notices.acceptance(case, by, lines), by=by)


def _take_number(case: Case, now: datetime) -> str:
    """The next number of the zone's day. Whatever fails after it rolls the counter back, so no number is lost."""
    day = timezone.localdate(now).strftime("%Y%m%d")
    letter = case.zone.letter
    return str(CaseNumber(letter, day, Counter.take(counter_of_cases(letter, day))))


def _refuse_gaps(lines: list[CaseMaterial]) -> None:
    gaps = [(line, line.shortfall()) for line in lines]
    wrong = [f"“{line.name}”{shortfall}" for line, shortfall in gaps if shortfall]
    if wrong:
        raise Refused(f"材料还不能受理：{'；'.join(wrong)}。请补齐后受理，或者出具一次性补正告知书。")
