"""热门 is what cases were taken in for lately, and only what can still be found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from portal.cases.models import Case
from portal.catalog.editions.intake import withdraw_item
from portal.catalog.finding.demand import count_demand, in_demand
from portal.catalog.models import ServiceItem
from tests.cast import Cast, received_case


@pytest.fixture(autouse=True)
def _forgotten() -> None:
    cache.clear()


def codes(ids: list[int]) -> list[str]:
    return [ServiceItem.objects.get(pk=pk).code for pk in ids]


def test_without_cases_nothing_is_in_demand(cast: Cast) -> None:
    assert in_demand() == []


def test_what_was_wanted_most_comes_first_and_old_cases_do_not_count(cast: Cast) -> None:
    received_case("TZ-09")
    received_case("TZ-09")
    received_case("BDC-01")
    old = received_case("SS-02")
    Case.objects.filter(pk=old.pk).update(received_at=timezone.now() - timedelta(days=120))
    assert codes(count_demand()) == ["TZ-09", "BDC-01"]
    withdraw_item(ServiceItem.objects.get(code="TZ-09"), by=cast.publisher, reason="取消")
    assert codes(count_demand()) == ["BDC-01"]


def test_the_count_is_kept_for_a_while(cast: Cast) -> None:
    received_case("TZ-09")
    assert codes(in_demand()) == ["TZ-09"]
    received_case("BDC-01")
    assert codes(in_demand()) == ["TZ-09"]
    assert codes(count_demand()) == ["TZ-09", "BDC-01"]
