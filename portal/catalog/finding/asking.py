"""The ranked answer: which items in force a query means, best first, and why.

The rank is made of tiers, not of statistics, so that an editor can foresee it and both databases give the same: the
code, the name itself, its beginning, a part of it, a part of the code, a synonym, the department, materials and the
like, pinyin of whole words, pinyin from any syllable on. They ask for everything that was typed; when that finds
nothing they are asked again without the words around the matter, and then nothing is demanded any more: what shares
most with the question comes first (`overlap`). Within a tier short names come first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from portal.catalog.finding import guessing
from portal.catalog.finding.models import Entry, text_index
from portal.catalog.finding.overlap import called
from portal.catalog.finding.reading import matters
from portal.catalog.finding.synonyms import Lexicon, lexicon
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
    PINYIN_PART = 10
    GUESS = 11

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
    Tier.PINYIN_PART: "拼音相符",
    Tier.GUESS: "意思相近",
}
ORDER = ("name_length", "rank", "pk")
SCANNED = 2000
"""Of one tier, when only the top is asked for: more than anybody looks through, and it bounds the time."""


GUESSED = 20


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
        for stages in self.readings:
            found: list[Entry] = []
            for stage in answering(stages):
                if len(found) >= limit:
                    break
                rows = self.among.filter(stage.condition(SCANNED)).exclude(pk__in=[entry.pk for entry in found])
                found += _ranked(rows, [stage])[: limit - len(found)]
            if found:
                return found
        return list(self.guesses(limit))

    @cached_property
    def is_guess(self) -> bool:
        """Whether nothing in `among` has all that was asked for, so that only the likely can be shown."""
        return self._exact is None

    def all(self) -> QuerySet[Entry]:
        """Every entry that is meant, ranked and annotated with `tier`; guesses when nothing is."""
        return self.guesses() if self._exact is None else self._exact

    @cached_property
    def _exact(self) -> QuerySet[Entry] | None:
        """Every entry the tiers before guessing find, by the first reading that finds any."""
        for stages in self.readings:
            wanted = Q()
            for stage in (answer := answering(stages)):
                wanted |= stage.condition()
            found = _ranked(self.among.filter(wanted), answer)
            if found.exists():
                return found
        return None

    def guesses(self, limit: int = 20) -> QuerySet[Entry]:
        """Entries that are probably meant when nothing else was found, the likeliest first."""
        ids = self._guessed[:limit]
        if not ids:
            return self.among.none()
        order = Case(*(When(pk=pk, then=Value(place)) for place, pk in enumerate(ids)), output_field=IntegerField())
        return self.among.filter(pk__in=ids).annotate(tier=Value(int(Tier.GUESS)), place=order).order_by("place")

    @cached_property
    def lexicon(self) -> Lexicon:
        return lexicon()

    @cached_property
    def _guessed(self) -> list[int]:
        return guessing.likely(self.query, self.among, self.lexicon, GUESSED) if self.query.words else []

    @cached_property
    def readings(self) -> tuple[tuple[Stage, ...], ...]:
        """The question as typed, and without the words around the matter where there are any."""
        ways = dict.fromkeys(words for words in (self.query.words, matters(self.query)) if words)
        return tuple(tuple(_stages(words, self.lexicon)) for words in ways)


def answering(stages: tuple[Stage, ...]) -> list[Stage]:
    """The stages that find anything at all, asked in one query; the first in any case, for it knows names and codes."""
    found = text_index().each([stage.wanted for stage in stages], at_most=1)
    return [stages[place] for place in sorted({0, *(place for place, _ in found)})]


def _stages(words: tuple[str, ...], says: Lexicon) -> Iterator[Stage]:
    """What is asked, the best first, for words that must all be there."""
    whole = "".join(words)
    exact = (
        (Tier.CODE, Q(code_key=whole)),
        (Tier.NAME, Q(name_key=whole)),
        (Tier.NAME_BEGINS, Q(name_key__startswith=whole)),
    )
    yield Stage(Tier.NAME_CONTAINS, Every(tuple(phrase("name", word) for word in words)), exact)
    if is_latin(whole):
        yield Stage(Tier.CODE_CONTAINS, spelled("code", whole))
    said = [AnyOf((phrase("name", word), phrase("alias", word), *map(called, says.targets_of(word)))) for word in words]
    together = says.targets_of(" ".join(words)) if len(words) > 1 else []
    yield Stage(Tier.SYNONYM, AnyOf((Every(tuple(said)), *map(called, together))))
    led = _widened(said, "lead", words)
    yield Stage(Tier.DEPARTMENT, Every(tuple(led)))
    told = _widened(led, "text", words)
    yield Stage(Tier.TEXT, Every(tuple(told)))
    if any(is_latin(part) for word in words for part in scripts(word)):
        for tier in (Tier.PINYIN, Tier.PINYIN_PART):
            anything = [
                AnyOf((*tell.parts, by_script(word, tier, says))) for word, tell in zip(words, told, strict=True)
            ]
            yield Stage(tier, AnyOf((Every(tuple(anything)), *_run_together(words, tier, says))))


def _run_together(words: tuple[str, ...], tier: Tier, says: Lexicon) -> list[Wanted]:
    """Pinyin typed with spaces: kai fandian."""
    whole = "".join(words)
    return [by_script(whole, tier, says)] if len(words) > 1 and is_latin(whole) else []


def _widened(meant: list[AnyOf], column: str, words: tuple[str, ...]) -> list[AnyOf]:
    """What each word may mean, and now also a phrase of that column."""
    return [AnyOf((*mean.parts, phrase(column, word))) for word, mean in zip(words, meant, strict=True)]


def phrase(column: str, word: str) -> Phrase:
    """The characters of a word, one after the other."""
    return Phrase(column, tuple(word))


def spelled(column: str, word: str) -> Phrase:
    """The beginning of a token of codes or pinyin."""
    return Phrase(column, (word,), prefix=True)


def by_script(word: str, tier: Tier, says: Lexicon) -> Wanted:
    """施工xk: the Chinese part as a phrase, the Latin part as pinyin or initials."""
    parts: list[Wanted] = []
    for part in scripts(word):
        if not is_latin(part):
            parts.append(AnyOf(tuple(phrase(column, part) for column in ("name", "alias", "lead", "text"))))
        elif tier == Tier.PINYIN:
            parts.append(AnyOf((Phrase("whole", (part,)), *map(called, says.spelled_targets(part)))))
        else:
            parts.append(AnyOf((spelled("pinyin", part), spelled("code", part), phrase("name", part))))
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
