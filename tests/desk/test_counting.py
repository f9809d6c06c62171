"""Nobody counts beyond 10,000, and nobody counts a long list twice within ten minutes."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.cases.models import Case, Task
from portal.desk import home
from portal.lib import counting
from portal.lib.counting import count_in_words, counted, few, forget_counts
from portal.organisations.models import Role
from tests.cast import Cast, accepted_case, person, received_case
from tests.desk.test_screens import at_desk
from tests.plans import plan
from tests.stages import bounced

pytestmark = pytest.mark.django_db
NAMES = ("receiver", "issuer", "supervisor", "officer")


@pytest.fixture
def up_to_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_COUNTED", 2)


def test_what_is_more_is_not_counted_again_and_what_is_not_always_is(cast: Cast, up_to_two: None) -> None:
    for expected in (1, 2, 3, 3):
        received_case()
        with CaptureQueriesContext(connection) as asked:
            assert counted(Case.objects.all()) == expected
        asked_again = expected < 3 or Case.objects.count() == 3
        assert len(asked) == int(asked_again)
    forget_counts()
    with CaptureQueriesContext(connection) as asked:
        assert counted(Case.objects.all()) == 3
    assert len(asked) == 1


def test_after_ten_minutes_it_is_counted_anew(cast: Cast, up_to_two: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        received_case()
    now = 1000.0
    monkeypatch.setattr(counting.time, "monotonic", lambda: now)
    assert counted(Case.objects.all()) == 3
    now += counting.REMEMBERED_SECONDS + 1
    with CaptureQueriesContext(connection) as asked:
        counted(Case.objects.all())
    assert len(asked) == 1


def test_each_question_has_a_count_of_its_own(cast: Cast, up_to_two: None) -> None:
    """A long list of one reader says nothing of the list of another."""
    for _ in range(3):
        received_case()
    assert counted(Case.objects.visible_to(cast.receiver)) == 3
    assert counted(Case.objects.visible_to(cast.estate_receiver)) == 0
    assert counted(Case.objects.visible_to(cast.receiver).filter(status="delivered")) == 0
    assert counted(Case.objects.none()) == 0


def test_few_are_named_and_many_are_not(cast: Cast, up_to_two: None) -> None:
    pks = [received_case().pk for _ in range(2)]
    assert few(Case.objects.order_by("pk")) == pks
    received_case()
    assert few(Case.objects.order_by("pk")) is None
    with CaptureQueriesContext(connection) as asked:
        assert few(Case.objects.order_by("pk")) is None
    assert len(asked) == 0


def test_a_count_is_said_as_far_as_it_goes() -> None:
    assert [count_in_words(count) for count in (0, 9_999, 10_000, 10_001)] == ["0", "9,999", "10,000", "10,000+"]


@pytest.mark.parametrize("name", NAMES)
def test_tiles_count_no_further_than_lists(cast: Cast, name: str) -> None:
    accepted_case("TZ-09")
    client = at_desk(cast.officer("sx-jsj") if name == "officer" else getattr(cast, name))
    with CaptureQueriesContext(connection) as asked:
        assert client.get(reverse("wagtailadmin_home")).status_code == 200
    counts = [one["sql"] for one in asked if re.search(r"COUNT\(.*FROM.*\"(cases|handover|pickup)_", one["sql"])]
    assert len(counts) >= 2
    assert not [sql for sql in counts if "LIMIT 10001" not in sql]


def test_a_tile_says_that_there_are_more(cast: Cast, up_to_two: None) -> None:
    for _ in range(3):
        received_case()
    page = at_desk(cast.receiver).get(reverse("wagtailadmin_home")).content.decode()
    assert re.search(r'desk-tile__count">2\+</span><span[^>]*>待受理', page)


def test_what_came_back_is_counted_once_for_each_case(cast: Cast) -> None:
    case = bounced(cast)
    Task.objects.filter(case=case).exclude(status="bounced").update(status="bounced")
    found = {tile.label: tile.count for tile in home.tiles(cast.receiver)}
    assert found["部门退回待重新分办"] == 1


@pytest.mark.parametrize(
    ("who", "part", "index"),
    [
        ("supervisor", "promised_due", "case_late"),
        ("officer", '"lead_id"', "case_by_lead"),
        ("receiver", "'bounced'", "task_bounced"),
    ],
)
def test_tiles_are_counted_by_index(cast: Cast, who: str, part: str, index: str) -> None:
    accepted_case("TZ-09")
    user = cast.officer("sx-jsj") if who == "officer" else getattr(cast, who)
    with CaptureQueriesContext(connection) as asked:
        home.tiles(user)
    (sql,) = [one["sql"] for one in asked if part in one["sql"] and "COUNT" in one["sql"]]
    how = plan(sql)
    if connection.vendor == "sqlite":
        assert index in how or (index == "task_bounced" and "task_door" in how), how
    else:  # of a table of one row PostgreSQL may take any index; that it takes one is what counts
        assert index in how or ("Index Scan" in how and "Seq Scan" not in how), how


@pytest.mark.parametrize("who", ["receiver", "issuer", "officer"])
def test_what_waits_is_counted_without_asking_the_case_of_each(cast: Cast, who: str) -> None:
    """Slips, results and tasks say for themselves where they lie."""
    accepted_case("TZ-09")
    user = cast.officer("sx-jsj") if who == "officer" else getattr(cast, who)
    with CaptureQueriesContext(connection) as asked:
        home.tiles(user)
    of_rows = re.compile(r'SELECT COUNT\(\*\) FROM \(SELECT "(cases_task|handover_slip|pickup_delivery)"')
    counts = [one["sql"] for one in asked if of_rows.match(one["sql"])]
    assert counts
    asking = [sql for sql in counts if "cases_case" in sql]
    assert all("case_type" in sql for sql in asking)  # whether a decision is one on the spot stands in the edition
    assert len(asking) == int(who == "officer")


def test_nobody_without_a_post_has_tiles(cast: Cast) -> None:
    assert home.tiles(person("idle", [])) == []
    assert home.tiles(person("guide", [(Role.GUIDE, "A01", "")])) == []
