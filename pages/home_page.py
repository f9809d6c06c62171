"""The home page and the guides that it puts forward."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, PageChooserPanel
from wagtail.models import Orderable, Page
from wagtail.url_routing import RouteResult

from pages.base import PortalPage
from pages.guide_page import GuidePage
from pages.themes import ThemePage
from portal.catalog.finding import facets
from portal.catalog.finding.models import Entry, Facet
from portal.catalog.items.models import ItemStatus
from portal.catalog.items.shown import CATALOGUE, FRAME, NEWS, THEMES
from portal.lib.links import own_address
from portal.organisations.models import Zone


class HomePage(PortalPage):  # type: ignore[django-manager-missing]  # of `featured`: modelcluster brings no types
    """首页: find an item, the five zones, how one window works."""

    intro = models.CharField("导语", max_length=200, blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("intro"),
        InlinePanel("featured", heading="热门事项", label="事项", max_num=12),
    ]

    max_count = 1
    subpage_types = [
        "pages.CataloguePage",
        "pages.ThemePage",
        "pages.HallIndexPage",
        "pages.NewsIndexPage",
        "pages.PlainPage",
    ]

    class Meta:
        verbose_name = "首页"

    def shows(self) -> set[str]:
        return {CATALOGUE, THEMES, NEWS}

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """An address in other letters, such as /items/TZ-09/ with the code as printed, leads to the page's own."""
        try:
            return super().route(request, path_components)
        except Http404:
            small = [part.lower() for part in path_components]
            if small == path_components:
                raise
            super().route(request, small)
            return RouteResult(self, kwargs={"moved": own_address(request, request.path.lower())})

    def serve(self, request: HttpRequest, *args: Any, moved: str = "", **kwargs: Any) -> HttpResponse:
        if moved:
            return HttpResponsePermanentRedirect(moved)
        return super().serve(request, *args, **kwargs)

    def stands_in(self) -> set[str]:
        return {FRAME}

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        open_items = models.Count("items", filter=models.Q(items__status=ItemStatus.IN_FORCE))
        zones = list(Zone.objects.annotate(item_count=open_items).filter(item_count__gt=0).select_related("lead"))
        total = sum(zone.item_count for zone in zones)
        pages = list(ThemePage.objects.live().public().select_related("theme__lead"))
        routes = [page for page in pages if page.definition.stages]
        return {
            **super().get_context(request, *args, **kwargs),
            "zones": zones,
            "subjects": by_subject(),
            "total": total,
            "themes": [page for page in pages if page not in routes],
            "routes": routes,
            "popular": self.popular(),
        }

    def popular(self) -> list[GuidePage]:
        """The guides that editors put forward, in their order, as far as people can read them."""
        readable = GuidePage.objects.live().public().filter(item__status=ItemStatus.IN_FORCE)
        shown = self.featured.select_related("guide__item__lead", "guide__edition").filter(guide__in=readable)
        return [row.guide for row in shown]


def by_subject() -> list[tuple[str, str, int]]:
    """The two ways in, 个人 and 法人: value of the facet, its words, how many items there are for them."""
    readable = GuidePage.objects.live().public().order_by().values("item")
    known = facets.known_values(Entry.objects.filter(item__in=readable)).get(Facet.SUBJECT, {})
    return [(value, name, known[value]) for value, name in facets.FIXED[Facet.SUBJECT].items() if value in known]


class FeaturedGuide(Orderable):
    """One of the guides that the home page puts forward (热门事项)."""

    home = ParentalKey(HomePage, on_delete=models.CASCADE, related_name="featured")
    guide = models.ForeignKey("pages.GuidePage", verbose_name="办事指南", on_delete=models.CASCADE, related_name="+")

    panels = [PageChooserPanel("guide", "pages.GuidePage")]

    class Meta(Orderable.Meta):
        verbose_name = "热门事项"
        constraints = [models.UniqueConstraint(fields=["home", "guide"], name="featured_once")]
