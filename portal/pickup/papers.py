"""What the applicant and the receipt file get at the end: 领取通知 and 送达回证."""

from __future__ import annotations

from typing import Any

from portal.cases.models import Case, CaseMaterial
from portal.cases.papers.head import head
from portal.catalog.schema.definition import Fee
from portal.handover.models import Custody, HolderKind
from portal.lib.words import minute
from portal.organisations.models import User
from portal.pickup.models import Delivery
from portal.pickup.settling import fee_due
from portal.workdays.words import due_in_words, note


def result_rows(case: Case) -> list[dict[str, Any]]:
    """The results of a case as papers list them."""
    return [
        {
            "name": result.name,
            "number": result.number,
            "originals": result.originals,
            "duplicates": result.duplicates,
            "validity": result.validity,
        }
        for result in case.results.all()
    ]


def pickup_notice(delivery: Delivery, code: str, by: User) -> dict[str, Any]:
    """领取通知: where, with what, when the authority must have served it. Bears the pickup code: the applicant only."""
    case, due = delivery.case, due_in_words(delivery.due)
    return {
        **head(case, by),
        "outcome": case.ruling,
        "pickup_code": code,
        "shelf": delivery.shelf,
        "due": due,
        "estimate_note": note(due),
        "results": result_rows(case),
        "fee": (fee_due(case) or Fee()).model_dump(),
    }


def returned_with(delivery: Delivery) -> list[CaseMaterial]:
    """The papers that came to the counter to go home with the results, also after they went."""
    at_counter = Custody.objects.of_case(delivery.case).filter(holder=HolderKind.ISSUE_COUNTER)
    return [item.material for item in at_counter.order_by("material__order")]


def delivery_receipt(delivery: Delivery, by: User) -> dict[str, Any]:
    """送达回证: what was served, when, where, how, to whom (行政许可法 art. 44)."""
    case = delivery.case
    return {
        **head(case, by),
        "outcome": case.ruling,
        "results": result_rows(case),
        "returned": [
            {"name": line.name, "originals": line.originals, "photocopies": line.photocopies}
            for line in returned_with(delivery)
        ],
        "way": "代领" if delivery.authority else "自行领取",
        "collector": {
            "name": delivery.collector_name,
            "identity_kind": delivery.get_collector_kind_display(),
            "identity": delivery.collector_masked,
            "authority": delivery.authority,
        },
        "fee": f"{delivery.get_fee_display()}：{delivery.fee_note}" if delivery.fee else "",
        "delivered_at": minute(delivery.delivered_at),
        "place": case.application.center.name + "出件窗口",
    }
