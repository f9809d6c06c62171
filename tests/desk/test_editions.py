"""The register of items: editions read-only and beside each other, and the closing and reopening of intake."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from pages.content import load_pages
from portal.catalog.editions.intake import reopen_item, withdraw_item
from portal.catalog.editions.publishing import publish
from portal.catalog.exchange.content import load_items
from portal.catalog.models import ItemStatus, ServiceItem
from portal.lib.refusal import Refused
from portal.organisations.models import Role, User
from tests.cast import Cast, accepted_case, person
from tests.pages.acts import at_desk

pytestmark = pytest.mark.django_db
TZ09 = next(item for item in load_items(settings.CONTENT_DIR) if item.code == "TZ-09")


@pytest.fixture
def item(cast: Cast) -> ServiceItem:
    """TZ-09 with a second edition that has one condition more."""
    changed = TZ09.model_copy(update={"conditions": (*TZ09.conditions, "已经确定施工企业")})
    publish(changed, by=cast.editor, note="补充条件")
    return ServiceItem.objects.get(code="TZ-09")


def manager() -> User:
    return person("office", [(Role.CATALOG_ADMIN, "", "")])


def page(user: User, name: str, *args: Any, query: str = "") -> HttpResponse:
    return at_desk(user).get(reverse(name, args=args) + query)


def act(user: User, verb: str, item: ServiceItem, reason: str = "依据文件取消。", **more: Any) -> HttpResponse:
    data = {"key": str(uuid.uuid4()), "reason": reason, **more}
    return at_desk(user).post(reverse(f"items_modeladmin_{verb}", args=[item.pk]), data, follow=True)


def status(item: ServiceItem) -> str:
    item.refresh_from_db()
    return item.status


def test_the_history_says_number_day_person_and_reason(item: ServiceItem, cast: Cast) -> None:
    shown = page(cast.editor, "items_modeladmin_inspect", item.pk).content.decode()
    for text in ("第2版", "第1版", "补充条件", "editor", "现行"):
        assert text in shown


def test_who_works_cases_sees_the_item_without_its_history(item: ServiceItem, cast: Cast) -> None:
    shown = page(cast.receiver, "items_modeladmin_inspect", item.pk).content.decode()
    assert "台账" in shown
    assert "历次版本" not in shown


def test_an_old_edition_is_shown_as_it_was(item: ServiceItem, cast: Cast) -> None:
    old = page(cast.supervisor, "desk_edition", "TZ-09", 1).content.decode()
    new = page(cast.supervisor, "desk_edition", "TZ-09", 2).content.decode()
    assert "已经确定施工企业" not in old
    assert "已经确定施工企业" in new
    for text in (TZ09.name, "市建设局", "承诺办结时限", "办理流程"):
        assert text in old
    assert "sx-jsj" not in old
    assert "required" not in old


def test_an_edition_that_does_not_exist_is_not_found(item: ServiceItem, cast: Cast) -> None:
    assert page(cast.editor, "desk_edition", "TZ-09", 3).status_code == 404
    assert page(cast.editor, "desk_edition", "XX-99", 1).status_code == 404
    assert page(cast.editor, "desk_edition_compare", "TZ-09", query="?old=7").status_code == 404


def test_two_editions_differ_in_the_element_that_was_changed(item: ServiceItem, cast: Cast) -> None:
    answer = page(cast.editor, "desk_edition_compare", "TZ-09")
    assert [change["title"] for change in answer.context["changes"]] == ["受理条件"]
    assert answer.context["changes"][0]["new"][-1] == ("已经确定施工企业", True)
    assert "<ins>已经确定施工企业</ins>" in answer.content.decode()
    same = page(cast.editor, "desk_edition_compare", "TZ-09", query="?old=2&new=2")
    assert "内容相同" in same.content.decode()


@pytest.mark.parametrize("query", ["?old=x&new=²", "?old=&new=", "?old=99999999999999999999"])
def test_nonsense_in_the_address_compares_the_newest_two(query: str, item: ServiceItem, cast: Cast) -> None:
    assert page(cast.editor, "desk_edition_compare", "TZ-09", query=query).status_code == 200


def test_withdrawing_closes_intake_and_leaves_running_cases(cast: Cast) -> None:
    case = accepted_case("TZ-09")
    answer = act(manager(), "withdraw", case.item)
    assert "窗口不再收件" in answer.content.decode()
    assert "依据文件取消。" in answer.content.decode()
    assert status(case.item) == ItemStatus.WITHDRAWN
    assert not ServiceItem.objects.open_for_intake().filter(code="TZ-09").exists()
    case.refresh_from_db()
    assert case.status == "dispatched"


@pytest.mark.parametrize("who", ["receiver", "supervisor", "editor"])
def test_only_the_office_withdraws_and_reopens(who: str, item: ServiceItem, cast: Cast) -> None:
    answer = act(getattr(cast, who), "withdraw", item)
    assert "您的岗位不能办理" in answer.content.decode()
    assert status(item) == ItemStatus.IN_FORCE


def test_a_withdrawal_may_name_the_item_that_people_use_instead(item: ServiceItem, cast: Cast) -> None:
    other = ServiceItem.objects.get(code="SS-02")
    shown = act(manager(), "withdraw", item, successor=other.pk).content.decode()
    assert f"承接事项：{other.name}" in shown
    item.refresh_from_db()
    assert item.successor == other
    reopen_item(item, by=manager(), reason="恢复")
    assert item.successor is None


def test_an_item_succeeds_neither_itself_nor_comes_from_among_the_withdrawn(item: ServiceItem, cast: Cast) -> None:
    gone = ServiceItem.objects.get(code="SS-02")
    withdraw_item(gone, by=None, reason="取消")
    for wrong in (item, gone):
        act(manager(), "withdraw", item, successor=wrong.pk)
        assert status(item) == ItemStatus.IN_FORCE
        with pytest.raises(Refused, match="另一个在用的事项"):
            withdraw_item(item, by=None, reason="取消", successor=wrong)


def test_a_withdrawal_needs_a_reason(item: ServiceItem, cast: Cast) -> None:
    act(manager(), "withdraw", item, reason=" ")
    assert status(item) == ItemStatus.IN_FORCE


def test_a_second_withdrawal_is_told_that_it_is_late(item: ServiceItem, cast: Cast) -> None:
    act(manager(), "withdraw", item)
    assert "已经取消" in act(manager(), "withdraw", item).content.decode()


def test_an_item_without_a_public_guide_is_not_reopened(item: ServiceItem, cast: Cast) -> None:
    act(manager(), "withdraw", item)
    assert "请先发布办事指南" in act(manager(), "reopen", item).content.decode()
    assert status(item) == ItemStatus.WITHDRAWN


def test_an_item_with_its_guide_is_reopened_and_both_acts_stay_on_record(cast: Cast, three_items) -> None:
    load_pages(three_items)
    item = ServiceItem.objects.get(code="TZ-09")
    act(manager(), "withdraw", item)
    shown = act(manager(), "reopen", item, reason="文件已经恢复。").content.decode()
    assert status(item) == ItemStatus.IN_FORCE
    assert item.withdrawn_at is None
    assert "取消事项：依据文件取消。" in shown
    assert "恢复收件：文件已经恢复。" in shown
    assert ServiceItem.objects.open_for_intake().filter(code="TZ-09").exists()


def test_the_register_costs_the_same_however_many_items_it_lists(cast: Cast, django_assert_max_num_queries) -> None:
    client: Client = at_desk(cast.supervisor)
    url = reverse("items_modeladmin_index")
    client.get(url)
    with django_assert_max_num_queries(60) as few:
        client.get(url)
    for definition in load_items(settings.CONTENT_DIR)[:12]:
        publish(definition, by=None)
    with django_assert_max_num_queries(60) as many:
        client.get(url)
    assert len(many) == len(few)
