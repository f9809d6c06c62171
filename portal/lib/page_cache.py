"""Pages kept for everybody until something that they show changes.

A view says what its page shows by tags (`depend`), and whoever changes a thing says so (`forget`). A kept page counts
only while none of its tags has been forgotten since it was begun, so a change shows at once and nothing else is drawn
anew. What could be about one visitor is neither kept nor shown to others: the answer to a living session or message,
one that sets a cookie, reads the session or holds a form token.

A page also says which parameters of its address it reads, and how it took them. Those that it took as they were
written choose between kept pages; what is free text is never kept, and all that a page does not read is as if it were
not there. So no address that a messenger or a stranger decorates goes past the cache, and none fills it.
"""

from __future__ import annotations

import hashlib
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import partial, wraps
from threading import Lock
from typing import Any

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import caches
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date

from portal.lib.compress import compressed, takes_gzip
from portal.lib.display import display_of

logger = logging.getLogger(__name__)

ALIAS = "pages"
STAMPS = "page_stamps"
"""A cache of its own, so that many pages do not push the few stamps out."""
KEPT_SECONDS = 24 * 3600
EVERYTHING = "everything"
"""The tag of every page; `forget_everything` is for a new release and for changes that nobody can trace."""
FREE_TEXT = None
"""How a page takes a parameter whose values have no end: an answer to it is not kept."""
_SHOWS = "_page_cache_shows"
WORD = "word"
"""Among the stamps: another one after every forgetting. As long as it is the same, no tag has been forgotten."""
AT_HAND = 128
"""So many pages a process keeps in memory: one read of the word answers them, where a page and the stamp of each of its
tags would be ten files."""


@dataclass(frozen=True)
class Shows:
    """What a page says of itself while it is made: its tags, for how long it is true, the parameters it reads."""

    tags: frozenset[str] = frozenset()
    seconds: float = KEPT_SECONDS
    reads: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True)
class Kept:
    """A page as it was answered, also compressed, the stamp of every tag when it was kept, until when it may be shown,
    and the names of the parameters that it reads: `free` those whose answers are not kept."""

    content: bytes
    zipped: bytes
    headers: tuple[tuple[str, str], ...]
    etag: str
    made_at: int
    until: float
    stamps: dict[str, int]
    reads: frozenset[str]
    free: frozenset[str]

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The page, or 304 when the browser has these very bytes.

        A time says less than the bytes: after a change of the display mode the browser has another page, not an older.
        The mark is that of the page, compressed or not, and therefore a weak one.
        """
        zipped = takes_gzip(request)
        response = HttpResponse(self.zipped if zipped else self.content)
        for name, value in self.headers:
            response[name] = value
        if zipped:
            response["Content-Encoding"] = "gzip"
        response["ETag"] = self.etag
        response["Last-Modified"] = http_date(self.made_at)
        response["Cache-Control"] = "no-cache"
        patch_vary_headers(response, ["Cookie", "Accept-Encoding"])
        return get_conditional_response(request, etag=self.etag, response=response) or response


SHAPE = tuple(field.name for field in fields(Kept))
"""Part of every key: what another release kept in another shape is not taken for a page."""


def depend(
    request: HttpRequest,
    *tags: str,
    seconds: float = KEPT_SECONDS,
    reads: Mapping[str, str | None] | None = None,
) -> None:
    """The page that answers this request may be kept for so long, and shows what these tags stand for.

    `reads` names every parameter of the address that can change the page, with the value it was taken for ("" when it
    counts as not given), or FREE_TEXT. Only an address that says exactly that is kept, so that there are no more kept
    pages than there are pages.
    """
    said: Shows = getattr(request, _SHOWS, Shows())
    together = {**dict(said.reads), **(reads or {})}
    more = Shows(said.tags | set(tags), min(said.seconds, seconds), tuple(together.items()))
    setattr(request, _SHOWS, more)


def kept(*tags: str, seconds: float = KEPT_SECONDS) -> Callable[..., Any]:
    """Decorate a view that reads no parameter: what it answers is kept and shows what these tags stand for."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def said(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            depend(request, *tags, seconds=seconds)
            return view(request, *args, **kwargs)

        return said

    return decorate


def forget(*tags: str) -> None:
    """What these tags stand for changes with the caller's transaction: pages that show it are made anew after it."""
    transaction.on_commit(partial(_stamp, tags), robust=True)


def forget_everything() -> None:
    forget(EVERYTHING)


def _stamp(tags: tuple[str, ...]) -> None:
    """While the stamps are being written there is no word, and nobody takes a page from memory."""
    stamps = caches[STAMPS]
    stamps.delete(WORD)
    stamps.set_many(dict.fromkeys(map(_tag_key, tags), time.time_ns()), None)
    _say_a_new_word()


def _say_a_new_word() -> None:
    caches[STAMPS].set(WORD, uuid.uuid4().hex, None)


def _tag_key(tag: str) -> str:
    return f"tag:{hashlib.sha256(tag.encode()).hexdigest()}"


