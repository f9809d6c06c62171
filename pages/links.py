"""Links of published pages (失效链接): targets inside the portal are looked up, addresses outside are only read.

Nothing is fetched: the portal stands in a closed network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.db.models import Q
from django.urls import Resolver404, resolve, reverse
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.fields import RichTextField, StreamField
from wagtail.images import get_image_model
from wagtail.models import Page, Site

from pages.addresses import typed
from pages.guide_page import GuidePage
from pages.health import edit_url
from pages.promotions import SearchPromotion
from pages.themes import ThemePage
from portal.catalog.care.health import Ailment, HealthKind, health_check
from portal.catalog.models import ItemStatus, ServiceItem

PHONE = re.compile(r"\+?[\d\-() ]{3,30}")
SERVED_BY_PAGES = "wagtail_serve"
CHANGE = "请改正或者删除这个链接。"
is_url = URLValidator(schemes=["http", "https"])
is_mail = EmailValidator()


@dataclass
class Links:
    """Everything the live pages point to: (page, model, key) inside, (page, address) as typed."""

    targets: list[tuple[Page, Any, str]] = field(default_factory=list)
    addresses: list[tuple[Page, str]] = field(default_factory=list)


def gather() -> Links:
    """Read every rich text, stream and address field of the live pages."""
    found = Links()
    for page in Page.objects.live().filter(depth__gt=1).specific().iterator():
        for one in page._meta.concrete_fields:
            value = one.value_from_object(page)
            found.addresses += [(page, address) for address in typed(one, value)]
            if value and isinstance(one, RichTextField | StreamField):
                found.targets += [(page, model, str(key)) for model, key, *_ in one.extract_references(value)]
    return found


@health_check("links")
def links(now: datetime) -> Iterator[Ailment]:
    """Links to what was deleted, unpublished or withdrawn, and addresses that are none."""
    found = gather()
    yield from _targets(found)
    known = KnownPaths.read()
    for page, address in found.addresses:
        if fault := known.fault(address):
            sentence = f"链接“{address[:120]}”{fault}"
            yield Ailment(HealthKind.BROKEN, page.title, sentence, CHANGE, edit_url(page))


def _targets(found: Links) -> Iterator[Ailment]:
    pages = {str(pk): (title, live) for pk, title, live in Page.objects.values_list("pk", "title", "live")}
    closed = _closed_guides()
    files = {str(pk) for pk in get_document_model().objects.values_list("pk", flat=True)}
    images = {str(pk) for pk in get_image_model().objects.values_list("pk", flat=True)}
    for page, model, key in found.targets:
        kind, fault = HealthKind.BROKEN, ""
        if issubclass(model, Page):
            title, live = pages.get(key, ("", False))
            if not title:
                fault = "链接的页面已经删除。"
            elif not live:
                fault = f"链接的页面“{title}”没有发布。"
            elif key in closed:
                kind, fault = HealthKind.WITHDRAWN, f"链接的事项“{title}”已经停止受理。"
        elif issubclass(model, get_document_model()) and key not in files:
            fault = "链接的文件已经删除。"
        elif issubclass(model, get_image_model()) and key not in images:
            fault = "用到的图片已经删除。"
        if fault:
            yield Ailment(kind, page.title, fault, CHANGE, edit_url(page))


def _closed_guides() -> set[str]:
    """The keys of live guides whose item is not taken in any more."""
    closed = GuidePage.objects.live().exclude(item=None).exclude(item__status=ItemStatus.IN_FORCE)
    return {str(pk) for pk in closed.values_list("pk", flat=True)}


@dataclass
class KnownPaths:
    """Every address inside the portal that answers."""

    pages: set[str]
    redirects: set[str]
    hosts: set[str]

    @classmethod
    def read(cls) -> KnownPaths:
        root = Site.objects.filter(is_default_site=True).values_list("root_page__url_path", flat=True).first() or "/"
        paths = Page.objects.live().filter(url_path__startswith=root).values_list("url_path", flat=True)
        return cls(
            pages={f"/{path.removeprefix(root)}" for path in paths},
            redirects=set(Redirect.objects.values_list("old_path", flat=True)),
            hosts={urlsplit(settings.BASE_URL).netloc.lower()},
        )

    def fault(self, address: str) -> str:
        """What is wrong with an address, as the rest of a sentence; empty when nothing is."""
        text = address.strip()
        try:
            parts = urlsplit(text)
        except ValueError:
            return "不是有效的网址。"
        if parts.scheme in ("http", "https"):
            if parts.netloc.lower() in self.hosts:
                return self._inside(parts.path or "/")
            return "" if _holds(is_url, text) else "不是有效的网址。"
        if parts.scheme == "mailto":
            return "" if _holds(is_mail, parts.path) else "不是有效的电子邮箱。"
        if parts.scheme == "tel":
            return "" if PHONE.fullmatch(unquote(parts.path)) else "不是有效的电话号码。"
        if not parts.scheme and not parts.netloc and text.startswith("/"):
            return self._inside(parts.path)
        return "" if text.startswith("#") else "不是完整的网址。"

    def _inside(self, path: str) -> str:
        clean = unquote(path)
        if clean in self.pages or f"{clean}/" in self.pages or Redirect.normalise_path(clean) in self.redirects:
            return ""
        try:
            match = resolve(clean)
        except Resolver404:
            return "在本站找不到。"
        parent = clean.rstrip("/").rpartition("/")[0] + "/"
        routed = clean.rstrip("/").endswith("/feed") and parent in self.pages
        return "" if routed or match.view_name != SERVED_BY_PAGES else "在本站找不到。"


def _holds(validator: Any, text: str) -> bool:
    try:
        validator(text)
    except ValidationError:
        return False
    return True


@health_check("withdrawn_items")
def withdrawn_items(now: datetime) -> Iterator[Ailment]:
    """Items that are not taken in any more and still stand in the catalogue's pages or in themes."""
    closed = set(ServiceItem.objects.exclude(status=ItemStatus.IN_FORCE).values_list("code", flat=True))
    for page in GuidePage.objects.live().filter(item__code__in=closed).defer_streamfields():
        sentence = "事项已经停止受理，指南还在网上。"
        advice = "请撤下指南并设置指向新事项的转址；仍要受理的，请恢复收件。"
        yield Ailment(HealthKind.WITHDRAWN, page.title, sentence, advice, edit_url(page))
    for page in ThemePage.objects.live().select_related("theme"):
        for code in page.theme.parsed.items:
            if code in closed:
                sentence = f"一件事里还有已经停止受理的事项{code}。"
                yield Ailment(HealthKind.WITHDRAWN, page.title, sentence, "请调整一件事包含的事项。", edit_url(page))


@health_check("signposts")
def signposts(now: datetime) -> Iterator[Ailment]:
    """Redirects and search promotions that lead to a page nobody can read."""
    edit = SearchPromotion.snippet_viewset.get_url_name("edit")
    gone = Q(page__live=False) | Q(page__guidepage__item__status=ItemStatus.WITHDRAWN)
    for pick in SearchPromotion.objects.filter(gone).select_related("page"):
        title = pick.page.title if pick.page else ""
        sentence = f"搜索“{pick.first_words[:60]}”时推荐的页面“{title}”没有发布，或者事项已经取消。"
        yield Ailment(HealthKind.BROKEN, "搜索推荐", sentence, CHANGE, reverse(edit, args=[pick.pk]))
    redirects = Redirect.objects.filter(redirect_page__live=False)
    for pk, old_path, title in redirects.values_list("pk", "old_path", "redirect_page__title"):
        sentence = f"转址“{old_path}”指向没有发布的页面“{title}”。"
        url = reverse("wagtailredirects:edit", args=[pk])
        yield Ailment(HealthKind.BROKEN, "转址", sentence, CHANGE, url)
