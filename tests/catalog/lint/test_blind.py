"""The blind clauses are well labelled, and one that the rules have seen is not counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from portal.catalog.judging.lint.judge import delivered_rulebook
from portal.catalog.judging.lint.rulebook import ELEMENTS, Rule, Rulebook
from tests.bench.blind import (
    KINDS,
    LABELS,
    PLAIN_WORDS,
    READ,
    UNREAD,
    USUAL,
    Tally,
    blind_clauses,
    guide_clauses,
    guide_figures,
    tally,
    unseen,
)


def test_every_blind_clause_stands_once_under_a_known_element_and_kind() -> None:
    clauses = [*blind_clauses(USUAL), *blind_clauses(PLAIN_WORDS)]
    assert {clause.element for clause in clauses} == {*READ, *UNREAD}
    assert {clause.kind for clause in clauses} == set(KINDS)
    assert [text for text, times in Counter(clause.text for clause in clauses).items() if times > 1] == []
    assert [clause for clause in clauses if clause.vague == (clause.kind == "clean")] == []


@pytest.mark.parametrize(("name", "least"), [(USUAL, 200), (PLAIN_WORDS, 80)])
def test_the_blind_set_is_large_and_about_half_clean(name: str, least: int) -> None:
    clauses = unseen(delivered_rulebook(), name)
    assert len(clauses) >= least
    assert 0.4 <= sum(not clause.vague for clause in clauses) / len(clauses) <= 0.6


def test_every_element_the_linter_judges_is_measured() -> None:
    assert set(READ.values()) == set(ELEMENTS)


def test_a_clause_that_became_an_example_of_a_rule_is_no_longer_counted() -> None:
    book = delivered_rulebook()
    tuned_to = unseen(book, USUAL)[0]
    taught = replace(book.rules[0], positives=(*book.rules[0].positives, tuned_to.text))
    assert tuned_to not in unseen(Rulebook((taught, *book.rules[1:])), USUAL)


def test_a_tally_counts_objections_and_those_that_block() -> None:
    hint = Rule("A", "vague", "warn", ELEMENTS, "尽快", "", "")
    stop = Rule("B", "catch_all", "error", ELEMENTS, "其他材料", "", "")
    first = blind_clauses(USUAL)[0]
    clauses = [replace(first, text=text) for text in ("尽快办结", "其他材料", "身份证")]
    assert tally(clauses, Rulebook((hint, stop))) == Tally(clauses=3, spoken=2, blocking=1)
    assert tally(clauses, Rulebook(())) == Tally(clauses=3, spoken=0, blocking=0)


def test_the_clauses_of_the_second_author_are_three_hundred_half_clean_and_stand_once() -> None:
    clauses = guide_clauses()
    assert len({clause.text for clause in clauses}) == len(clauses) == 300
    assert Counter(clause.kind for clause in clauses) == {"clean": 150, "block": 120, "hint": 30}
    assert {clause.kind for clause in clauses} == set(LABELS)
    assert {clause.element for clause in clauses} == set(READ)


def test_what_is_truly_vague_blocks_and_clean_text_passes() -> None:
    whole, looked_at, counted = guide_figures(delivered_rulebook())
    assert whole.startswith("ok"), whole
    assert "looked at" in looked_at
    assert "only counted" in counted
    assert guide_figures(Rulebook(()))[0].startswith("MISS")
