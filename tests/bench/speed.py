"""A guide page: warm without a query and nearly as fast as a bare view, cold with few queries however many items.

Both views answer the same bytes in this process, turn by turn. The bare view stands behind all middleware but the page
cache, which would look for it in vain and cost it more than it answers with.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
import types
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.cache import caches
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import include, path

from pages.content import load_pages
from pages.models import GuidePage
from portal.organisations.content import load_organisations
from tests.bench.measure import line

ROUNDS = 21
REQUESTS = 60
COLD_QUERIES = 25
GUIDE, BARE = "/items/tz-09/", "/bare/"
URLCONF = "tests.bench.speed_urls"


def ask(handler: WSGIHandler, address: str) -> int:
    """One request as a server makes it; the bytes of the answer."""
    path_info, _, query = address.partition("?")
    environ = RequestFactory()._base_environ(PATH_INFO=path_info, QUERY_STRING=query)
    return sum(len(part) for part in handler(environ, lambda status, headers: None))


def per_second(handler: WSGIHandler, address: str) -> float:
    began = time.perf_counter()
    for _ in range(REQUESTS):
        ask(handler, address)
    return REQUESTS / (time.perf_counter() - began)


@contextmanager
def site() -> Iterator[None]:
    """The starting content, whole pages kept in files as a portal without Redis keeps them, and a bare view beside."""
    load_organisations(settings.CONTENT_DIR)
    load_pages(settings.CONTENT_DIR)
    backend = "django.core.cache.backends.filebased.FileBasedCache"
    with tempfile.TemporaryDirectory() as folder:
        own = {name: {"BACKEND": backend, "LOCATION": f"{folder}/{name}"} for name in ("pages", "page_stamps")}
        with override_settings(CACHES={**settings.CACHES, **own}, ROOT_URLCONF=URLCONF):
            yield


class BareView:
    """An address beside the portal's own that answers these bytes and does nothing else."""

    content = b""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(self.content)


bare = BareView()
urls = types.ModuleType(URLCONF)
urls.urlpatterns = [path("bare/", bare), path("", include("portal.urls"))]
sys.modules[URLCONF] = urls


def cold_queries() -> int:
    caches["pages"].clear()
    with CaptureQueriesContext(connection) as counted:
        Client().get(GUIDE)
    return len(counted)


def report() -> Iterator[str]:
    with site():
        few = cold_queries()
        kept = GuidePage.objects.live().exclude(item__code="TZ-09")
        kept.filter(pk__in=list(kept.values_list("pk", flat=True)[5:])).delete()
        fewer = cold_queries()
        for _ in range(2):
            bare.content = Client().get(GUIDE).content
        with CaptureQueriesContext(connection) as counted:
            Client().get(GUIDE)
        yield from _rates(len(counted))
        reached = max(few, fewer) <= COLD_QUERIES and few == fewer
        yield line(reached, "cold guide page with 29 and with 6 items", f"{few}, {fewer} queries", f"<= {COLD_QUERIES}")
        yield from _kept()


def _kept() -> Iterator[str]:
    """What robots and neighbours ask for is kept, and made with the same queries for few items."""
    for address in ("/sitemap.xml", "/results/"):
        for _ in range(2):
            Client().get(address)
        with CaptureQueriesContext(connection) as counted:
            Client().get(address)
        yield line(not counted.captured_queries, f"warm {address}", f"{len(counted)} queries", "0 queries")


def _rates(queries: int) -> Iterator[str]:
    handler = WSGIHandler()
    with override_settings(MIDDLEWARE=[name for name in settings.MIDDLEWARE if not name.endswith(".PageCache")]):
        plain = WSGIHandler()
    if ask(handler, GUIDE) != ask(plain, BARE):
        yield "MISS  the bare view does not answer the same bytes"
    pairs = [(per_second(handler, GUIDE), per_second(plain, BARE)) for _ in range(ROUNDS)]
    ratio = statistics.median(guide / bare for guide, bare in pairs)
    reached = ratio >= 0.5 and queries == 0
    yield line(reached, "warm guide page by a bare view", f"{ratio:.2f}x, {queries} queries", ">= 0.5x, 0 queries")
    decorated = [(per_second(handler, f"{GUIDE}?from=x"), per_second(handler, GUIDE)) for _ in range(ROUNDS)]
    ratio = statistics.median(strange / plainly for strange, plainly in decorated)
    yield line(ratio >= 0.7, "the same with ?from=x by the plain address", f"{ratio:.2f}x", ">= 0.7x")
