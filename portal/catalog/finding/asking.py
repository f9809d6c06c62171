"""The ranked answer: which items in force a query means, best first, and why.

The rank is made of tiers, not of statistics, so that an editor can foresee it and both databases give the same: the
code, the name itself, its beginning, a part of it, a part of the code, a synonym, the department, materials and the
like, pinyin. Only when all of these find nothing are spelling mistakes forgiven. Within a tier short names come first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from portal.catalog.finding import guessing
from portal.catalog.finding.models import Entry, text_index
from portal.catalog.finding.synonyms import targets_of
from portal.lib.search.fulltext import AnyOf, Every, Phrase, Wanted
from portal.lib.search.text import Query, is_latin, scripts


class Tier(IntEnum):
    """Why an item was found; the smaller the better."""

    CODE = 1
    NAME = 2
    NAME_BEGINS = 3
    NAME_CONTAINS = 4
    CODE_CONTAINS = 5
    SYNONYM = 6
    DEPARTMENT = 7
    TEXT = 8
    PINYIN = 9
    GUESS = 10

    @property
    def label(self) -> str:
        return TIER_NAMES[self]


TIER_NAMES = {
    Tier.CODE: "编码相符",
    Tier.NAME: "名称相符",
    Tier.NAME_BEGINS: "名称开头相符",
    Tier.NAME_CONTAINS: "名称包含",
    Tier.CODE_CONTAINS: "编码包含",
    Tier.SYNONYM: "同义说法",
    Tier.DEPARTMENT: "由这个部门实施",
    Tier.TEXT: "材料或者配合部门相符",
    Tier.PINYIN: "拼音相符",
    Tier.GUESS: "意思相近",
}
ORDER = ("name_length", "rank", "pk")
SCANNED = 2000
"""Of one tier, when only the top is asked for: more than anybody looks through, and it bounds the time."""


def tier_of(entry: Entry) -> Tier:
    """Why this entry stands in an answer; KeyError for one that no search has returned."""
    return Tier(vars(entry)["tier"])


@dataclass(frozen=True)
class Stage:
    """One full-text question; the tiers it may give are told apart by `better`."""

    tier: Tier
    wanted: Wanted
    exact: tuple[tuple[Tier, Q], ...] = ()

    def condition(self, at_most: int | None = None) -> Q:
        found = Q(pk__in=text_index().matching(self.wanted, at_most=at_most))
        for tier, exact in self.exact:
            if tier in {Tier.CODE, Tier.NAME}:
                found |= exact
        return found

    def whens(self) -> list[When]:
        return [When(exact, then=Value(int(tier))) for tier, exact in self.exact]


class Search:
    """One query against the entries in `among` (all of them when left out)."""

    def __init__(self, query: Query, among: QuerySet[Entry] | None = None) -> None:
        self.query = query
        self.among = Entry.objects.all() if among is None else among

    def top(self, limit: int = 10) -> list[Entry]:
        """The best `limit` entries, each with its `tier`. Stops asking when there are enough."""
        found: list[Entry] = []
        for stage in self.stages:
            if len(found) >= limit:
                break
            rows = self.among.filter(stage.condition(SCANNED)).exclude(pk__in=[entry.pk for entry in found])
            found += _ranked(rows, [stage])[: limit - len(found)]
        return found or list(self.guesses(limit))

    @cached_property
    def is_guess(self) -> bool:
        """Whether nothing in `among` is what was asked for, so that only the likely can be shown."""
        return not self.exact().exists()

    def all(self) -> QuerySet[Entry]:
        """Every entry that is meant, ranked and annotated with `tier`; guesses when nothing is."""
        return self.guesses() if self.is_guess else self.exact()

    def exact(self) -> QuerySet[Entry]:
        """Every entry the tiers before guessing find."""
        if not self.stages:
            return self.among.none()
        wanted = Q()
        for stage in self.stages:
            wanted |= stage.condition()
        return _ranked(self.among.filter(wanted), list(self.stages))

    def guesses(self, limit: int = 20) -> QuerySet[Entry]:
        """Entries that are probably meant when nothing else was found, the likeliest first."""
        ids = self._guessed(limit)
        if not ids:
            return self.among.none()
        order = Case(*(When(pk=pk, then=Value(place)) for place, pk in enumerate(ids)), output_field=IntegerField())
        return self.among.filter(pk__in=ids).annotate(tier=Value(int(Tier.GUESS)), place=order).order_by("place")

    def _guessed(self, limit: int) -> list[int]:
        """First without what people say around the matter, then by likeness."""
        stripped = guessing.without_fillers(self.query)
        if stripped is not None:
            again = Search(Query(stripped), self.among).exact()
            if ids := [entry.pk for entry in again[:limit]]:
                return ids
        return guessing.likely(stripped or self.query.key, self.among, limit)

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        return tuple(self._stages()) if self.query.words else ()

    def _stages(self) -> Iterator[Stage]:
        words, whole = self.query.words, self.query.key
        exact = (
            (Tier.CODE, Q(code_key=whole)),
            (Tier.NAME, Q(name_key=whole)),
            (Tier.NAME_BEGINS, Q(name_key__startswith=whole)),
        )
        yield Stage(Tier.NAME_CONTAINS, Every(tuple(phrase("name", word) for word in words)), exact)
        if is_latin(whole):
            yield Stage(Tier.CODE_CONTAINS, spelled("code", whole))
        said = [AnyOf((phrase("name", word), phrase("alias", word), *synonyms(word))) for word in words]
        yield Stage(Tier.SYNONYM, Every(tuple(said)))
        led = _widened(said, "lead", words)
        yield Stage(Tier.DEPARTMENT, Every(tuple(led)))
        told = _widened(led, "text", words)
        yield Stage(Tier.TEXT, Every(tuple(told)))
        if any(is_latin(part) for word in words for part in scripts(word)):
            anything = [AnyOf((*tell.parts, by_script(word))) for word, tell in zip(words, told, strict=True)]
            yield Stage(Tier.PINYIN, Every(tuple(anything)))


def _widened(meant: list[AnyOf], column: str, words: tuple[str, ...]) -> list[AnyOf]:
    """What each word may mean, and now also a phrase of that column."""
    return [AnyOf((*mean.parts, phrase(column, word))) for word, mean in zip(words, meant, strict=True)]


def phrase(column: str, word: str) -> Phrase:
    """The characters of a word, one after the other."""
    return Phrase(column, tuple(word))


def spelled(column: str, word: str) -> Phrase:
    """The beginning of a token of codes or pinyin."""
    return Phrase(column, (word,), prefix=True)


def synonyms(word: str) -> list[Phrase]:
    """What items may be called for somebody who says `word`: words of a name, or a whole code."""
    targets = targets_of(word)
    codes = [Phrase("code", (target,)) for target in targets if is_latin(target)]
    return [*codes, *(phrase("name", target) for target in targets)]


def by_script(word: str) -> Wanted:
    """施工xk: the Chinese part as a phrase, the Latin part as pinyin, initials or code."""
    parts: list[Wanted] = []
    for part in scripts(word):
        if is_latin(part):
            parts.append(AnyOf((spelled("pinyin", part), spelled("code", part), phrase("name", part))))
        else:
            parts.append(AnyOf(tuple(phrase(column, part) for column in ("name", "alias", "lead", "text"))))
    return Every(tuple(parts))


def _ranked(rows: QuerySet[Entry], stages: list[Stage]) -> QuerySet[Entry]:
    """Rows with the best tier that one of these stages gives them, in order."""
    whens: list[When] = []
    for stage in stages:
        whens += stage.whens()
        if stage is not stages[-1]:
            whens.append(When(pk__in=text_index().matching(stage.wanted), then=Value(int(stage.tier))))
    tier = Case(*whens, default=Value(int(stages[-1].tier)), output_field=IntegerField())
    return rows.annotate(tier=tier).order_by("tier", *ORDER)


def search(text: str, *, among: QuerySet[Entry] | None = None, limit: int = 10) -> list[Entry]:
    """The best answers to what somebody typed, each with its item and its `tier`."""
    rows = (Entry.objects.all() if among is None else among).select_related("item__lead", "item__zone")
    return Search(Query(text), rows).top(limit)
