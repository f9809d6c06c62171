"""What must be settled before a granted result goes out: its fee, and materials that are still owed (容缺).

领取前须缴清 says the item's own fee; that tolerated materials come first is the commitment of whoever was accepted
with gaps. A waiver of either names its reason and stays with the delivery.
"""

from __future__ import annotations

from dataclasses import dataclass

from portal.cases.models import Case
from portal.cases.models.material import shortfalls
from portal.cases.states import TaskOutcome
from portal.catalog.schema.definition import Fee
from portal.lib.refusal import Refused
from portal.pickup.models import FeeSettled


@dataclass(frozen=True)
class Settled:
    """How the counter found it: `fee` paid or waived with `note` (receipt number, or reason and basis); `gaps` the
    reason why a result goes out although materials are owed."""

    fee: str = ""
    note: str = ""
    gaps: str = ""


NOTHING_SETTLED = Settled()


def fee_due(case: Case) -> Fee | None:
    """What is to be paid before this result is handed out; None when nothing is, as after a refusal."""
    fee = case.definition.fee
    return fee if fee.charged and case.outcome == TaskOutcome.GRANTED else None


def owed(case: Case) -> list[str]:
    """The materials that a granted case still owes, with what is wrong with each."""
    return shortfalls(case.lines()) if case.outcome == TaskOutcome.GRANTED else []


def refuse_unsettled(case: Case, settled: Settled) -> None:
    """Raise Refused while the fee is not settled, or while materials are owed and nobody says why it goes out."""
    fee = fee_due(case)
    if fee is not None and settled.fee not in FeeSettled:
        raise Refused(f"{fee.before_pickup}，请核对缴费凭证；减免或者缓缴的，写明理由和依据。", field="fee")
    if fee is not None and not settled.note.strip():
        asked = "请填写缴费凭证号。" if settled.fee == FeeSettled.PAID else "请写明减免或者缓缴的理由和依据。"
        raise Refused(asked, field="fee_note")
    gaps = owed(case)
    if gaps and not settled.gaps.strip():
        raise Refused(f"材料还没有补齐，不能出件：{'；'.join(gaps)}。确需先行出件的，请写明理由。", field="gaps")
