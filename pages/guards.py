"""What the page explorer offers for every page and guides cannot take: copies, and publishing at once."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail.admin import messages
from wagtail.models import Page

from pages.catalogue_page import CataloguePage
from pages.guide_page import GuidePage
from pages.news import NewsPage
from pages.plain_page import PlainPage


def refuse_copy(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Home, catalogue, guides, themes and halls exist once; only plain pages and news have a second one."""
    if issubclass(page.specific_class, PlainPage | NewsPage):
        return None
    messages.error(request, f"“{page.title}”只能有一个，不能复制。")
    return redirect("wagtailadmin_explore", page.get_parent().pk)


def hide_publish(menu_items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """The editing form offers no 发布 where a review is demanded: its last step publishes."""
    place = context.get("page") or context.get("parent_page")
    is_new = context["view"] == "create" and isinstance(place, CataloguePage)
    if place is not None and (is_new or isinstance(place, GuidePage)) and place.get_workflow() is not None:
        menu_items[:] = [item for item in menu_items if item.name != "action-publish"]