class PageCache:
    """Answers from the cache where it can. Stands where everything that depends on the visitor is already known."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.at_hand = AtHand()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        found = _look_up(request, self.at_hand)
        if found is not None and not _has_own(request):
            return found.answer(request)
        began = time.time_ns()
        response = self.get_response(request)
        made = _kept_now(request, response, began)
        return made.answer(request) if made else _for_now(request, response)


def _kept_now(request: HttpRequest, response: HttpResponse, began: int) -> Kept | None:
    """The page, kept; None when it may not be."""
    if not _may_be_kept(request, response):
        return None
    try:
        return _keep(request, response, began)
    except Exception:
        logger.exception("the page cache cannot be written")
        return None


def _for_now(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A page that says nothing of caches is asked for again every time; with a session it is nobody else's."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        response.headers.setdefault("Cache-Control", "private, no-cache")
    elif hasattr(request, _SHOWS):
        response.headers.setdefault("Cache-Control", "no-cache")
    return response


def _has_own(request: HttpRequest) -> bool:
    """A living session, or a message that we have signed. Any other cookie of these names is only a word.

    The session is read here at last: Django takes a dead one's cookie back.
    """
    if CookieStorage.cookie_name in request.COOKIES and len(CookieStorage(request)):
        return True
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    session = getattr(request, "session", None)
    return session is None or bool(session.keys())


def _page_key(request: HttpRequest, chosen: Mapping[str, str]) -> str:
    """Host, address and display mode decide what everybody sees, and the release what a page is made of."""
    release = getattr(staticfiles_storage, "manifest_hash", "")
    query = [part for name in sorted(chosen) for part in (name, chosen[name])]
    parts = (SHAPE, request.scheme, request.get_host(), request.path, display_of(request).key, release, *query)
    return f"page:{hashlib.sha256(repr(parts).encode()).hexdigest()}"


class AtHand:
    """Pages in the memory of this process, each with the word under which its stamps were compared."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, Kept]] = {}
        self.lock = Lock()

    def valid(self, key: str, word: str | None) -> Kept | None:
        """The kept page unless its time is over or one of its tags was forgotten; `word` was read before."""
        said, page = self.pages.get(key, (None, None))
        if page is None or word is None or said != word:
            page = _valid(key)
            if page is not None and word is not None:
                self._remember(key, word, page)
        return page if page is not None and page.until >= time.time() else None

    def _remember(self, key: str, word: str, page: Kept) -> None:
        with self.lock:
            self.pages.pop(key, None)
            while len(self.pages) >= AT_HAND:
                del self.pages[next(iter(self.pages))]
            self.pages[key] = (word, page)


def _look_up(request: HttpRequest, at_hand: AtHand) -> Kept | None:
    """The kept page for this address; the plain page of an address says which parameters choose another."""
    try:
        word = caches[STAMPS].get(WORD)
        plain = at_hand.valid(_page_key(request, {}), word)
        if plain is None or not request.META.get("QUERY_STRING"):
            return plain
        given = request.GET
        if plain.free & given.keys():
            return None
        chosen = {name: given[name] for name in plain.reads & given.keys() if given[name]}
        return at_hand.valid(_page_key(request, chosen), word) if chosen else plain
    except Exception:  # a full disk or a server that is away costs speed, never a page
        logger.exception("the page cache cannot be read")
        return None


def _valid(key: str) -> Kept | None:
    """The kept page unless its time is over or one of its tags was forgotten, or lost, since."""
    kept: Kept | None = caches[ALIAS].get(key)
    if kept is None or kept.until < time.time():
        return None
    return kept if _stamps(kept.stamps) == kept.stamps else None


def _chosen(request: HttpRequest, reads: Mapping[str, str | None]) -> dict[str, str] | None:
    """The parameters that chose this page; None when the address says anything that was not taken as written."""
    given = request.GET
    if any(reads.get(name) is None or given.getlist(name) != [reads[name]] for name in given):
        return None
    return {name: given[name] for name in given if given[name]}


def _stamps(tags: Any) -> dict[str, int]:
    """When each tag was last forgotten; a tag without a stamp is left out."""
    keys = {_tag_key(tag): tag for tag in tags}
    return {keys[key]: stamp for key, stamp in caches[STAMPS].get_many(list(keys)).items()}


def _may_be_kept(request: HttpRequest, response: HttpResponse) -> bool:
    if request.method != "GET" or not hasattr(request, _SHOWS):
        return False
    if response.status_code != 200 or response.streaming or response.cookies:
        return False
    session = getattr(request, "session", None)
    if request.META.get("CSRF_COOKIE_NEEDS_UPDATE") or (session and session.accessed):
        return False
    return not _has_own(request)


def _keep(request: HttpRequest, response: HttpResponse, began: int) -> Kept | None:
    """Keep the page unless something that it shows changed while it was made; None then."""
    shows: Shows = getattr(request, _SHOWS)
    chosen = _chosen(request, dict(shows.reads))
    if chosen is None:
        return None
    tags = shows.tags | {EVERYTHING}
    stamps = _stamps(tags)
    missing = tags - stamps.keys()
    if missing:  # a lost stamp may hide a change: begin anew, and keep the page the next time
        for tag in missing:
            caches[STAMPS].add(_tag_key(tag), time.time_ns(), None)
        if caches[STAMPS].get(WORD) is None:
            _say_a_new_word()
        return None
    if max(stamps.values()) >= began:
        return None
    kept = _as_kept(response, shows, stamps)
    caches[ALIAS].set(_page_key(request, chosen), kept, KEPT_SECONDS)
    return kept


def _as_kept(response: HttpResponse, shows: Shows, stamps: dict[str, int]) -> Kept:
    now = time.time()
    return Kept(
        content=response.content,
        zipped=compressed(response.content),
        headers=tuple(response.items()),
        etag=f'W/"{hashlib.sha256(response.content).hexdigest()[:32]}"',
        made_at=int(now),
        until=now + shows.seconds,
        stamps=stamps,
        reads=frozenset(name for name, value in shows.reads if value is not FREE_TEXT),
        free=frozenset(name for name, value in shows.reads if value is FREE_TEXT),
    )
