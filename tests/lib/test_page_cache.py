"""Pages kept for everybody: what may be kept, what is forgotten, and what never reaches another visitor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.test import RequestFactory

from portal.lib.display import DisplayMiddleware
from portal.lib.page_cache import PageCache, depend, forget, forget_everything

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
        self.ask = DisplayMiddleware(PageCache(self._view))
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


def test_a_lost_stamp_counts_as_a_change() -> None:
    site = Site("a")
    made = site.warm()
    from portal.lib.page_cache import _tag_key

    caches["page_stamps"].delete(_tag_key("a"))
    site.get()
    assert site.made == made + 1


def test_a_page_is_kept_no_longer_than_it_says() -> None:
    site = Site("a", seconds=-1)
    made = site.warm()
    site.get()
    assert site.made == made + 1


@pytest.mark.parametrize("cookies", [f"{settings.SESSION_COOKIE_NAME}=x", "messages=x"])
def test_whoever_has_a_session_or_a_message_is_neither_served_nor_kept(cookies: str) -> None:
    site = Site("a")
    made = site.warm()
    assert site.get(cookies=cookies).content == f"第{made + 1}次".encode()
    assert site.get().content == f"第{made}次".encode()


def test_an_address_with_a_question_is_neither_served_nor_kept() -> None:
    site = Site("a")
    made = site.warm()
    site.get("/page/?q=1")
    site.get("/page/?q=1")
    assert site.made == made + 2


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
    since = site.get(HTTP_IF_MODIFIED_SINCE=first["Last-Modified"])
    assert since.status_code == 304
    assert first["Cache-Control"] == "no-cache"


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
