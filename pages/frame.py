"""What stands around every public page: the ways through the site, the centre in the footer, the marks of the site.

A template tag hands it to `base.html`, so that pages of the portal (charts, messages, errors) stand in the same frame
as Wagtail's pages without importing them. Read once per request.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from wagtail.models import Page, Site

from pages.site_marks import SiteMarks
from portal.organisations.models import ServiceCenter

LAW_YEAR = 2017
"""Of the starting content: its source is the plan of March 2017, and so are its bodies and laws."""


@dataclass(frozen=True)
class Frame:
    """`menu` are the pages directly under home that editors show in menus; anything may be missing on a new site."""

    home: Page | None
    catalogue: Page | None
    menu: tuple[Page, ...]
    center: ServiceCenter | None
    marks: SiteMarks | None
    demo: bool
    law_year: int
    address: str
    """Where the site is reached, without the path: the beginning of every page's one address."""


_FRAME = "_frame"
"""Where a request keeps what was read for it."""


def frame_of(request: HttpRequest | None) -> Frame:
    found = getattr(request, _FRAME, None)
    if found is None:
        found = _read(request)
        if request is not None:
            setattr(request, _FRAME, found)
    return found


def _read(request: HttpRequest | None) -> Frame:
    site = Site.find_for_request(request) if request is not None else None
    home = site.root_page if site else None
    catalogue = Page.objects.live().filter(cataloguepage__isnull=False).first() if site else None
    menu = home.get_children().live().public().in_menu().filter(cataloguepage__isnull=True) if home else ()
    return Frame(
        home=home,
        catalogue=catalogue,
        menu=tuple(menu),
        center=ServiceCenter.city(),
        marks=SiteMarks.objects.filter(site=site).first() if site else None,
        demo=settings.DEMO,
        law_year=LAW_YEAR,
        address=settings.BASE_URL,
    )
