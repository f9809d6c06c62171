"""The public site: every page type answers and says what it must, whatever is typed; lists stay cheap."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Site

from pages.models import CataloguePage, GuidePage, HomePage, PlainPage, ThemePage
from portal.catalog.editions.intake import withdraw_item
from portal.catalog.items.editioned import _parsed
from portal.catalog.models import ServiceItem
from tests.pages.acts import edit_and_pass, editor, guide

pytestmark = pytest.mark.django_db


def test_every_page_type_answers_and_says_what_it_must(site: HomePage, client: Client) -> None:
    plain = site.add_child(instance=PlainPage(title="交通指引", slug="traffic", body="<p>公交</p>"))
    expected = {
        "/": "按受理区找",
        CataloguePage.objects.get().url: "共29个",
        guide().url: "要带的材料（6项）",
        ThemePage.objects.get(theme__code="ZT-03").url: "第5阶段",
        plain.url: "公交",
    }
    for url, words in expected.items():
        answer = client.get(url)
        assert answer.status_code == 200, url
        assert words in answer.content.decode(), url
        assert answer.content.decode().count("<h1") == 1, url


def test_a_guide_shows_every_element_of_its_definition(site: HomePage, client: Client) -> None:
    shown = client.get(guide().url).content.decode()
    item = guide().parsed
    texts = [material.name for material in item.materials] + [material.accept_standard for material in item.materials]
    texts += [*item.conditions, *map(str, item.legal_bases), *(result.name for result in item.results)]
    texts += ["5个工作日", "15个工作日", "提速67%", "0575-", "指南第1版"]
    for text in texts:
        assert text in shown, text


def test_every_guide_and_theme_renders(site: HomePage, client: Client) -> None:
    for page in [*GuidePage.objects.all(), *ThemePage.objects.all()]:
        assert client.get(page.url).status_code == 200, page


def queries(client: Client, url: str, **words: str) -> int:
    """How many queries the page takes in a process that has read no edition yet."""
    _parsed.clear()
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url, words).status_code == 200
    return len(captured)


def test_a_guide_and_a_theme_cost_the_same_however_long_they_are(site: HomePage, client: Client) -> None:
    short, long = guide("SS-02"), guide("TZ-09")
    assert len(short.parsed.departments) < len(long.parsed.departments)
    client.get(short.url)
    assert queries(client, short.url) == queries(client, long.url)
    themes = ThemePage.objects.filter(theme__code__in=["ZT-03", "ZT-04"])
    assert len({queries(client, theme.url) for theme in themes}) == 1


def test_a_page_of_an_item_that_was_withdrawn_says_so(small_site: HomePage, client: Client) -> None:
    assert "已经停止受理" not in client.get(guide().url).content.decode()
    withdraw_item(ServiceItem.objects.get(code="TZ-09"), by=None, reason="取消")
    assert "已经停止受理" in client.get(guide().url).content.decode()
    assert guide().title not in client.get(CataloguePage.objects.get().url).content.decode()


def test_the_page_of_failures_needs_nothing_that_may_be_broken(settings: Any) -> None:
    page = (Path(settings.BASE_DIR) / "site/templates/500.html").read_text(encoding="utf-8")
    assert "{%" not in page
    assert f'href="{settings.STATIC_URL}css/portal.css"' in page
    assert (Path(settings.BASE_DIR) / "site/static/css/portal.css").is_file()


def test_error_pages_render_before_there_is_a_site(db: None) -> None:
    Site.objects.all().delete()
    for name in ("404.html", "500.html", "errors/locked_out.html", "errors/message.html"):
        assert "<h1" in render_to_string(name, {"title": "页面已过期", "sentence": "请刷新。"}), name


def test_the_demo_notice_is_only_on_a_demo(small_site: HomePage, client: Client, settings: Any) -> None:
    assert "演示数据" in client.get("/").content.decode()
    settings.DEMO = False
    assert "演示数据" not in client.get("/").content.decode()


def test_what_is_not_there_is_answered_with_help(small_site: HomePage, client: Client) -> None:
    answer = client.get("/no-such-page/")
    assert answer.status_code == 404
    assert "没有找到这个页面" in answer.content.decode()


def test_public_pages_are_strict_about_what_they_load(small_site: HomePage, client: Client) -> None:
    answer = client.get(guide().url)
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    html = answer.content.decode()
    assert not re.search(r'(src|href)="https?://(?!127\.0\.0\.1|localhost|testserver)', html)
    assert "<script" not in html
    assert not re.search(r'\sstyle="', html)


def test_markup_typed_into_the_intro_stays_words(small_site: HomePage, client: Client) -> None:
    block = {"key": "a", "text": "<script>alert(1)</script>", "type": "unstyled", "depth": 0}
    typed = {"blocks": [{**block, "inlineStyleRanges": [], "entityRanges": []}], "entityMap": {}}
    edit_and_pass(editor(), guide(), intro=json.dumps(typed))
    html = client.get(guide().url).content.decode()
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>" not in html


def test_every_template_of_a_page_type_exists() -> None:
    for model in (HomePage, CataloguePage, GuidePage, ThemePage, PlainPage):
        assert (Path(settings.BASE_DIR) / "site/templates" / model.template).is_file()
