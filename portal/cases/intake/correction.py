"""补正: what is missing is told once and all of it, and closed when everything on the notice is in."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from portal.cases.clocks.limits import natural_days
from portal.cases.clocks.moving import applicant_is_late, window_is_late
from portal.cases.intake.serving import keep_service
from portal.cases.models import Case, CaseMaterial
from portal.cases.models.acting import acting
from portal.cases.papers import notices
from portal.cases.signals import case_ended
from portal.cases.states import ClockState, Service
from portal.lib.refusal import Refused
from portal.organisations.models import User

TOO_LATE = "补正期限已过，视为放弃本次申请，可以重新申请。"


def request_correction(
    case: Case, gaps: dict[str, str], *, by: User, way: str = Service.IN_PERSON, once: str | None = None
) -> None:
    """一次性告知补正: `gaps` says for each material key what must be supplied; it can be said once only.

    The acceptance clock stops, the applicant's own runs for the days that the centre has set. When and in which `way`
    the notice was served is kept (`serving`), of one by mail when it is posted. 行政许可法 art. 32 para. 1 (4): within
    five working days, all of it at once.
    Raises Refused for an empty list, a material outside the list, an unknown way, or after the five days.
    """
    with acting(case):
        case.guard("request_correction", by=by)
        today = timezone.localdate()
        if window_is_late(case, today):
            raise Refused("收件已超过5个工作日，依法视为受理，不能再要求补正。")
        if way not in Service:
            raise Refused("请选择告知书的送达方式。", field="way")
        if not gaps:
            raise Refused("请至少选择一项需要补正的材料，并写明要求。")
        lines = {line.key: line for line in case.lines()}
        if set(gaps) - set(lines):
            raise Refused("补正材料只能从本事项的材料清单中选取。")
        days = case.center.correction_days
        due = natural_days(today, days)
        done = case.claim("request_correction", by=by, acceptance_due=None, correction_due=due)
        for key, wanted in gaps.items():
            CaseMaterial.objects.filter(pk=lines[key].pk).update(gap=wanted)
        names = "、".join(lines[key].name for key in gaps)
        text = f"需补正：{names}。{Service(way).label}。"
        told = {"materials": sorted(gaps), "days": days, "way": way}
        case.record(done, by=by, text=text, once=once or "correction", **told)
        document = case.issue("correction", notices.correction(case, by), by=by)
        if way != Service.MAIL:  # what goes by post is served when it is posted
            receiver = case.application.contact_name
            keep_service(case, document, by=by, way=way, at=document.issued_at, receiver=receiver)


def complete_correction(case: Case, *, by: User, once: str | None = None) -> None:
    """补正到齐: everything on the notice is in and sound; the case is to be accepted the same day, which is day 0.

    Raises Refused for what is still open, and once the applicant's time is over.
    """
    with acting(case):
        case.guard("complete_correction", by=by)
        today = timezone.localdate()
        if applicant_is_late(case, today):
            raise Refused(TOO_LATE)
        open_gaps = [line.name for line in case.lines() if line.gap and line.shortfall()]
        if open_gaps:
            raise Refused(f"告知书所列的{'、'.join(open_gaps)}还没有补齐或者还没有核对。")
        _complete(case, by=by, day=today, once=once)


def expire(case: Case) -> None:
    """The applicant's time is over: what was told is in, or the application counts as given up."""
    (lapse if lacking(case) else complete_in_time)(case)


def complete_in_time(case: Case) -> None:
    """What the notice listed came in in time and nobody at the window said so: complete from the last day on.

    Done by the portal itself; what the window has not judged in the applicant's time is not held against them. Raises
    Refused before the time is over and while anything is lacking.
    """
    with acting(case):
        case.guard("complete_correction", by=None)
        _refuse_early(case)
        if lacking(case):
            raise Refused("告知书所列的材料还没有补齐。")
        _complete(case, by=None, day=case.correction_due, once="complete_in_time")


def lapse(case: Case) -> None:
    """补正逾期视为放弃: the applicant's time is over and the corrections are not in.

    Done by the portal itself; local rule, the days are the centre's (`correction_days`). Raises Refused before, and
    when everything came in.
    """
    with acting(case):
        case.guard("lapse", by=None)
        _refuse_early(case)
        if not lacking(case):
            raise Refused("告知书所列的材料已经收到，不能视为放弃。")
        done = case.claim("lapse", by=None, clock_state=ClockState.STOPPED)
        case.record(done, by=None, text="补正期限届满没有补齐，视为放弃本次申请，可以重新申请。", once="lapse")
        case.issue("lapse", notices.lapse(case, None), by=None)
        case_ended.send(sender=Case, case=case, by=None)


def lacking(case: Case) -> list[CaseMaterial]:
    """What the notice listed and the applicant still owes: not brought, too few, or found unsound."""
    return [line for line in case.lines() if line.gap and line.shortfall() and not line.awaits_verdict()]


def _refuse_early(case: Case) -> None:
    if not applicant_is_late(case, timezone.localdate()):
        raise Refused("补正期限还没有过，不能视为放弃。")


def _complete(case: Case, *, by: User | None, day: date | None, once: str | None) -> None:
    done = case.claim("complete_correction", by=by, completed_on=day, acceptance_due=day)
    case.record(done, by=by, once=once)
    case.issue("correction_receipt", notices.correction_receipt(case, by), by=by)
