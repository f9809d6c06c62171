"""Results are due by the item's own delivery limit, at most the legal one, and guide and papers say the same."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.template.loader import render_to_string

from portal.catalog.editions.publishing import publish
from portal.documents.registry import Rendition
from portal.pickup.following import following
from portal.pickup.limits import delivery_due
from portal.pickup.results import NewResult, take_in, transfer_result
from tests.cast import Cast, decided_case, hold_posts_since, starting_items

pytestmark = pytest.mark.django_db
DECIDED = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
"""A Monday."""


@pytest.fixture(autouse=True)
def _everybody_at_their_post(cast: Cast) -> None:
    hold_posts_since(date(2026, 1, 1))


def with_limit(days: int) -> str:
    """TZ-09 published anew with this delivery limit; what guide and handbook say of it."""
    definition = next(item for item in starting_items() if item.code == "TZ-09")
    changed = definition.model_copy(update={"delivery_limit": days})
    publish(changed, by=None)
    return changed.delivery_text


@pytest.mark.parametrize(
    "days, told, due",
    [
        (3, "决定作出之日起3个工作日内送达", date(2026, 6, 4)),
        (30, "决定作出之日起10个工作日内送达", date(2026, 6, 15)),
        (0, "决定作出当日送达", date(2026, 6, 1)),
    ],
)
def test_the_delivery_limit_of_the_edition_counts_up_to_the_legal_ten_days(
    cast: Cast, days: int, told: str, due: date
) -> None:
    with time_machine.travel(DECIDED, tick=False):
        assert with_limit(days) == told
        case = decided_case(cast)
        assert case.documents.get(kind="acceptance").content["delivery_limit"] == told
        assert delivery_due(case) == due
        assert f"在2026年6月{due.day}日前可以领取" in following(case, date(2026, 6, 1)).following
        slip = transfer_result(case, [NewResult("证", "1")], set(), by=cast.officer("sx-jsj"))
        delivery = take_in(slip, "A架", by=cast.issuer)
    assert delivery.due == due
    assert case.documents.get(kind="pickup_notice").content["due"] == f"2026年6月{due.day}日"


def test_the_printed_notice_of_acceptance_says_when_results_are_delivered(cast: Cast) -> None:
    with time_machine.travel(DECIDED, tick=False):
        told = with_limit(3)
        paper = decided_case(cast).documents.get(kind="acceptance")
    assert told in render_to_string(paper.template, paper.context(Rendition.WHOLE))


def test_an_edition_published_later_does_not_change_a_running_case(cast: Cast) -> None:
    with time_machine.travel(DECIDED, tick=False):
        case = decided_case(cast)
        with_limit(3)
        assert delivery_due(case) == date(2026, 6, 15)
