"""退还材料: what the applicant handed in goes home when the case ends before a decision, or is refused.

From a department it comes to the window on a slip; the window hands it back against identity and signature.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from portal.cases.acts import place_of
from portal.cases.models import Case
from portal.cases.models.acting import acting
from portal.cases.models.doors import CaseQuerySet
from portal.cases.states import WITHOUT_RESULT, TaskOutcome
from portal.handover import papers, slips
from portal.handover.collector import checked_collector
from portal.handover.models import Custody, HolderKind, Slip, SlipStatus
from portal.lib.identity import IdentityKind
from portal.lib.masking import mask_identity
from portal.lib.refusal import Refused
from portal.organisations import authority
from portal.organisations.models import User


def goes_home(case: Case) -> bool:
    """Whether the applicant gets back what was handed in: nothing was decided, or a permit was refused."""
    return case.status in WITHOUT_RESULT or case.outcome == TaskOutcome.REFUSED


def not_home(case: Case) -> list[Custody]:
    """Who still holds which paper of a case that ended without a result; of a refused one, what is at the window."""
    held = Custody.objects.now().of_case(case).exclude(holder=HolderKind.APPLICANT).order_by("material__order")
    if case.status in WITHOUT_RESULT:
        return list(held)
    return list(held.filter(holder=HolderKind.WINDOW)) if goes_home(case) else []


def with_papers_here(cases: CaseQuerySet) -> CaseQuerySet:
    """Those of `cases` that ended without a result and have papers which are not home yet."""
    held = Custody.objects.now().filter(material__case=OuterRef("pk")).exclude(holder=HolderKind.APPLICANT)
    return cases.filter(Exists(held), status__in=WITHOUT_RESULT)


def bring_home(case: Case, by: User | None, **kwargs: Any) -> None:
    """The case has ended: open slips are cancelled with their numbers kept, what is on the way returns to the window,
    and every department that holds papers gets a slip to bring them."""
    Slip.objects.waiting().filter(case=case).update(status=SlipStatus.CANCELLED)
    travelling = Custody.objects.now().of_case(case).filter(holder=HolderKind.IN_TRANSIT)
    Custody.objects.hand_over([item.material for item in travelling], to=HolderKind.WINDOW)
    slips.slips_home(case, by=by)


def may_call_home(case: Case, user: User) -> bool:
    """Whether a department keeps papers of an ended case for which no slip was made."""
    mine = case.status in WITHOUT_RESULT and authority.may(user, "slips.call_home", place_of(case))
    return mine and _in_departments(case).exists()


def call_home(case: Case, *, by: User, once: str | None = None) -> None:
    """催退材料: slips for what departments still keep of a case that ended before the portal made them by itself."""
    with acting(case):
        authority.require(by, "slips.call_home", place_of(case))
        if case.status not in WITHOUT_RESULT:
            raise Refused("本件还没有终止，材料不退还。")
        made = slips.slips_home(case, by=by)
        if not made:
            raise Refused("没有部门保管本件的纸质材料，不需要催退。")
        departments = "、".join(str(slip.department) for slip in made)
        case.note("call_home", "催退材料", by=by, text=f"请{departments}退还材料。", once=once)


def may_hand_back(case: Case, user: User) -> bool:
    """Whether the user's window holds papers that go home."""
    mine = goes_home(case) and authority.may(user, "slips.hand_back", place_of(case))
    return mine and bool(slips.at_window(case))


def hand_back(
    case: Case,
    *,
    by: User,
    name: str,
    identity_kind: str,
    identity_number: str,
    authority_shown: str = "",
    once: str | None = None,
) -> None:
    """退还申请人: everything that the window holds goes to the applicant, with a receipt to sign.

    What a department still has to bring goes home later, with a receipt of its own. Raises Refused for a case that goes
    on or was granted, while the window holds nothing, and for the wrong person.
    """
    with acting(case):
        authority.require(by, "slips.hand_back", place_of(case))
        if not goes_home(case):
            raise Refused("本件没有终止，也没有作出不予决定，申请人交来的材料不退还。")
        held = slips.at_window(case)
        if not held:
            raise Refused("窗口没有保管本件的纸质材料，没有可以退还的。")
        number = checked_collector(case.application, name, identity_kind, identity_number, authority_shown)
        collector = {
            "name": name.strip(),
            "identity_kind": IdentityKind(identity_kind).label,
            "identity": mask_identity(number),
            "authority": authority_shown.strip(),
        }
        Custody.objects.hand_over(held, to=HolderKind.APPLICANT)
        names = "、".join(material.name for material in held)
        case.note("hand_back", "退还材料", by=by, text=f"{collector['name']}领回：{names}。", once=once)
        case.issue("return_receipt", papers.return_receipt(case, held, collector, by), by=by)


def _in_departments(case: Case) -> QuerySet[Custody]:
    return Custody.objects.now().of_case(case).filter(holder=HolderKind.DEPARTMENT)
