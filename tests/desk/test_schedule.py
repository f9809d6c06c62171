"""Changes go live at their minute and pages offline at theirs; one that may not does not stop the others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import time_machine
from django.urls import reverse
from wagtail.models import Page, PageLogEntry, Revision

from pages.models import GuidePage, HomePage, PlainPage
from portal.catalog.models import Edition
from portal.desk.history import SCHEDULE_REFUSED
from portal.desk.jobs import scheduled_pages
from portal.jobs.registry import MINUTE
from portal.jobs.tick import tick
from tests.pages.acts import at_desk, guide, is_open, publisher, reviewed, spoil

BEFORE = datetime(2027, 3, 1, 0, 59, 59, tzinfo=UTC)
HOUR = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)


def scheduled(code: str, *, good: bool = True) -> Revision:
    """A change of a guide that is to go live at `HOUR`."""
    page = guide(code).get_latest_revision_as_object()
    page.intro, page.go_live_at = "<p>三月起执行。</p>", HOUR
    revision = reviewed(page.save_revision(user=publisher()) if good else spoil(page, publisher()))
    Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=HOUR)
    return revision


def minute_of(when: datetime) -> None:
    """What the portal does by itself at this minute."""
    with time_machine.travel(when, tick=False):
        scheduled_pages(when)


def editions(code: str) -> int:
    return Edition.objects.filter(item__code=code).count()


def test_the_minute_tick_looks_for_scheduled_pages() -> None:
    assert MINUTE["desk.scheduled_pages"] is scheduled_pages


def test_a_change_goes_live_at_its_minute_and_not_before(small_site: HomePage) -> None:
    page = guide("TZ-09").get_latest_revision_as_object()
    page.intro, page.go_live_at = "<p>三月起执行。</p>", HOUR
    with time_machine.travel(BEFORE - timedelta(days=1), tick=False):
        reviewed(page.save_revision(user=publisher())).publish(user=publisher())
    with time_machine.travel(BEFORE, tick=False):
        tick()
        assert "三月起执行" not in guide("TZ-09").intro
    with time_machine.travel(HOUR, tick=False):
        tick()
    assert "三月起执行" in guide("TZ-09").intro
    assert guide("TZ-09").live
    assert PageLogEntry.objects.filter(page=guide("TZ-09").pk, action="wagtail.publish.scheduled").count() == 1


def test_a_second_tick_publishes_nothing_twice(small_site: HomePage) -> None:
    scheduled("TZ-09")
    minute_of(HOUR)
    minute_of(HOUR + timedelta(minutes=1))
    assert PageLogEntry.objects.filter(action="wagtail.publish.scheduled").count() == 1


def test_a_change_that_is_refused_does_not_stop_the_others(small_site: HomePage) -> None:
    refused, fine = scheduled("TZ-09", good=False), scheduled("BDC-01")
    before = editions("TZ-09")
    minute_of(HOUR)
    refused.refresh_from_db()
    fine.refresh_from_db()
    assert guide("BDC-01").live_revision_id == fine.pk
    assert guide("TZ-09").live_revision_id != refused.pk
    assert editions("TZ-09") == before
    assert is_open("TZ-09")


def test_a_refusal_stands_in_the_history_of_the_page_once(small_site: HomePage) -> None:
    refused = scheduled("TZ-09", good=False)
    for minute in range(3):
        minute_of(HOUR + timedelta(minutes=minute))
    refused.refresh_from_db()
    assert refused.approved_go_live_at is None
    entry = PageLogEntry.objects.get(action=SCHEDULE_REFUSED)
    assert "收费" in entry.data["reason"]
    history = at_desk(publisher()).get(reverse("wagtailadmin_pages:history", args=[guide("TZ-09").pk]))
    assert "定时发布没有成功" in history.content.decode()


def test_a_page_that_fails_for_another_reason_is_tried_again(small_site: HomePage) -> None:
    broken, fine = scheduled("TZ-09"), scheduled("BDC-01")
    Revision.objects.filter(pk=broken.pk).update(content={})
    minute_of(HOUR)
    broken.refresh_from_db()
    assert broken.approved_go_live_at == HOUR
    assert guide("BDC-01").live_revision_id == fine.pk


def test_a_guide_that_expires_goes_offline_and_closes_intake(small_site: HomePage) -> None:
    GuidePage.objects.filter(pk=guide("TZ-09").pk).update(expire_at=HOUR)
    minute_of(BEFORE)
    assert guide("TZ-09").live
    minute_of(HOUR)
    assert not guide("TZ-09").live
    assert guide("TZ-09").expired
    assert not is_open("TZ-09")
    assert is_open("BDC-01")


def test_a_plain_page_that_is_due_goes_live(small_site: HomePage) -> None:
    page = PlainPage(title="春节放假", slug="holiday", body="<p>放假安排。</p>", live=False, go_live_at=HOUR)
    small_site.add_child(instance=page)
    with time_machine.travel(BEFORE, tick=False):
        page.save_revision().publish()
        assert not Page.objects.get(slug="holiday").live
    minute_of(HOUR)
    assert Page.objects.get(slug="holiday").live
