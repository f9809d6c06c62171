"""Closing the intake of an item and opening it again; every change stays on record, whoever made it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from portal.catalog.finding.indexing import index_items
from portal.catalog.items.models import LONGEST_REASON, IntakeAct, IntakeChange, ItemStatus, ServiceItem
from portal.catalog.items.shown import item_changed
from portal.lib import words
from portal.lib.refusal import Refused, TooLate
from portal.organisations.authority import require

if TYPE_CHECKING:
    from portal.organisations.models import User

IN_FORCE: dict[str, Any] = {
    "status": ItemStatus.IN_FORCE,
    "withdrawn_at": None,
    "withdrawn_by": None,
    "withdrawal_reason": "",
    "successor": None,
}
"""What an item in force says of itself; how it was withdrawn before stands in its `intake_changes`."""


@transaction.atomic
def withdraw_item(item: ServiceItem, *, by: User | None, reason: str, successor: ServiceItem | None = None) -> None:
    """取消: closes intake; running cases keep their edition and go on. `successor` is what people use instead.

    Raises Refused without the post (None is the portal itself), TooLate when it is withdrawn.
    """
    require(by, "items.withdraw")
    _withdraw(item, by, reason, successor)


@transaction.atomic
def withdraw_with_guide(item: ServiceItem, *, by: User | None, reason: str) -> None:
    """No guide, no intake: what follows when a guide is taken down by somebody who may, or expires (None).

    Raises TooLate when the item is withdrawn.
    """
    _withdraw(item, by, reason, None)


def _withdraw(item: ServiceItem, by: User | None, reason: str, successor: ServiceItem | None) -> None:
    why = _reason(reason, "取消")
    if successor and (successor.pk == item.pk or successor.status != ItemStatus.IN_FORCE):
        raise Refused("承接事项须是另一个在用的事项。", field="successor")
    now = timezone.now()
    changed = ServiceItem.objects.filter(pk=item.pk).exclude(status=ItemStatus.WITHDRAWN)
    if not changed.update(
        status=ItemStatus.WITHDRAWN, withdrawn_at=now, withdrawn_by=by, withdrawal_reason=why, successor=successor
    ):
        raise TooLate(f"“{item.name}”已经取消。")
    record(item, IntakeAct.WITHDRAWN, by=by, reason=why, at=now, successor=successor)
    _shown_anew(item)


@transaction.atomic
def reopen_item(item: ServiceItem, *, by: User | None, reason: str) -> None:
    """恢复收件 under the edition in force.

    Raises Refused without the post or without an edition, TooLate when the item is open.
    """
    require(by, "items.reopen")
    why = _reason(reason, "恢复收件")
    if item.current_edition_id is None:
        raise Refused(f"“{item.name}”还没有发布过指南，不能收件。")
    if not ServiceItem.objects.filter(pk=item.pk, status=ItemStatus.WITHDRAWN).update(**IN_FORCE):
        raise TooLate(f"“{item.name}”没有取消，不需要恢复。")
    record(item, IntakeAct.REOPENED, by=by, reason=why, at=timezone.now())
    _shown_anew(item)


def keep_days(today: date) -> None:
    """What the days of the editions in force ask for: intake begins on 计划生效日期 and ends on 计划取消日期.

    Done by the portal itself, each item by itself and once: whoever opens it again afterwards has the last word.
    """
    for item in ServiceItem.objects.filter(opens_on__lte=today, status=ItemStatus.IN_FORCE):
        with transaction.atomic():
            if ServiceItem.objects.filter(pk=item.pk, opens_on=item.opens_on).update(opens_on=None):
                _shown_anew(item)
    for item in ServiceItem.objects.filter(closes_on__lte=today).exclude(status=ItemStatus.WITHDRAWN):
        with transaction.atomic():
            if ServiceItem.objects.filter(pk=item.pk, closes_on=item.closes_on).update(closes_on=None):
                _withdraw(item, None, f"计划取消日期（{words.day(item.closes_on)}）已到。", None)


def record(
    item: ServiceItem,
    act: IntakeAct,
    *,
    by: User | None,
    reason: str,
    at: datetime,
    successor: ServiceItem | None = None,
) -> None:
    """Add a line to the item's record, in the transaction of the change."""
    IntakeChange.objects.create(item=item, act=act, by=by, reason=reason, at=at, successor=successor)


def _reason(reason: str, act: str) -> str:
    why = reason.strip()
    if not why:
        raise Refused(f"请填写{act}的理由。", field="reason")
    if len(why) > LONGEST_REASON:
        raise Refused(f"{act}的理由最多{LONGEST_REASON}个字。", field="reason")
    return why


def _shown_anew(item: ServiceItem) -> None:
    index_items([item])
    item_changed(item.code)
    item.refresh_from_db()
