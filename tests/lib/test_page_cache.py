"""Pages kept for everybody: what may be kept, what is forgotten, and what never reaches another visitor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.test import RequestFactory

from portal.lib.display import DisplayMiddleware
from portal.lib.page_cache import (
    AT_HAND,
    FREE_TEXT,
    WORD,
    Kept,
    PageCache,
    _stamp,
    _tag_key,
    depend,
    forget,
    forget_everything,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_pages")]
View = Callable[[HttpRequest], HttpResponse]


@pytest.fixture
def changed(django_capture_on_commit_callbacks: Any) -> Callable[..., None]:
    """Something changes in a transaction that is written."""

    def change(*tags: str) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            forget(*tags)

    return change


class Away(BaseCache):
    """A cache whose disk is full or whose server is down."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        raise OSError("no space left on device")

    set = get

    def clear(self) -> None:
        """Nothing is kept here."""


class Site:
    """A view behind the cache; `made` counts how often it drew the page."""

    def __init__(self, *tags: str, **options: Any) -> None:
        self.tags, self.options, self.made = tags, options, 0
        self.ask = SessionMiddleware(DisplayMiddleware(PageCache(self._view)))
        self.extra: Callable[[HttpRequest, HttpResponse], HttpResponse] = lambda request, response: response

    def _view(self, request: HttpRequest) -> HttpResponse:
        self.made += 1
        depend(request, *self.tags, **self.options)
        return self.extra(request, HttpResponse(f"第{self.made}次"))

    def get(self, path: str = "/page/", cookies: str = "", **headers: str) -> HttpResponse:
        return self.ask(RequestFactory().get(path, HTTP_COOKIE=cookies, **headers))

    def warm(self) -> int:
        """Ask until the page is kept; how often it has been made by then."""
        self.get()
        self.get()
        return self.made


def test_a_kept_page_is_not_made_again() -> None:
    site = Site("a")
    made = site.warm()
    assert site.get().content == f"第{made}次".encode()
    assert site.made == made


def test_a_page_that_names_nothing_is_made_every_time() -> None:
    site = Site()
    site._view = lambda request: HttpResponse("x")  # type: ignore[method-assign]
    site.ask = DisplayMiddleware(PageCache(site._view))
    site.get()
    assert "ETag" not in site.get()


def test_what_changed_is_made_anew_and_nothing_else(changed: Callable[..., None]) -> None:
    one, other = Site("one"), Site("other")
    made = one.warm()
    one.get(), other.get("/other/"), other.get("/other/")
    before = other.made
    changed("one")
    one.get()
    other.get("/other/")
    assert (one.made, other.made) == (made + 1, before)


def test_a_change_that_is_rolled_back_forgets_nothing(django_capture_on_commit_callbacks: Any) -> None:
    site = Site("a")
    made = site.warm()
    with django_capture_on_commit_callbacks(execute=False):
        forget("a")
    site.get()
    assert site.made == made


def test_everything_is_forgotten_at_once(django_capture_on_commit_callbacks: Any) -> None:
    site = Site("a")
    made = site.warm()
    with django_capture_on_commit_callbacks(execute=True):
        forget_everything()
    site.get()
    assert site.made == made + 1


def test_a_page_made_while_its_subject_changes_is_not_kept(changed: Callable[..., None]) -> None:
    site = Site("a")
    site.warm()
    changed("a")

    def meanwhile(request: HttpRequest, response: HttpResponse) -> HttpResponse:
        changed("a")
        return response

    site.extra = meanwhile
    stale = site.get().content
    site.extra = lambda request, response: response
    assert site.get().content != stale


def test_a_lost_stamp_counts_as_a_change_to_whoever_has_not_compared_it() -> None:
    site = Site("a")
    made = site.warm()
    site.get()
    caches["page_stamps"].delete(_tag_key("a"))
    site.get()
    assert site.made == made, "nothing was forgotten since this process compared the stamps"
    caches["page_stamps"].delete(WORD)
    site.get()
    assert site.made == made + 1


