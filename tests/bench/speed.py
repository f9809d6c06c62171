"""A guide page: warm without a query and nearly as fast as a bare view, cold with few queries however many items.

Both views answer the same bytes through the same handler and middleware, in this process, one after the other.
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

ROUNDS = 7
REQUESTS = 300
COLD_QUERIES = 25
GUIDE, BARE = "/items/tz-09/", "/bare/"
URLCONF = "tests.bench.speed_urls"


def ask(handler: WSGIHandler, address: str) -> int:
    """One request as a server makes it; the bytes of the answer."""
    environ = RequestFactory()._base_environ(PATH_INFO=address)
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
        verdict = "ok" if max(few, fewer) <= COLD_QUERIES and few == fewer else "MISS"
        yield f"{verdict}  cold guide page: {few} queries with 29 items, {fewer} with 6   goal <= {COLD_QUERIES}"


def _rates(queries: int) -> Iterator[str]:
    handler = WSGIHandler()
    if ask(handler, GUIDE) != ask(handler, BARE):
        yield "MISS  the bare view does not answer the same bytes"
    pairs = [(per_second(handler, GUIDE), per_second(handler, BARE)) for _ in range(ROUNDS)]
    ratio = statistics.median(guide / bare for guide, bare in pairs)
    verdict = "ok" if ratio >= 0.5 and queries == 0 else "MISS"
    yield (
        f"{verdict}  warm guide page: {queries} queries, {ratio:.2f} of the throughput of a bare view with the same "
        f"bytes ({pairs[-1][0]:.0f} against {pairs[-1][1]:.0f} a second)   goal 0 queries, >= 0.5"
    )
