"""What the page explorer offers for every page and guides cannot take: copies."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail.admin import messages
from wagtail.models import Page

from pages.news import NewsPage
from pages.plain_page import PlainPage


def refuse_copy(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Home, catalogue, guides, themes and halls exist once; only plain pages and news have a second one."""
    if issubclass(page.specific_class, PlainPage | NewsPage):
        return None
    messages.error(request, f"“{page.title}”只能有一个，不能复制。")
    return redirect("wagtailadmin_explore", page.get_parent().pk)
