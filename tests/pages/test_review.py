"""Review before publishing: two groups in turn, a refusal sent back with its reasons, and waivers that are signed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import TaskState

from pages.models import GuidePage, HomePage
from pages.views import finding_id
from portal.catalog.judging.findings import Finding
from portal.catalog.judging.waivers import waive, with_waivers
from portal.catalog.models import Waiver
from portal.lib.refusal import Refused
from portal.organisations.models import Role, User
from tests.cast import person
from tests.pages.acts import at_desk, draft, edit, editor, guide, publisher

pytestmark = pytest.mark.django_db
VAGUE = Finding("materials[3].name", "C01", "兜底条款。", "逐项列明。", "error", "其他材料")


def legal() -> User:
    return person("page-lawyer", [(Role.LEGAL_REVIEWER, "", "")])


def submitted() -> GuidePage:
    edit(editor(), guide(), note="改动", **{"action-submit": "1"})
    return guide()


def act(user: User, page: GuidePage, action: str = "approve") -> Any:
    state = TaskState.objects.get(status=TaskState.STATUS_IN_PROGRESS)
    url = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, action, state.pk])
    return at_desk(user).post(url, {"comment": ""}, follow=True)


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
    waive("TZ-09", VAGUE, by=publisher(), reason="法律原文如此", article="《中华人民共和国建筑法》第八条")
    moved = Finding("materials[0].name", *list(VAGUE.__dict__.values())[1:])
    other = Finding("materials[3].name", "C01", "兜底条款。", "逐项列明。", "error", "其它材料")
    first, second, third = with_waivers("TZ-09", [VAGUE, moved, other])
    assert (first.blocks, second.blocks, third.blocks) == (False, False, True)
    assert "page-publisher" in first.suggestion
    assert "《中华人民共和国建筑法》第八条" in first.suggestion
    assert [one.blocks for one in with_waivers("TZ-08", [VAGUE])] == [True]


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"reason": "  "}, "理由"),
        ({"article": "有关规定"}, "条款"),
        ({"article": "《中华人民共和国建筑法》"}, "条款"),
    ],
)
def test_a_waiver_needs_a_reason_and_an_article(small_site: HomePage, changes: dict[str, str], sentence: str) -> None:
    given = {"reason": "法律原文如此", "article": "《中华人民共和国建筑法》第八条", **changes}
    with pytest.raises(Refused, match=sentence):
        waive("TZ-09", VAGUE, by=publisher(), **given)
    assert not Waiver.objects.exists()


def test_only_the_office_waives_and_only_what_is_said_of_a_text(small_site: HomePage) -> None:
    given = {"reason": "法律原文如此", "article": "《中华人民共和国建筑法》第八条"}
    with pytest.raises(Refused, match="审管办"):
        waive("TZ-09", VAGUE, by=editor(), **given)
    with pytest.raises(Refused, match="不能豁免"):
        waive("TZ-09", Finding("route", "limits.sum", "合计不符。", "改正。"), by=publisher(), **given)


def test_the_report_lists_what_was_found_and_who_may_see_it(small_site: HomePage) -> None:
    page = guide()
    page.fee_charged = True
    page.save_revision()
    url = reverse("guide_report", args=[page.pk])
    assert "缺少收费项目" in at_desk(editor()).get(url).content.decode()
    assert at_desk(person("report-nobody", [(Role.RECEIVER, "A01", "")])).get(url).status_code == 403
    assert "/admin/login/" in Client().get(url).url


def test_a_clause_is_waived_on_its_own_page_and_the_edition_keeps_the_report(small_site: HomePage) -> None:
    page = guide()
    page.materials[0].value["name"] = "其他材料"
    page.save_revision()
    found = [finding for finding in draft().findings() if finding.blocks and finding.clause]
    assert found, "the linter objects to a catch-all"
    desk = at_desk(publisher())
    for finding in found:
        url = reverse("guide_waiver", args=[page.pk, finding_id(finding)])
        assert at_desk(editor()).get(url).status_code in {302, 403}
        assert "其他材料" in desk.get(url).content.decode()
        answer = desk.post(url, {"reason": "法律原文如此", "article": "有关规定"})
        assert "请写明法律法规的名称和条款" in answer.content.decode()
        desk.post(url, {"reason": "法律原文如此", "article": "《中华人民共和国建筑法》第八条"})
    draft().save_revision(user=publisher()).publish()
    assert guide().edition.number == 2
    assert [row["severity"] for row in guide().edition.report if row["clause"] == "其他材料"] == ["waived"] * len(found)
