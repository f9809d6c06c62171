"""Long lists: a page is found by key, from the nearer end, and only its own rows are read."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.cases.models import Application, Case, Task
from portal.desk.base import listing
from portal.lib import counting
from portal.lib.walking import NEWEST_FIRST, Order, Place, Walk, whole
from portal.organisations.models import Role, ServiceCenter, User
from tests.cast import Cast, accepted_case, person, received_case
from tests.desk.test_screens import at_desk

pytestmark = pytest.mark.django_db
LONG_FIELDS = ("definition", "sealed_answers", "answers", "identity_number", "situation", "content")
"""What only the page of one thing reads."""


@pytest.fixture
def tasks(cast: Cast) -> list[Task]:
    """Six steps: three with a day, two of them with the same, and three without."""
    found = list(accepted_case("TZ-09").tasks.order_by("pk")[:6])
    days = [date(2026, 3, 2), None, date(2026, 3, 1), None, date(2026, 3, 2), None]
    for task, day in zip(found, days, strict=True):
        task.due = day
        task.save()
    return found


def walked(order: Order, rows: list[Task], *, backwards: bool = False, size: int = 2) -> list[list[int]]:
    """All pages, from the first to the last or the other way round, as places in `rows`."""
    everything = Task.objects.filter(pk__in=[row.pk for row in rows])
    waiting = everything.filter(pk__gt=rows[2].pk)
    walk = Walk([everything.exclude(pk__in=waiting), waiting], order, everything)
    place, pages = Place(at_end=backwards), []
    for _ in rows:
        found = walk.stretch(place, size)
        pages.append([[row.pk for row in rows].index(pk) for pk in found.keys])
        if not (found.more_before if backwards else found.more_after):
            break
        place = Place(before=found.keys[0]) if backwards else Place(after=found.keys[-1])
    return pages


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order(), [[0, 1], [2, 3], [4, 5]]),
        (NEWEST_FIRST, [[5, 4], [3, 2], [1, 0]]),
        (Order("due"), [[2, 0], [4, 1], [3, 5]]),
        (Order("due", descending=True), [[5, 3], [1, 4], [0, 2]]),
    ],
)
def test_every_row_stands_on_one_page_whichever_way_one_walks(
    tasks: list[Task], order: Order, expected: list[list[int]]
) -> None:
    assert walked(order, tasks) == expected
    assert walked(order, tasks, backwards=True) == expected[::-1]


def test_the_last_page_is_full_and_the_first_one_as_well(tasks: list[Task]) -> None:
    assert walked(Order(), tasks, size=4) == [[0, 1, 2, 3], [4, 5]]
    assert walked(Order(), tasks, size=4, backwards=True) == [[2, 3, 4, 5], [0, 1, 2, 3]]


def test_a_row_that_left_the_list_still_is_a_place_in_it(tasks: list[Task]) -> None:
    seen, gone = Task.objects.all(), tasks[0]
    walk = Walk([seen.exclude(pk=gone.pk)], Order("due"), seen)
    assert walk.stretch(Place(after=gone.pk), 2).keys == [tasks[4].pk, tasks[1].pk]


def test_behind_a_row_that_nobody_may_see_the_list_begins_again(tasks: list[Task]) -> None:
    seen = Task.objects.exclude(pk=tasks[0].pk)
    walk = Walk([seen], Order("due"), seen)
    assert walk.stretch(Place(after=tasks[0].pk), 2) == walk.stretch(Place(), 2)


@pytest.fixture
def three_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PER_PAGE", 3)


def shown(client: Client, address: str) -> tuple[list[int], dict[str, str]]:
    """The rows of a page, and the ways to others by their relation."""
    answer = client.get(address)
    assert answer.status_code == 200
    ways = re.findall(r'<a rel="(first|prev|next|last)" href="([^"]+)">', answer.content.decode())
    rows = [row.record.pk for row in answer.context["table"].rows]
    return rows, {rel: address.split("?")[0] + url.replace("&amp;", "&") for rel, url in ways}


def test_the_ways_lead_through_the_whole_register_and_keep_filter_and_search(cast: Cast, three_a_page: None) -> None:
    pks = [received_case().pk for _ in range(7)][::-1]
    client = at_desk(cast.receiver)
    first, ways = shown(client, reverse("cases_modeladmin_index") + "?show=window&q=示例")
    assert (first, set(ways)) == (pks[:3], {"next", "last"})
    second, ways = shown(client, ways["next"])
    assert (second, set(ways)) == (pks[3:6], {"first", "prev", "next", "last"})
    assert shown(client, ways["prev"])[0] == first
    assert shown(client, ways["first"])[0] == first
    last, back = shown(client, ways["last"])
    assert (last, set(back)) == (pks[4:], {"first", "prev"})
    assert all("show=window" in way and "q=" in way for way in (*ways.values(), *back.values()))


def test_a_sorted_list_numbers_its_pages_and_keeps_its_column(cast: Cast, three_a_page: None) -> None:
    pks = [received_case().pk for _ in range(4)]
    client = at_desk(cast.receiver)
    first, ways = shown(client, reverse("cases_modeladmin_index") + "?sort=applicant")
    assert first == pks[:3]
    last, back = shown(client, ways["last"])
    assert (last, set(back)) == (pks[3:], {"first", "prev"})
    assert "sort=applicant" in back["prev"]


def test_beyond_what_is_counted_no_column_is_offered_for_sorting(
    cast: Cast, three_a_page: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (counting, listing):
        monkeypatch.setattr(module, "MOST_COUNTED", 4)
    client, url = at_desk(cast.receiver), reverse("cases_modeladmin_index")
    pks = [received_case().pk for _ in range(4)][::-1]
    page = client.get(url).content.decode()
    assert "共4条" in page
    assert "sort=applicant" in page
    pks.insert(0, received_case().pk)
    page = client.get(url, {"sort": "applicant"})
    assert "共4+条" in page.content.decode()
    assert "sort=" not in page.content.decode()
    assert [row.record.pk for row in page.context["table"].rows] == pks[:3]


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("receiver", "/admin/cases/?show=all"),
        ("receiver", "/admin/cases/?show=running"),
        ("officer", "/admin/cases/?show=all"),
        ("officer", "/admin/tasks/?show=open"),
        ("officer", "/admin/tasks/?show=all"),
        ("officer", "/admin/slips/?show=waiting"),
        ("receiver", "/admin/slips/?show=all"),
        ("issuer", "/admin/pickup/?show=all"),
    ],
)
def test_keys_are_found_without_the_neighbours_and_rows_read_without_what_only_a_page_needs(
    cast: Cast, who: str, address: str
) -> None:
    for _ in range(2):
        accepted_case("TZ-09")
    client = at_desk(cast.officer("sx-jsj") if who == "officer" else getattr(cast, who))
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    about = [query["sql"] for query in asked if re.search(r'FROM "(cases|handover|pickup)_', query["sql"])]
    # Those that read no more than a position.
    keys = [
        sql for sql in about if sql.partition(" FROM ")[0].count(",") < 2
    ]  # those that read no more than a position
    assert len(keys) >= 2
    assert not [sql for sql in keys if "JOIN" in sql]
    assert not [sql for sql in about for field in LONG_FIELDS if f'"{field}"' in sql]


def test_a_case_stands_in_the_centre_of_its_application_whatever_is_set(cast: Cast) -> None:
    case = received_case()
    other = ServiceCenter.objects.create(code="branch", name="分中心", owner=cast.center.owner)
    case.center = other
    case.save()
    case.refresh_from_db()
    assert case.center == case.application.center == cast.center


def test_a_window_of_another_centre_sees_no_case_of_this_one(cast: Cast) -> None:
    case = received_case()
    abroad = person("abroad", [(Role.SUPERVISOR, "", "")])
    abroad.posts.update(center=ServiceCenter.objects.create(code="branch", name="分中心", owner=cast.center.owner))
    assert case in Case.objects.visible_to(cast.supervisor)
    assert case not in Case.objects.visible_to(User.objects.get(pk=abroad.pk))
    assert Application.objects.get() == case.application


def test_a_number_is_looked_for_by_its_index_however_it_is_typed(cast: Cast) -> None:
    case, other = accepted_case("TZ-09"), accepted_case("TZ-09")
    client, url = at_desk(cast.receiver), reverse("cases_modeladmin_index")
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in case.number)
    for typed in (case.number, case.number.lower(), wide, case.application.number):
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(url, {"q": typed})
        assert [row.record.pk for row in answer.context["table"].rows] == [case.pk]
        assert not [query for query in asked if "applicant_key" in query["sql"] and "LIKE" in query["sql"]]
    found = client.get(url, {"q": "示例建设"}).context["table"].rows
    assert {row.record.pk for row in found} == {case.pk, other.pk}


def test_a_list_that_fits_on_one_page_is_read_at_once_in_the_order_of_the_walk(cast: Cast) -> None:
    for _ in range(3):
        accepted_case("TZ-09")
    Task.objects.filter(case=Case.objects.first()).update(due=None)
    for descending in (False, True):
        order = Order("due", descending)
        rows = Task.objects.all()
        assert whole(rows, order) == Walk([rows], order, rows).stretch(Place(), 30)
    assert whole(rows, NEWEST_FIRST) == Walk([rows], NEWEST_FIRST, rows).stretch(Place(), 30)
