"""When nothing was found: what people say around the matter is left out, one wrong character forgiven, pairs compared.

Everything here runs only for a query without an answer. Candidates come from the index, a bounded number of them; which
of them is likely is decided here, so that both databases guess alike.
"""

from __future__ import annotations

import re

from django.db.models import QuerySet

from portal.catalog.finding.models import Entry, text_index
from portal.lib.search.fulltext import AnyOf, Every, Phrase, Wanted
from portal.lib.search.text import Query, is_latin

FILLERS = re.compile(
    r"^(我们|我|本人|想要|想|要|需要|请问|请|如何|怎样|怎么样|怎么|咋|去哪里|去哪|哪里|在哪|能不能|可以|到|去|申请|办理|申办|办)+"
    r"|(怎么办理|怎么办|怎么弄|如何办理|如何办|怎样办|在哪里办|在哪办|去哪办|哪里办|要什么材料|需要什么材料|需要什么|什么材料|材料清单|材料"
    r"|流程|手续|多少钱|多久|多长时间|几天|呢|吗|呀|啊|的|办理|申请|办)+$"
)
CANDIDATES = 300
LONGEST_GUESSED = 24
LIKELY = 0.5
"""Share of the pairs of a query that a name must have, unless it has two."""


def likely(word: str, among: QuerySet[Entry], limit: int) -> list[int]:
    """Ids of entries that are probably meant by a word, the likeliest first; empty when nothing is near."""
    word = word[:LONGEST_GUESSED]
    if len(word) < 3:
        return []
    if is_latin(word):
        return _ids(among, misspelled(word), limit)
    return _nearest(word, among, limit)


def without_fillers(query: Query) -> str | None:
    """施工许可证怎么办理 → 施工许可证; None when nothing is left or nothing was taken away."""
    before = " ".join(query.words)
    after = " ".join(kept for word in query.words if (kept := FILLERS.sub("", word)))
    return after if after and after != before and len(after) > 1 else None


def misspelled(word: str) -> Wanted:
    """Pinyin and initials with one letter too many or two letters the wrong way round."""
    if len(word) < 4:
        return AnyOf(())
    forms = [word[:place] + word[place + 1 :] for place in range(len(word))]
    forms += [word[:p] + word[p + 1] + word[p] + word[p + 2 :] for p in range(len(word) - 1)]
    return AnyOf(tuple(Phrase("pinyin", (form,), prefix=True) for form in dict.fromkeys(forms)))


def one_mistake(word: str) -> Wanted:
    """Names that have `word` but for one character: another one, one too many, one left out."""
    ways: list[Wanted] = []
    for place in range(len(word)):
        for rest in (word[place + 1 :], word[place:]):
            parts = [part for part in (word[:place], rest) if part]
            if any(len(part) > 1 for part in parts):
                ways.append(Every(tuple(Phrase("name", tuple(part)) for part in parts)))
    return AnyOf(tuple(dict.fromkeys(ways)))


def pairs(word: str) -> set[str]:
    return {word[place : place + 2] for place in range(len(word) - 1)}


def shared_pairs(word: str) -> Wanted:
    """Names that have any two neighbouring characters of `word`."""
    return AnyOf(tuple(Phrase(column, tuple(pair)) for pair in sorted(pairs(word)) for column in ("name", "alias")))


def _nearest(word: str, among: QuerySet[Entry], limit: int) -> list[int]:
    asked = pairs(word)
    for wanted in (one_mistake(word), shared_pairs(word)):
        found = among.filter(pk__in=text_index().matching(wanted, at_most=CANDIDATES))
        scored = []
        for pk, name, alias, rank in found.values_list("pk", "name_key", "alias", "rank"):
            shared = len(asked & (pairs(name) | pairs(alias)))
            if shared >= 2 or shared >= len(asked) * LIKELY:
                scored.append((-shared, len(name), rank, pk))
        if scored:
            return [pk for *_, pk in sorted(scored)[:limit]]
    return []


def _ids(among: QuerySet[Entry], wanted: Wanted, limit: int) -> list[int]:
    found = among.filter(pk__in=text_index().matching(wanted, at_most=CANDIDATES))
    return list(found.order_by("name_length", "rank", "pk").values_list("pk", flat=True)[:limit])
