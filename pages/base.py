"""What all page types share."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.http import HttpRequest
from wagtail.models import Page

from pages.addresses import CheckedLinks
from pages.frame import frame_of
from portal.lib.page_cache import KEPT_SECONDS

RICH_TEXT = ["h3", "bold", "ol", "ul", "link"]
"""What editors may set in running text."""


class PortalPage(CheckedLinks, Page):  # type: ignore[django-manager-missing]  # Wagtail brings no types
    """What all public pages share: the centre in the footer, the demo notice, and what each shows (`pages.caching`)."""

    slug: models.SlugField[str, str]

    kept_seconds: float = KEPT_SECONDS
    """How long the page may be kept though nothing that it shows has changed."""

    class Meta:
        abstract = True

    def shows(self) -> set[str]:
        """The tags of what stands on the page beside its own words and its frame."""
        return set()

    def reads(self) -> set[str]:
        """The parameters of its address that change the page; all others mean nothing to it."""
        return set()

    def stands_in(self) -> set[str]:
        """The tags of what else shows something of this page."""
        return set()

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        frame = frame_of(request)
        return {**context, "center": frame.center, "catalogue": frame.catalogue}

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        """Under the portal's public name: the host of the request may be any of its names, or a stranger's."""
        parts = self.get_url_parts(request)
        if parts is None:
            return []
        location = settings.BASE_URL.rstrip("/") + parts[2]
        return [{"location": location, "lastmod": self.last_published_at or self.latest_revision_created_at}]
