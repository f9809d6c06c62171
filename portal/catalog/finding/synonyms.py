"""What people say and what the items are called: the synonyms in force, looked up by a folded word, its sound or its
initials."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db.models import Count, Max

from portal.catalog.finding.models import Synonym, lines
from portal.lib.search.text import folded, is_latin, key

SHORTEST_BEGINNING = 2
SHORTEST_LATIN_BEGINNING = 4
FEWEST_INITIALS = 3
DOING = re.compile(r"^(?:开|办)(?:[个家]|一家|一个)?")


@dataclass(frozen=True)
class Said:
    """One thing that people say; its words are several in English only."""

    key: str
    targets: tuple[str, ...]
    sounds: tuple[str, ...]
    words: frozenset[str] = frozenset()

    @property
    def is_english(self) -> bool:
        return bool(self.words)

    def is_whole(self, word: str) -> bool:
        return self.key == "".join(word.split()) or bool(self.words) and self.words == english(word.split())

    def begins_with(self, word: str) -> bool:
        """开饭 will be 开饭店, hote will be hotel."""
        shortest = SHORTEST_LATIN_BEGINNING if is_latin(word) else SHORTEST_BEGINNING
        return len(word) >= shortest and self.key.startswith(word)

    def is_spelled(self, letters: str) -> bool:
        """yingyezhizhao and yyzz are 营业执照."""
        if self.is_english or len(letters) < FEWEST_INITIALS:
            return False
        return letters in {"".join(self.sounds), "".join(sound[0] for sound in self.sounds)}

    def sounds_like_a_part(self, run: str, sounds: Sequence[str]) -> bool:
        """Whether somewhere in `run` each character is right or sounds right, and at least half are right."""
        length = len(self.key)
        if self.is_english or length < 2 or length != len(self.sounds):
            return False
        for start in range(min(len(run), len(sounds)) - length + 1):
            right = [run[start + n] == self.key[n] for n in range(length)]
            heard = all(right[n] or sounds[start + n] == self.sounds[n] for n in range(length))
            if heard and sum(right) * 2 >= length:
                return True
        return False


def english(words: Iterable[str]) -> frozenset[str]:
    """Words in no order, in the singular."""
    return frozenset(word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] != "s" else word for word in words)


@dataclass(frozen=True)
class Lexicon:
    """Everything that is said, as it is now."""

    said: tuple[Said, ...]

    def targets_of(self, word: str) -> list[str]:
        """What items are called for somebody who says just this, or has begun to."""
        whole = [said for said in self.said if said.is_whole(word)]
        return _targets(whole or [said for said in self.said if said.begins_with(word)])

    def spelled_targets(self, letters: str) -> list[str]:
        """The same for pinyin or initials of what is said."""
        return _targets(said for said in self.said if said.is_spelled(letters))

    def within(self, text: str, words: Iterable[str]) -> list[Said]:
        """What is said within a question: `text` is its Chinese, `words` are its others. The longest of several that
        lie in each other (开饭店 is not 开店)."""
        asked = english(words)
        found = [said for said in self.said if (said.words <= asked if said.is_english else said.key in text)]
        return [said for said in found if not any(_covers(other, said) for other in found)]

    def sounding_in(self, run: str, sounds: Sequence[str]) -> list[Said]:
        """What sounds like a part of a question and shares characters with it: 装水标 is 装水表."""
        found = [said for said in self.said if said.sounds_like_a_part(run, sounds)]
        return [said for said in found if not any(_covers(other, said) for other in found)]


def _covers(long: Said, short: Said) -> bool:
    if long.is_english or short.is_english:
        return short.words < long.words
    return short.key != long.key and short.key in long.key


def _targets(found: Iterable[Said]) -> list[str]:
    return list(dict.fromkeys(target for said in found for target in said.targets))


def lexicon() -> Lexicon:
    """The synonyms in force: one small query, and the rows are read again only when one has changed."""
    stamp = Synonym.objects.aggregate(n=Count("pk"), at=Max("updated_at"), last=Max("pk"))
    return _read(stamp["n"], stamp["at"], stamp["last"])


@lru_cache(maxsize=1)
def _read(count: int, at: datetime | None, last: int | None) -> Lexicon:
    found: dict[str, Said] = {}
    bare: list[Said] = []
    for row in Synonym.objects.all():
        targets = tuple(row.target_keys)
        for line, spoken in zip(lines(row.words), row.sounds.splitlines(), strict=False):
            said = _said(line, tuple(spoken.split()), targets)
            found[said.key] = _joined(found.get(said.key), said)
            bare += _without_verb(said)
    for said in bare:
        found.setdefault(said.key, said)
    return Lexicon(tuple(found.values()))


def _said(line: str, sounds: tuple[str, ...], targets: tuple[str, ...]) -> Said:
    words = english(folded(line).split()) if is_latin(key(line)) else frozenset()
    return Said(key(line), targets, sounds, words)


def _joined(before: Said | None, said: Said) -> Said:
    return Said(said.key, (*before.targets, *said.targets), said.sounds, said.words) if before else said


def _without_verb(said: Said) -> list[Said]:
    """开理发店 says 理发店 as well: people type the noun alone."""
    verb = DOING.match(said.key)
    rest = said.key[verb.end() :] if verb else ""
    if len(rest) < 2 or said.is_english or is_latin(rest) and len(rest) < 3:
        return []
    sounds = said.sounds[verb.end() :] if verb and not is_latin(rest) else (rest,)
    return [Said(rest, said.targets, sounds, frozenset({rest}) if is_latin(rest) else frozenset())]
