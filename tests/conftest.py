"""The fixed cast and the plumbing that every test may use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import TransactionTestCase

from portal.cases import event_guard
from portal.workdays.calendar import forget_calendar
from tests.cast import Cast, build_cast

_teardown = TransactionTestCase._fixture_teardown


def _teardown_without_guard(self: TransactionTestCase) -> None:
    """Emptying a test database is the one moment at which events may go; the guard is back before the next test."""
    event_guard.remove(connection)
    _teardown(self)
    event_guard.install(connection)


TransactionTestCase._fixture_teardown = _teardown_without_guard


@pytest.fixture(autouse=True)
def _fresh_calendar() -> Iterator[None]:
    forget_calendar()
    yield
    forget_calendar()


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet() -> None:
    caches["throttle"].clear()


@pytest.fixture
def cast(db: None) -> Cast:
    """The people, bodies, windows and items of the starting content."""
    return build_cast()
