"""What a phone loads for a guide page: compressed HTML, CSS and JavaScript of our own, against 100 KB."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from pages.content import load_pages
from pages.models import GuidePage, ThemePage
from portal.organisations.content import load_organisations

BUDGET = 100_000
LINKED = re.compile(rb'(?:href|src)="' + re.escape(settings.STATIC_URL).encode() + rb'([^"]+\.(?:css|js))"')


def squeezed(data: bytes) -> int:
    """Bytes on the wire, as the web server compresses them."""
    return len(gzip.compress(data, compresslevel=6))


def weight(html: bytes) -> tuple[int, int]:
    """Bytes of the page and of the styles and scripts it links."""
    names = {name.decode() for name in LINKED.findall(html)}
    files = (finders.find(name) for name in names)
    return squeezed(html), sum(squeezed(Path(file).read_bytes()) for file in files if file)


def heaviest(pages: list[GuidePage] | list[ThemePage]) -> tuple[str, int, int]:
    client = Client()
    weighed = [(page.title, *weight(client.get(page.url).content)) for page in pages]
    return max(weighed, key=lambda row: row[1])


def report() -> Iterator[str]:
    """One line each for the heaviest guide and the heaviest theme."""
    load_organisations(settings.CONTENT_DIR)
    load_pages(settings.CONTENT_DIR)
    for kind, pages in (("guide", list(GuidePage.objects.live())), ("theme", list(ThemePage.objects.live()))):
        title, page, rest = heaviest(pages)
        total = page + rest
        verdict = "ok" if total <= BUDGET else "MISS"
        yield (
            f"{verdict}  heaviest {kind} ({title}): HTML {page / 1000:.1f} KB + CSS and JS {rest / 1000:.1f} KB "
            f"= {total / 1000:.1f} KB compressed, {total / BUDGET:.0%} of the budget of 100 KB"
        )
