"""Pages kept for everybody until something that they show changes.

A view says what its page shows by tags (`depend`), and whoever changes a thing says so (`forget`). A kept page counts
only while none of its tags has been forgotten since it was begun, so a change shows at once and nothing else is drawn
anew. What could be about one visitor is neither kept nor looked up: a request with a session, a message or a query
string, an answer that sets a cookie, reads the session or holds a form token.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import caches
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

logger = logging.getLogger(__name__)

ALIAS = "pages"
STAMPS = "page_stamps"
"""A cache of its own, so that many pages do not push the few stamps out."""
KEPT_SECONDS = 24 * 3600
EVERYTHING = "everything"
"""The tag of every page; `forget_everything` is for a new release and for changes that nobody can trace."""
PERSONAL_COOKIES = (settings.SESSION_COOKIE_NAME, "messages")
_TAGS = "_page_cache_tags"
_SECONDS = "_page_cache_seconds"


@dataclass(frozen=True)
class Kept:
    """A page as it was answered, the stamp of every tag when it was kept, and until when it may be shown."""

    content: bytes
    headers: tuple[tuple[str, str], ...]
    etag: str
    made_at: int
    until: float
    stamps: dict[str, int]

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The page, or 304 when the browser has it."""
        response = HttpResponse(self.content)
        for name, value in self.headers:
            response[name] = value
        response["ETag"] = self.etag
        response["Last-Modified"] = http_date(self.made_at)
        response["Cache-Control"] = "no-cache"
        return get_conditional_response(request, self.etag, self.made_at, response)


def depend(request: HttpRequest, *tags: str, seconds: float = KEPT_SECONDS) -> None:
    """The page that answers this request may be kept for so long, and shows what these tags stand for."""
    setattr(request, _TAGS, getattr(request, _TAGS, frozenset()) | set(tags))
    setattr(request, _SECONDS, min(getattr(request, _SECONDS, KEPT_SECONDS), seconds))


def forget(*tags: str) -> None:
    """What these tags stand for changes with the caller's transaction: pages that show it are made anew after it."""
    transaction.on_commit(partial(_stamp, tags), robust=True)


def forget_everything() -> None:
    forget(EVERYTHING)


def _stamp(tags: tuple[str, ...]) -> None:
    caches[STAMPS].set_many(dict.fromkeys(map(_tag_key, tags), time.time_ns()), None)


def _tag_key(tag: str) -> str:
    return f"tag:{hashlib.sha256(tag.encode()).hexdigest()}"


class PageCache:
    """Answers from the cache where it can. Stands where everything that depends on the visitor is already known."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _is_for_everybody(request):
            return self.get_response(request)
        key = _page_key(request)
        kept = _look_up(key)
        if kept is not None:
            return kept.answer(request)
        began = time.time_ns()
        response = self.get_response(request)
        if not _may_be_kept(request, response):
            return response
        try:
            kept = _keep(key, request, response, began)
        except Exception:
            logger.exception("the page cache cannot be written")
        return kept.answer(request) if kept else response


def _is_for_everybody(request: HttpRequest) -> bool:
    asks = request.method in ("GET", "HEAD") and not request.META.get("QUERY_STRING")
    return asks and not any(name in request.COOKIES for name in PERSONAL_COOKIES)


def _page_key(request: HttpRequest) -> str:
    """Host, address and display mode decide what everybody sees, and the release what a page is made of."""
    release = getattr(staticfiles_storage, "manifest_hash", "")
    parts = (request.scheme, request.get_host(), request.path, request.display.key, release)
    return f"page:{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()}"


def _look_up(key: str) -> Kept | None:
    """The kept page unless its time is over or one of its tags was forgotten, or lost, since."""
    try:
        kept: Kept | None = caches[ALIAS].get(key)
        if kept is None or kept.until < time.time():
            return None
        return kept if _stamps(kept.stamps) == kept.stamps else None
    except Exception:  # a full disk or a server that is away costs speed, never a page
        logger.exception("the page cache cannot be read")
        return None


def _stamps(tags: Any) -> dict[str, int]:
    """When each tag was last forgotten; a tag without a stamp is left out."""
    keys = {_tag_key(tag): tag for tag in tags}
    return {keys[key]: stamp for key, stamp in caches[STAMPS].get_many(list(keys)).items()}


def _may_be_kept(request: HttpRequest, response: HttpResponse) -> bool:
    if request.method != "GET" or not hasattr(request, _TAGS):
        return False
    if response.status_code != 200 or response.streaming or response.cookies:
        return False
    session = getattr(request, "session", None)
    return not request.META.get("CSRF_COOKIE_NEEDS_UPDATE") and not (session and session.accessed)


def _keep(key: str, request: HttpRequest, response: HttpResponse, began: int) -> Kept | None:
    """Keep the page unless something that it shows changed while it was made; None then."""
    tags = getattr(request, _TAGS) | {EVERYTHING}
    stamps = _stamps(tags)
    missing = tags - stamps.keys()
    if missing:  # a lost stamp may hide a change: begin anew, and keep the page the next time
        for tag in missing:
            caches[STAMPS].add(_tag_key(tag), time.time_ns(), None)
        return None
    if max(stamps.values()) >= began:
        return None
    now = time.time()
    kept = Kept(
        content=response.content,
        headers=tuple(response.items()),
        etag=f'"{hashlib.sha256(response.content).hexdigest()[:32]}"',
        made_at=int(now),
        until=now + getattr(request, _SECONDS),
        stamps=stamps,
    )
    caches[ALIAS].set(key, kept, KEPT_SECONDS)
    return kept
