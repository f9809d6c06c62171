"""The rulebook as data: word classes, protected terms, rules. Legal reviewers keep it; the engine only reads it.

A rule's pattern is a regular expression over the clause in which `{class}` stands for any word of that class, `＊` for
a protected character and `｜` for the edge of a word. Its examples are part of it: a rule that misses one may not be
saved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import count
from pathlib import Path
from typing import Any

import yaml

ELEMENTS = ("material.name", "material.accept_standard", "condition", "step", "limit_note")
"""What is judged. 设定依据 quotes the law and never is."""
CATEGORIES = {
    "catch_all": "兜底条款",
    "vague": "模糊语言",
    "discretion": "自由裁量",
    "time_unit": "时限单位不明",
    "odd_proof": "奇葩证明",
}
SEVERITIES = {"error": "阻止发布", "warn": "提示"}
LONGEST_PATTERN = 1500
SHAPE = "shape_"
"""A class of this name holds expressions, not words: what many rules share, such as a ban before a demand."""
MASK = "＊"
EDGE = "｜"
_CLASS = re.compile(r"\{([a-z_]+)\}")
_SIGN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{\d*,\d*\}|.", re.DOTALL)
"""One sign of a pattern: an escape, a set, a counted repeat, or a character."""
_LONG_REPEAT = re.compile(r"[*+]|\{\d*,(\d{2,})?\}")


class RuleError(ValueError):
    """A rule that cannot be used, in a sentence for the one who wrote it."""


@dataclass(frozen=True)
class Rule:
    """One thing a strict reviewer objects to.

    `unless` silences the rule where it matches in the same sentence (a measure, a cited article); the match stands
    between ‹ and › there. `whole_words`: the match begins and ends where words do, as if between two `｜`.
    """

    id: str
    category: str
    severity: str
    fields: tuple[str, ...]
    pattern: str
    message: str
    suggestion: str
    positives: tuple[str, ...] = ()
    negatives: tuple[str, ...] = ()
    unless: str = ""
    hint_when: str = ""
    whole_words: bool = True


@dataclass(frozen=True)
class Reader:
    """A rule ready to read: `whole` tells quickly whether anything matches, `branches` are tried one by one."""

    rule: Rule
    whole: re.Pattern[str]
    branches: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None
    hint_when: re.Pattern[str] | None


@dataclass(frozen=True)
class Rulebook:
    """Rules and their words: `terms` are protected whole, `words` teach the segmenter, `masks` are regexes."""

    rules: tuple[Rule, ...]
    terms: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    masks: tuple[str, ...] = ()

    @cached_property
    def compiled(self) -> tuple[Reader, ...]:
        """Every rule with its patterns, ready to use. Raises RuleError for one that cannot be."""
        return tuple(
            Reader(
                rule,
                self.compile(rule.pattern),
                tuple(self.compile(branch) for branch in branches(rule.pattern)),
                self.compile(rule.unless) if rule.unless else None,
                self.compile(rule.hint_when) if rule.hint_when else None,
            )
            for rule in self.rules
        )

    @cached_property
    def by_element(self) -> Mapping[str, tuple[Reader, ...]]:
        """The compiled rules by the element they read; an element that none reads is not in it."""
        found: dict[str, tuple[Reader, ...]] = {}
        for reader in self.compiled:
            for element in reader.rule.fields:
                found[element] = (*found.get(element, ()), reader)
        return found

    @cached_property
    def judged(self) -> dict[Any, Any]:
        """What was said of texts that were judged a moment ago (`judge.lint_definition`)."""
        return {}

    @cached_property
    def mask_pattern(self) -> re.Pattern[str]:
        """What is protected: quoted titles and known terms, the longest first."""
        terms = [re.escape(term) for term in sorted(self.terms, key=len, reverse=True)]
        return re.compile("|".join([*self.masks, *terms]) or r"(?!)")

    @cached_property
    def segmenter(self) -> Any:
        """jieba-rs with the words of this book; loaded when the first clause is judged (30 MiB)."""
        return _segmenter(frozenset({*self.words, *self.terms}))

    def compile(self, pattern: str) -> re.Pattern[str]:
        """The pattern with its classes spelled out. Raises RuleError with the reason in Chinese."""
        if len(pattern) > LONGEST_PATTERN:
            raise RuleError(f"写法太长，最多{LONGEST_PATTERN}个字符。")
        try:
            numbers = count()
            edged = re.sub(EDGE, lambda _: f"(?P<edge{next(numbers)}>)", pattern)
            return re.compile(_CLASS.sub(self._words_of, edged))
        except (re.error, OverflowError, RecursionError) as error:
            raise RuleError(f"写法不是有效的表达式（{pattern[:60]}）。") from error

    def _words_of(self, found: re.Match[str]) -> str:
        name = found.group(1)
        words = self.classes.get(name)
        if words is None:
            raise RuleError(f"没有名为“{name}”的词类。")
        if name.startswith(SHAPE):
            return f"(?:{_CLASS.sub(self._words_of, '|'.join(words))})"
        return f"(?:{'|'.join(sorted(map(re.escape, words), key=len, reverse=True))})"


def branches(pattern: str) -> list[str]:
    """The alternatives of a pattern, cut at each `|` outside brackets: one that misses the edge of a word must not keep
    the next from trying."""
    found, depth = [""], 0
    for sign in _SIGN.findall(pattern):
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and depth == 0:
            found.append("")
        else:
            found[-1] += sign
    return found


def repeats_within_repeat(pattern: str) -> bool:
    """Whether a long repeat holds another one: (a+)+ and its like can keep a reader busy for years."""
    inside, closed = [False], False
    for sign in _SIGN.findall(pattern):
        if _LONG_REPEAT.fullmatch(sign):
            if closed:
                return True
            inside[-1] = True
        closed = sign == ")" and len(inside) > 1 and inside.pop()
        inside[-1] = inside[-1] or closed
        if sign == "(":
            inside.append(False)
    return False


@lru_cache(maxsize=4)
def _segmenter(words: frozenset[str]) -> Any:
    import rjieba

    segmenter = rjieba.Jieba()
    for word in sorted(words):
        segmenter.add_word(word, None, None)
    return segmenter


def rulebook_from(data: Mapping[str, Any]) -> Rulebook:
    """A rulebook of the data of `lint_rules.yaml`. Raises RuleError or KeyError for another shape."""
    rules = tuple(_rule(row) for row in data["rules"])
    return Rulebook(
        rules=rules,
        terms=tuple(data.get("terms", ())),
        words=tuple(data.get("words", ())),
        classes={name: tuple(words) for name, words in data.get("classes", {}).items()},
        masks=tuple(data.get("masks", ())),
    )


def _rule(row: Mapping[str, Any]) -> Rule:
    return Rule(
        id=row["id"],
        category=row["category"],
        severity=row["severity"],
        fields=tuple(row.get("fields") or ()),
        pattern=row["pattern"],
        message=row["message"],
        suggestion=row["suggestion"],
        positives=tuple(row.get("positives") or ()),
        negatives=tuple(row.get("negatives") or ()),
        unless=row.get("unless", ""),
        hint_when=row.get("hint_when", ""),
        whole_words=row.get("whole_words", True),
    )


def read_rulebook(path: Path) -> Rulebook:
    """The rulebook of a YAML file, read by the safe loader."""
    return rulebook_from(yaml.safe_load(path.read_text(encoding="utf-8")))
