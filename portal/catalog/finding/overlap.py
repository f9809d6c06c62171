"""When no item has all that was typed: which of them share most with it, what is rare counting more.

What a question is about is cut into pairs of characters. A pair counts by how few items have it and by where an item
has it: in its name, in what belongs to it, in the sentences of its guide. What synonyms lead to counts more than any
pair. Nothing is demanded, so one word that is known gives an answer. The index only says which item has what; the sum
is made here, so that both databases give the same order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import log

from portal.catalog.finding.models import Entry, text_index
from portal.catalog.finding.reading import chinese
from portal.catalog.finding.synonyms import Lexicon, Said
from portal.lib.search import pinyin
from portal.lib.search.fulltext import AnyOf, Phrase, Wanted
from portal.lib.search.text import is_latin, pairs

NAMED, TOLD, SENTENCE, SOUNDS, MEANT = 3.0, 1.5, 0.6, 2.0, 6.0
"""What a pair weighs in the name, in materials, themes and departments, in a sentence, by its sound; and a synonym."""
COLUMNS = {"pairs": NAMED, "told": TOLD, "body": SENTENCE}
MOST_PAIRS = 40
MOST_TARGETS = 40
FOUND_AT_MOST = 2000
SAYS_NOTHING = 0.5
"""A pair that so large a part of many items has (申请, 身份) tells them not apart."""
FEW = 10
LATER = 0.85
"""The first target of a synonym is meant most."""
BY_SOUND = 0.7
SHORT = 6
"""A question of so few characters is listened to as well: one wrong character spoils half of its pairs."""
WORTH_SHOWING = 0.3
"""Share of the best sum that the rest must have."""


@dataclass
class Sums:
    """What each entry has in common with the question."""

    of: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    entries: int = 0

    def add(self, found: Mapping[int, float], weight: float = 1.0) -> None:
        """One thing asked: entry → what having it weighs. The fewer have it, the more it says."""
        if not found or (self.entries > FEW and len(found) > self.entries * SAYS_NOTHING):
            return
        rarity = log(1 + self.entries / len(found))
        for pk, place in found.items():
            self.of[pk] += weight * place * rarity


def overlapping(words: tuple[str, ...], lexicon: Lexicon) -> dict[int, float]:
    """Entry → how much it shares with these words, for all that share anything worth showing."""
    runs = chinese(words)
    said = lexicon.within("　".join(runs), [word for word in words if is_latin(word)])
    sums = Sums(entries=Entry.objects.count())
    _add_pairs(sums, runs)
    _add_meant(sums, said)
    if runs and not said and (not sums.of or sum(map(len, runs)) <= SHORT):
        _add_sounds(sums, runs, lexicon)
    best = max(sums.of.values(), default=0.0)
    return {pk: found for pk, found in sums.of.items() if found >= best * WORTH_SHOWING}


def _add_pairs(sums: Sums, runs: list[str]) -> None:
    asked = pairs(" ".join(runs))[:MOST_PAIRS]
    questions = [(pair, weight, Phrase(column, (pair,))) for pair in asked for column, weight in COLUMNS.items()]
    found: dict[str, dict[int, float]] = {pair: {} for pair in asked}
    for place, pk in text_index().each([one for *_, one in questions], at_most=FOUND_AT_MOST):
        pair, weight, _ = questions[place]
        found[pair][pk] = max(weight, found[pair].get(pk, 0.0))
    for pair in asked:
        sums.add(found[pair])


def _add_meant(sums: Sums, said: Iterable[Said], share: float = 1.0) -> None:
    """What synonyms lead to: each target is a thing asked, the longer the word the surer."""
    meant = [
        (target, share * LATER**place * max(len(one.key) if not one.is_english else 2 * len(one.words), 2) / 2)
        for one in said
        for place, target in enumerate(one.targets)
    ][:MOST_TARGETS]
    found: dict[int, dict[int, float]] = {place: {} for place in range(len(meant))}
    for place, pk in text_index().each([called(target) for target, _ in meant], at_most=FOUND_AT_MOST):
        found[place][pk] = MEANT
    for place, (_, weight) in enumerate(meant):
        sums.add(found[place], weight)


def _add_sounds(sums: Sums, runs: list[str], lexicon: Lexicon) -> None:
    """消房 for 消防: pairs of a name with one character heard, and synonyms that sound like a part of the question."""
    asked = list(dict.fromkeys(sound for run in runs for sound in pinyin.half_heard(run)))[:MOST_PAIRS]
    found: dict[int, dict[int, float]] = {place: {} for place in range(len(asked))}
    questions = [Phrase("sound", (sound,)) for sound in asked]
    for place, pk in text_index().each(questions, at_most=FOUND_AT_MOST):
        found[place][pk] = SOUNDS
    for place in found:
        sums.add(found[place])
    _add_meant(sums, [one for run in runs for one in lexicon.sounding_in(run, pinyin.syllables(run))], BY_SOUND)


def called(target: str) -> Wanted:
    """What bears this word in its name, or this code."""
    name = Phrase("name", tuple(target))
    return AnyOf((Phrase("code", (target,)), name)) if is_latin(target) else name
