"""Judging one clause by a rulebook: protected terms are masked, words are cut apart, and only then do the rules read.

A trigger counts where it stands as words of its own. 按属地原则上报 holds no 原则上, 监视情况 no 视情况.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from portal.catalog.judging.lint.rulebook import CATEGORIES, ELEMENTS, MASK, Reader, Rule, Rulebook

LONGEST_CLAUSE = 20_000
SENTENCE_ENDS = "。；！？\n"
NEIGHBOURHOOD = 120
FULL_WIDTH = str.maketrans(",;:()!?０１２３４５６７８９", "，；：（）！？0123456789")
"""Typists mix both widths; rules are written for one of them. One character stays one, so places keep."""

NUMBER_EDGE = re.compile(r"(?<=[0-9])(?=[^0-9.])|(?<=[^0-9.])(?=[0-9])")
"""The segmenter takes 100平方米 for one word."""


@dataclass(frozen=True)
class Verdict:
    """One objection: the rule, where in the clause it points (`clause[start:end]`), why, and what to write instead."""

    rule: str
    category: str
    severity: str
    start: int
    end: int
    text: str
    message: str
    suggestion: str


def objections(clause: str, field: str, book: Rulebook) -> list[Verdict]:
    """Every objection of a rulebook to one clause of one element (`material.name`, `condition`, …), in the order of
    the text; none gives an empty list."""
    reading = Reading(clause[:LONGEST_CLAUSE], book)
    verdicts = []
    for reader in book.by_element.get(field, ()):
        if reader.whole.search(reading.masked) and (found := reading.objection(reader)):
            is_hint, place = found
            verdicts.append(_verdict(reader.rule, clause, *place, is_hint=is_hint))
    return list(_told_once(sorted(verdicts, key=lambda verdict: (verdict.start, verdict.rule))))


def _told_once(verdicts: list[Verdict]) -> Iterator[Verdict]:
    """Two rules of one category that point at the same words say it once; an error is never hidden by a hint."""
    told: dict[str, Verdict] = {}
    for verdict in verdicts:
        before = told.get(verdict.category)
        if before and verdict.start < before.end and verdict.severity in (before.severity, "warn"):
            continue
        told[verdict.category] = verdict
        yield verdict


class Reading:
    """One clause as the rules read it: in one width, protected terms masked, its words cut apart when first asked."""

    def __init__(self, clause: str, book: Rulebook) -> None:
        self.book = book
        self.text = clause.translate(FULL_WIDTH)
        self.masked = book.mask_pattern.sub(lambda found: MASK * len(found.group()), self.text)

    @cached_property
    def edges(self) -> set[int]:
        return word_edges(self.text, self.book)

    def objection(self, reader: Reader) -> tuple[bool, tuple[int, int]] | None:
        """Whether a rule whose pattern matches only hints, and where it first objects. One objection of a kind is
        enough for a clause, what blocks before what hints."""
        found = ((is_hint, place) for branch in reader.branches for is_hint, place in self._places(branch, reader))
        return min(found, default=None)

    def _places(self, branch: re.Pattern[str], reader: Reader) -> Iterator[tuple[bool, tuple[int, int]]]:
        found = branch.search(self.masked)
        while found:
            if self._stands_on_edges(found, reader.rule) and not self._agrees(found, reader.unless):
                is_hint = self._agrees(found, reader.hint_when)
                yield is_hint, found.span()
                if not is_hint:
                    return
            found = branch.search(self.masked, found.start() + 1)

    def _stands_on_edges(self, found: re.Match[str], rule: Rule) -> bool:
        asked = [found.start(name) for name, part in found.groupdict().items() if part is not None]
        if rule.whole_words:
            asked += found.span()
        return not asked or self.edges.issuperset(asked)

    def _agrees(self, found: re.Match[str], context: re.Pattern[str] | None) -> bool:
        """Whether the sentence around a match is as an expression says."""
        return context is not None and bool(context.search(bracketed_sentence(self.text, *found.span())))


def bracketed_sentence(text: str, start: int, end: int) -> str:
    """The sentence that `text[start:end]` stands in, with that part between ‹ and ›, so that a rule's exception can
    say what must stand before or behind it. Of a very long sentence only the neighbourhood counts."""
    first, last = max(start - NEIGHBOURHOOD, 0), min(end + NEIGHBOURHOOD, len(text))
    before = max(first, *(text.rfind(mark, first, start) + 1 for mark in SENTENCE_ENDS))
    after = [place for mark in SENTENCE_ENDS if (place := text.find(mark, end, last)) >= 0]
    return f"{text[before:start]}‹{text[start:end]}›{text[end : min(after, default=last)]}"


def word_edges(text: str, book: Rulebook) -> set[int]:
    """Where words begin and end, also within a long word that is two known words (数额较大 is 数额 and 较大)."""
    edges, place = {0}, 0
    for word in book.segmenter.cut(text, False):
        if len(word) > 3:
            known = set(book.segmenter.cut_for_search(word))
            edges.update(place + cut for cut in range(2, len(word) - 1) if {word[:cut], word[cut:]} <= known)
        place += len(word)
        edges.add(place)
    return edges.union(found.start() for found in NUMBER_EDGE.finditer(text))


def _verdict(rule: Rule, text: str, start: int, end: int, *, is_hint: bool) -> Verdict:
    found = text[start:end]
    message = f"{CATEGORIES.get(rule.category, rule.category)}：“{found}”——{rule.message}"
    severity = "warn" if is_hint else rule.severity
    return Verdict(rule.id, rule.category, severity, start, end, found, message, rule.suggestion)


def failures(book: Rulebook, rules: Iterable[Rule] | None = None) -> list[str]:
    """A sentence for every example that its rule does not keep; none when the book is sound."""
    found = []
    for rule in book.rules if rules is None else rules:
        alone = Rulebook((rule,), book.terms, book.words, book.classes, book.masks)
        place = rule.fields[0] if rule.fields else ELEMENTS[0]
        found += [
            f"规则{rule.id}没有发现例句“{text}”。" for text in rule.positives if not objections(text, place, alone)
        ]
        found += [f"规则{rule.id}误报了例句“{text}”。" for text in rule.negatives if objections(text, place, alone)]
    return found
