"""What becomes of a slip that nobody signs: it reminds after its day, then counts as received, or is called back.

Whoever does not come counts as having received (推定签收): a rule of the centre, which sets the days (`presume_days`).
"""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from portal.cases.acts import of_move, place_of
from portal.cases.clocks.limits import working_days
from portal.cases.models.acting import acting
from portal.cases.routes import tasks
from portal.handover.models import Custody, Direction, HolderKind, Slip, SlipStatus
from portal.handover.models.slip import WAITING
from portal.handover.signing import WRONG_WAY
from portal.lib.refusal import Refused, TooLate
from portal.organisations import authority
from portal.organisations.models import ServiceCenter, User

A_MINUTES_WORK = 100
CALLED_BACK = WAITING | {SlipStatus.PRESUMED}
"""What may be called back: nobody of the department has signed."""


def remind(slip: Slip) -> None:
    """催签: its day is over; said once, in the log of the case. Done by the portal itself."""
    with acting(slip.case, slip):
        if slip.due is None or timezone.localdate() <= slip.due:
            raise Refused("签收期限还没有过。")
        slip.claim(slip.status, WAITING, reminded_at=timezone.now())
        whose = slip.department if slip.direction == Direction.TO_DEPARTMENT else "窗口"
        text = f"{slip.number}超过签收期限没有签收，请{whose}尽快签收。"
        slip.case.note("remind_slip", "催签交接单", by=None, text=text, once=f"remind:{slip.pk}")


def presume(slip: Slip) -> None:
    """推定签收: a department that does not come counts as having received; its steps begin, its date stands.

    Done by the portal itself. Raises Refused before the centre's days are over, and for a slip that goes another way.
    """
    with acting(slip.case, slip):
        if slip.direction != Direction.TO_DEPARTMENT:
            raise Refused(WRONG_WAY[Direction(slip.direction)])
        days = slip.case.center.presume_days
        if not days or timezone.localdate() <= working_days(timezone.localdate(slip.issued_at), days):
            raise Refused("推定签收的期限还没有过，或者本中心不适用推定签收。")
        slip.claim(SlipStatus.PRESUMED, signed_at=timezone.now())
        papers = Custody.objects.travelling_on(slip)
        Custody.objects.hand_over(papers, to=HolderKind.DEPARTMENT, organisation=slip.department, slip=slip)
        waiting = slip.tasks()
        for task in waiting:
            tasks.sign_for(task, by=None)
        if not waiting:
            text = f"{slip.department}逾期没有签收{slip.number}，推定签收。"
            slip.case.note("presume_papers", "推定签收补收材料", by=None, text=text, once=f"presume:{slip.pk}")


def may_recall(user: User, slip: Slip) -> bool:
    """Whether the user's window may call this slip back."""
    unsigned = slip.direction == Direction.TO_DEPARTMENT and slip.status in CALLED_BACK
    return unsigned and authority.may(user, of_move("recall"), place_of(slip.case)) and bool(slip.tasks_unsigned())


def recall(slip: Slip, *, by: User, reason: str, once: str | None = None) -> None:
    """收回: the window takes back what no one of the department has signed for; its steps wait to be dispatched anew.

    The slip keeps its number, and so does every other of the case that nobody there has signed: without a step the
    department keeps no paper. Raises Refused without a reason, and once the department works on it.
    """
    with acting(slip.case, slip):
        authority.require(by, of_move("recall"), place_of(slip.case))
        if slip.direction != Direction.TO_DEPARTMENT:
            raise Refused(WRONG_WAY[Direction(slip.direction)])
        unsigned = slip.tasks_unsigned()
        if not unsigned:
            raise TooLate("部门已经签收，或者没有待签收的任务，不能收回。")
        if not reason.strip():
            raise Refused("请写明收回的理由。", field="reason")
        theirs = [slip, *_beside(slip)]
        for one in theirs:
            one.claim(SlipStatus.CANCELLED, CALLED_BACK, difference=reason.strip())
        there = Custody.objects.now().of_case(slip.case).filter(slip__in=theirs)
        Custody.objects.hand_over([item.material for item in there], to=HolderKind.WINDOW, slip=slip)
        for task in unsigned:
            tasks.recall(task, by=by, reason=reason, once=once)
            once = None


def _beside(slip: Slip) -> list[Slip]:
    """The other slips of the case to the same department that nobody there has signed."""
    others = Slip.objects.filter(case=slip.case, department=slip.department, direction=Direction.TO_DEPARTMENT)
    return list(others.filter(status__in=CALLED_BACK).exclude(pk=slip.pk).select_related("document"))


def of_this_minute(now: datetime) -> tuple[list[Slip], list[Slip]]:
    """The slips to remind of and those that count as received by now, oldest first, a minute's work of each."""
    today = timezone.localdate(now)
    late = Slip.objects.waiting().filter(due__lt=today).select_related("case", "department", "document")
    reminding = list(late.filter(reminded_at=None).order_by("issued_at", "pk")[:A_MINUTES_WORK])
    presumed: list[Slip] = []
    for center in ServiceCenter.objects.exclude(presume_days=0):
        theirs = late.filter(case__center=center, direction=Direction.TO_DEPARTMENT).order_by("issued_at", "pk")
        for slip in theirs[:A_MINUTES_WORK]:
            if working_days(timezone.localdate(slip.issued_at), center.presume_days) >= today:
                break  # the older ones come first
            presumed.append(slip)
    return reminding, presumed
