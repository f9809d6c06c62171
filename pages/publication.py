"""What becomes an edition when its page is published: by whom, for which day it is judged, and its 发布说明."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone
from wagtail.log_actions import LogActionRegistry, LogFormatter, get_active_log_context, log
from wagtail.models import Page, PageLogEntry

from portal.catalog.items.editioned import LONGEST_NOTE, EditionOf
from portal.organisations.models import User


def note_field() -> models.CharField:
    """发布说明 of the next edition; kept with it, and empty again once it is published (`pages.forms`)."""
    return models.CharField(
        "发布说明",
        max_length=LONGEST_NOTE,
        blank=True,
        default="",
        help_text="这一版改了什么、依据什么改。发布后同版本一起保存，在历次版本里看得到，不向群众显示。",
    )


def acting_user() -> User | None:
    """Who is at work in the back office now; None outside a request."""
    return get_active_log_context().user


def publisher_of(page: Page) -> User | None:
    """Who presses the button; of what goes live at its hour, who pressed it then, else who wrote the revision."""
    if acting := acting_user():
        return acting
    revision = page.live_revision
    if revision is None:
        return None
    scheduled = PageLogEntry.objects.filter(page=page.pk, action="wagtail.publish.schedule", revision=revision)
    entry = scheduled.exclude(user=None).order_by("-timestamp").first()
    return entry.user if entry else revision.user


def goes_live(page: Any) -> bool:
    """Whether saving this live page is a publication: only another live revision is."""
    if page.edition_id is None or page.pk is None:
        return True
    before = type(page).objects.filter(pk=page.pk).values_list("live", "live_revision_id").get()
    return bool(before != (True, page.live_revision_id))


def publication_day(page: Page) -> date:
    """The day on which the page would go live if it was published now: today, or that of its schedule."""
    return timezone.localdate(max(page.go_live_at or timezone.now(), timezone.now()))


NEW_EDITION = "portal.new_edition"


def log_edition(page: Page, edition: EditionOf) -> None:
    """A line in the history of the page, with the number and the note of what it has just become."""
    data = {"number": edition.number, "note": edition.note}
    log(instance=page, action=NEW_EDITION, user=edition.published_by, revision=page.live_revision, data=data)


class EditionEntry(LogFormatter):
    """第2版发布说明：…"""

    label = "新版本"

    def format_message(self, entry: Any) -> str:
        note = entry.data["note"]
        return f"成为第{entry.data['number']}版" + (f"，发布说明：{note}" if note else "，没有发布说明")


def edition_in_history(actions: LogActionRegistry) -> None:
    """Give the line its name and its sentence."""
    actions.register_action(NEW_EDITION)(EditionEntry)
