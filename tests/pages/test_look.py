"""The look: three modes of the same pages, a strict policy, a frame that says who runs the site, help where it ends."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views.defaults import server_error
from wagtail.documents import get_document_model
from wagtail.models import PageViewRestriction, Site

from pages.halls import HallIndexPage, HallPage
from pages.models import CataloguePage, FeaturedGuide, GuidePage, HomePage, PlainPage, SiteMarks, ThemePage
from pages.news import NewsIndexPage, NewsPage
from portal.catalog.editions.intake import reopen_item, withdraw_item
from portal.catalog.editions.publishing import publish
from portal.catalog.items.editioned import _parsed
from portal.catalog.models import ServiceItem
from portal.catalog.schema.definition import ItemDefinition
from portal.lib.display import COOKIE, MODES
from tests.pages.acts import at_desk, guide, publisher

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def addresses(home: HomePage) -> dict[str, int]:
    """Every kind of public page, and the status it answers with."""
    plain = home.add_child(instance=PlainPage(title="交通指引", slug="traffic", body="<p>公交</p>"))
    withdrawn = guide("SS-02")
    withdraw_item(withdrawn.item, by=None, reason="取消")
    theme = ThemePage.objects.get()
    return {
        "/": 200,
        CataloguePage.objects.get().url: 200,
        guide().url: 200,
        theme.url: 200,
        plain.url: 200,
        reverse("item_chart", args=["TZ-09"]): 200,
        reverse("theme_chart", args=[theme.theme.code]): 200,
        reverse("guide_feedback", args=["TZ-09"]): 200,
        reverse("guide_feedback_received", args=["TZ-09"]): 200,
        HallIndexPage.objects.get().url: 200,
        HallPage.objects.get(hall__kind="city").url: 200,
        NewsIndexPage.objects.get().url: 200,
        NewsPage.objects.first().url: 200,
        reverse("follow_case"): 200,
        reverse("verify_document"): 200,
        reverse("public_results"): 200,
        withdrawn.url: 410,
        "/no-such-page/": 404,
        "/papers/leaflet/ZZ-99.pdf": 404,
    }


def headings(html: str) -> list[int]:
    return [int(level) for level in re.findall(r"<h([1-6])", html)]


def test_every_page_type_stands_in_the_same_frame_in_all_three_modes(small_site: HomePage, client: Client) -> None:
    for url, status in addresses(small_site).items():
        for mode in MODES:
            client.cookies[COOKIE] = mode
            answer = client.get(url)
            html = answer.content.decode()
            assert answer.status_code == status, (url, mode)
            assert f'<html lang="zh-Hans" data-display="{mode}">' in html, (url, mode)
            assert f'value="{mode}" aria-pressed="true"' in html, (url, mode)
            assert "Cookie" in answer["Vary"], url


def test_every_page_has_one_first_heading_its_landmarks_and_no_skipped_level(
    small_site: HomePage, client: Client
) -> None:
    GuidePage.objects.update(intro="<h3>请先预约</h3><p>电话预约。</p>")
    for url in addresses(small_site):
        html = client.get(url).content.decode()
        levels = headings(html)
        assert levels.count(1) == 1, url
        assert all(below <= above + 1 for above, below in zip(levels, levels[1:], strict=False)), (url, levels)
        for landmark in ('href="#main"', '<main id="main"', "<header", "<footer", 'aria-label="主导航"'):
            assert landmark in html, (url, landmark)


def test_no_public_page_has_anything_inline_or_from_elsewhere(small_site: HomePage, client: Client) -> None:
    for url in addresses(small_site):
        answer = client.get(url)
        html = answer.content.decode()
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)", html), url
        assert not re.search(r'\s(?:src|action|formaction)="(?:https?:)?//', html), url
        policy = answer["Content-Security-Policy"]
        for rule in ("default-src 'self'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'self'"):
            assert rule in f"{policy};", (url, policy)
        assert "unsafe" not in policy, url


def test_every_page_tells_robots_what_it_is_and_its_one_address(small_site: HomePage, client: Client, settings) -> None:
    settings.BASE_URL = "https://portal.example.cn"
    for url in addresses(small_site):
        html = client.get(f"{url}?from=singlemessage").content.decode()
        assert re.search(r'<meta name="description" content="[^"<>{}]{8,}">', html), url
        assert f'<link rel="canonical" href="https://portal.example.cn{url.split("?")[0]}">' in html, url
    assert "Disallow: /*?" in client.get("/robots.txt").content.decode().splitlines()


def test_tables_say_nothing_of_themselves_that_a_table_says_already(small_site: HomePage, client: Client) -> None:
    for url in addresses(small_site):
        html = client.get(url).content.decode()
        assert not re.search(r'role="(table|rowgroup|row|cell|columnheader|rowheader)"', html), url


def test_the_editor_keeps_the_policy_it_needs(small_site: HomePage) -> None:
    answer = at_desk(publisher()).get(reverse("wagtailadmin_home"))
    assert "style-src 'self' 'unsafe-inline'" in answer["Content-Security-Policy"]


def test_a_cookie_that_says_something_else_says_nothing(small_site: HomePage, client: Client) -> None:
    client.cookies[COOKIE] = '"><script>'
    assert 'data-display="normal"' in client.get("/").content.decode()


def test_a_reader_is_given_no_cookie_by_reading(small_site: HomePage, client: Client) -> None:
    for url in ("/", guide().url, ThemePage.objects.get().url, reverse("item_chart", args=["TZ-09"])):
        assert not client.get(url).cookies, url


def test_the_footer_shows_the_marks_that_are_filled_in(small_site: HomePage, client: Client) -> None:
    marks = SiteMarks.objects.get()
    marks.icp, marks.police, marks.errors_url = "浙ICP备1号", "", "https://example.gov.cn/err"
    marks.save()
    html = client.get("/").content.decode()
    assert "浙ICP备1号" in html
    assert "浙公网安备" not in html
    assert '<a href="https://example.gov.cn/err">政府网站找错</a>' in html
    assert "无障碍说明" not in html
    SiteMarks.objects.all().delete()
    assert "主办单位" not in client.get("/").content.decode()


def test_publishers_keep_the_footer_and_editors_do_not(small_site: HomePage) -> None:
    from tests.pages.acts import editor

    url = reverse("wagtailsettings:edit", args=["pages", "sitemarks", Site.objects.get().pk])
    assert at_desk(publisher()).get(url).status_code == 200
    assert at_desk(editor()).get(url).status_code == 302


def test_a_site_code_that_is_none_is_refused(small_site: HomePage) -> None:
    url = reverse("wagtailsettings:edit", args=["pages", "sitemarks", Site.objects.get().pk])
    answer = at_desk(publisher()).post(url, {"site_code": "12-34"})
    assert "网站标识码是10位数字或者小写字母" in answer.content.decode()


def test_home_puts_forward_what_editors_chose_and_people_can_use(small_site: HomePage, client: Client) -> None:
    FeaturedGuide.objects.all().delete()
    assert "热门事项" not in client.get("/").content.decode()
    for order, code in enumerate(["SS-02", "TZ-09", "BDC-01"]):
        FeaturedGuide.objects.create(home=small_site, guide=guide(code), sort_order=order)
    withdraw_item(guide("BDC-01").item, by=None, reason="取消")
    assert [one.item.code for one in small_site.popular()] == ["SS-02", "TZ-09"]
    assert "热门事项" in client.get("/").content.decode()


def test_a_guide_answers_in_the_order_in_which_people_ask(small_site: HomePage, client: Client) -> None:
    html = client.get(guide().url).content.decode()
    parts = ["materials", "process", "conditions", "place", "fee", "bases", "help", "papers"]
    places = [html.index(f'<section id="{part}"') for part in parts]
    assert places == sorted(places)
    assert re.findall(r'class="toc".*?</nav>', html, re.S)[0].count("<li>") == html.count('<section id="')


def test_a_guide_carries_its_code_for_phones_and_the_way_to_its_editors(
    small_site: HomePage, client: Client, settings
) -> None:
    settings.BASE_URL = "https://portal.example"
    html = client.get(guide().url).content.decode()
    assert f"二维码 https://portal.example{guide().url}" in html
    assert reverse("guide_feedback", args=["TZ-09"]) in html
    assert reverse("item_chart", args=["TZ-09"]) in html
    assert "指南第1版" in html


def test_a_preview_offers_nothing_that_is_not_published(small_site: HomePage) -> None:
    html = guide().make_preview_request().content.decode()
    assert "这是尚未发布的内容" in html
    for address in ("guide_feedback", "item_chart", "paper_leaflet"):
        assert reverse(address, args=["TZ-09"]) not in html, address


def test_the_colours_of_high_contrast_stand_in_rules_of_that_mode_alone() -> None:
    styles = (Path(settings.BASE_DIR) / "site/static/css/portal.css").read_text()
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", styles)
    yellow = [selector.strip() for selector, body in rules if "#ffe14d" in body]
    assert len(yellow) > 3
    assert [selector for selector in yellow if "data-display=contrast" not in selector] == []


def test_a_theme_says_what_to_bring_altogether_each_material_once(site: HomePage, client: Client) -> None:
    page = ThemePage.objects.get(theme__code="ZT-01")
    html = client.get(page.url).content.decode()
    joint = html.split('<section id="materials"')[1]
    demanded = [material.name for item in page.theme.definitions().values() for material in item.materials]
    assert len(set(demanded)) < len(demanded)
    named = re.findall(r'scope="row">\s*([^<]+?)\s*<', joint)
    assert sorted(named) == sorted(set(demanded))


def test_the_route_of_an_investment_project_shows_its_five_stages_and_links_to_them(
    site: HomePage, client: Client
) -> None:
    html = client.get(ThemePage.objects.get(theme__code="ZT-03").url).content.decode()
    for number in range(1, 6):
        assert f'href="#stage-{number}"' in html
        assert f'<section id="stage-{number}"' in html


def test_sentences_about_a_theme_name_items_not_codes(site: HomePage, client: Client) -> None:
    html = client.get(ThemePage.objects.get(theme__code="ZT-01").url).content.decode()
    order = html.split('id="h-order"')[1].split("</section>")[0]
    assert "SS-01" not in order
    assert ServiceItem.objects.get(code="SS-01").name in order


def gone(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 410
    return answer.content.decode()


def test_the_guide_of_a_withdrawn_item_says_so_and_leads_on(small_site: HomePage, client: Client) -> None:
    page = guide()
    withdraw_item(page.item, by=None, reason="取消")
    html = gone(client, page.url)
    assert f"{page.title}</h1>" in html
    assert "起已经停止受理" in html
    assert f"?zone={page.item.zone.code}" in html
    assert 'role="search"' in html
    assert "现在办这件事" not in html
    reopen_item(page.item, by=publisher(), reason="恢复")
    assert client.get(page.url).status_code == 200


def test_a_guide_that_was_taken_down_or_deleted_with_its_item_is_gone_too(small_site: HomePage, client: Client) -> None:
    down, deleted = guide("TZ-09"), guide("BDC-01")
    down.unpublish()
    assert "起已经停止受理" in gone(client, down.url)
    url = deleted.url
    deleted.delete()
    assert "起已经停止受理" in gone(client, url)
    assert client.get(f"{CataloguePage.objects.get().url}zz-99/").status_code == 404
    assert client.get(f"{url}more/").status_code == 404


def test_a_draft_that_was_never_published_is_nowhere(small_site: HomePage, client: Client) -> None:
    draft = GuidePage(title="草稿", slug="zz-98", code="ZZ-98", live=False)
    CataloguePage.objects.get().add_child(instance=draft)
    assert client.get(f"{CataloguePage.objects.get().url}zz-98/").status_code == 404


def test_a_withdrawn_item_points_to_the_successor_that_is_in_force(small_site: HomePage, client: Client) -> None:
    first, second, third = (ServiceItem.objects.get(code=code) for code in ("TZ-09", "BDC-01", "SS-02"))
    withdraw_item(first, by=None, reason="合并", successor=second)
    html = gone(client, guide("TZ-09").url)
    assert guide("BDC-01").url in html
    withdraw_item(second, by=None, reason="合并", successor=third)
    html = gone(client, guide("TZ-09").url)
    assert guide("SS-02").url in html
    withdraw_item(third, by=None, reason="取消")
    assert "现在办这件事" not in gone(client, guide("TZ-09").url)


def test_the_page_of_failures_asks_no_database(django_assert_num_queries, db: None) -> None:
    with django_assert_num_queries(0):
        answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "12345" in answer.content.decode()


def for_some_only(site: HomePage, kind: str) -> PlainPage:
    plain = site.add_child(instance=PlainPage(title="内部", slug="inside", body="<p>秘密</p>"))
    PageViewRestriction.objects.create(page=plain, restriction_type=kind, password="open")
    return plain


def test_a_page_behind_a_password_asks_for_it_in_our_own_frame(small_site: HomePage, client: Client) -> None:
    html = client.get(for_some_only(small_site, "password").url, follow=True).content.decode()
    assert "需要密码" in html
    assert 'data-display="normal"' in html
    assert "秘密" not in html


def test_a_page_for_staff_only_leads_to_the_one_door_and_back(small_site: HomePage, client: Client) -> None:
    plain = for_some_only(small_site, "login")
    answer = client.get(plain.url)
    assert answer.status_code == 302
    assert answer.url == f"/admin/login/?next={plain.url}"
    html = client.get(answer.url).content.decode()
    assert "工作人员登录" in html
    assert "秘密" not in html


def test_a_guide_links_the_sample_of_its_result_and_the_files_of_its_materials(
    small_site: HomePage, client: Client
) -> None:
    page = guide()
    document = get_document_model().objects.create(title="许可证样本", file=ContentFile(b"%PDF-1.7", "sample.pdf"))
    data = page.parsed.model_dump()
    data["results"][0]["sample"] = data["materials"][0]["blank_form"] = {"document": document.pk, "title": "样本"}
    publish(ItemDefinition.model_validate(data), by=None)
    GuidePage.objects.filter(pk=page.pk).update(edition=ServiceItem.objects.get(code="TZ-09").current_edition)
    html = client.get(page.url).content.decode()
    assert f'href="{document.url}">看样本' in html
    assert f'href="{document.url}">空白表格：许可证样本' in html


def test_a_cold_guide_takes_at_most_25_queries(site: HomePage, client: Client, django_assert_max_num_queries) -> None:
    _parsed.clear()
    for code in ("TZ-09", "SS-02", "BDC-01"):
        with django_assert_max_num_queries(25):
            assert client.get(guide(code).url).status_code == 200
