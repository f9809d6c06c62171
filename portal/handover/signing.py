"""签收 and 退回: what either side of a handover slip does with it."""

from __future__ import annotations

from django.utils import timezone

from portal.cases.acts import place_of
from portal.cases.models.acting import acting
from portal.cases.routes import tasks
from portal.handover.models import Custody, Direction, HolderKind, Slip, SlipStatus
from portal.handover.models.slip import WAITING
from portal.lib.refusal import Refused
from portal.organisations import authority
from portal.organisations.authority import Place
from portal.organisations.models import User

WAY = {
    "slips.sign": Direction.TO_DEPARTMENT,
    "slips.bounce": Direction.TO_DEPARTMENT,
    "slips.take_in": Direction.TO_WINDOW,
    "slips.send_back": Direction.TO_WINDOW,
    "slips.take_back": Direction.HOME,
}
"""On which way a slip must be for which act."""
WRONG_WAY = {
    Direction.TO_DEPARTMENT: "这是窗口移交部门的交接单，请由部门收件员签收或者退回。",
    Direction.TO_WINDOW: "这是部门移交窗口的结果交接单，由出件窗口接收或者退回。",
    Direction.HOME: "这是部门退还申请人材料的交接单，由收件窗口接收。",
}


def place_of_slip(slip: Slip) -> Place:
    """Either side of a slip: the windows of its case's place, and its department."""
    return place_of(slip.case, slip.department_id)


def may(user: User, act: str, slip: Slip) -> bool:
    """Whether the user may do this act, and the slip waits for it."""
    waits = slip.direction == WAY[act] and slip.status in WAITING
    return waits and authority.may(user, act, place_of_slip(slip))


def require(by: User, act: str, slip: Slip) -> None:
    """Raise Refused unless `by` stands at the side that the act is done on, or for a slip that goes the other way."""
    authority.require(by, act, place_of_slip(slip))
    if slip.direction != WAY[act]:
        raise Refused(WRONG_WAY[Direction(slip.direction)])


def sign(slip: Slip, *, by: User, difference: str = "", once: str | None = None) -> None:
    """签收 by the department: the papers are theirs, their tasks start, the time is the department's own.

    `difference` lists what does not match the slip; the papers are taken nevertheless and the window is shown it.
    """
    with acting(slip.case, slip):
        require(by, "slips.sign", slip)
        difference = difference.strip()
        target = SlipStatus.RECEIVED_WITH_DIFFERENCE if difference else SlipStatus.RECEIVED
        slip.claim(target, signed_at=timezone.now(), signed_by=by, difference=difference)
        papers = Custody.objects.travelling_on(slip)
        Custody.objects.hand_over(papers, to=HolderKind.DEPARTMENT, organisation=slip.department, slip=slip)
        if difference:
            slip.case.note("slip_difference", "交接差异", by=by, text=f"{slip.number}：{difference}")
        waiting = slip.tasks()
        for task in waiting:
            tasks.sign_for(task, by=by, once=once)
            once = None  # the form's key marks the first event only
        if not waiting:
            text = f"{slip.department}签收{slip.number}。"
            slip.case.note("sign_papers", "签收补收材料", by=by, text=text, once=once)


def bounce(slip: Slip, *, by: User, reason: str, once: str | None = None) -> None:
    """退回: the papers go back to the window, the slip keeps its number, the tasks wait for another department."""
    with acting(slip.case, slip):
        require(by, "slips.bounce", slip)
        _require_reason(reason)
        bounced = slip.tasks()
        for task in bounced:
            tasks.refuse_to_bounce(task, by=by, reason=reason)
        slip.claim(SlipStatus.BOUNCED, signed_at=timezone.now(), signed_by=by, difference=reason.strip())
        Custody.objects.hand_over(Custody.objects.travelling_on(slip), to=HolderKind.WINDOW, slip=slip)
        for task in bounced:
            tasks.bounce(task, by=by, reason=reason, once=once)
            once = None
        if not bounced:
            text = f"{slip.department}退回{slip.number}：{reason.strip()}"
            slip.case.note("bounce_papers", "退回补收材料", by=by, text=text, once=once)


def take_in(slip: Slip, *, by: User) -> None:
    """接收 at the issue counter: returned originals are there. Called by the verb that takes in the result."""
    with acting(slip.case, slip):
        require(by, "slips.take_in", slip)
        slip.claim(SlipStatus.RECEIVED, signed_at=timezone.now(), signed_by=by)
        Custody.objects.hand_over(Custody.objects.travelling_on(slip), to=HolderKind.ISSUE_COUNTER, slip=slip)


def take_back(slip: Slip, *, by: User, difference: str = "", once: str | None = None) -> None:
    """接收退还材料: what a department held of a case that has ended is at the window again, for the applicant.

    `difference` lists what does not match the slip; the papers are taken nevertheless and the case remembers it.
    """
    with acting(slip.case, slip):
        require(by, "slips.take_back", slip)
        difference = difference.strip()
        target = SlipStatus.RECEIVED_WITH_DIFFERENCE if difference else SlipStatus.RECEIVED
        slip.claim(target, signed_at=timezone.now(), signed_by=by, difference=difference)
        Custody.objects.hand_over(Custody.objects.travelling_on(slip), to=HolderKind.WINDOW, slip=slip)
        text = f"{slip.number}：{slip.department}退还的材料已到窗口。{difference}"
        slip.case.note("take_back", "接收退还材料", by=by, text=text, once=once)


def send_back(slip: Slip, *, by: User, reason: str) -> None:
    """退回更正: the issue counter found an error; papers and result go back to the department.

    Called by the verb that bounces the result.
    """
    with acting(slip.case, slip):
        require(by, "slips.send_back", slip)
        _require_reason(reason)
        slip.claim(SlipStatus.BOUNCED, signed_at=timezone.now(), signed_by=by, difference=reason.strip())
        papers = Custody.objects.travelling_on(slip)
        Custody.objects.hand_over(papers, to=HolderKind.DEPARTMENT, organisation=slip.department, slip=slip)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("请写明退回的理由。", field="reason")
