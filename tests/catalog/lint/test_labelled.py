"""The labelled clauses: nine in ten of the wrong ones are found, at most one in twenty of the clean ones is accused."""

from __future__ import annotations

from collections import Counter

import pytest

from portal.catalog.judging.lint.judge import delivered_rulebook, judge
from portal.catalog.judging.lint.rulebook import CATEGORIES, ELEMENTS, Rulebook
from tests.catalog.lint.labelled import HELD_OUT, TUNED_ON, labelled, score


@pytest.mark.parametrize("names", [HELD_OUT, TUNED_ON], ids=["held out", "tuned on"])
def test_nine_in_ten_are_found_and_at_most_one_in_twenty_is_a_false_alarm(names: tuple[str, ...]) -> None:
    found = score(delivered_rulebook(), *names)
    assert found.recall >= 0.9, found.missed
    assert found.false_alarms <= 0.05, found.accused


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_is_found_and_named_as_what_it_is(category: str) -> None:
    book = delivered_rulebook()
    clauses = [clause for clause in labelled(*HELD_OUT) if clause.category == category]
    named = [c for c in clauses if category in {v.category for v in judge(c.text, c.element, book)}]
    assert len(named) >= 0.9 * len(clauses)


def test_the_set_is_large_half_clean_and_holds_no_clause_twice() -> None:
    clauses = list(labelled(*HELD_OUT, *TUNED_ON))
    clean = [clause for clause in clauses if clause.category == "clean"]
    assert len(clauses) >= 1500
    assert 0.4 <= len(clean) / len(clauses) <= 0.6
    assert {clause.element for clause in clauses} == set(ELEMENTS)
    assert {clause.category for clause in clauses} == {*CATEGORIES, "clean"}
    assert [pair for pair, times in Counter((c.element, c.text) for c in clauses).items() if times > 1] == []


def test_an_empty_rulebook_would_fail_this_measure() -> None:
    assert score(Rulebook(()), *HELD_OUT).recall == 0
