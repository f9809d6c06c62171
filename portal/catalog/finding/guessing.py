"""When nothing has all that was typed: what shares most with it, and pinyin with one slip of the hand.

Which of them is likely is decided here and in `overlap`, so that both databases guess alike.
"""

from __future__ import annotations

from django.db.models import QuerySet

from portal.catalog.finding.models import Entry, text_index
from portal.catalog.finding.overlap import overlapping
from portal.catalog.finding.reading import matters
from portal.catalog.finding.synonyms import Lexicon
from portal.lib.search.fulltext import AnyOf, Phrase, Wanted
from portal.lib.search.text import Query, is_latin

CANDIDATES = 300
LONGEST_SPELLED = 24


def likely(query: Query, among: QuerySet[Entry], lexicon: Lexicon, limit: int) -> list[int]:
    """Ids of entries that are probably meant, the likeliest first; empty when nothing is near."""
    shares = overlapping(matters(query) or query.words, lexicon)
    if not shares and is_latin(query.key):
        return _ids(among, misspelled(query.key[:LONGEST_SPELLED]), limit)
    rows = among.filter(pk__in=shares).values_list("pk", "name_length", "rank")
    ordered = sorted((-round(shares[pk], 6), length, rank, pk) for pk, length, rank in rows)
    return [pk for *_, pk in ordered[:limit]]


def misspelled(word: str) -> Wanted:
    """Pinyin and initials with one letter too many or two letters the wrong way round."""
    if len(word) < 4:
        return AnyOf(())
    forms = [word[:place] + word[place + 1 :] for place in range(len(word))]
    forms += [word[:p] + word[p + 1] + word[p] + word[p + 2 :] for p in range(len(word) - 1)]
    return AnyOf(tuple(Phrase("pinyin", (form,), prefix=True) for form in dict.fromkeys(forms)))


def _ids(among: QuerySet[Entry], wanted: Wanted, limit: int) -> list[int]:
    found = among.filter(pk__in=text_index().matching(wanted, at_most=CANDIDATES))
    return list(found.order_by("name_length", "rank", "pk").values_list("pk", flat=True)[:limit])
