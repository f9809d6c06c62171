"""签收 and 退回: what either side of a handover slip does with it."""

from __future__ import annotations

from django.utils import timezone

from portal.cases import authority
from portal.cases.flow import MOVES
from portal.cases.models.acting import acting
from portal.cases.routes import tasks
from portal.handover.models import Custody, Direction, HolderKind, Slip, SlipStatus
from portal.lib.refusal import Refused
from portal.organisations.models import User


def may_sign(slip: Slip, user: User) -> bool:
    """Whether the user receives papers for the department of this slip, and the slip brings some there."""
    mine = authority.may(MOVES["sign_for"], user, slip.case, slip.department)
    return mine and slip.direction == Direction.TO_DEPARTMENT


def may_take_in(slip: Slip, user: User) -> bool:
    """Whether the user stands at the counter to which this slip brings results."""
    return authority.may(MOVES["take_in_result"], user, slip.case) and slip.direction == Direction.TO_WINDOW


def sign(slip: Slip, *, by: User, difference: str = "", once: str | None = None) -> None:
    """签收 by the department: the papers are theirs, their tasks start, the time is the department's own.

    `difference` lists what does not match the slip; the papers are taken nevertheless and the window is shown it.
    """
    with acting(slip.case, slip):
        _require_department(slip, by)
        difference = difference.strip()
        target = SlipStatus.RECEIVED_WITH_DIFFERENCE if difference else SlipStatus.RECEIVED
        slip.claim(target, signed_at=timezone.now(), signed_by=by, difference=difference)
        Custody.objects.hand_over(slip.paper(), to=HolderKind.DEPARTMENT, organisation=slip.department, slip=slip)
        if difference:
            slip.case.note("slip_difference", "交接差异", by=by, text=f"{slip.number}：{difference}")
        for task in slip.tasks():
            tasks.sign_for(task, by=by, once=once)
            once = None  # the form's key marks the first event only


def bounce(slip: Slip, *, by: User, reason: str, once: str | None = None) -> None:
    """退回: the papers go back to the window, the slip keeps its number, the tasks wait for another department."""
    with acting(slip.case, slip):
        _require_department(slip, by)
        _require_reason(reason)
        bounced = slip.tasks()
        for task in bounced:
            tasks.refuse_to_bounce(task, by=by, reason=reason)
        slip.claim(SlipStatus.BOUNCED, signed_at=timezone.now(), signed_by=by, difference=reason.strip())
        Custody.objects.hand_over(slip.paper(), to=HolderKind.WINDOW, slip=slip)
        for task in bounced:
            tasks.bounce(task, by=by, reason=reason, once=once)
            once = None


def take_in(slip: Slip, *, by: User) -> None:
    """接收 at the issue counter: returned originals are there. Called by the verb that takes in the result."""
    with acting(slip.case, slip):
        refuse_at_counter(slip, by)
        slip.claim(SlipStatus.RECEIVED, signed_at=timezone.now(), signed_by=by)
        Custody.objects.hand_over(slip.paper(), to=HolderKind.ISSUE_COUNTER, slip=slip)


def send_back(slip: Slip, *, by: User, reason: str) -> None:
    """退回更正: the issue counter found an error; papers and result go back to the department.

    Called by the verb that bounces the result.
    """
    with acting(slip.case, slip):
        refuse_at_counter(slip, by)
        _require_reason(reason)
        slip.claim(SlipStatus.BOUNCED, signed_at=timezone.now(), signed_by=by, difference=reason.strip())
        Custody.objects.hand_over(slip.paper(), to=HolderKind.DEPARTMENT, organisation=slip.department, slip=slip)


def refuse_at_counter(slip: Slip, by: User) -> None:
    """Raise Refused unless the slip brings results, and `by` stands at the counter they go to."""
    if slip.direction != Direction.TO_WINDOW:
        raise Refused("这是窗口移交部门的交接单，请由部门收件员签收或者退回。")
    if not may_take_in(slip, by):
        raise Refused("只有本区域出件窗口的出件员才能接收或者退回结果交接单。")


def _require_department(slip: Slip, by: User) -> None:
    if slip.direction != Direction.TO_DEPARTMENT:
        raise Refused("这是部门移交窗口的结果交接单，由出件窗口接收或者退回。")
    if not may_sign(slip, by):
        raise Refused(f"只有{slip.department}的部门收件员才能签收或者退回本交接单。")


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("请写明退回的理由。", field="reason")