def test_a_page_at_hand_costs_one_read(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site("a", "b", "c")
    site.warm()
    site.get()
    reads: list[str] = []
    for name in ("pages", "page_stamps"):
        backend, get = caches[name], caches[name].get
        monkeypatch.setattr(
            backend, "get", lambda key, *args, get=get, **kw: (reads.append(key), get(key, *args, **kw))[1]
        )
    site.get()
    assert reads == [WORD]


def test_what_another_process_changes_is_seen_by_the_one_that_has_the_page_at_hand(
    changed: Callable[..., None],
) -> None:
    here, there = Site("a"), Site("a")
    here.warm(), here.get()
    made = here.made
    there.warm()
    changed("a")
    here.get()
    assert here.made == made + 1


def test_while_stamps_are_being_written_nothing_is_answered_from_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change that breaks off after its stamps must not leave old pages in the memories of other processes."""
    site = Site("a")
    site.warm(), site.get()
    made = site.made
    monkeypatch.setattr("portal.lib.page_cache._say_a_new_word", lambda: None)
    _stamp(("a",))
    site.get()
    assert site.made == made + 1


def test_memory_holds_so_many_pages_and_no_more() -> None:
    memory = PageCache(lambda request: HttpResponse()).at_hand
    page = Kept(b"", b"", (), "", 0, float("inf"), {}, frozenset(), frozenset())
    for number in range(AT_HAND + 5):
        caches["pages"].set(f"key-{number}", page)
        assert memory.valid(f"key-{number}", "word") == page
    assert len(memory.pages) == AT_HAND
    assert "key-0" not in memory.pages


def test_a_page_is_kept_no_longer_than_it_says() -> None:
    site = Site("a", seconds=-1)
    made = site.warm()
    site.get()
    assert site.made == made + 1


def living_session() -> str:
    session = SessionStore()
    session["somebody"] = 1
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def signed_message() -> str:
    request, response = RequestFactory().get("/"), HttpResponse()
    storage = CookieStorage(request)
    storage.add(messages.INFO, "已保存")
    storage.update(response)
    return f"messages={response.cookies['messages'].value}"


@pytest.mark.parametrize("cookies", [living_session, signed_message])
def test_whoever_has_a_session_or_a_message_is_neither_served_nor_kept(cookies: Callable[[], str]) -> None:
    site = Site("a")
    made = site.warm()
    site.extra = lambda request, response: response
    assert site.get(cookies=cookies()).content == f"第{made + 1}次".encode()
    assert site.get().content == f"第{made}次".encode()


@pytest.mark.parametrize("cookies", [f"{settings.SESSION_COOKIE_NAME}=x", "messages=x", "messages="])
def test_a_dead_session_and_a_message_that_is_not_ours_do_not_pass_the_cache(cookies: str) -> None:
    site = Site("a")
    made = site.warm()
    assert site.get(cookies=cookies).content == f"第{made}次".encode()
    assert site.made == made


def test_a_page_asked_for_with_a_dead_session_is_kept_for_all() -> None:
    site = Site("a")
    cookies = f"{settings.SESSION_COOKIE_NAME}=x"
    site.get(cookies=cookies)
    first = site.get(cookies=cookies).content
    assert site.get().content == first


def test_a_dead_session_is_taken_back() -> None:
    site = Site("a")
    site.warm()
    answer = site.get(cookies=f"{settings.SESSION_COOKIE_NAME}=x")
    assert answer.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 0


def test_a_page_of_somebody_with_a_session_is_nobody_elses() -> None:
    site = Site("a")
    made = site.warm()
    answer = site.get(cookies=living_session())
    assert site.made == made + 1
    assert answer["Cache-Control"] == "private, no-cache"


def test_a_question_that_the_page_does_not_read_is_as_if_it_were_not_there() -> None:
    site = Site("a")
    made = site.warm()
    for query in ("?from=singlemessage", "?isappinstalled=0&from=timeline", "?", "?&&", "?q=1"):
        assert site.get(f"/page/{query}").content == f"第{made}次".encode()
    assert site.made == made


def test_a_page_asked_for_with_strange_words_is_not_kept() -> None:
    """The address may stand in the page: what one visitor was sent is not shown to others."""
    site = Site("a")
    site.get("/page/?from=x")
    site.get("/page/?from=x")
    made = site.made
    assert site.get().content == f"第{made + 1}次".encode()


def reads(**taken: str | None) -> Site:
    """A page that reads parameters, and took them so."""
    return Site("a", reads=taken)


def test_a_parameter_that_the_page_reads_chooses_another_page() -> None:
    site = reads(kind="")
    made = site.warm()
    site.options["reads"] = {"kind": "notice"}
    first = [site.get("/page/?kind=notice&from=x").content, site.get("/page/?kind=notice").content]
    assert site.made == made + 2
    assert site.get("/page/?kind=notice").content == first[1]
    assert site.get("/page/?from=x&kind=notice").content == first[1]
    assert site.get("/page/?kind=").content == site.get().content == f"第{made}次".encode()
    assert site.made == made + 2


@pytest.mark.parametrize("query", ["kind=nonsense", "kind=notice&kind=bulletin", "page=2"])
def test_an_answer_to_a_parameter_that_was_not_taken_as_written_is_not_kept(query: str) -> None:
    site = reads(kind="", page="1")
    made = site.warm()
    site.options["reads"] = {"kind": "notice" if "notice" in query else "", "page": "1"}
    site.get(f"/page/?{query}")
    site.get(f"/page/?{query}")
    assert site.made == made + 2
    assert site.get().content == f"第{made}次".encode()


def test_an_answer_to_free_words_is_neither_served_nor_kept() -> None:
    site = reads(q=FREE_TEXT)
    made = site.warm()
    site.get("/page/?q=%E6%88%BF")
    site.get("/page/?q=%E6%88%BF")
    assert site.made == made + 2
    assert site.get("/page/?from=x").content == f"第{made}次".encode()


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_only_reading_is_answered_from_the_cache(method: str) -> None:
    site = Site("a")
    made = site.warm()
    site.ask(getattr(RequestFactory(), method)("/page/"))
    assert site.made == made + 1


def test_every_display_mode_has_its_own_page() -> None:
    site = Site("a")
    made = site.warm()
    elder = site.get(cookies="display=elder")
    assert site.made == made + 1
    assert site.get(cookies="display=elder").content == elder.content
    assert site.get().content != elder.content


def test_another_host_has_its_own_page(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    site = Site("a")
    made = site.warm()
    site.get(HTTP_HOST="other.example")
    assert site.made == made + 1


class Looked:
    """A session that was read."""

    accessed = True


PERSONAL = {
    "a cookie": lambda request, response: response.set_cookie("a", "b") or response,
    "a look at the session": lambda request, response: setattr(request, "session", Looked()) or response,
    "a form token": lambda request, response: get_token(request) and response,
    "an error": lambda request, response: HttpResponse("x", status=404),
    "a redirect": lambda request, response: HttpResponse(status=302, headers={"Location": "/"}),
    "a stream": lambda request, response: StreamingHttpResponse(["x"]),
}


@pytest.mark.parametrize("kind", PERSONAL)
def test_an_answer_that_may_be_about_one_visitor_is_not_kept(kind: str) -> None:
    site = Site("a")
    site.warm()
    site.extra = PERSONAL[kind]
    made = site.made
    for _ in range(3):
        site.get("/personal/")
    assert site.made == made + 3


def test_a_browser_that_has_the_page_gets_no_bytes() -> None:
    site = Site("a")
    site.warm()
    first = site.get()
    again = site.get(HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert first["Cache-Control"] == again["Cache-Control"] == "no-cache"
    assert "Cookie" in again["Vary"]


def test_a_browser_that_names_a_time_only_gets_the_page() -> None:
    """It may have the page in another display mode."""
    site = Site("a")
    site.warm()
    later = site.get()["Last-Modified"]
    assert site.get(cookies="display=elder", HTTP_IF_MODIFIED_SINCE=later).status_code == 200
    assert site.get(HTTP_IF_MODIFIED_SINCE=later).status_code == 200


def test_a_cache_that_is_away_costs_no_page(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.CACHES = {**settings.CACHES, "pages": {"BACKEND": "tests.lib.test_page_cache.Away"}}
    site = Site("a")
    assert [site.get().status_code for _ in range(3)] == [200, 200, 200]
    assert "the page cache cannot be read" in caplog.text


def test_a_browser_that_has_an_older_page_gets_the_new_one(changed: Callable[..., None]) -> None:
    site = Site("a")
    site.warm()
    old = site.get()["ETag"]
    changed("a")
    assert site.get(HTTP_IF_NONE_MATCH=old).status_code == 200
