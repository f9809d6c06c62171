"""Turns are counted for each subject, in windows of the clock, and nobody's address or number stands in the cache."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test import RequestFactory, override_settings

from portal.lib.throttle import Guesses, Rate, TooMany, client_address, client_ip, take
from tests.races import at_once

RATE = Rate("test", 3, 600)
NOON = datetime(2026, 6, 1, 4, 0, 30, tzinfo=UTC)
IN_THE_DATABASE = {
    **settings.CACHES,
    "throttle": {"BACKEND": "portal.lib.throttle.CountingDatabaseCache", "LOCATION": "throttle_of_the_tests"},
}


def use_up(subject: str, rate: Rate = RATE) -> None:
    for _ in range(rate.limit):
        take(rate, subject)


def test_so_many_turns_and_no_more() -> None:
    with time_machine.travel(NOON, tick=False):
        use_up("a")
        with pytest.raises(TooMany):
            take(RATE, "a")


def test_the_sentence_says_when_and_it_is_true() -> None:
    with time_machine.travel(NOON, tick=False):
        use_up("a")
        with pytest.raises(TooMany) as refused:
            take(RATE, "a")
    assert refused.value.sentence == "查询次数过多，请在12:10以后再试。"
    assert refused.value.seconds == 570
    with time_machine.travel(refused.value.until - timedelta(seconds=1), tick=False), pytest.raises(TooMany):
        take(RATE, "a")
    with time_machine.travel(refused.value.until, tick=False):
        take(RATE, "a")


def test_subjects_and_rates_are_counted_apart() -> None:
    with time_machine.travel(NOON, tick=False):
        use_up("a")
        take(RATE, "b")
        take(Rate("other", 3, 600), "a")


def test_neither_address_nor_number_stands_in_the_cache() -> None:
    take(RATE, "SXT2026060100012")
    kept = list(caches["throttle"]._cache)
    assert len(kept) == 1
    assert "SXT2026060100012" not in kept[0]
    assert "test" not in kept[0]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "nonsense\x00", "unknown"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        (1, "2001:db8:1:2:bbbb::7", "2001:db8:1:2::/64"),
    ],
)
def test_only_what_our_own_proxies_wrote_counts_as_an_address(proxies: int, forwarded: str, expected: str) -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="192.0.2.1")
    with override_settings(TRUSTED_PROXIES=proxies):
        assert client_address(request) == expected


@pytest.mark.parametrize(
    ("peer", "expected"), [("192.0.2.1", "192.0.2.1"), ("2001:db8:1:2::7", "2001:db8:1:2::"), ("", "0.0.0.0")]
)
def test_a_column_of_addresses_gets_one_of_each_network(peer: str, expected: str) -> None:
    assert client_ip(RequestFactory().get("/", REMOTE_ADDR=peer)) == expected


GUESSES = Guesses("guess", 600, pair=4, address=6, subject=5, slow_address=1, slow_subject=2)


def looked_at(times: int, address: str, subject: str, **known: bool) -> int:
    """How many of so many answers were looked at."""
    count = 0
    for _ in range(times):
        try:
            GUESSES.take(address, subject, **known)
        except TooMany:
            continue
        count += 1
    return count


def test_a_pair_gets_its_wrong_answers_and_other_pairs_of_both_get_theirs() -> None:
    with time_machine.travel(NOON, tick=False):
        assert looked_at(9, "a", "x") == 4
        assert looked_at(1, "a", "y") == looked_at(1, "b", "x") == 1


def test_a_subject_that_many_guess_at_is_slowed_and_never_shut() -> None:
    with time_machine.travel(NOON, tick=False):
        looked_at(6, "a", "x")
        assert [looked_at(9, address, "x") for address in "bcd"] == [2, 2, 2]
        assert looked_at(9, "e", "x", known=True) == 4


def test_an_address_that_guesses_much_is_slowed_but_for_those_it_knows() -> None:
    with time_machine.travel(NOON, tick=False):
        for subject in "uvwxyz":
            looked_at(1, "a", subject)
        assert looked_at(9, "a", "1") == 1
        assert looked_at(9, "a", "2", known=True) == 4
        assert looked_at(9, "b", "3") == 4


def test_right_answers_leave_no_trace() -> None:
    with time_machine.travel(NOON, tick=False):
        for _ in range(20):
            GUESSES.take("a", "x")
            GUESSES.was_right("a", "x")
        assert looked_at(9, "a", "x") == 4


def test_no_subject_counts_for_its_address_alone() -> None:
    with time_machine.travel(NOON, tick=False):
        assert looked_at(9, "a", "") == 6
        assert looked_at(9, "b", "") == 6


@pytest.mark.django_db
@override_settings(CACHES=IN_THE_DATABASE)
def test_the_database_counts_like_the_memory() -> None:
    call_command("createcachetable", verbosity=0)
    with time_machine.travel(NOON, tick=False):
        use_up("a")
        with pytest.raises(TooMany):
            take(RATE, "a")
        take(RATE, "b")
        assert looked_at(9, "a", "x") == 4
        GUESSES.was_right("a", "x")
        assert looked_at(9, "a", "x") == 4
    with pytest.raises(ValueError, match="nobody"):
        caches["throttle"].incr("nobody")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@override_settings(CACHES=IN_THE_DATABASE)
def test_of_many_at_once_only_so_many_get_a_turn() -> None:
    call_command("createcachetable", verbosity=0)
    rate = Rate("race", 5, 36_000)
    outcomes = at_once([lambda: take(rate, "a")] * 12)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE throttle_of_the_tests")
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType"] * 5 + ["TooMany"] * 7
