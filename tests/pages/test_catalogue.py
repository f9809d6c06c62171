"""The catalogue: words, choices, order and page stand in the address; whatever stands there, the page helps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from pages.content import load_pages
from pages.models import CataloguePage, HomePage
from portal.catalog.editions.intake import reopen_item, withdraw_item
from portal.catalog.finding.models import load_synonyms
from portal.catalog.items.editioned import _parsed
from portal.catalog.models import ServiceItem
from portal.organisations.content import load_organisations
from tests.cast import received_case
from tests.pages.acts import guide, publisher


@pytest.fixture(scope="module")
def _whole(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The whole starting content, loaded once for this module and taken back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_organisations(settings.CONTENT_DIR)
        load_pages(settings.CONTENT_DIR)
        load_synonyms(settings.CONTENT_DIR)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def catalogue(_whole: None, db: None) -> CataloguePage:
    cache.clear()
    return CataloguePage.objects.get()


def shown(client: Client, address: str = "") -> str:
    answer = client.get(f"/items/{address}")
    assert answer.status_code == 200, address
    return answer.content.decode()


def names(html: str) -> list[str]:
    return re.findall(r'class="items__name">([^<]+)', html)


def found(client: Client, query: str) -> set[str]:
    """What the list and the suggestions name for a query."""
    suggested = client.get("/items/suggest/", {"q": query}).json()["items"]
    return {*names(shown(client, f"?q={query}")), *(item["name"] for item in suggested)}


def total(html: str) -> int:
    return int(re.search(r"共(\d+)个事项", html)[1])


@pytest.mark.parametrize(
    "query, first",
    [
        ("施工许可", "建筑工程施工许可证核发"),
        ("sgxk", "建筑工程施工许可证核发"),
        ("开饭店", "食品经营许可证核发"),
        ("bdc05", "不动产登记资料查询"),
    ],
)
def test_items_are_found_by_words_in_the_address(
    catalogue: CataloguePage, client: Client, query: str, first: str
) -> None:
    html = shown(client, f"?q={query}")
    assert names(html)[0] == first
    assert f'value="{query}"' in html


def test_everything_stands_there_by_zone_on_pages_of_twenty(catalogue: CataloguePage, client: Client) -> None:
    first, second = shown(client), shown(client, "?page=2")
    assert total(first) == total(second) == 29
    assert (len(names(first)), len(names(second))) == (20, 9)
    assert not set(names(first)) & set(names(second))
    assert re.findall(r'<h2 id="z-(\w+)"', first) == ["investment", "business", "realestate", "social"]
    assert 'rel="next"' in first
    assert 'rel="prev"' in second
    assert 'aria-current="page"><span class="hidden">第</span>2' in second


def test_choices_combine_and_each_link_leads_to_as_many_as_it_says(catalogue: CataloguePage, client: Client) -> None:
    html = shown(client, "?zone=business&subject=person")
    option = r'<li>\s*<a href="(\?[^"]*)" rel="nofollow"[^>]*>\s*<span>([^<]*)</span>.*?，</span>(\d+)<'
    links = re.findall(option, html, re.S)
    assert len(links) > 5
    for address, label, count in links:
        if f'href="{address}" rel="nofollow" aria-current' in html:
            continue
        more = total(shown(client, unescape(address)))
        within = re.search(r"[?&;](zone|subject)=\w+&amp;\1=", address)
        assert more == int(count) + (total(html) if within else 0) or within, (label, count, more)


def test_a_choice_can_be_taken_away_and_all_of_them(catalogue: CataloguePage, client: Client) -> None:
    html = shown(client, "?q=登记&zone=realestate&speed=instant")
    assert total(html) == 1
    taken = re.search(r'class="find-taken">.*?</div>', html, re.S)[0]
    addresses = [unescape(address) for address in re.findall(r'href="([^"]+)"', taken)]
    assert [total(shown(client, address)) for address in addresses[:2]] == [2, 3]
    assert "zone" not in addresses[-1]


@pytest.mark.parametrize(
    "address, sentence",
    [
        ("?zone=moon", "没有“moon”这个受理区，已经忽略这个条件。"),
        ("?dept=%3Cscript%3E", "没有“&lt;script&gt;”这个部门，已经忽略这个条件。"),
        ("?page=999999", "没有第999999页，已经显示第2页。"),
        ("?page=0", "没有第0页"),
        ("?page=-1", "没有这一页"),
        ("?page=abc", "没有这一页"),
        ("?page=" + "9" * 4000, "没有这一页"),
        ("?page=%00", "没有这一页"),
        ("?q=" + "施" * 101, "查找的话太长，只用了前100个字。"),
        ("?sort=nonsense", "共29个事项"),
        ("?" + "&".join(["zone=moon"] * 1000), "没有“moon”这个受理区"),
        ("?" + "&".join(["zone=business"] * 1000), "共5个事项"),
        ("?q=", "共29个事项"),
        ("?q=%00", "共29个事项"),
        ("?q=😀", "没有可以查找的文字"),
        ("?q=%22*%22:()", "没有可以查找的文字"),
        ("?q=火星探测", "没有找到相符的事项"),
        ("?q=" + "a" * 4000, "没有找到相符的事项"),
        ("?q=㛃𬱖", "没有找到相符的事项"),
        ("?q=AND+OR+NEAR(x)", "没有找到相符的事项"),
        ("?q=%ff%fe", "没有可以查找的文字"),
        ("?q=施工&zone=realestate", "去掉全部条件，有"),
        ("?q=施工客可证", "您要找的是不是下面的"),
        ("?q=a%E2%80%AEb%0Ac", "没有找到相符的事项"),
    ],
)
def test_whatever_stands_in_the_address_the_page_helps(
    catalogue: CataloguePage, client: Client, address: str, sentence: str
) -> None:
    html = shown(client, address)
    assert sentence in html
    assert "<script>" not in html
    assert html.count("<h1") == 1


def test_an_empty_answer_leads_on(catalogue: CataloguePage, client: Client) -> None:
    html = shown(client, "?q=火星探测")
    assert "?zone=investment" in html
    assert 'href="tel:' in html
    assert "共0个事项" in html


def test_items_are_found_by_their_first_letter_in_dictionary_order(catalogue: CataloguePage, client: Client) -> None:
    html = shown(client, "?letter=J")
    assert names(html)[0] == "建设工程规划许可证核发"
    assert total(html) == len(names(html))
    assert all(name[0] in "建旧集家交" for name in names(html))
    az = names(shown(client, "?sort=az"))
    assert az[0] == "不动产登记资料查询"
    assert "按受理区排列" in shown(client, "?sort=az")


def test_a_list_says_why_an_item_is_in_it_when_the_name_does_not(catalogue: CataloguePage, client: Client) -> None:
    assert "同义说法" in shown(client, "?q=开饭店")
    assert "find-why" not in shown(client, "?q=建筑工程施工")


def test_the_cost_does_not_grow_with_the_items(catalogue: CataloguePage, client: Client) -> None:
    shown(client)  # the site's root path is kept after the first request
    costs = {}
    for address in ("?zone=realestate", "?zone=investment", "?zone=social"):
        _parsed.clear()
        with CaptureQueriesContext(connection) as captured:
            assert total(shown(client, address)) > 0
        costs[address] = len(captured)
    assert len(set(costs.values())) == 1, costs
    with CaptureQueriesContext(connection) as captured:
        shown(client, "?q=登记&zone=realestate&speed=promised&page=1")
    assert len(captured) <= 30


def test_hot_items_are_those_with_cases_and_only_before_anything_was_asked(
    small_site: HomePage, client: Client
) -> None:
    from tests.cast import build_cast

    build_cast()
    cache.clear()
    assert "热门" not in shown(client)
    cache.clear()
    received_case("BDC-01")
    wanted = re.search(r'class="find-wanted">.*?</div>', shown(client), re.S)[0]
    assert guide("BDC-01").title in wanted
    assert guide("TZ-09").title not in wanted
    assert "find-wanted" not in shown(client, "?q=登记")


def test_suggestions_are_the_top_of_the_answer(catalogue: CataloguePage, client: Client) -> None:
    answer = client.get("/items/suggest/", {"q": "sgxk"})
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == {
        "query": "sgxk",
        "items": [{"name": "建筑工程施工许可证核发", "url": "/items/tz-09/", "dept": "市建设局"}],
    }
    assert len(client.get("/items/suggest/", {"q": "许可"}).json()["items"]) == 8


@pytest.mark.parametrize("query", ["", "\x00", "😀", '"*:()', "a" * 5000, "\u202e"])
def test_suggestions_of_nonsense_are_none(catalogue: CataloguePage, client: Client, query: str) -> None:
    answer = client.get("/items/suggest/", {"q": query})
    assert answer.status_code == 200
    assert answer.json()["items"] == []


def test_what_citizens_may_not_read_is_neither_listed_nor_suggested(small_site: HomePage, client: Client) -> None:
    page = guide()
    assert page.title in found(client, "施工许可")
    restriction = PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert page.title not in found(client, "施工许可")
    restriction.delete()
    withdraw_item(ServiceItem.objects.get(code="TZ-09"), by=None, reason="取消")
    assert page.title not in found(client, "施工许可")
    reopen_item(ServiceItem.objects.get(code="TZ-09"), by=publisher(), reason="恢复")
    assert page.title in found(client, "施工许可")


def test_a_guide_that_is_unpublished_is_gone_from_the_catalogue(small_site: HomePage, client: Client) -> None:
    page = guide()
    page.unpublish()
    assert page.title not in shown(client)
    assert page.title not in found(client, "施工许可")


def test_the_page_works_without_script_and_loads_only_its_own(small_site: HomePage, client: Client) -> None:
    html = shown(client, "?q=登记")
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)
    assert not re.search(r'\s(style|onclick)="', html)
    assert re.search(r'<form[^>]*role="search"[^>]*method="get"', html)


def test_there_are_two_ways_in_for_people_and_for_bodies(catalogue: CataloguePage, client: Client) -> None:
    home = client.get("/").content.decode()
    ways = re.findall(r'href="/items/(\?subject=\w+)"><strong>([^<]+)</strong><span><b>(\d+)</b>', home)
    assert [name for _, name, _ in ways] == ["个人", "法人和其他组织"]
    for address, _, count in ways:
        html = shown(client, address)
        assert total(html) == int(count) > 0
        above = re.search(r'<nav aria-label="为谁办">.*?</nav>', html, re.S)[0]
        assert above.count('aria-current="true"') == 1
        assert above.count("<li>") == 2
