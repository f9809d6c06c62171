"""The halls and the news that a new portal starts with. Can run again: what is there, edited or not, is left alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.html import escape
from wagtail.models import Page
from wagtail.rich_text import RichText

from pages.halls import HallIndexPage, HallPage
from pages.home_page import HomePage
from pages.news import NewsIndexPage, NewsPage
from portal.lib.content import read_yaml
from portal.organisations.models import ServiceCenter

Publish = Callable[[Page, Page], None]


@transaction.atomic
def load_halls(home: HomePage, publish: Publish) -> None:
    """The list with a page for every centre, made together: a page that people took away does not come back."""
    if HallIndexPage.objects.exists():
        return
    publish(
        home, HallIndexPage(title="办事大厅", slug="halls", intro="开放时间、怎么去、有哪些窗口。", show_in_menus=True)
    )
    halls = HallIndexPage.objects.get()
    for center in ServiceCenter.objects.all():
        publish(halls, HallPage(title=center.name, slug=center.code, hall=center))


@transaction.atomic
def load_news(home: HomePage, content_dir: Path, publish: Publish) -> None:
    """The list with its demonstration pieces; a portal that has the list keeps what people made of it."""
    if NewsIndexPage.objects.exists():
        return
    publish(
        home, NewsIndexPage(title="新闻公告", slug="news", intro="通知公告、工作动态和督查通报。", show_in_menus=True)
    )
    index = NewsIndexPage.objects.get()
    for row in read_yaml(content_dir / "centre.yaml").get("news", []):
        publish(index, _news(**row))


def _news(paragraphs: list[str], **fields: Any) -> NewsPage:
    return NewsPage(**fields, body=[("paragraph", RichText(f"<p>{escape(text)}</p>")) for text in paragraphs])
