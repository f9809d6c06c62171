"""The rulebook as data: the delivered one is sound, and one that is not is answered in words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.conf import settings

from portal.catalog.exchange.content import load_items
from portal.catalog.judging.lint.clause import failures
from portal.catalog.judging.lint.judge import delivered_rulebook, lint_definition
from portal.catalog.judging.lint.models import LintRule, LintWord, load_rulebook, stored_rulebook
from portal.catalog.judging.lint.rulebook import (
    CATEGORIES,
    LONGEST_PATTERN,
    Rule,
    Rulebook,
    RuleError,
    branches,
    repeats_within_repeat,
)

RULE = Rule("X01", "vague", "error", ("condition",), "大概", "约数", "写准", ("大概三人",), ("三人",))


def test_every_delivered_rule_keeps_its_examples_and_has_both_kinds() -> None:
    book = delivered_rulebook()
    assert failures(book) == []
    assert [rule.id for rule in book.rules if len(rule.positives) < 2 or not rule.negatives] == []


def test_every_category_has_rules_and_no_rule_has_a_number_twice() -> None:
    rules = delivered_rulebook().rules
    assert {rule.category for rule in rules} == set(CATEGORIES)
    assert len({rule.id for rule in rules}) == len(rules)


def test_every_class_of_the_delivered_book_is_used_and_none_repeats_a_word() -> None:
    book = delivered_rulebook()
    patterns = "".join(rule.pattern + rule.unless + rule.hint_when for rule in book.rules)
    assert [name for name in book.classes if f"{{{name}}}" not in patterns] == []
    assert [name for name, words in book.classes.items() if len(words) != len(set(words))] == []
    assert len(book.terms) == len(set(book.terms))


def test_no_starting_item_has_a_text_that_may_not_be_published() -> None:
    book = delivered_rulebook()
    items = load_items(settings.CONTENT_DIR)
    assert len(items) == 29
    assert [(i.code, f.clause) for i in items for f in lint_definition(i, book) if f.severity == "error"] == []


def test_an_example_that_is_missed_or_wrongly_accused_is_named() -> None:
    assert failures(Rulebook((RULE,))) == []
    assert failures(Rulebook((replace(RULE, positives=("三人",)),))) == ["规则X01没有发现例句“三人”。"]
    assert failures(Rulebook((replace(RULE, negatives=("大概三人",)),))) == ["规则X01误报了例句“大概三人”。"]


@pytest.mark.parametrize(
    "pattern, sentence",
    [("{moon}", "没有名为“moon”的词类"), ("大概[", "不是有效的表达式"), ("大" * (LONGEST_PATTERN + 1), "写法太长")],
)
def test_a_pattern_that_cannot_be_used_is_refused_in_words(pattern: str, sentence: str) -> None:
    with pytest.raises(RuleError, match=sentence):
        _ = Rulebook((replace(RULE, pattern=pattern),)).compiled
    with pytest.raises(RuleError, match=sentence):
        _ = Rulebook((replace(RULE, unless=pattern),)).compiled


@pytest.mark.parametrize("pattern", ["(a+)+", "((a*)b)*", "(?:[^，]{1,}x?)+", "(a{0,30}){2,}", "(?:x|(?:y+))*"])
def test_a_repeat_within_a_repeat_is_recognised(pattern: str) -> None:
    assert repeats_within_repeat(pattern)


@pytest.mark.parametrize("pattern", ["(a|b)+", "[(+*]+x*", r"\(a+\)+", "(a+)(b+)", "(a{0,3})+", "(?:a+)?b*"])
def test_repeats_side_by_side_are_not(pattern: str) -> None:
    assert not repeats_within_repeat(pattern)


def test_a_pattern_is_cut_at_its_outer_alternatives_only() -> None:
    assert branches(r"a(b|c)|[|(]d|\|e") == ["a(b|c)", "[|(]d", r"\|e"]
    assert branches("") == [""]


@pytest.mark.django_db
class TestStored:
    def test_the_stored_rulebook_equals_the_file(self) -> None:
        load_rulebook(settings.CONTENT_DIR)
        stored, delivered = stored_rulebook(), delivered_rulebook()
        assert {rule.id: rule for rule in stored.rules} == {rule.id: rule for rule in delivered.rules}
        assert set(stored.terms) == set(delivered.terms)
        assert set(stored.words) == set(delivered.words)
        assert set(stored.masks) == set(delivered.masks)
        assert {name: set(words) for name, words in stored.classes.items()} == {
            name: set(words) for name, words in delivered.classes.items()
        }

    def test_every_delivered_rule_can_be_saved_again_as_it_is(self) -> None:
        load_rulebook(settings.CONTENT_DIR)
        for rule in LintRule.objects.all():
            rule.full_clean()

    def test_a_term_that_would_blind_a_rule_is_refused_and_a_harmless_one_is_not(self) -> None:
        load_rulebook(settings.CONTENT_DIR)
        LintWord(kind="term", text="其他船舶用途").full_clean()
        with pytest.raises(Exception, match="没有发现例句"):
            LintWord(kind="term", text="酌情减免").full_clean()

    def test_a_class_loses_no_word_that_an_example_needs(self) -> None:
        load_rulebook(settings.CONTENT_DIR)
        with pytest.raises(Exception, match="词类成员要写词类"):
            LintWord(kind="class", group="", text="宽敞").full_clean()

    def test_a_shape_that_could_read_for_years_is_refused(self) -> None:
        load_rulebook(settings.CONTENT_DIR)
        LintWord(kind="class", group="shape_lifted", text="从未[^，]{0,4}‹要求›").full_clean()
        with pytest.raises(Exception, match="重复套重复"):
            LintWord(kind="class", group="shape_lifted", text="([^，]+)+‹").full_clean()
