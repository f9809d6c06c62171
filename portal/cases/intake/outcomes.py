"""How intake ends: the case is accepted, by a person or by silence.

行政许可法 art. 32 para. 1: (5) complete, or all corrections in: accepted; (4) silence counts as acceptance.
"""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from portal.cases.clocks.limits import clocks
from portal.cases.clocks.moving import window_is_late
from portal.cases.flow import Move
from portal.cases.models import Case, CaseMaterial
from portal.cases.models.acting import acting
from portal.cases.models.material import shortfalls
from portal.cases.numbers import CaseNumber, counter_of_cases
from portal.cases.papers import notices
from portal.cases.routes.dispatch import send_out
from portal.cases.states import CaseStatus
from portal.documents.models import Counter
from portal.lib.refusal import Refused
from portal.organisations.models import User
from portal.workdays.opening import business_day


def accept(case: Case, *, by: User, once: str | None = None) -> None:
    """受理: number the case, start both clocks, issue the acceptance notice and dispatch by the route.

    Raises Refused while a necessary material is missing, short or unsound; after a correction notice only what it
    listed is asked for, since nothing else may be asked for any more.
    """
    with acting(case):
        case.guard("accept", by=by)
        lines = case.lines()
        _refuse_gaps(case, lines)
        _accept(case, "accept", by=by, at=timezone.now(), once=once, lines=lines)


def deem_accepted(case: Case) -> None:
    """视为受理: five working days of silence count as acceptance from the day of receipt, and so does a day of silence
    after the corrections are complete, from that day.

    Done by the portal itself, whatever materials are in; raises Refused while the time is not over.
    """
    with acting(case):
        case.guard("deem_accepted", by=None)
        now = timezone.now()
        if not window_is_late(case, timezone.localdate(now)):
            raise Refused("答复申请人的期限还没有过，不能视为受理。")
        _accept(case, "deem_accepted", by=None, at=now, once="deem_accepted", lines=case.lines())


def day_zero(case: Case, at: datetime) -> date:
    """From which day both limits run, not counting it: the day the corrections were complete; the day of receipt when
    the five days have gone by without an answer; otherwise the day of acceptance, for an instant item the next working
    day when the window has closed."""
    if case.completed_on:
        return case.completed_on
    if window_is_late(case, timezone.localdate(at)):
        return timezone.localdate(case.received_at)
    return business_day(case.center, at) if case.definition.is_instant else timezone.localdate(at)


def _accept(
    case: Case, verb: str, *, by: User | None, at: datetime, once: str | None, lines: list[CaseMaterial]
) -> None:
    """What both ways of acceptance share, after their guards: all that needs no number, then number and papers.

    `at` is the one moment of the verb, so that stamp, number and clocks are of one day though midnight may come.
    """
    done = case.claim(verb, by=by, accepted_by=by, **clocks(case, day_zero(case, at)))
    case.at_last(lambda: _number(case, done, by=by, at=at, once=once, lines=lines))
    send_out(case, by=by)


def _number(
    case: Case, done: tuple[Move, str], *, by: User | None, at: datetime, once: str | None, lines: list[CaseMaterial]
) -> None:
    """Number the case, and write down and print what bears the number."""
    case.stamp(accepted_at=at, number=case.number or _take_number(case, at))
    case.record(done, by=by, once=once, text=f"办件编号{case.number}。")
    case.issue("acceptance", notices.acceptance(case, by, lines), by=by)


def _take_number(case: Case, at: datetime) -> str:
    """The next number of the zone's day. Whatever fails after it rolls the counter back, so no number is lost."""
    day = timezone.localdate(at).strftime("%Y%m%d")
    letter = case.zone.letter
    return str(CaseNumber(letter, day, Counter.take(counter_of_cases(letter, day))))


def gaps(case: Case, lines: list[CaseMaterial]) -> list[str]:
    """What keeps the case from being accepted, a few words for each material; `lines` are those of the case."""
    corrected = case.status == CaseStatus.CORRECTION_DONE
    return shortfalls(line for line in lines if line.gap or not corrected)


def _refuse_gaps(case: Case, lines: list[CaseMaterial]) -> None:
    wrong = gaps(case, lines)
    if wrong:
        too_late = case.status == CaseStatus.CORRECTION_DONE or window_is_late(case, timezone.localdate())
        or_tell = "" if too_late else "，或者出具一次性补正告知书"
        raise Refused(f"材料还不能受理：{'；'.join(wrong)}。请补齐后受理{or_tell}。")
