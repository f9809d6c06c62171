"""What the back office does by itself: pages go live and offline at the minute their editors set."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from wagtail.log_actions import log
from wagtail.models import Page, Revision

from portal.catalog.judging.findings import PreflightFailed
from portal.desk.drafts import purge
from portal.desk.history import SCHEDULE_REFUSED
from portal.jobs.registry import every_minute
from portal.lib.refusal import Refused

every_minute("desk.purge_drafts")(purge)
logger = logging.getLogger(__name__)

A_MINUTES_WORK = 50


@every_minute("desk.scheduled_pages")
def scheduled_pages(now: datetime) -> None:
    """Take pages offline that have expired, then publish what is due; each by itself."""
    expired = Page.objects.filter(live=True, expire_at__lte=now).order_by("expire_at", "pk")
    for pk in list(expired.values_list("pk", flat=True)[:A_MINUTES_WORK]):
        _alone(expire, pk, now)
    due = Revision.objects.filter(approved_go_live_at__lte=now).order_by("approved_go_live_at", "pk")
    for pk in list(due.values_list("pk", flat=True)[:A_MINUTES_WORK]):
        _alone(go_live, pk, now)


def _alone(act: Callable[[int, datetime], None], pk: int, now: datetime) -> None:
    """One page that fails does not stop the others; it is tried again in the next minute."""
    try:
        act(pk, now)
    except Exception:
        logger.exception("scheduled change %s failed", pk)


@transaction.atomic
def expire(pk: int, now: datetime) -> None:
    """Take a page offline whose time is over; the page itself closes what hangs on it."""
    page = Page.objects.select_for_update().filter(pk=pk, live=True, expire_at__lte=now).first()
    if page is not None:
        page.specific.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")


def go_live(pk: int, now: datetime) -> None:
    """Publish a revision whose hour has come.

    One that may not be published loses its date, so that nobody waits for it, and its page's history says why.
    """
    try:
        with transaction.atomic():
            revision = Revision.objects.select_for_update().filter(pk=pk, approved_go_live_at__lte=now).first()
            if revision is not None:
                revision.publish(log_action="wagtail.publish.scheduled")
    except (PreflightFailed, Refused) as refusal:
        _say_refused(pk, now, str(refusal))


@transaction.atomic
def _say_refused(pk: int, now: datetime, reason: str) -> None:
    if not Revision.objects.filter(pk=pk, approved_go_live_at__lte=now).update(approved_go_live_at=None):
        return
    revision = Revision.objects.select_related("content_type").get(pk=pk)
    logger.warning("scheduled revision %s was refused: %s", pk, reason)
    log(instance=revision.content_object, action=SCHEDULE_REFUSED, revision=revision, data={"reason": reason})
