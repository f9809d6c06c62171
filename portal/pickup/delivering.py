"""领取: code and identity are right, the results go out, the receipt is made; once."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portal.cases.acts import of_move, place_of
from portal.cases.decision.results import move_result
from portal.cases.models.acting import acting
from portal.handover.collector import checked_collector
from portal.handover.models import Custody, HolderKind
from portal.lib.refusal import Refused, TooLate
from portal.organisations.authority import require
from portal.organisations.models import User
from portal.pickup import papers
from portal.pickup.models import WAITING, Delivery, DeliveryStatus
from portal.pickup.settling import NOTHING_SETTLED, Settled, fee_due, owed, refuse_unsettled

WRONG_CODES_ALLOWED = 5
LOCK_MINUTES = 15
OF_THE_COLLECTOR = [
    *("collector_name", "collector_kind", "collector_identity", "authority"),
    *("fee", "fee_note", "gaps_waived"),
]


def deliver(
    delivery: Delivery,
    *,
    by: User,
    code: str,
    name: str,
    identity_kind: str,
    identity_number: str,
    authority: str = "",
    settled: Settled = NOTHING_SETTLED,
    once: str | None = None,
) -> None:
    """Hand the results of a case to the right person.

    Raises Refused for a wrong code (counted, five lock the delivery for a quarter of an hour), a false identity number,
    somebody who is not the applicant and brings no authority, a fee or materials that are owed; TooLate when it has
    been collected.
    """
    case = delivery.case
    require(by, of_move("deliver"), place_of(case))
    _check_code(delivery, code, by)
    number = checked_collector(case.application, name, identity_kind, identity_number, authority)
    with acting(case, delivery):
        case.guard("deliver", by=by)
        refuse_unsettled(case, settled)
        done = Delivery.objects.filter(pk=delivery.pk, status__in=WAITING).update(
            status=DeliveryStatus.DELIVERED, delivered_at=timezone.now(), delivered_by=by
        )
        if not done:
            raise TooLate("本件的结果已经领取，不能重复出件。")
        delivery.refresh_from_db(fields=["status", "delivered_at", "delivered_by", "locked_until", "wrong_codes"])
        delivery.collector_name, delivery.collector_kind = name.strip(), identity_kind
        delivery.collector_identity, delivery.authority = number, authority.strip()
        if fee_due(case):
            delivery.fee, delivery.fee_note = settled.fee, settled.note.strip()
        if owed(case):
            delivery.gaps_waived = settled.gaps.strip()
        delivery.save(update_fields=OF_THE_COLLECTOR)
        move_result(case, "deliver", by=by, text=_told(delivery), once=once)
        held = Custody.objects.now().of_case(case).filter(holder=HolderKind.ISSUE_COUNTER)
        Custody.objects.hand_over([item.material for item in held], to=HolderKind.APPLICANT)
        case.issue("delivery_receipt", papers.delivery_receipt(delivery, by), by=by)


def _told(delivery: Delivery) -> str:
    """What the case remembers of it."""
    parts = [f"{delivery.collector_name}到窗口领取。"]
    if delivery.fee:
        parts.append(f"费用{delivery.get_fee_display()}：{delivery.fee_note}。")
    if delivery.gaps_waived:
        parts.append(f"材料未齐先行出件：{delivery.gaps_waived}。")
    return "".join(parts)


def _check_code(delivery: Delivery, code: str, by: User) -> None:
    """Count wrong codes in a transaction of their own, so that a refusal does not undo the count."""
    now = timezone.now()
    fresh = Delivery.objects.get(pk=delivery.pk)
    if fresh.status not in WAITING:
        raise TooLate("本件的结果已经领取，不能重复出件。")
    if fresh.locked_until and fresh.locked_until > now:
        minutes = int((fresh.locked_until - now).total_seconds() // 60) + 1
        raise Refused(f"取件码连续输错，已锁定，请{minutes}分钟后再试。", field="code")
    if fresh.code_matches(code):
        return
    Delivery.objects.filter(pk=delivery.pk).update(wrong_codes=F("wrong_codes") + 1)
    fresh.refresh_from_db(fields=["wrong_codes"])
    if fresh.wrong_codes >= WRONG_CODES_ALLOWED:
        until = now + timedelta(minutes=LOCK_MINUTES)
        with transaction.atomic():
            Delivery.objects.filter(pk=delivery.pk).update(wrong_codes=0, locked_until=until)
            delivery.case.lock()
            delivery.case.note("lock_pickup", "取件码锁定", by=by, text=f"连续输错{WRONG_CODES_ALLOWED}次。")
        raise Refused(f"取件码已连续输错{WRONG_CODES_ALLOWED}次，锁定{LOCK_MINUTES}分钟。", field="code")
    raise Refused("取件码不正确，请核对领取通知上的六位数字。", field="code")
