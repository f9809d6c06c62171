"""What the applicant and the receipt file get at the end: 领取通知 and 送达回证."""

from __future__ import annotations

from typing import Any

from portal.cases.models import Case
from portal.cases.papers.head import head
from portal.lib.words import minute
from portal.organisations.models import User
from portal.pickup.models import Delivery
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
    """领取通知: where, until when, with what; carries the pickup code and goes to the applicant only."""
    case, due = delivery.case, due_in_words(delivery.due)
    return {
        **head(case, by),
        "outcome": case.ruling,
        "pickup_code": code,
        "shelf": delivery.shelf,
        "due": due,
        "estimate_note": note(due),
        "results": result_rows(case),
        "fee": case.definition.fee.model_dump(),
    }


def delivery_receipt(delivery: Delivery, by: User) -> dict[str, Any]:
    """送达回证: what was served, when, where, how, to whom (行政许可法 art. 44)."""
    case = delivery.case
    return {
        **head(case, by),
        "outcome": case.ruling,
        "results": result_rows(case),
        "returned": [
            {"name": line.name, "originals": line.originals, "photocopies": line.photocopies}
            for line in (delivery.slip.lines.all() if delivery.slip else [])
        ],
        "way": "代领" if delivery.authority else "自行领取",
        "collector": {
            "name": delivery.collector_name,
            "identity_kind": delivery.get_collector_kind_display(),
            "identity": delivery.collector_masked,
            "authority": delivery.authority,
        },
        "delivered_at": minute(delivery.delivered_at),
        "place": case.application.center.name + "出件窗口",
    }
