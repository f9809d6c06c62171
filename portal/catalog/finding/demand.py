"""What is in demand (热门): how many cases of each item were taken in lately. Nothing about people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

from django.core.cache import cache
from django.utils import timezone

from portal.catalog.finding.models import Entry

Source = Callable[[date], dict[int, int]]
"""Since a day: id of the item → how often it was wanted. Apps further right register theirs when they start."""
DAYS = 90
KEPT_SECONDS = 600
MOST = 8
CACHE_KEY = "catalog.demand"

_sources: list[Source] = []


def register_source(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def in_demand(at_most: int = MOST) -> list[int]:
    """Ids of the items wanted most in the last 90 days, the most wanted first; empty when nothing was. Ten minutes old
    at most."""
    found = cache.get(CACHE_KEY)
    if found is None:
        found = count_demand()
        cache.set(CACHE_KEY, found, KEPT_SECONDS)
    return found[:at_most]


def count_demand() -> list[int]:
    """The same, counted now."""
    wanted: Counter[int] = Counter()
    since = timezone.localdate() - timedelta(days=DAYS)
    for source in _sources:
        wanted.update(source(since))
    findable = set(Entry.objects.filter(pk__in=list(wanted)).values_list("pk", flat=True))
    ordered = sorted(wanted.items(), key=lambda pair: (-pair[1], pair[0]))
    return [pk for pk, _ in ordered if pk in findable][: MOST * 4]
