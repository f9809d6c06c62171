"""Promised work of the catalogue: handbooks, a stretch at a time (the queue ends a task that takes over two minutes),
and the nightly check-up of what editors keep."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from portal.catalog.care import health
from portal.catalog.editions.intake import keep_days
from portal.catalog.handbook.models import UNDER_WAY, WORK, Handbook
from portal.catalog.handbook.press import Press
from portal.jobs.models import PromiseStatus
from portal.jobs.registry import Urgency, every_minute, handler

STRETCH = 45.0
"""Seconds after which the rest is promised anew; leaves a chapter and the binding their time."""


@handler(WORK, urgency=Urgency.HOUSE)
def print_handbook(*, handbook: int, part: int) -> None:
    """Print what is missing; run again it goes on where the last worker stopped, and a done handbook stays as it is."""
    book = Handbook.objects.for_list().get(pk=handbook)
    if not Press(book).run(seconds=STRETCH):
        with transaction.atomic():
            book.promise_part(part + 1)


@every_minute("catalog.handbooks")
def handbooks_given_up(now: datetime) -> None:
    """Work that the outbox has given up is shown as failed, also when its worker was killed and said nothing."""
    for book in Handbook.objects.filter(status__in=UNDER_WAY):
        dead = book.promises().filter(status=PromiseStatus.DEAD).first()
        if dead is not None:
            book.give_up(dead.last_error)


@every_minute("catalog.days_of_items")
def days_of_items(now: datetime) -> None:
    """Intake begins and ends on the days that the editions say."""
    keep_days(timezone.localdate(now))


NIGHT_HOURS = range(2, 6)
"""When the nightly check-up starts: nobody waits then, and a machine that was off at two catches up."""


@handler(health.WORK, urgency=Urgency.HOUSE)
def check_up(*, report: int) -> None:
    """Work out a health report; run again it changes nothing."""
    health.HealthReport.objects.get(pk=report).work_out()


@every_minute("catalog.health")
def nightly_check_up(now: datetime) -> None:
    """One check-up a night, and the place freed of one that was given up."""
    for report in health.dead_work():
        report.give_up()
    local = timezone.localtime(now)
    key = f"night:{local:%Y-%m-%d}"
    if local.hour in NIGHT_HOURS and not health.HealthReport.objects.filter(key=key).exists():
        health.ask(by=None, key=key)
