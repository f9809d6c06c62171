"""The public pages from the cache: what publishing draws anew, what it leaves, and how few queries a page takes."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache, caches
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pages.halls import HallPage
from pages.models import GuidePage, HomePage
from pages.news import NewsIndexPage, NewsPage
from portal.catalog.editions.intake import withdraw_item
from portal.catalog.editions.publishing import publish
from portal.catalog.finding import demand
from portal.catalog.models import ServiceItem, Theme
from portal.catalog.schema.definition import ItemDefinition
from portal.lib import page_cache
from portal.organisations.models import ServiceCenter
from tests.pages.acts import at_desk, editor, guide, publisher, put_live

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_pages")]
COLD_QUERIES = 25
GUIDE, OTHER, LIST = "/items/tz-09/", "/items/ss-02/", "/items/"


@pytest.fixture
def act(django_capture_on_commit_callbacks: Any) -> Callable[[Callable[[], Any]], None]:
    """Do something as a transaction that is written."""

    def acted(what: Callable[[], Any]) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            what()

    return acted


def warm(*paths: str) -> None:
    for path in paths:
        for _ in range(2):
            assert Client().get(path).status_code == 200


def is_warm(path: str, queries: Any) -> bool:
    with queries() as counted:
        assert Client().get(path).status_code in (200, 404, 410)
    return len(counted) == 0


@pytest.fixture
def queries() -> Any:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    return lambda: CaptureQueriesContext(connection)


def chart() -> str:
    return reverse("item_chart", args=["TZ-09"])


def test_a_warm_page_answers_without_a_query(small_site: HomePage, queries: Any) -> None:
    theme = Theme.objects.get().page.url
    for path in ("/", LIST, GUIDE, theme, chart(), reverse("theme_chart", args=[Theme.objects.get().code])):
        warm(path)
        assert is_warm(path, queries), path


@pytest.mark.parametrize("path", ["/", LIST, GUIDE])
def test_a_cold_page_takes_few_queries(small_site: HomePage, queries: Any, path: str) -> None:
    Client().get(path)
    caches["pages"].clear()
    with queries() as counted:
        Client().get(path)
    assert len(counted) <= COLD_QUERIES


def test_publishing_a_guide_draws_it_its_lists_and_its_chart_anew_and_no_other_guide(
    small_site: HomePage, queries: Any, act: Callable[..., None]
) -> None:
    warm("/", LIST, GUIDE, OTHER, chart())
    page = guide()
    page.title = page.title + "（新）"
    act(lambda: put_live(page))
    assert not is_warm(GUIDE, queries)
    assert "（新）" in Client().get(GUIDE).content.decode()
    assert "（新）" in Client().get(LIST).content.decode()
    assert "（新）" in Client().get(chart()).content.decode()
    assert is_warm(OTHER, queries)


def test_a_theme_shows_what_its_item_has_become(small_site: HomePage, act: Callable[..., None]) -> None:
    theme = Theme.objects.get().page.url
    warm(theme)
    page = guide("BDC-01")
    page.title = "存量房买卖登记（新）"
    act(lambda: put_live(page))
    assert "存量房买卖登记（新）" in Client().get(theme).content.decode()


def test_a_withdrawn_item_is_gone_at_once(small_site: HomePage, act: Callable[..., None]) -> None:
    item = ServiceItem.objects.get(code="TZ-09")
    cache.set(demand.CACHE_KEY, [item.pk], 60)
    warm("/", LIST, GUIDE, chart())
    act(lambda: withdraw_item(item, by=None, reason="取消"))
    assert Client().get(GUIDE).status_code == 410
    assert Client().get(chart()).status_code == 404
    assert "tz-09" not in Client().get(LIST).content.decode()
    cache.delete(demand.CACHE_KEY)


def test_a_draft_shows_nowhere_and_draws_nothing_anew(
    small_site: HomePage, queries: Any, act: Callable[..., None]
) -> None:
    warm(GUIDE)
    page = guide()
    page.title = "还没有发布的名称"
    act(lambda: page.save_revision())
    assert is_warm(GUIDE, queries)
    assert "还没有发布的名称" not in Client().get(GUIDE).content.decode()


def test_a_new_telephone_of_the_centre_shows_on_every_page(small_site: HomePage, act: Callable[..., None]) -> None:
    warm("/", GUIDE)
    centre = ServiceCenter.objects.get(kind="city")
    centre.phone = "0575-00001234"
    act(centre.save)
    for path in ("/", GUIDE):
        assert "0575-00001234" in Client().get(path).content.decode()


def test_a_page_taken_out_of_the_menu_leaves_the_menu_everywhere(
    small_site: HomePage, act: Callable[..., None]
) -> None:
    from pages.models import PlainPage

    plain = PlainPage(title="怎样到达", slug="way", show_in_menus=True, body="<p>公交</p>")
    act(lambda: small_site.add_child(instance=plain).save_revision().publish())
    warm(GUIDE)
    assert "怎样到达" in Client().get(GUIDE).content.decode()
    plain.show_in_menus = False
    act(lambda: plain.save_revision().publish())
    assert "怎样到达" not in Client().get(GUIDE).content.decode()


def test_a_hall_that_says_whether_it_is_open_is_kept_for_a_minute(small_site: HomePage, queries: Any) -> None:
    hall = HallPage.objects.first().url
    warm(hall)
    assert is_warm(hall, queries)
    with time_machine.travel(timezone.now() + timedelta(seconds=61), tick=False):
        assert not is_warm(hall, queries)


def test_news_shows_on_the_home_page_once_it_is_published(small_site: HomePage, act: Callable[..., None]) -> None:
    warm("/")
    news = NewsPage(title="端午节办事安排", slug="holiday", summary="照常办理。")
    act(lambda: NewsIndexPage.objects.get().add_child(instance=news).save_revision().publish())
    assert "端午节办事安排" in Client().get("/").content.decode()


def test_staff_are_shown_the_page_as_it_is_and_citizens_never_theirs(small_site: HomePage, queries: Any) -> None:
    warm(GUIDE)
    public = Client().get(GUIDE).content
    for user in (editor(), publisher()):
        client = at_desk(user)
        with queries() as counted:
            client.get(GUIDE)
        assert len(counted) > 0
    assert Client().get(GUIDE).content == public


def test_answers_to_the_questions_of_a_guide_are_not_kept(small_site: HomePage, queries: Any) -> None:
    page = guide()
    data = page.edition.parsed.model_dump(mode="json")
    choices = [{"key": "a1", "text": "是"}, {"key": "a2", "text": "否"}]
    data["questions"] = [{"key": "q1", "text": "是否代办", "choices": choices}]
    edition = publish(ItemDefinition.model_validate(data), by=None)
    GuidePage.objects.filter(pk=page.pk).update(edition=edition)
    warm(GUIDE)
    for answer in ("q1=a1", "q1=zz", "q1=a1&from=x"):
        assert not is_warm(f"{GUIDE}?{answer}", queries)
        assert not is_warm(f"{GUIDE}?{answer}", queries)


READS = {LIST: "q", f"{LIST}suggest/": "q", "/news/": "kind", "/news/feed/": "kind"}
"""An address of each page that reads its parameters, and one of them."""


@pytest.mark.parametrize("path", READS)
def test_what_a_page_reads_of_its_address_is_never_taken_for_nothing(
    small_site: HomePage, queries: Any, path: str
) -> None:
    warm(path)
    assert is_warm(f"{path}?from=singlemessage", queries)
    assert not is_warm(f"{path}?{READS[path]}=dynamics", queries)


@pytest.mark.parametrize("page", ["sort=az", "page=2", "zone=none"])
def test_a_narrowed_catalogue_is_not_answered_with_the_whole_one(small_site: HomePage, queries: Any, page: str) -> None:
    warm(LIST)
    assert not is_warm(f"{LIST}?{page}", queries)


def test_an_address_that_a_messenger_has_decorated_is_warm(small_site: HomePage, queries: Any) -> None:
    theme = Theme.objects.get().page.url
    for path in ("/", LIST, GUIDE, theme, chart(), "/sitemap.xml", "/results/"):
        warm(path)
        assert is_warm(f"{path}?from=singlemessage&isappinstalled=0", queries), path


def test_a_dead_session_costs_one_look_and_no_page(small_site: HomePage, queries: Any) -> None:
    warm(GUIDE)
    client = Client()
    client.cookies["sessionid"] = "x" * 32
    with queries() as counted:
        assert client.get(GUIDE).content == Client().get(GUIDE).content
    assert len(counted) == 1
    assert client.cookies["sessionid"].value == ""


def places() -> str:
    return Client().get("/sitemap.xml").content.decode()


def test_the_list_of_pages_for_robots_follows_what_is_published(
    small_site: HomePage, act: Callable[[Callable[[], Any]], None]
) -> None:
    warm("/sitemap.xml")
    assert GUIDE in places()
    act(lambda: guide().unpublish())
    assert GUIDE not in places()
    act(lambda: put_live(guide("SS-02")))
    assert OTHER in places()


def test_the_list_of_pages_takes_the_same_queries_for_more_guides(small_site: HomePage, queries: Any) -> None:
    def taken() -> int:
        caches["pages"].clear()
        with queries() as counted:
            places()
        return len(counted)

    taken()
    three = taken()
    GuidePage.objects.exclude(code="TZ-09").update(live=False)
    assert taken() == three
    assert (GUIDE in places(), OTHER in places()) == (True, False)


def test_the_public_decisions_are_kept_for_a_minute(small_site: HomePage, queries: Any) -> None:
    with time_machine.travel(timezone.now(), tick=True) as clock:
        warm("/results/", "/results/?zone=xmtz")
        assert is_warm("/results/", queries)
        clock.shift(timedelta(seconds=61))
        assert not is_warm("/results/", queries)


def test_the_modes_of_a_page_do_not_mix(small_site: HomePage) -> None:
    warm(GUIDE)
    client = Client()
    client.cookies["display"] = "elder"
    client.get(GUIDE)
    assert 'data-display="elder"' in client.get(GUIDE).content.decode()
    assert 'data-display="normal"' in Client().get(GUIDE).content.decode()


def test_a_browser_that_has_the_guide_gets_no_bytes(small_site: HomePage) -> None:
    warm(GUIDE)
    first = Client().get(GUIDE)
    assert Client().get(GUIDE, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    assert Client().head(GUIDE)["ETag"] == first["ETag"]


def test_a_guide_goes_out_compressed_and_says_on_what_its_bytes_depend(small_site: HomePage) -> None:
    for made in (True, False):
        zipped = Client().get(GUIDE, HTTP_ACCEPT_ENCODING="br, gzip")
        assert zipped["Content-Encoding"] == "gzip"
        plain = Client().get(GUIDE, HTTP_ACCEPT_ENCODING="gzip;q=0, identity")
        assert "Content-Encoding" not in plain
        assert gzip.decompress(zipped.content) == plain.content
        assert len(zipped.content) * 3 < len(plain.content)
        again = plain if made else Client().get(GUIDE, HTTP_IF_NONE_MATCH=zipped["ETag"])
        for answer in (zipped, plain, again):
            assert {"Cookie", "Accept-Encoding"} <= set(answer["Vary"].split(", "))
    assert again.status_code == 304


def test_what_is_made_for_one_is_compressed_and_files_are_left_alone(small_site: HomePage) -> None:
    client = Client(HTTP_ACCEPT_ENCODING="gzip")
    for path in (f"{LIST}?q=施工", "/cases/follow/", "/feedback/TZ-09/", "/no-such-page/"):
        answer = client.get(path)
        assert (answer["Content-Encoding"], int(answer["Content-Length"])) == ("gzip", len(answer.content)), path
    leaflet = client.get(reverse("paper_leaflet", args=["TZ-09"]))
    assert "Content-Encoding" not in leaflet.headers


def test_a_page_that_another_release_kept_in_another_shape_is_made_anew(
    small_site: HomePage, queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm(GUIDE)
    monkeypatch.setattr(page_cache, "SHAPE", ("content",))
    assert not is_warm(GUIDE, queries)


def test_head_has_the_length_of_get_and_no_body(small_site: HomePage) -> None:
    warm(GUIDE)
    for coding in ("gzip", "identity"):
        client = Client(HTTP_ACCEPT_ENCODING=coding)
        head, whole = client.head(GUIDE), client.get(GUIDE)
        assert (head.content, head["Content-Length"]) == (b"", str(len(whole.content)))


def test_a_time_alone_never_answers_304_nor_does_the_mark_of_another_mode(small_site: HomePage) -> None:
    warm(GUIDE)
    first = Client().get(GUIDE)
    assert Client().get(GUIDE, HTTP_IF_MODIFIED_SINCE=first["Last-Modified"]).status_code == 200
    elder = Client()
    elder.cookies["display"] = "elder"
    for _ in range(2):
        answer = elder.get(GUIDE, HTTP_IF_NONE_MATCH=first["ETag"], HTTP_IF_MODIFIED_SINCE=first["Last-Modified"])
        assert answer.status_code == 200


def test_with_a_session_a_page_is_nobody_elses(small_site: HomePage) -> None:
    for path in ("/", LIST, GUIDE, chart()):
        answer = at_desk(editor()).get(path)
        assert answer["Cache-Control"] == "private, no-cache", path


@pytest.mark.parametrize(
    ("typed", "leads_to"),
    [
        ("/items/TZ-09/?from=x", "/items/tz-09/?from=x"),
        ("/ITEMS/Tz-09/", "/items/tz-09/"),
        ("/charts/items/tz-09/", "/charts/items/TZ-09/"),
    ],
)
def test_a_code_in_other_letters_leads_to_the_one_address(small_site: HomePage, typed: str, leads_to: str) -> None:
    answer = Client().get(typed)
    assert (answer.status_code, answer["Location"]) == (301, leads_to)
    assert Client().get(leads_to).status_code == 200


def test_a_theme_in_other_letters_leads_to_its_one_address(small_site: HomePage) -> None:
    theme = Theme.objects.get()
    for typed, leads_to in (
        (theme.page.url.upper(), theme.page.url),
        (f"/charts/themes/{theme.code.lower()}/", f"/charts/themes/{theme.code}/"),
    ):
        assert Client().get(typed)["Location"] == leads_to
    assert Client().get("/NO-SUCH-PAGE/").status_code == 404
