"""签收 and 退回: what either side of a handover slip does with it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from portal.cases.routes import tasks
from portal.handover.models import Custody, Direction, HolderKind, Slip, SlipStatus
from portal.lib.refusal import Refused
from portal.organisations.models import User
from portal.organisations.roles import Role


def sign(slip: Slip, *, by: User, difference: str = "", once: str | None = None) -> None:
    """签收 by the department: the papers are theirs, their tasks start, the time is the department's own.

    `difference` lists what does not match the slip; the papers are taken nevertheless and the window is shown it.
    """
    with transaction.atomic():
        slip.case.lock()
        _require_department(slip, by)
        if slip.direction != Direction.TO_DEPARTMENT:
            raise Refused("结果交接单由出件窗口接收。")
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
    with transaction.atomic():
        slip.case.lock()
        _require_department(slip, by)
        if not reason.strip():
            raise Refused("请写明退回的理由。", field="reason")
        slip.claim(SlipStatus.BOUNCED, signed_at=timezone.now(), signed_by=by, difference=reason.strip())
        Custody.objects.hand_over(slip.paper(), to=HolderKind.WINDOW, slip=slip)
        for task in slip.tasks():
            tasks.bounce(task, by=by, reason=reason, once=once)
            once = None


def take_in(slip: Slip, *, by: User) -> None:
    """接收 at the issue counter: returned originals are there. Called by the verb that takes in the result."""
    with transaction.atomic():
        if not by.holds(Role.ISSUER, zone=slip.case.zone):
            raise Refused("只有出件窗口的出件员才能接收结果交接单。")
        slip.claim(SlipStatus.RECEIVED, signed_at=timezone.now(), signed_by=by)
        Custody.objects.hand_over(slip.paper(), to=HolderKind.ISSUE_COUNTER, slip=slip)


def send_back(slip: Slip, *, by: User, reason: str) -> None:
    """退回更正: the issue counter found an error; papers and result go back to the department."""
    with transaction.atomic():
        if not by.holds(Role.ISSUER, zone=slip.case.zone):
            raise Refused("只有出件窗口的出件员才能退回结果交接单。")
        if not reason.strip():
            raise Refused("请写明退回的理由。", field="reason")
        slip.claim(SlipStatus.BOUNCED, signed_at=timezone.now(), signed_by=by, difference=reason.strip())
        Custody.objects.hand_over(slip.paper(), to=HolderKind.DEPARTMENT, organisation=slip.department, slip=slip)


def _require_department(slip: Slip, by: User) -> None:
    if not by.holds(Role.DEPT_RECEIVER, organisation=slip.department):
        raise Refused(f"只有{slip.department}的部门收件员才能签收或者退回本交接单。")
