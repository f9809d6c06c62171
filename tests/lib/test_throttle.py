"""Limits count per scope and per person, and start anew with the next window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.test import RequestFactory

from portal.lib.throttle import address_of, allowed


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def test_the_limit_holds_within_a_window_and_is_lifted_by_the_next() -> None:
    with time_machine.travel("2017-03-15T08:30:00Z", tick=False) as clock:
        assert [allowed("x", "a", most=2, seconds=60) for _ in range(3)] == [True, True, False]
        clock.shift(60)
        assert allowed("x", "a", most=2, seconds=60)


def test_one_person_does_not_use_up_what_others_may_do() -> None:
    with time_machine.travel("2017-03-15T08:30:00Z", tick=False):
        assert allowed("x", "a", most=1, seconds=60)
        assert not allowed("x", "a", most=1, seconds=60)
        assert allowed("x", "b", most=1, seconds=60)
        assert allowed("y", "a", most=1, seconds=60)


def test_an_address_that_a_visitor_typed_is_not_believed(settings) -> None:
    request = RequestFactory().get(
        "/", REMOTE_ADDR="192.0.2.1", headers={"x-forwarded-for": "198.51.100.9, 203.0.113.5"}
    )
    settings.BEHIND_PROXY = False
    assert address_of(request) == "192.0.2.1"
    settings.BEHIND_PROXY = True
    assert address_of(request) == "203.0.113.5"
