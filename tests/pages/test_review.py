"""Review before publishing: two groups in turn, a refusal sent back with its reasons, and waivers that are signed."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageLogEntry, Revision, TaskState

from pages.content import _guide as load_guide
from pages.exchange import import_definitions
from pages.models import CataloguePage, GuidePage, HomePage, PlainPage
from pages.views import WAIVER_ASKED, finding_id
from portal.catalog.judging.findings import Finding
from portal.catalog.judging.waivers import ask_for, with_waivers
from portal.catalog.models import Edition, Waiver
from portal.desk.jobs import scheduled_pages
from portal.lib.content import read_yaml
from portal.lib.refusal import Refused, TooLate
from portal.organisations.models import Role, User
from tests.cast import person
from tests.pages.acts import act, at_desk, draft, edit, editor, form_data, guide, legal, publisher, put_live

pytestmark = pytest.mark.django_db
GIVEN = {"reason": "法律原文如此", "article": "《中华人民共和国建筑法》第八条"}
VAGUE = Finding("materials[3].name", "C01", "兜底条款。", "逐项列明。", "error", "其他材料")


def second_publisher() -> User:
    return person("page-publisher-2", [(Role.CATALOG_ADMIN, "", "")])


def granted(finding: Finding) -> None:
    ask_for("TZ-09", finding, by=editor(), **GIVEN).grant(by=publisher())


def submitted() -> GuidePage:
    edit(editor(), guide(), note="改动", **{"action-submit": "1"})
    return guide()


def test_a_guide_passes_legal_review_and_the_office_before_it_is_published(small_site: HomePage) -> None:
    page = submitted()
    assert guide().edition.number == 1
    act(publisher(), page)
    assert guide().edition.number == 1, "the office does not go before the lawyers"
    act(legal(), page)
    assert guide().edition.number == 1
    act(publisher(), page)
    assert guide().edition.number == 2
    assert guide().edition.published_by == publisher()


def test_an_editor_does_not_approve_their_own_text(small_site: HomePage) -> None:
    act(editor(), submitted())
    assert TaskState.objects.get().status == TaskState.STATUS_IN_PROGRESS


def test_who_approved_one_step_does_not_approve_the_next(small_site: HomePage) -> None:
    page = submitted()
    both = person("both-hands", [(Role.LEGAL_REVIEWER, "", ""), (Role.CATALOG_ADMIN, "", "")])
    act(both, page)
    act(both, page)
    assert guide().edition.number == 1
    act(publisher(), page)
    assert guide().edition.number == 2


def test_the_lawyer_does_not_approve_what_they_wrote(small_site: HomePage) -> None:
    edit(legal(), guide(), note="改动", **{"action-submit": "1"})
    act(legal(), guide())
    act(person("second-lawyer", [(Role.LEGAL_REVIEWER, "", "")]), guide())
    act(publisher(), guide())
    assert guide().edition.number == 2
    assert [state.finished_by.username for state in TaskState.objects.order_by("pk")] == [
        "second-lawyer",
        "page-publisher",
    ]


def test_an_administrator_is_no_lawyer(small_site: HomePage) -> None:
    page = submitted()
    act(User.objects.create_superuser("review-root", password="x"), page)
    assert TaskState.objects.get().status == TaskState.STATUS_IN_PROGRESS


def test_what_is_changed_under_review_is_read_again_by_everybody(small_site: HomePage) -> None:
    page = submitted()
    act(legal(), page)
    edit(publisher(), draft(), note="法制审核以后又改")
    act(publisher(), page)
    assert guide().edition.number == 1
    act(legal(), page)
    act(publisher(), page)
    assert guide().edition.parsed.note == "法制审核以后又改"


def approve_on_the_form(user: User) -> Any:
    """As the button on the editing form does it: the form is sent with everything on it, and nothing changed."""
    data = {**form_data(draft()), "action-workflow-action": "true", "workflow-action-name": "approve"}
    url = reverse("wagtailadmin_pages:edit", args=[guide().pk])
    return at_desk(user).post(url, {**data, "workflow-action-extra-data": "{}"}, follow=True)


def test_approving_on_the_form_is_no_change_of_the_text(small_site: HomePage) -> None:
    submitted()
    drafts = guide().revisions.count()
    approve_on_the_form(legal())
    approve_on_the_form(publisher())
    assert guide().edition.number == 2
    assert guide().revisions.count() == drafts


def test_whoever_waits_for_the_review_is_told_whose_turn_it_is(small_site: HomePage) -> None:
    url = reverse("wagtailadmin_pages:edit", args=[submitted().pk])
    html = at_desk(publisher()).get(url).content.decode()
    assert "现在到“法制审核”这一步，只有这一步的审核人能修改" in html
    edit(legal(), draft(), note="再改")
    act(legal(), guide())
    assert "这一稿是您写的，这一步须由另一人审核。" in at_desk(legal()).get(url).content.decode()


def by_the_form(page: GuidePage) -> Any:
    return edit(publisher(), page, note="绕过审核", **{"action-publish": "1"})


def in_bulk(page: GuidePage) -> Any:
    page.save_revision(user=publisher())
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    return at_desk(publisher()).post(f"{url}?id={page.pk}", follow=True)


def by_the_api(page: GuidePage) -> Any:
    page.save_revision(user=publisher())
    return at_desk(publisher()).post(f"/admin/api/main/pages/{page.pk}/action/publish/")


def by_an_old_revision(page: GuidePage) -> Any:
    first = page.latest_revision
    page.save_revision(user=publisher())
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    data = {**form_data(page), "note": "绕过审核", "revision": first.pk, "action-publish": "1"}
    return at_desk(publisher()).post(url, data, follow=True)


def on_schedule(page: GuidePage) -> None:
    revision = page.save_revision(user=publisher())
    Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=timezone.now() - timedelta(minutes=1))
    scheduled_pages(timezone.now())


def by_an_import(page: GuidePage) -> None:
    import_definitions([page.parsed], by=publisher())


def by_loading_again(page: GuidePage) -> None:
    catalogue = CataloguePage.objects.get()
    fresh = page.parsed.model_copy(update={"code": "TZ-98"})
    load_guide(catalogue, fresh, {}, settings.CONTENT_DIR)
    assert not GuidePage.objects.get(code="TZ-98").live


@pytest.mark.parametrize(
    "way", [by_the_form, in_bulk, by_the_api, by_an_old_revision, on_schedule, by_an_import, by_loading_again]
)
def test_nothing_goes_round_the_review(small_site: HomePage, way: Callable[[GuidePage], Any]) -> None:
    page = guide()
    page.note = "绕过审核"
    before = Edition.objects.count()
    answer = way(page)
    assert answer is None or answer.status_code < 500
    assert Edition.objects.count() == before
    assert "绕过审核" not in guide().edition.parsed.note


def test_a_draft_that_passed_its_review_is_published_also_later(small_site: HomePage) -> None:
    page = submitted()
    act(legal(), page)
    act(publisher(), page)
    guide().unpublish()
    in_bulk_url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    at_desk(publisher()).post(f"{in_bulk_url}?id={page.pk}")
    assert guide().live


def test_the_form_offers_no_way_past_the_review(small_site: HomePage) -> None:
    url = reverse("wagtailadmin_pages:edit", args=[guide().pk])
    html = at_desk(publisher()).get(url).content.decode()
    assert 'name="action-publish"' not in html
    assert 'name="action-submit"' in html
    plain = small_site.add_child(instance=PlainPage(title="交通指引", slug="traffic", body="<p>公交</p>"))
    assert (
        'name="action-publish"'
        in at_desk(publisher()).get(reverse("wagtailadmin_pages:edit", args=[plain.pk])).content.decode()
    )


def test_the_demo_has_somebody_for_every_step_of_the_review() -> None:
    roles = {
        post["role"]
        for row in read_yaml(settings.CONTENT_DIR / "centre.yaml")["demo_accounts"]
        for post in row["posts"]
    }
    assert {Role.CATALOG_EDITOR, Role.LEGAL_REVIEWER, Role.CATALOG_ADMIN} <= roles


def test_what_became_unpublishable_during_review_is_sent_back_with_the_reasons(small_site: HomePage) -> None:
    page = submitted()
    state = TaskState.objects.get()
    revision = state.revision
    revision.content = {**revision.content, "fee_charged": True}
    revision.save()
    assert act(legal(), page).status_code == 200
    state.refresh_from_db()
    assert state.status == TaskState.STATUS_REJECTED
    assert "缺少收费项目" in state.comment
    assert guide().edition.number == 1


def test_a_waiver_lets_exactly_this_clause_through(small_site: HomePage) -> None:
    granted(VAGUE)
    moved = Finding("materials[0].name", *list(VAGUE.__dict__.values())[1:])
    other = Finding("materials[3].name", "C01", "兜底条款。", "逐项列明。", "error", "其它材料")
    first, second, third = with_waivers("TZ-09", [VAGUE, moved, other])
    assert (first.blocks, second.blocks, third.blocks) == (False, False, True)
    assert "page-editor申请，page-publisher" in first.suggestion
    assert "《中华人民共和国建筑法》第八条" in first.suggestion
    assert [one.blocks for one in with_waivers("TZ-08", [VAGUE])] == [True]


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"reason": "  "}, "理由"),
        ({"reason": "法" + "\u200b" * 9}, "理由"),
        ({"article": "有关规定"}, "条款"),
        ({"article": "《中华人民共和国建筑法》"}, "条款"),
    ],
)
def test_a_waiver_needs_a_reason_and_an_article(small_site: HomePage, changes: dict[str, str], sentence: str) -> None:
    given = {"reason": "法律原文如此", "article": "《中华人民共和国建筑法》第八条", **changes}
    with pytest.raises(Refused, match=sentence):
        ask_for("TZ-09", VAGUE, by=editor(), **given)
    assert not Waiver.objects.exists()


def test_asking_for_a_waiver_and_granting_it_are_two_people(small_site: HomePage) -> None:
    asked = ask_for("TZ-09", VAGUE, by=publisher(), **GIVEN)
    with pytest.raises(Refused, match="另一人"):
        asked.grant(by=publisher())
    with pytest.raises(IntegrityError), transaction.atomic():
        Waiver.objects.filter(pk=asked.pk).update(approved_by=publisher(), approved_at=timezone.now())
    with pytest.raises(Refused, match="审管办"):
        asked.grant(by=editor())
    assert [one.blocks for one in with_waivers("TZ-09", [VAGUE])] == [True], "asked is not granted"
    asked.grant(by=second_publisher())
    assert [one.blocks for one in with_waivers("TZ-09", [VAGUE])] == [False]
    kept = Waiver.objects.get()
    assert (kept.asked_by, kept.approved_by) == (publisher(), second_publisher())
    assert kept.asked_at < kept.approved_at


def test_a_declined_waiver_says_why_and_may_be_asked_for_again(small_site: HomePage) -> None:
    asked = ask_for("TZ-09", VAGUE, by=editor(), **GIVEN)
    with pytest.raises(Refused, match="理由"):
        asked.decline(by=publisher(), answer=" ")
    asked.decline(by=publisher(), answer="法律没有这样写。")
    with pytest.raises(TooLate, match="page-publisher已经答复"):
        asked.grant(by=second_publisher())
    assert with_waivers("TZ-09", [VAGUE]) == [VAGUE]
    assert ask_for("TZ-09", VAGUE, by=editor(), **GIVEN) != asked


def test_only_what_is_said_of_a_text_is_waived(small_site: HomePage) -> None:
    with pytest.raises(Refused, match="不能豁免"):
        ask_for("TZ-09", Finding("route", "limits.sum", "合计不符。", "改正。"), by=editor(), **GIVEN)


def test_the_report_lists_what_was_found_and_who_may_see_it(small_site: HomePage) -> None:
    page = guide()
    page.fee_charged = True
    page.save_revision()
    url = reverse("guide_report", args=[page.pk])
    assert "缺少收费项目" in at_desk(editor()).get(url).content.decode()
    assert at_desk(person("report-nobody", [(Role.RECEIVER, "A01", "")])).get(url).status_code == 403
    assert "/admin/login/" in Client().get(url).url


def test_an_editor_asks_on_the_page_of_the_clause_and_the_office_answers_in_its_list(small_site: HomePage) -> None:
    page = guide()
    page.materials[0].value["name"] = "其他材料"
    page.save_revision()
    found = [finding for finding in draft().findings() if finding.blocks and finding.clause]
    assert found, "the linter objects to a catch-all"
    desk, office = at_desk(editor()), at_desk(publisher())
    for finding in found:
        url = reverse("guide_waiver", args=[page.pk, finding_id(finding)])
        assert "其他材料" in desk.get(url).content.decode()
        answer = desk.post(url, {**GIVEN, "article": "有关规定"})
        assert "请写明法律法规的名称和条款" in answer.content.decode()
        desk.post(url, GIVEN)
        assert "没有重复申请" in desk.post(url, GIVEN, follow=True).content.decode()
    assert PageLogEntry.objects.filter(action=WAIVER_ASKED).count() == len(found)
    assert "已申请豁免，待批准" in desk.get(reverse("guide_report", args=[page.pk])).content.decode()
    assert "申请豁免“其他材料”" in desk.get(reverse("wagtailadmin_pages:history", args=[page.pk])).content.decode()
    assert tile(office) == len(found)
    assert "其他材料" in office.get(reverse("waivers_modeladmin_index")).content.decode()
    for asked in Waiver.objects.waiting():
        office.post(reverse("waivers_modeladmin_grant", args=[asked.pk]), {"key": str(uuid.uuid4())})
    assert tile(office) == 0
    put_live(draft(), publisher())
    assert guide().edition.number == 2
    assert [row["severity"] for row in guide().edition.report if row["clause"] == "其他材料"] == ["waived"] * len(found)


def tile(desk: Client) -> int:
    """How many requests wait, as the home page of the office says."""
    html = desk.get(reverse("wagtailadmin_home")).content.decode()
    label = html.index("待批准的豁免申请")
    return int(re.findall(r"\d+", re.sub(r"<[^>]*>", " ", html[label - 300 : label]))[-1])
