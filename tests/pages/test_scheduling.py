"""A guide is scheduled, annotated and commented on in its editor; what goes live at its hour is an edition as any."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from wagtail.models import Comment, Revision

from pages.models import HomePage
from portal import settings as own_settings
from portal.desk.jobs import scheduled_pages
from tests.pages.acts import at_desk, draft, edit, edit_and_pass, editor, guide, is_open, publisher, spoil

pytestmark = pytest.mark.django_db

PUBLISH = {"action-publish": "1"}
SUBMIT = {"action-submit": "1"}
NOW = datetime(2027, 2, 20, 1, 0, tzinfo=UTC)
HOUR = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)
AT_NINE = "2027-03-01 09:00"


def waiting() -> int:
    """Revisions that go live by themselves."""
    return Revision.objects.exclude(approved_go_live_at=None).count()


def test_a_guide_that_is_scheduled_in_its_editor_becomes_an_edition_at_its_hour(small_site: HomePage) -> None:
    with time_machine.travel(NOW, tick=False):
        edit(editor(), guide(), note="三月起执行")
        edit_and_pass(publisher(), draft(), edition_note="依据新规定", go_live_at=AT_NINE)
        scheduled_pages(NOW)
        assert (waiting(), guide().edition.number, is_open()) == (1, 1, True)
    with time_machine.travel(HOUR, tick=False):
        scheduled_pages(HOUR)
    edition = guide().edition
    assert (edition.number, edition.note, edition.published_by) == (2, "依据新规定", publisher())
    assert edition.published_at == HOUR
    assert edition.parsed.note == "三月起执行"


def test_what_may_not_be_published_cannot_be_scheduled(small_site: HomePage) -> None:
    spoil(guide())
    with time_machine.travel(NOW, tick=False):
        told = edit(publisher(), draft(), go_live_at=AT_NINE, **SUBMIT).content.decode()
    assert "缺少收费项目、标准或者依据" in told
    assert waiting() == 0


def test_the_date_of_an_editor_who_may_not_publish_publishes_nothing(small_site: HomePage) -> None:
    with time_machine.travel(NOW, tick=False):
        edit(editor(), guide(), note="三月起执行", go_live_at=AT_NINE, **PUBLISH)
        assert waiting() == 0
    with time_machine.travel(HOUR, tick=False):
        scheduled_pages(HOUR)
    assert guide().edition.number == 1


def test_what_begins_later_is_scheduled_for_its_day_and_not_published_before(small_site: HomePage) -> None:
    changed = {"effective_from": "2027-03-01"}
    with time_machine.travel(NOW, tick=False):
        assert "请用定时发布" in edit(publisher(), guide(), **changed, **SUBMIT).content.decode()
        edit_and_pass(publisher(), guide(), go_live_at=AT_NINE, **changed)
    assert (waiting(), is_open()) == (1, True)


def test_the_note_stays_with_its_edition_and_is_asked_for_anew(small_site: HomePage) -> None:
    edit_and_pass(publisher(), guide(), note="改动", edition_note="依据新规定补充")
    assert guide().edition.note == "依据新规定补充"
    history = at_desk(publisher()).get(reverse("wagtailadmin_pages:history", args=[guide().pk])).content.decode()
    assert "成为第2版，发布说明：依据新规定补充" in history
    item = at_desk(publisher()).get(reverse("items_modeladmin_inspect", args=[guide().item.pk])).content.decode()
    assert "依据新规定补充" in item
    assert note_field_of(draft()) == ""
    edit(editor(), draft(), note="再改", edition_note="还没有发布")
    assert note_field_of(draft()) == "还没有发布"


def note_field_of(page: Any) -> str:
    """What stands in the field of the note when the editor is opened."""
    form = type(page).get_edit_handler().get_form_class()(instance=page)
    return str(form["edition_note"].value())


def test_a_comment_on_a_field_is_kept_for_the_next_editor_and_not_for_citizens(small_site: HomePage) -> None:
    comment = {"text": "条件要写明面积", "contentpath": "quota", "position": "", "id": "", "DELETE": "", "resolved": ""}
    sent = {f"comments-0-{name}": value for name, value in comment.items()}
    replies = {"comments-0-replies-TOTAL_FORMS": 0, "comments-0-replies-INITIAL_FORMS": 0}
    edit(editor(), guide(), **{"comments-TOTAL_FORMS": 1}, **sent, **replies)
    kept = Comment.objects.get()
    assert (kept.user, kept.contentpath, kept.page_id) == (editor(), "quota", guide().pk)
    shown = at_desk(publisher()).get(reverse("wagtailadmin_pages:edit", args=[guide().pk])).content.decode()
    assert r"\u6761\u4ef6\u8981\u5199\u660e\u9762\u79ef" in shown or "条件要写明面积" in shown
    assert "条件要写明面积" not in at_desk(publisher()).get(guide().url).content.decode()


def test_no_comment_waits_for_a_mail_server() -> None:
    assert own_settings.EMAIL_BACKEND.endswith("dummy.EmailBackend")
