"""Publishing makes editions and opens intake; a refusal holds on every way to the button; no guide, no intake."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, Revision

from pages.elements import fill
from pages.models import CataloguePage, GuidePage, HomePage, PlainPage
from portal.catalog.editions.intake import withdraw_item
from portal.catalog.editions.publishing import publish
from portal.catalog.judging.lint.clause import objections
from portal.catalog.judging.lint.judge import clauses, rulebook_in_force
from portal.catalog.judging.preflight import PreflightFailed
from portal.catalog.models import Edition, ServiceItem
from portal.catalog.schema.definition import ItemDefinition
from portal.lib.digests import digest
from portal.organisations import access
from tests.pages.acts import (
    at_desk,
    draft,
    edit,
    edit_and_pass,
    editor,
    guide,
    is_open,
    publisher,
    put_live,
    reviewed,
    spoil,
)

pytestmark = pytest.mark.django_db

PUBLISH = {"action-publish": "1"}


def changed(page: GuidePage, **fields: Any) -> GuidePage:
    for name, value in fields.items():
        setattr(page, name, value)
    return page


def test_publishing_a_changed_definition_makes_the_next_edition(small_site: HomePage) -> None:
    put_live(changed(guide(), note="改动"))
    assert guide().edition.number == 2
    assert ServiceItem.objects.get(code="TZ-09").current_edition == guide().edition


def test_publishing_an_unchanged_definition_keeps_the_edition(small_site: HomePage) -> None:
    edit_and_pass(editor(), guide(), search_description="施工许可怎么办")
    assert guide().search_description == "施工许可怎么办"
    assert Edition.objects.filter(item__code="TZ-09").count() == 1


def test_republishing_in_the_editor_leaves_every_set_in_its_one_order(small_site: HomePage) -> None:
    mixed = guide("BDC-01").edition.parsed.model_dump(mode="json") | {
        "service_objects": ["其他组织", "自然人", "企业法人"],
        "coop_depts": ["sx-slj", "sx-gtj", "sx-jsj"],
        "channels": ["快递", "窗口"],
        "delivery": ["网上下载", "窗口领取"],
    }
    definition = ItemDefinition.model_validate(mixed)
    assert definition.service_objects == ("自然人", "企业法人", "其他组织")
    assert definition.coop_depts == ("sx-gtj", "sx-jsj", "sx-slj")
    page = guide("BDC-01")
    fill(page, definition)
    put_live(page)
    first = guide("BDC-01").edition
    live = guide("BDC-01").live_revision
    edit_and_pass(editor(), draft("BDC-01"))
    assert guide("BDC-01").live_revision != live, "it was published again"
    assert guide("BDC-01").edition == first


def test_an_edition_that_was_kept_in_another_order_is_no_other_content(small_site: HomePage) -> None:
    item = guide("BDC-01").item
    old = item.edition_in_force.definition | {"service_objects": ["企业法人", "自然人"], "channels": ["移动端", "窗口"]}
    said = ItemDefinition.model_validate(old)
    kept = Edition.objects.create(item=item, number=2, definition=old, sha256=digest(old))
    ServiceItem.objects.filter(pk=item.pk).update(current_edition=kept)
    assert said.digest() != kept.sha256
    assert publish(said, by=None) == kept


def test_the_title_of_the_guide_is_the_name_of_the_item(small_site: HomePage) -> None:
    edit_and_pass(editor(), guide(), title="施工许可")
    assert ServiceItem.objects.get(code="TZ-09").name == "施工许可"
    assert guide().edition.number == 2


def test_the_edition_names_who_pressed_the_button_and_not_who_wrote_the_draft(small_site: HomePage) -> None:
    reviewed(changed(guide(), note="改动").save_revision(user=editor())).publish(user=publisher())
    assert guide().edition.published_by == publisher()
    edit_and_pass(editor(), guide(), note="再次改动")
    assert guide().edition.number == 3
    assert guide().edition.published_by == publisher()


def test_a_draft_is_saved_though_it_cannot_be_published(small_site: HomePage) -> None:
    revision = reviewed(changed(guide(), promised_value=4).save_revision())
    with pytest.raises(PreflightFailed, match="合计5个工作日"):
        revision.publish()
    assert guide().edition.number == 1
    assert guide().promised_value == 5
    assert guide().get_latest_revision_as_object().promised_value == 4


def test_the_editor_is_told_beside_the_form_why_publishing_is_refused(small_site: HomePage) -> None:
    spoil(guide())
    answer = edit(publisher(), draft(), title="不会公布的标题", **{"action-submit": "1"}).content.decode()
    assert "缺少收费项目、标准或者依据" in answer
    assert "不会公布的标题" in answer
    assert guide().edition.number == 1
    assert guide().title != "不会公布的标题"


def test_saving_what_cannot_be_published_is_not_refused(small_site: HomePage) -> None:
    spoil(guide())
    edit(editor(), draft(), title="草稿标题")
    assert draft().title == "草稿标题"


def test_editors_save_and_the_review_publishes(small_site: HomePage) -> None:
    assert set(editor().groups.values_list("name", flat=True)) == {access.STAFF, access.EDITORS}
    edit(editor(), guide(), title="改名一", **PUBLISH)
    assert guide().title != "改名一"
    edit_and_pass(editor(), guide(), title="改名二")
    assert guide().title == "改名二"


def test_of_many_guides_those_that_may_are_published_and_the_others_named_with_the_reason(small_site: HomePage) -> None:
    for code in ("SS-02", "BDC-01"):
        reviewed(changed(draft(code), title=f"改名{code}").save_revision())
    spoil(guide())
    answer = publish_many(guide(), guide("SS-02"), guide("BDC-01"))
    assert [guide(code).title for code in ("SS-02", "BDC-01")] == ["改名SS-02", "改名BDC-01"]
    assert guide().edition.number == 1
    refused, done = said(answer)
    assert f"“{guide().title}”没有发布：收费事项缺少收费项目" in refused
    assert "2" in done


def test_when_none_of_many_may_be_published_nothing_is_said_to_be(small_site: HomePage) -> None:
    spoil(guide())
    assert [sentence[:4] for sentence in said(publish_many(guide()))] == [f"“{guide().title[:3]}"]


def test_publishing_the_catalogue_with_its_drafts_asks_each_draft(small_site: HomePage) -> None:
    for code in ("TZ-09", "SS-02"):
        guide(code).unpublish()
    reviewed(draft("SS-02").save_revision())
    spoil(GuidePage.objects.get(code="TZ-09"))
    refused, _ = said(publish_many(CataloguePage.objects.get(), include_descendants="on"))
    assert "没有发布" in refused
    assert (is_open("TZ-09"), is_open("SS-02")) == (False, True)


def publish_many(*pages: Page, **data: str) -> Any:
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    return at_desk(publisher()).post(f"{url}?{'&'.join(f'id={page.pk}' for page in pages)}", data)


def said(answer: Any) -> list[str]:
    """What the editor is told on the next page, the refusals first."""
    assert answer.status_code == 302
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_a_scheduled_publication_is_refused_as_well(small_site: HomePage) -> None:
    revision = spoil(guide())
    Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(PreflightFailed):
        call_command("publish_scheduled")
    assert guide().edition.number == 1


def test_scheduling_a_change_leaves_the_present_guide_online(small_site: HomePage) -> None:
    page = changed(guide(), note="改动")
    page.go_live_at = timezone.now() + timedelta(days=1)
    put_live(page)
    assert guide().live
    assert is_open()
    assert guide().edition.number == 1


def test_unpublishing_closes_intake_and_publishing_opens_it_again(small_site: HomePage) -> None:
    at_desk(publisher()).post(reverse("wagtailadmin_pages:unpublish", args=[guide().pk]))
    assert not is_open()
    assert guide().item.withdrawn_by == publisher()
    put_live(guide())
    assert is_open()


def test_an_editor_may_not_unpublish(small_site: HomePage) -> None:
    at_desk(editor()).post(reverse("wagtailadmin_pages:unpublish", args=[guide().pk]))
    assert guide().live
    assert is_open()


def test_deleting_a_guide_closes_intake(small_site: HomePage) -> None:
    item = guide().item
    at_desk(publisher()).post(reverse("wagtailadmin_pages:delete", args=[guide().pk]))
    assert not GuidePage.objects.filter(item=item).exists()
    assert not is_open()
    item.refresh_from_db()
    assert item.withdrawn_by == publisher()


def test_an_editor_may_not_delete_a_published_guide(small_site: HomePage) -> None:
    at_desk(editor()).post(reverse("wagtailadmin_pages:delete", args=[guide().pk]))
    assert guide().live
    assert is_open()


def test_deleting_the_catalogue_closes_intake_of_all_its_items(small_site: HomePage) -> None:
    Page.objects.get(pk=CataloguePage.objects.get().pk).delete()
    assert not ServiceItem.objects.open_for_intake().exists()


def test_saving_a_live_page_does_not_open_an_item_that_was_withdrawn(small_site: HomePage) -> None:
    withdraw_item(ServiceItem.objects.get(code="TZ-09"), by=None, reason="取消")
    guide().save()
    assert not is_open()


def test_a_copy_takes_neither_the_item_nor_its_intake(small_site: HomePage) -> None:
    copy = guide().copy(update_attrs={"slug": "copy"}, keep_live=False)
    assert (copy.item, copy.edition) == (None, None)
    assert is_open()
    with pytest.raises(PreflightFailed, match="已经有一个办事指南"):
        copy.save_revision().publish()


def test_the_database_holds_one_guide_per_item(small_site: HomePage) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        GuidePage.objects.filter(pk=guide("SS-02").pk).update(item=guide().item)


def test_only_plain_pages_are_copied_at_the_desk(small_site: HomePage) -> None:
    plain = small_site.add_child(instance=PlainPage(title="交通指引", slug="traffic", body="<p>公交</p>"))
    desk = at_desk(publisher())
    assert desk.get(reverse("wagtailadmin_pages:copy", args=[plain.pk])).status_code == 200
    for page in (guide(), CataloguePage.objects.get()):
        answer = desk.get(reverse("wagtailadmin_pages:copy", args=[page.pk]), follow=True)
        assert "不能复制" in answer.content.decode()


def test_a_preview_shows_the_draft_and_the_address_the_edition(small_site: HomePage, client: Any) -> None:
    changed(guide(), conditions=[("condition", "只在草稿里的条件")]).save_revision()
    preview = at_desk(editor()).get(reverse("wagtailadmin_pages:view_draft", args=[guide().pk])).content.decode()
    assert "只在草稿里的条件" in preview
    assert "尚未发布" in preview
    public = client.get(guide().url).content.decode()
    assert "只在草稿里的条件" not in public
    assert "尚未发布" not in public


def test_the_form_the_review_and_publishing_judge_a_text_once(
    small_site: HomePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[str, str]] = []

    def counted(clause: str, field: str, book: Any) -> list[Any]:
        calls.append((clause, field))
        return objections(clause, field, book)

    rulebook_in_force().judged.clear()
    monkeypatch.setattr("portal.catalog.judging.lint.judge.objections", counted)
    edit_and_pass(editor(), guide(), note="改动")
    assert guide().edition.number == 2
    assert Counter(calls) == Counter((text, field) for _, field, text in clauses(guide().edition.parsed))
