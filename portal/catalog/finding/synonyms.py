"""What people say and what the items are called: the synonyms in force, looked up by a folded word."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from django.db.models import Count, Max

from portal.catalog.finding.models import Synonym

Table = tuple[tuple[str, tuple[str, ...]], ...]
"""Said word → what items are named with; keys of `portal.lib.search.text`."""
SHORTEST_BEGINNING = 2


def said_in(word: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every said word that stands in `word` (我想开店 says 开店) or begins with it (开饭 will be 开饭店)."""
    for said, targets in _table():
        if said in word or (len(word) >= SHORTEST_BEGINNING and said.startswith(word)):
            yield said, targets


def targets_of(word: str) -> list[str]:
    """What items are called that `word` may mean; the longest said word decides (开饭店 is not 开店)."""
    found = list(said_in(word))
    whole = [targets for said, targets in found if said == word]
    if not whole:
        contained = [said for said, _ in found if said in word]
        covered = {short for short in contained for long in contained if short != long and short in long}
        whole = [targets for said, targets in found if said not in covered]
    return list(dict.fromkeys(target for targets in whole for target in targets))


def _table() -> Table:
    """The synonyms as they are now: one small query, and the rows are read again only when one has changed."""
    stamp = Synonym.objects.aggregate(n=Count("pk"), at=Max("updated_at"), last=Max("pk"))
    return _read(stamp["n"], stamp["at"], stamp["last"])


@lru_cache(maxsize=1)
def _read(count: int, at: datetime | None, last: int | None) -> Table:
    rows = [(word, tuple(row.target_keys)) for row in Synonym.objects.all() for word in row.word_keys]
    return tuple(rows)
