"""A nightly check reads every file of a small house, and every file of a large one within thirty nights."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from portal.documents.models import Counter
from portal.lib import nightly

pytestmark = pytest.mark.django_db
FIRST = date(2026, 3, 1)


def read_on(day: date) -> set[int]:
    with time_machine.travel(f"{day}T03:00:00+08:00", tick=False):
        return set(nightly.of_tonight(Counter.objects.all()).values_list("pk", flat=True))


@pytest.fixture
def rows() -> set[int]:
    """Anything with keys will do."""
    Counter.objects.bulk_create(Counter(series=f"nightly-{number}") for number in range(70))
    return set(Counter.objects.values_list("pk", flat=True))


def test_a_small_house_is_read_wholly_every_night(rows: set[int]) -> None:
    assert read_on(FIRST) == read_on(FIRST + timedelta(days=1)) == rows


def test_a_large_house_is_read_once_in_thirty_nights(rows: set[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nightly, "FEW", 69)
    nights = [read_on(FIRST + timedelta(days=number)) for number in range(nightly.NIGHTS)]
    assert set().union(*nights) == rows
    assert sum(map(len, nights)) == len(rows)
    assert read_on(FIRST + timedelta(days=nightly.NIGHTS)) == nights[0]


def test_a_large_house_is_read_wholly_on_demand(rows: set[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nightly, "FEW", 69)
    with nightly.every_file():
        assert read_on(FIRST) == rows
    assert read_on(FIRST) != rows
