"""移交补收材料: what came to the window after the dispatch follows the case to the deciding department."""

from __future__ import annotations

from portal.cases.acts import place_of
from portal.cases.models import Case
from portal.cases.models.acting import acting
from portal.cases.states import IN_PROGRESS, OPEN_TASK
from portal.handover import slips
from portal.handover.models import Direction, Slip, SlipStatus
from portal.lib.refusal import Refused
from portal.organisations import authority
from portal.organisations.models import User

SIGNED = frozenset({SlipStatus.RECEIVED, SlipStatus.RECEIVED_WITH_DIFFERENCE, SlipStatus.PRESUMED})


def may_forward(case: Case, user: User) -> bool:
    """Whether the user's window holds papers for a deciding department that takes paper and has signed."""
    mine = authority.may(user, "slips.forward", place_of(case))
    return (
        mine and case.status in IN_PROGRESS and _takes_paper(case) and _has_signed(case) and bool(slips.at_window(case))
    )


def forward(case: Case, *, by: User, once: str | None = None) -> Slip:
    """Send the papers that the window holds to the deciding department on a slip of their own.

    Raises Refused when there are none, for a department that works from scans, and while the department has not signed
    for what was sent before: until then nothing is forwarded, and what bounced is dispatched again.
    """
    with acting(case):
        authority.require(by, "slips.forward", place_of(case))
        if case.status not in IN_PROGRESS:
            raise case.too_late("移交补收材料")
        held = slips.at_window(case)
        if not held:
            raise Refused("窗口没有保管本件的纸质材料，不需要移交。")
        if not _takes_paper(case):
            raise Refused(f"{case.lead}凭扫描件办理本件，纸质材料留在窗口，请上传扫描件。")
        if not _has_signed(case):
            raise Refused(f"{case.lead}还没有签收上一张交接单，请等签收以后再移交。")
        slip = slips.supplement(case, held, list(case.tasks.filter(department=case.lead, status__in=OPEN_TASK)), by=by)
        names = "、".join(material.name for material in held)
        case.note("forward", "移交补收材料", by=by, text=f"{slip.number}：{names}。", once=once)
        return slip


def _takes_paper(case: Case) -> bool:
    """Whether the route sends the papers themselves to the deciding department."""
    return case.tasks.filter(department=case.lead, takes_paper=True).exists()


def _has_signed(case: Case) -> bool:
    """Whether the deciding department has the case, and no slip is on its way to it."""
    to_lead = Slip.objects.filter(case=case, direction=Direction.TO_DEPARTMENT, department=case.lead)
    return to_lead.filter(status__in=SIGNED).exists() and not to_lead.waiting().exists()
