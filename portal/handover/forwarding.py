"""移交补收材料: what came to the window after the dispatch follows the case to the deciding department."""

from __future__ import annotations

from portal.cases.acts import place_of
from portal.cases.models import Case
from portal.cases.models.acting import acting
from portal.cases.states import IN_PROGRESS, OPEN_TASK
from portal.handover import slips
from portal.handover.models import Direction, Slip
from portal.lib.refusal import Refused
from portal.organisations import authority
from portal.organisations.models import User


def may_forward(case: Case, user: User) -> bool:
    """Whether the window holds papers of a dispatched case, and the user stands at it."""
    mine = authority.may(user, "slips.forward", place_of(case))
    return mine and case.status in IN_PROGRESS and not case.definition.is_instant and bool(slips.at_window(case))


def forward(case: Case, *, by: User, once: str | None = None) -> Slip:
    """Send the papers that the window holds to the deciding department on a slip of their own.

    Raises Refused when there are none, and while the department has not signed for what was sent before.
    """
    with acting(case):
        authority.require(by, "slips.forward", place_of(case))
        if case.status not in IN_PROGRESS or case.definition.is_instant:
            raise case.too_late("移交补收材料")
        held = slips.at_window(case)
        if not held:
            raise Refused("窗口没有保管本件的纸质材料，不需要移交。")
        to_lead = Slip.objects.filter(case=case, direction=Direction.TO_DEPARTMENT, department=case.lead)
        if to_lead.waiting().exists():
            raise Refused(f"{case.lead}还没有签收上一张交接单，请等签收以后再移交。")
        slip = slips.supplement(case, held, list(case.tasks.filter(department=case.lead, status__in=OPEN_TASK)), by=by)
        names = "、".join(material.name for material in held)
        case.note("forward", "移交补收材料", by=by, text=f"{slip.number}：{names}。", once=once)
        return slip
