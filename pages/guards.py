"""What the page explorer offers for every page and guides cannot take: copies, and publishing many at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail.admin import messages
from wagtail.models import Page

from pages.guide_page import GuidePage
from pages.news import NewsPage
from pages.plain_page import PlainPage
from portal.catalog.judging.preflight import PreflightFailed


def refuse_copy(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Home, catalogue, guides, themes and halls exist once; only plain pages and news have a second one."""
    if issubclass(page.specific_class, PlainPage | NewsPage):
        return None
    messages.error(request, f"“{page.title}”只能有一个，不能复制。")
    return redirect("wagtailadmin_explore", page.get_parent().pk)


def refuse_bulk_publish(request: HttpRequest, action_type: str, pages: list[Page], action: Any) -> HttpResponse | None:
    """All or none: one guide that may not be published stops the action before the first page."""
    if action_type != "publish":
        return None
    refusals = list(_refusals(_concerned(pages, action.cleaned_form.cleaned_data.get("include_descendants", False))))
    for sentence in refusals:
        messages.error(request, sentence)
    return redirect(action.next_url) if refusals else None


def _concerned(pages: list[Page], with_drafts_below: bool) -> Iterator[GuidePage]:
    for page in pages:
        yield from GuidePage.objects.filter(pk=page.pk)
        if with_drafts_below:
            yield from GuidePage.objects.descendant_of(page).not_live()


def _refusals(guides: Iterator[GuidePage]) -> Iterator[str]:
    for guide in guides:
        try:
            guide.get_latest_revision_as_object().check_publishable()
        except PreflightFailed as failure:
            for finding in failure.findings:
                yield f"“{guide.title}”不能发布：{finding.message}{finding.suggestion}"
