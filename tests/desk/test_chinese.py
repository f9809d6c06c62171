"""Every page of the back office speaks Chinese: no Latin word stands on it outside a short list."""

from __future__ import annotations

import inspect
import re
from collections import defaultdict
from html.parser import HTMLParser

import pytest
from django.urls import NoReverseMatch, get_resolver, reverse

from pages.models import HomePage
from portal.organisations.models import User
from portal.organisations.roles import Role
from tests.cast import Cast, received_case
from tests.desk.test_addresses import client_of, holder, model_of, patterns, sample
from tests.stages import ready

pytestmark = [pytest.mark.django_db, pytest.mark.once]
UNREAD = {"script", "style", "template", "svg", "code", "pre", "noscript"}
"""What nobody reads."""
SPOKEN = ("title", "aria-label", "placeholder", "alt", "data-w-tooltip-content-value", "aria-description")
"""Attributes that are shown or read aloud."""
VOID = {"input", "img", "br", "hr", "link", "meta", "col"}
LEFT_OUT = {"wagtailadmin_logout", "wagtailadmin_workflows:add", "wagtailadmin_workflows:edit"}
"""The way out; and administrators' own, where the label of a hidden field stands in Wagtail's code in English."""
NOT_YET = {
    "catalog_lintrule_modeladmin_create",
    "catalog_lintword_modeladmin_create",
    "wagtailimages_chooser:choose_results",
    "wagtailredirects:start_import",
    "wagtailsites:index",
    "wagtailsites:index_results",
    "wagtailsnippetchoosers_pages_searchpromotion:choose_results",
    "wagtailusers_groups:add",
    "wagtailusers_groups:edit",
    "wagtailusers_users:index",
    "wagtailusers_users:index_results",
}
"""Pages that still say something in English; the list only gets shorter."""
WORD = re.compile(r"[A-Za-z]{2,}(?![0-9]|-[0-9])(?:[ '’][A-Za-z]+)*")
KNOWN = {
    "MB",
    "KB",
    "ID",
    "PDF",
    "OFD",
    "HEIC",
    "TIFF",
    "BMP",
    "XFA",
    "DOCX",
    "XLSX",
    "CSV",
    "YAML",
    "Excel",
    "hotel",
    "JPG",
    "JPEG",
    "PNG",
    "GIF",
    "WebP",
    "AVIF",
    "SVG",
}
KNOWN |= {
    "HTML",
    "CSS",
    "QR",
    "HTTP",
    "HTTPS",
    "http",
    "https",
    "mailto",
    "tel",
    "URL",
    "RSS",
    "JSON",
    "Unicode",
    "slug",
}
KNOWN |= {"SVG", "WEBP", "xlsx", "slug", "Ctrl", "Alt", "ICP", "Wagtail", "chinesecalendar"}
"""Names of formats and of what they are called in Chinese too."""


class Reader(HTMLParser):
    """The words of a page as somebody reads or hears them."""

    def __init__(self) -> None:
        super().__init__()
        self.closed: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in UNREAD or ("hidden" in given and tag not in VOID) or self.closed[-1:] == [tag]:
            self.closed.append(tag)
        self.words += [given[name] or "" for name in SPOKEN if name in given]
        if tag == "input" and given.get("type") in {"submit", "button"}:
            self.words.append(given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if self.closed and self.closed[-1] == tag:
            self.closed.pop()

    def handle_data(self, data: str) -> None:
        if not self.closed:
            self.words.append(data)


def foreign(html: str, known: set[str]) -> set[str]:
    """Latin words of a page that are neither on the list nor data of the house."""
    reader = Reader()
    reader.feed(html)
    found = {word for text in reader.words for word in WORD.findall(text)}
    return {word for word in found if word not in known}


def every_address() -> dict[str, str]:
    """Every address under /admin/ by its name, with things that exist."""
    found: dict[str, str] = {}
    for name, pattern in patterns(get_resolver().url_patterns):
        model = model_of(inspect.unwrap(pattern.callback))
        regex = getattr(pattern.pattern, "regex", None)
        try:
            wanted = {part: sample(part, model) for part in (regex.groupindex if regex else ())}
            found[name] = reverse(name, kwargs=wanted)
        except NoReverseMatch:
            continue
    return found


def test_no_page_of_the_back_office_speaks_english(small_site: HomePage, cast: Cast) -> None:
    ready(cast)
    received_case()
    client = client_of(User.objects.create_superuser("root", password="x"))
    names = User.objects.values_list("username", flat=True)
    known = KNOWN | {word for name in names for word in WORD.findall(name)}
    client.raise_request_exception = False
    told: dict[str, set[str]] = defaultdict(set)
    for name, address in every_address().items():
        if name in LEFT_OUT:
            continue  # each of NOT_YET is asked as well, so that none stays on the list for nothing
        answer = client.get(address)
        if answer.status_code == 200 and "html" in answer.headers.get("Content-Type", ""):
            for word in foreign(answer.content.decode(), known):
                told[word].add(name)
    speaking = {name for names in told.values() for name in names}
    assert {word: sorted(names - NOT_YET)[:3] for word, names in told.items() if names - NOT_YET} == {}
    assert speaking >= NOT_YET, "these speak Chinese now: take them off the list"


@pytest.mark.parametrize("role", sorted(Role))
def test_no_home_page_speaks_english(cast: Cast, role: str) -> None:
    user = holder(Role(role))
    answer = client_of(user).get(reverse("wagtailadmin_home"))
    assert answer.status_code == 200
    assert foreign(answer.content.decode(), KNOWN | set(WORD.findall(user.username))) == set()
