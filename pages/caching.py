"""What each page shows, in tags of the page cache, and what changes it: publishing one guide draws anew that guide,
the lists with it, its themes and charts, and no other page.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_migrate, post_save, pre_save
from django.http import HttpRequest
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from pages.base import PortalPage
from pages.site_marks import SiteMarks
from portal.catalog.items.shown import EVERY_PAGE, FRAME, HOUSE, SITEMAP
from portal.lib.page_cache import FREE_TEXT, depend, forget, forget_everything
from portal.organisations import models as organisations

HOUSE_MODELS: tuple[type[Model], ...] = (
    organisations.ServiceCenter,
    organisations.Organisation,
    organisations.Zone,
    organisations.Window,
    organisations.OpeningHours,
    organisations.SpecialDay,
    organisations.HallArea,
    organisations.HallFacility,
)

IN_THE_MENU = {"title", "slug", "url_path", "live", "show_in_menus"}
"""The fields of a page that the menu shows or depends on; a saved draft touches none of them."""


def page_tag(page: Page) -> str:
    return f"page:{page.pk}"


def say_what_it_shows(page: Page, request: HttpRequest, *args: Any) -> None:
    """A Wagtail hook: before a page is served, say what it will show."""
    page = page.specific
    if isinstance(page, PortalPage):
        crumbs = (page_tag(one) for one in page.get_ancestors(inclusive=True).only("pk"))
        reads = dict.fromkeys(page.reads(), FREE_TEXT)
        depend(request, *EVERY_PAGE, *crumbs, *page.shows(), seconds=page.kept_seconds, reads=reads)


def lists_with(page: Page) -> set[str]:
    """The tags of all that shows something of this page."""
    found = {page_tag(page), SITEMAP, *([FRAME] if page.show_in_menus else [])}
    return found | page.stands_in() if isinstance(page, PortalPage) else found


def page_changed(instance: Page, **kwargs: Any) -> None:
    forget(*lists_with(instance.specific))


def page_leaves_the_menu(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    """A page that stood in the menu until now changes the menu, whatever it says now."""
    narrow = kwargs.get("update_fields")
    if not isinstance(instance, Page) or instance.pk is None or (narrow and not IN_THE_MENU & set(narrow)):
        return
    if Page.objects.filter(pk=instance.pk, show_in_menus=True, live=True).exists():
        forget(FRAME)


def page_goes(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    if isinstance(instance, Page):
        forget(*lists_with(instance))


def addresses_changed(**kwargs: Any) -> None:
    """Pages that moved, and who may read them: their links stand anywhere."""
    forget_everything()


def house_changed(**kwargs: Any) -> None:
    forget(HOUSE)


def frame_changed(**kwargs: Any) -> None:
    forget(FRAME)


def connect() -> None:
    """Called once, when the app is ready."""
    for signal in (page_published, page_unpublished):
        signal.connect(page_changed)
    for signal in (post_page_move, page_slug_changed, post_migrate):
        signal.connect(addresses_changed)
    pre_save.connect(page_leaves_the_menu)
    post_delete.connect(page_goes)
    files = (get_document_model(), get_image_model())
    for signal in (post_save, post_delete):
        for model in (*HOUSE_MODELS, *files):
            signal.connect(house_changed, sender=model)
        signal.connect(frame_changed, sender=SiteMarks)
        for model in (PageViewRestriction, Site, Redirect):
            signal.connect(addresses_changed, sender=model)
    m2m_changed.connect(house_changed, sender=organisations.Window.zones.through)
