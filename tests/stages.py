"""One case of TZ-09 in every status that can be reached, each brought there by the verbs themselves."""

from __future__ import annotations

from collections.abc import Callable

from portal.cases.decision.withdraw import withdraw
from portal.cases.intake.correction import complete_correction, request_correction
from portal.cases.intake.materials import check_materials
from portal.cases.intake.printing import print_receipt
from portal.cases.models import Case, CaseMaterial
from portal.handover import signing
from portal.pickup.delivering import deliver
from portal.pickup.models import Delivery
from portal.pickup.results import NewResult, take_in, transfer_result
from tests.cast import PERSON, Cast, accepted_case, decided_case, good_rows, received_case, sign_all

PAPER = [NewResult("许可证", "1")]


def received(cast: Cast) -> Case:
    case = received_case(complete=False)
    print_receipt(case, by=cast.receiver)
    return case


def in_correction(cast: Cast) -> Case:
    case = received_case()
    first = case.definition.materials[0].key
    check_materials(case, [{"key": first, "received": False, "verdict": ""}], by=cast.receiver)
    request_correction(case, {first: "请补交"}, by=cast.receiver)
    return case


def corrected(cast: Cast) -> Case:
    case = in_correction(cast)
    check_materials(case, good_rows(case), by=cast.receiver)
    complete_correction(case, by=cast.receiver)
    CaseMaterial.objects.filter(case=case, key=case.definition.materials[0].key).update(verdict="bad", reason="过期")
    return case


def bounced(cast: Cast) -> Case:
    case = accepted_case()
    for slip in case.slips.waiting():
        signing.bounce(slip, by=cast.officer(slip.department.code), reason="不属于本部门")
    return case


def in_department(cast: Cast) -> Case:
    case = accepted_case()
    sign_all(case, cast)
    return case


def in_transfer(cast: Cast) -> Case:
    case = decided_case(cast)
    transfer_result(case, PAPER, set(), by=cast.officer("sx-jsj"))
    return case


def ready(cast: Cast) -> Case:
    case = in_transfer(cast)
    take_in(case.slips.get(direction="to_window"), "A架", by=cast.issuer)
    return case


def delivered(cast: Cast) -> Case:
    case = ready(cast)
    code = case.documents.get(kind="pickup_notice").content["pickup_code"]
    who = {"name": "示例乙", "identity_kind": "111", "identity_number": PERSON}
    deliver(Delivery.objects.get(case=case), by=cast.issuer, code=code, **who)
    return case


def withdrawn(cast: Cast) -> Case:
    case = received_case()
    withdraw(case, by=cast.receiver, reason="项目暂缓")
    return case


STATUSES: dict[str, Callable[[Cast], Case]] = {
    "received": received,
    "correction": in_correction,
    "correction_done": corrected,
    "accepted": bounced,
    "dispatched": lambda cast: accepted_case(),
    "in_department": in_department,
    "decided_granted": decided_case,
    "decided_refused": lambda cast: decided_case(cast, granted=False),
    "result_transfer": in_transfer,
    "ready": ready,
    "delivered": delivered,
    "withdrawn": withdrawn,
}
