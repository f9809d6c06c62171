"""新闻和通报: one page a piece of news, one list with kinds, paging and a feed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.paginator import Page as PageOfRows
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.feedgenerator import Rss201rev2Feed
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageBlock
from wagtail.models import Page
from wagtail.query import PageQuerySet
from wagtail.search import index

from pages.base import RICH_TEXT, PortalPage
from portal.catalog.items.shown import NEWS

PER_PAGE = 12
IN_FEED = 20
UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold."""


class NewsKind(models.TextChoices):
    NOTICE = "notice", "通知公告"
    DYNAMICS = "dynamics", "工作动态"
    BULLETIN = "bulletin", "通报"


class AttachmentBlock(blocks.StructBlock):
    """A file to download; what people see is its name here, not the name of the file."""

    document = DocumentChooserBlock(label="文件")
    name = blocks.CharBlock(label="名称", max_length=80)

    class Meta:
        label = "附件"
        icon = "doc-full"
        template = "pages/news_attachment.html"


class FigureBlock(blocks.StructBlock):
    """A picture with words for those who do not see it, and an optional caption."""

    image = ImageBlock(label="图片")
    caption = blocks.CharBlock(label="图注", max_length=120, required=False)

    class Meta:
        label = "图片"
        icon = "image"
        template = "pages/news_figure.html"


def latest_news(count: int = 5) -> PageQuerySet:
    """The newest pieces of news that everybody may read, for home page and feed."""
    return NewsPage.objects.live().public().order_by("-date", "-pk")[:count]


class NewsIndexPage(RoutablePageMixin, PortalPage):
    """新闻列表: newest first, narrowed by kind in the address, with a feed for readers."""

    intro = models.CharField("导语", max_length=200, blank=True)

    content_panels = [*Page.content_panels, FieldPanel("intro")]

    max_count = 1
    parent_page_types = ["pages.HomePage"]
    subpage_types = ["pages.NewsPage"]

    class Meta:
        verbose_name = "新闻列表"

    def shows(self) -> set[str]:
        return {NEWS}

    def reads(self) -> set[str]:
        return {"kind", "page"}

    def news(self, kind: str = "") -> PageQuerySet:
        """What everybody may read, newest first; a kind that does not exist narrows nothing."""
        rows = NewsPage.objects.live().public().child_of(self).order_by("-date", "-pk")
        return rows.filter(kind=kind) if kind in NewsKind.values else rows

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        kind = request.GET.get("kind", "")
        kind = kind if kind in NewsKind.values else ""
        rows: PageOfRows = Paginator(self.news(kind).defer_streamfields(), PER_PAGE).get_page(request.GET.get("page"))
        return {
            **super().get_context(request, *args, **kwargs),
            "kind": kind,
            "kinds": NewsKind.choices,
            "news": rows,
            "kind_query": f"{urlencode({'kind': kind})}&" if kind else "",
        }

    @path("feed/", name="feed")
    def feed(self, request: HttpRequest) -> HttpResponse:
        """RSS 2.0 of the newest pieces, narrowed by kind like the list."""
        kind = request.GET.get("kind", "")
        home = absolute(self)
        made = Rss201rev2Feed(
            title=speakable(f"{self.title} · {self.site_name}"),
            link=home,
            description=speakable(self.intro or self.title),
            language="zh-Hans",
            feed_url=f"{home}feed/",
        )
        for news in self.news(kind).defer_streamfields()[:IN_FEED]:
            made.add_item(
                title=speakable(news.title),
                link=absolute(news),
                description=speakable(news.summary),
                unique_id=absolute(news),
                pubdate=news.moment,
                categories=[news.get_kind_display()],
            )
        response = HttpResponse(made.writeString("utf-8"), content_type="application/rss+xml; charset=utf-8")
        return response

    @property
    def site_name(self) -> str:
        return settings.WAGTAIL_SITE_NAME


class NewsPage(PortalPage):
    """One piece of news: text, pictures and files, no markup of its own."""

    kind = models.CharField("类别", max_length=10, choices=NewsKind.choices, default=NewsKind.NOTICE)
    date = models.DateField("日期", default=timezone.localdate, db_index=True)
    source = models.CharField("来源", max_length=60, blank=True, help_text="发布单位，例如市行政服务中心。")
    summary = models.CharField("摘要", max_length=200, help_text="显示在列表和订阅里，一两句话。")
    body = StreamField(
        [
            ("paragraph", blocks.RichTextBlock(label="正文", features=RICH_TEXT)),
            ("figure", FigureBlock()),
            ("attachment", AttachmentBlock()),
        ],
        verbose_name="内容",
        blank=True,
    )

    content_panels = [
        *Page.content_panels,
        FieldRowPanel([FieldPanel("kind"), FieldPanel("date"), FieldPanel("source")], heading="基本信息"),
        FieldPanel("summary"),
        FieldPanel("body"),
    ]
    search_fields = [*Page.search_fields, index.SearchField("summary"), index.SearchField("body")]

    parent_page_types = ["pages.NewsIndexPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = "新闻"

    def shows(self) -> set[str]:
        return {NEWS}

    def stands_in(self) -> set[str]:
        return {NEWS}

    def clean(self) -> None:
        super().clean()
        if self.slug == "feed":
            raise ValidationError({"slug": "“feed”是订阅的地址，请换一个。"})

    @property
    def moment(self) -> datetime:
        """When the piece counts as published: the first publication of that day, else its day at noon."""
        first = self.first_published_at
        if first is not None and timezone.localdate(first) == self.date:
            return first
        return datetime.combine(self.date, time(4), tzinfo=UTC)


def absolute(page: Page) -> str:
    """The address of a page under the portal's public name."""
    parts = page.get_url_parts()
    return settings.BASE_URL.rstrip("/") + (parts[2] if parts and parts[2] else "/")


def speakable(text: str) -> str:
    """The text without what XML cannot hold."""
    return UNSPEAKABLE.sub("", text)
