"""新闻和通报: list, kinds, feed, sitemap, redirects, promotions; nothing unpublished or private shows."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.exceptions import ValidationError
from django.core.files.images import ImageFile
from django.db import connection
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image as Drawing
from wagtail.contrib.redirects.models import Redirect
from wagtail.images import get_image_model
from wagtail.models import Page, PageViewRestriction
from wagtail.rich_text import RichText

from pages.content import load_pages
from pages.models import HomePage
from pages.news import NewsIndexPage, NewsKind, NewsPage, latest_news
from pages.promotions import SearchPromotion
from tests.pages.acts import at_desk, guide, publisher

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def write(title: str = "停电通知", *, live: bool = True, **fields: Any) -> NewsPage:
    page = NewsPage(**{"title": title, "summary": "摘要", "date": date(2026, 11, 20), "live": live, **fields})
    page.slug = page.slug or f"news-{NewsPage.objects.count()}"
    return NewsIndexPage.objects.get().add_child(instance=page)


def hidden(page: Page) -> None:
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)


def feed_titles(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/news/feed/{query}")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/rss+xml")
    root = ElementTree.fromstring(answer.content)
    return [item.findtext("title", "") for item in root.iter("item")]


def test_the_list_is_newest_first_and_narrowed_by_kind(small_site: HomePage, client: Client) -> None:
    write("旧通报", kind=NewsKind.BULLETIN, date=date(2026, 1, 2))
    write("新通知", kind=NewsKind.NOTICE, date=date(2026, 11, 2))
    html = client.get("/news/").content.decode()
    assert html.index("新通知") < html.index("旧通报")
    only = client.get("/news/", {"kind": "bulletin"}).content.decode()
    assert "旧通报" in only
    assert "新通知" not in only


@pytest.mark.parametrize(
    "words",
    [
        {"page": "9" * 30},
        {"page": "9" * 5000},
        {"page": "-1"},
        {"page": "\x00"},
        {"page": "二"},
        {"kind": "\x00"},
        {"kind": "x" * 5000, "page": "2"},
    ],
)
def test_nonsense_in_the_address_is_answered_with_the_list(
    small_site: HomePage, client: Client, words: dict[str, str]
) -> None:
    for url in ("/news/", "/news/feed/"):
        assert client.get(url, words).status_code == 200, words
    assert "演示" in client.get("/news/", words).content.decode()


def test_long_lists_are_paged_and_keep_their_kind(small_site: HomePage, client: Client) -> None:
    for number in range(14):
        write(f"通报第{number}号", kind=NewsKind.BULLETIN, date=date(2026, 5, 1) + timedelta(days=number))
    first = client.get("/news/", {"kind": "bulletin"}).content.decode()
    assert 'rel="next" href="?kind=bulletin&amp;page=2"' in first
    assert "通报第0号" not in first
    assert "通报第0号" in client.get("/news/", {"kind": "bulletin", "page": "2"}).content.decode()


def test_the_list_and_the_feed_cost_the_same_for_more_news(small_site: HomePage, client: Client) -> None:
    def count(url: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    client.get("/news/")
    few = count("/news/"), count("/news/feed/"), count("/sitemap.xml")
    for number in range(8):
        write(f"第{number}条")
    assert (count("/news/"), count("/news/feed/"), count("/sitemap.xml")) == few


def test_drafts_and_private_news_show_nowhere(small_site: HomePage, client: Client) -> None:
    write("公开消息", slug="open-news")
    write("草稿消息", slug="draft-news", live=False)
    hidden(write("内部消息", slug="staff-news"))
    assert {page.title for page in latest_news(50)} >= {"公开消息"}
    places = [client.get(url).content.decode() for url in ("/news/", "/news/feed/", "/sitemap.xml")]
    places.append(" ".join(page.title + page.slug for page in latest_news(50)))
    for text in places:
        assert "公开消息" in text or "open-news" in text
        for secret in ("草稿消息", "draft-news", "内部消息", "staff-news"):
            assert secret not in text


def test_the_feed_is_valid_also_for_signs_that_xml_cannot_hold(small_site: HomePage, client: Client) -> None:
    write("坏\x0b字符 <b>&</b>", kind=NewsKind.BULLETIN)
    assert feed_titles(client, "?kind=bulletin") == ["坏字符 <b>&</b>"]
    assert len(feed_titles(client)) == 3


def test_feed_and_sitemap_name_the_portal_and_not_the_host_of_the_request(small_site: HomePage, settings) -> None:
    settings.BASE_URL = "https://portal.example.cn"
    settings.ALLOWED_HOSTS = ["*"]
    client = Client(headers={"host": "stranger.example.com"})
    for url in ("/news/feed/", "/sitemap.xml", "/robots.txt"):
        text = client.get(url).content.decode()
        assert "stranger" not in text
    root = ElementTree.fromstring(client.get("/sitemap.xml").content)
    places = {node.text for node in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")}
    assert f"https://portal.example.cn{guide().url}" in places
    assert "https://portal.example.cn/halls/sx-center/" in places


def test_robots_are_kept_out_of_the_back_office_and_the_files(small_site: HomePage, client: Client) -> None:
    answer = client.get("/robots.txt")
    assert answer["Content-Type"].startswith("text/plain")
    lines = answer.content.decode().splitlines()
    for place in ("/admin/", "/documents/", "/media/"):
        assert f"Disallow: {place}" in lines
    assert "Disallow: /" not in lines


def picture() -> Any:
    data = BytesIO()
    Drawing.new("RGB", (1200, 800), "#b3261e").save(data, "PNG")
    data.seek(0)
    return get_image_model().objects.create(title="大厅.png", file=ImageFile(data, name="hall.png"))


def test_pictures_have_their_size_and_the_words_of_the_editor(small_site: HomePage, client: Client) -> None:
    value = {"image": {"image": picture().pk, "decorative": False, "alt_text": "大厅入口"}, "caption": "入口"}
    page = write("有图的消息")
    page.body = [("paragraph", RichText("<p>正文。</p>"))]
    page.body = page._meta.get_field("body").stream_block.to_python([{"type": "figure", "value": value}])
    page.save_revision().publish()
    html = client.get(page.url).content.decode()
    assert 'alt="大厅入口"' in html
    assert 'width="480"' in html
    assert 'height="320"' in html
    assert "hall.width-960" in html
    assert "<figcaption>入口</figcaption>" in html


def test_markup_in_news_stays_words(small_site: HomePage, client: Client) -> None:
    page = write("<script>alert(1)</script>", summary="<img src=x onerror=alert(1)>")
    html = client.get(page.url).content.decode() + client.get("/news/").content.decode()
    assert "<script>alert" not in html
    assert "<img src=x" not in html


def test_an_address_that_changes_leads_on(
    small_site: HomePage, client: Client, django_capture_on_commit_callbacks
) -> None:
    page = NewsPage.objects.get(slug="one-window-demo")
    with django_capture_on_commit_callbacks(execute=True):
        page.slug = "one-window"
        page.save_revision().publish()
    answer = client.get("/news/one-window-demo/")
    assert answer.status_code == 301
    assert answer.url == "/news/one-window/"
    assert Redirect.objects.get().automatically_created


def test_redirects_and_promotions_are_kept_by_the_office_in_chinese(small_site: HomePage) -> None:
    office = at_desk(publisher())
    pages = [reverse("wagtailredirects:index"), reverse(SearchPromotion.snippet_viewset.get_url_name("list"))]
    for url, words in zip(pages, ("重定向", "搜索推荐"), strict=True):
        answer = office.get(url)
        assert answer.status_code == 200
        assert words in answer.content.decode()


def promoted(query: str | None) -> str:
    text = Template("{% load promotions %}{% promotions query %}")
    return text.render(Context({"query": query, "request": RequestFactory().get("/")}))


def promote(**fields: Any) -> SearchPromotion:
    pick = SearchPromotion(**{"words": "开公司\n注册  公司", "page": guide("SS-02"), **fields})
    pick.full_clean()
    pick.save()
    return pick


def test_a_promotion_stands_above_the_queries_it_was_written_for(small_site: HomePage) -> None:
    promote(description="一张表办齐")
    for query in ("开公司", " 注册 公司 ", "开公司\x00"):
        assert guide("SS-02").title in promoted(query)
        assert "一张表办齐" in promoted(query)
    for query in ("开公", "公司", "", None, "\n", "%", "开公司" * 500):
        assert promoted(query).strip() == "", query


def test_a_promotion_of_a_page_that_nobody_may_read_is_left_out(small_site: HomePage) -> None:
    promote()
    promote(page=None, link="https://www.gov.cn/", title="中国政府网")
    guide("SS-02").unpublish()
    shown = promoted("开公司")
    assert "中国政府网" in shown
    assert "/items/" not in shown


def test_looking_for_promotions_writes_nothing(small_site: HomePage) -> None:
    with CaptureQueriesContext(connection) as captured:
        promoted("没有人想到的词")
    assert {query["sql"].split()[0] for query in captured} == {"SELECT"}


@pytest.mark.parametrize(
    "fields",
    [{"page": None}, {"link": "https://www.gov.cn/"}, {"words": " \n"}, {"page": None, "link": "https://www.gov.cn/"}],
)
def test_a_promotion_leads_to_one_place_and_has_words(small_site: HomePage, fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        promote(**fields)


def test_news_that_people_took_away_does_not_come_back(small_site: HomePage, three_items) -> None:
    NewsPage.objects.all().delete()
    load_pages(three_items)
    assert not NewsPage.objects.exists()
    assert NewsIndexPage.objects.count() == 1


def test_the_home_page_may_show_the_newest(small_site: HomePage) -> None:
    write("最新消息", date=date(2026, 11, 24))
    text = Template('{% load news %}{% latest_news 1 as news %}{% include "includes/news_list.html" %}')
    html = text.render(Context({"request": RequestFactory().get("/")}))
    assert "最新消息" in html
    assert "演示" not in html


def test_no_piece_of_news_hides_behind_the_feed(small_site: HomePage) -> None:
    page = write()
    page.slug = "feed"
    with pytest.raises(ValidationError, match="订阅"):
        page.full_clean()
    page.slug = "feeds"
    page.full_clean()
