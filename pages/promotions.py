"""搜索推荐: what editors put above the results of a search, for the words people really type."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import Page
from wagtail.search.utils import normalise_query_string
from wagtail.snippets.views.snippets import SnippetViewSet

from pages.addresses import CheckedLinks
from portal.catalog.models import ItemStatus

MOST_SHOWN = 5
LONGEST_QUERY = 100


def normalised(text: str) -> str:
    """As queries are compared: small letters, single spaces, nothing that a database refuses."""
    return normalise_query_string(text.replace("\x00", ""))


class SearchPromotionQuerySet(models.QuerySet):
    def for_query(self, text: str) -> SearchPromotionQuerySet:
        """What is shown above the results of this query; a page that not everybody may read is left out.

        Looking writes nothing: strangers type anything.
        """
        query = normalised(text)
        if not query or len(query) > LONGEST_QUERY:
            return self.none()
        gone = Q(page__guidepage__item__status=ItemStatus.WITHDRAWN)
        shown = (Q(page=None) | Q(page__in=Page.objects.live().public())) & ~gone
        found = self.filter(shown, keys__contains=f"\n{query}\n")
        return found.select_related("page").order_by("order", "pk")[:MOST_SHOWN]


class SearchPromotion(CheckedLinks, models.Model):
    """One page or address that is recommended for some queries."""

    words = models.TextField("搜索词", help_text="每行一个，群众输入的词和这里的一行完全相同才显示；不分大小写。")
    keys = models.TextField(editable=False, default="")
    page = models.ForeignKey(
        Page, verbose_name="推荐的页面", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    link = models.URLField("或者其他网址", blank=True)
    title = models.CharField("显示的标题", max_length=80, blank=True, help_text="不填的，用页面的标题。")
    description = models.CharField("一句话说明", max_length=120, blank=True)
    order = models.PositiveSmallIntegerField("次序", default=10)

    panels = [
        FieldPanel("words"),
        FieldPanel("page"),
        FieldPanel("link"),
        FieldRowPanel([FieldPanel("title"), FieldPanel("order")], heading="标题和次序"),
        FieldPanel("description"),
    ]

    objects = SearchPromotionQuerySet.as_manager()
    snippet_viewset: ClassVar[SearchPromotionViewSet]
    """Put here by Wagtail when the screens are registered."""

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = "搜索推荐"
        verbose_name_plural = "搜索推荐"

    def __str__(self) -> str:
        return self.title or (self.page.title if self.page else self.link)

    def save(self, *args: Any, **kwargs: Any) -> None:
        keys = dict.fromkeys(filter(None, map(normalised, self.words.splitlines())))
        self.keys = "".join(["\n", *(f"{key}\n" for key in keys)])
        super().save(*args, **kwargs)

    @property
    def first_words(self) -> str:
        """The queries in one line."""
        return "、".join(self.keys.split("\n")[1:-1])

    def clean(self) -> None:
        if bool(self.page_id) == bool(self.link):
            raise ValidationError("推荐的页面和其他网址，请填写其中一个。")
        if not any(map(normalised, self.words.splitlines())):
            raise ValidationError({"words": "请至少填写一个搜索词。"})
        if self.link and not self.title:
            raise ValidationError({"title": "其他网址要写显示的标题。"})


class SearchPromotionViewSet(SnippetViewSet):
    """Where editors keep them: 设置 → 搜索推荐."""

    model = SearchPromotion
    icon = "pick"
    menu_label = "搜索推荐"
    menu_order = 810
    add_to_settings_menu = True
    list_display = ["__str__", "first_words", "order"]
    list_per_page = 50
    search_fields = ["title", "words"]
    search_backend_name = None
