"""Every closing of an item's intake, and every reopening, stays on record: who, when, why."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone
from wagtail.log_actions import log

from pages.models import GuidePage, HomePage
from portal.catalog import integrity
from portal.catalog.editions.intake import reopen_item, withdraw_item
from portal.catalog.models import IntakeChange, ItemStatus, ServiceItem
from portal.desk.history import ITEM_WITHDRAWN
from portal.desk.jobs import scheduled_pages
from portal.lib.refusal import Refused, TooLate
from portal.organisations.models import User
from tests.cast import Cast
from tests.pages.acts import guide, publisher, put_live

pytestmark = pytest.mark.django_db
NOTHING = (None, None, "", None)


@pytest.fixture
def item(cast: Cast) -> ServiceItem:
    return ServiceItem.objects.get(code="TZ-09")


def record(item: ServiceItem) -> list[tuple[str, str | None, str]]:
    """Act, person and reason, the oldest first."""
    rows = item.intake_changes.order_by("pk").select_related("by")
    return [(row.act, row.by.username if row.by else None, row.reason) for row in rows]


def borne(item: ServiceItem) -> tuple[object, ...]:
    """What the item itself says of a withdrawal."""
    item.refresh_from_db()
    return (item.withdrawn_at, item.withdrawn_by, item.withdrawal_reason, item.successor)


def test_a_withdrawal_that_was_taken_back_is_still_known(item: ServiceItem, cast: Cast) -> None:
    other = ServiceItem.objects.get(code="SS-02")
    withdraw_item(item, by=cast.publisher, reason="文件取消", successor=other)
    reopen_item(item, by=publisher(), reason="文件恢复")
    assert record(item) == [
        ("withdrawn", cast.publisher.username, "文件取消"),
        ("reopened", publisher().username, "文件恢复"),
    ]
    assert item.intake_changes.last().successor == other
    assert borne(item) == NOTHING


def test_publishing_again_opens_intake_and_takes_the_old_reason_away(small_site: HomePage) -> None:
    item = guide().item
    withdraw_item(item, by=None, reason="文件取消")
    put_live(guide(), publisher())
    assert borne(item) == NOTHING
    assert item.status == ItemStatus.IN_FORCE
    assert record(item)[-1] == ("reopened", "page-publisher", "办事指南重新发布（第1版）。")


def test_publishing_an_item_in_force_is_no_reopening(small_site: HomePage) -> None:
    put_live(guide(), publisher())
    assert record(guide().item) == []


def test_whoever_unpublishes_a_guide_is_named(small_site: HomePage) -> None:
    guide().unpublish(user=publisher())
    assert record(guide().item) == [("withdrawn", "page-publisher", "办事指南已经撤下。")]
    assert guide().item.withdrawn_by == publisher()


def test_whoever_may_unpublish_closes_intake_also_without_a_post(small_site: HomePage) -> None:
    root = User.objects.create(username="root", is_superuser=True)
    guide().unpublish(user=root)
    assert record(guide().item) == [("withdrawn", "root", "办事指南已经撤下。")]


def test_a_guide_that_expires_says_that_nobody_took_it_down(small_site: HomePage) -> None:
    now = timezone.now()
    GuidePage.objects.filter(pk=guide().pk).update(expire_at=now - timedelta(minutes=1))
    scheduled_pages(now)
    assert record(guide().item) == [("withdrawn", None, "办事指南已经到期撤下。")]


def test_neither_goes_without_a_reason_nor_with_one_too_long_to_keep(item: ServiceItem, cast: Cast) -> None:
    for reason in (" ", "理" * 301):
        with pytest.raises(Refused):
            withdraw_item(item, by=cast.publisher, reason=reason)
    withdraw_item(item, by=cast.publisher, reason="理" * 300)
    with pytest.raises(Refused, match="恢复收件的理由"):
        reopen_item(item, by=cast.publisher, reason="")
    assert len(record(item)) == 1


def test_who_is_too_late_leaves_no_line(item: ServiceItem, cast: Cast) -> None:
    with pytest.raises(TooLate):
        reopen_item(item, by=cast.publisher, reason="恢复")
    withdraw_item(item, by=cast.publisher, reason="取消")
    with pytest.raises(TooLate):
        withdraw_item(item, by=publisher(), reason="再次取消")
    assert record(item) == [("withdrawn", cast.publisher.username, "取消")]


def test_the_invariants_tell_a_status_that_its_record_does_not_bear_out(item: ServiceItem, cast: Cast) -> None:
    assert list(integrity.problems()) == []
    ServiceItem.objects.filter(pk=item.pk).update(status=ItemStatus.WITHDRAWN)
    assert list(integrity.problems()) == ["item TZ-09 is withdrawn, and its record does not say so"]
    ServiceItem.objects.filter(pk=item.pk).update(status=ItemStatus.IN_FORCE, withdrawal_reason="取消")
    assert list(integrity.problems()) == ["item TZ-09 is not withdrawn and bears a withdrawal"]
    withdraw_item(item, by=None, reason="取消")
    ServiceItem.objects.filter(pk=item.pk).update(status=ItemStatus.IN_FORCE, withdrawal_reason="", withdrawn_at=None)
    assert list(integrity.problems()) == ["item TZ-09 is not withdrawn, and its record says so"]


def test_an_upgrade_keeps_what_was_known_of_before(item: ServiceItem, cast: Cast) -> None:
    gone = ServiceItem.objects.get(code="SS-02")
    ServiceItem.objects.filter(pk=gone.pk).update(
        status=ItemStatus.WITHDRAWN, withdrawn_at=timezone.now(), withdrawn_by=cast.editor, withdrawal_reason="撤下"
    )
    log(instance=item, action=ITEM_WITHDRAWN, user=cast.supervisor, data={"reason": "依文件"})
    ServiceItem.objects.filter(pk=item.pk).update(withdrawal_reason="依文件")
    IntakeChange.objects.all().delete()
    import_module("portal.catalog.migrations.0016_what_was_withdrawn_before").keep_what_is_known(apps, None)
    assert record(gone) == [("withdrawn", cast.editor.username, "撤下")]
    assert [row[:2] for row in record(item)] == [("withdrawn", cast.supervisor.username), ("reopened", None)]
    assert borne(item) == NOTHING
    assert list(integrity.problems()) == []
