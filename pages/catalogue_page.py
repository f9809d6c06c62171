"""The page of the catalogue; what it lists is worked out in `pages.catalogue`."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import Http404, HttpRequest, JsonResponse
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.url_routing import RouteResult

from pages.base import PortalPage
from pages.catalogue import READS, Listing, suggestions
from pages.gone import withdrawn_item, withdrawn_page
from pages.guide_page import GuidePage
from portal.catalog.items.models import ServiceItem
from portal.catalog.items.shown import CATALOGUE, DEMAND_SECONDS, FRAME, THEMES


class CataloguePage(RoutablePageMixin, PortalPage):
    """事项目录: every item in force that has a guide, found by words and narrowed by facets in the address."""

    max_count = 1
    parent_page_types = ["pages.HomePage"]
    subpage_types = ["pages.GuidePage"]
    kept_seconds = DEMAND_SECONDS

    class Meta:
        verbose_name = "事项目录"

    def shows(self) -> set[str]:
        return {CATALOGUE, THEMES}

    def reads(self) -> set[str]:
        return READS

    def stands_in(self) -> set[str]:
        return {FRAME}

    def guides(self) -> models.QuerySet[GuidePage]:
        """The guides that everybody may read."""
        return GuidePage.objects.live().public().child_of(self)

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """The address of a guide that was deleted with its item says so instead of being nowhere."""
        try:
            return super().route(request, path_components)
        except Http404:
            item = withdrawn_item(path_components[0]) if len(path_components) == 1 and self.live else None
            if item is None:
                raise
            return RouteResult(self, kwargs={"withdrawn": item})

    def serve(self, request: HttpRequest, *args: Any, withdrawn: ServiceItem | None = None, **kwargs: Any) -> Any:
        if withdrawn is not None:
            return withdrawn_page(request, withdrawn, {"page": self})
        return super().serve(request, *args, **kwargs)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        listing = Listing(request.GET, self.guides())
        return {**super().get_context(request, *args, **kwargs), **listing.context()}

    @path("suggest/", name="suggest")
    def suggest(self, request: HttpRequest) -> JsonResponse:
        """What somebody who types may mean; the search box asks, and works without it."""
        query, found = suggestions(request.GET.get("q", ""), self.guides())
        items = [{"name": guide.title, "url": guide.get_url(request), "dept": dept} for guide, dept in found]
        return JsonResponse({"query": query.shown, "items": items})
