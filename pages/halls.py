"""办事大厅: one page per centre with hours, way, plan, windows and their items, and a list of all centres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F
from django.http import HttpRequest
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page

from pages.base import RICH_TEXT, PortalPage
from portal.catalog.drawing.floor_plan import floors
from portal.catalog.items.shown import CATALOGUE, HALLS
from portal.catalog.items.taking import ranges
from portal.catalog.models import ServiceItem
from portal.organisations.access import signed_in
from portal.organisations.halls import FOR_ACCESS
from portal.organisations.models import ServiceCenter, Window, WindowKind, Zone

FRESH_SECONDS = 60.0
"""A hall page says whether the hall is open now, so it is not kept any longer."""


class FreshPage(PortalPage):
    """A page that tells the time, and the items of the windows."""

    kept_seconds = FRESH_SECONDS

    class Meta:
        abstract = True

    def shows(self) -> set[str]:
        return {CATALOGUE, HALLS}

    def stands_in(self) -> set[str]:
        return {HALLS}


class HallIndexPage(FreshPage):
    """办事大厅: every centre with its address, hours and phone."""

    intro = models.CharField("导语", max_length=200, blank=True)

    content_panels = [*Page.content_panels, FieldPanel("intro")]

    max_count = 1
    parent_page_types = ["pages.HomePage"]
    subpage_types = ["pages.HallPage"]

    class Meta:
        verbose_name = "大厅列表"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        halls = HallPage.objects.live().public().child_of(self).select_related("hall__owner").order_by("hall__pk")
        return {**super().get_context(request, *args, **kwargs), "halls": halls}


class HallPage(FreshPage):
    """One hall. Place, hours, plan and windows are those of the centre, kept under 中心设置; the page adds words."""

    hall = models.OneToOneField(ServiceCenter, verbose_name="中心", on_delete=models.PROTECT, related_name="page")
    intro = RichTextField("介绍", features=RICH_TEXT, blank=True)
    image = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name="大厅照片",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="从入口看到的样子，方便群众认门。",
    )
    image_alt = models.CharField("照片说明", max_length=120, blank=True, help_text="看不见照片的人听到的话。")

    content_panels = [
        *Page.content_panels,
        FieldPanel("hall"),
        FieldPanel("intro"),
        FieldPanel("image"),
        FieldPanel("image_alt"),
    ]

    parent_page_types = ["pages.HallIndexPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = "办事大厅"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        storeys = floors(self.hall)
        facilities = [one for storey in storeys for one in storey.facilities]
        counters = counters_of(self.hall)
        serving = [counter for counter in counters if counter.window.kind != WindowKind.ISSUE]
        return {
            **super().get_context(request, *args, **kwargs),
            "hall": self.hall,
            "floors": storeys,
            "printing": is_for_staff(request),
            "access": [one for one in facilities if one.kind in FOR_ACCESS],
            "counters": counters,
            "zones": list(dict.fromkeys(zone for counter in serving for zone in counter.zones)),
        }

    def clean(self) -> None:
        super().clean()
        if self.image_id and not self.image_alt.strip():
            raise ValidationError({"image_alt": "请写一句照片的说明，让看不见的人也能知道。"})


def is_for_staff(request: HttpRequest) -> bool:
    """Whether somebody with a post of today looks at the page, who prints what hangs and lies in the hall.

    Nobody is asked without a session's cookie, so that the page may be kept for everybody.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    return bool(signed_in(request).posts_now()) if request.user.is_authenticated else False


@dataclass(frozen=True)
class Counter:
    """A window as its hall's page shows it: its zones, what one line says of it, the guides of what it takes in."""

    window: Window
    zones: list[Zone]
    facts: list[str]
    guides: list[Page]


def counters_of(center: ServiceCenter) -> list[Counter]:
    """The windows of the centre with the guides of what each takes in."""
    windows = list(center.windows.select_related("area", "organisation").prefetch_related("zones"))
    in_force = Page.objects.live().public().filter(guidepage__item__in=ServiceItem.objects.open_for_intake())
    places = {"zone": F("guidepage__item__zone"), "lead": F("guidepage__item__lead"), "code": F("guidepage__code")}
    guides = list(in_force.annotate(**places).order_by("guidepage__code")) if windows else []
    known = ranges(windows)
    counters = []
    for window in windows:
        zones, of = list(window.zones.all()), known[window.pk]
        taken = [guide for guide in guides if of.covers(code=guide.code, zone=guide.zone, lead=guide.lead)]
        counters.append(Counter(window, zones, facts_of(window, zones), taken))
    return counters


def facts_of(window: Window, zones: list[Zone]) -> list[str]:
    """What one line says of a window: its kind, where it stands, whose it is, which zones it takes in."""
    facts = [window.get_kind_display()]
    if window.area:
        facts.append(f"{window.area.floor_name}{window.area.name}")
    if window.organisation:
        facts.append(str(window.organisation))
    if window.kind != WindowKind.ISSUE and zones:
        facts.append(f"{'、'.join(zone.name for zone in zones)}受理区")
    return facts
