"""The rulebook as legal reviewers keep it: one row per rule and per word, seeded once from the delivered file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.db import models, transaction

from portal.catalog.judging.lint.clause import failures
from portal.catalog.judging.lint.rulebook import (
    CATEGORIES,
    ELEMENTS,
    LONGEST_PATTERN,
    SEVERITIES,
    SHAPE,
    Rule,
    Rulebook,
    RuleError,
    repeats_within_repeat,
    rulebook_from,
)

ELEMENT_NAMES = {
    "material.name": "材料名称",
    "material.accept_standard": "受理标准",
    "condition": "受理条件",
    "step": "步骤",
    "limit_note": "时限说明",
}


class WordKind(models.TextChoices):
    TERM = "term", "保护词（整个词不检查）"
    WORD = "word", "分词词（按整词切分）"
    CLASS = "class", "词类成员"
    MASK = "mask", "保护格式（表达式）"


def lines_of(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


class LintRule(models.Model):
    """One rule with its examples; a rule that misses an example is not saved."""

    code = models.SlugField("编号", max_length=20, unique=True)
    category = models.CharField("类别", max_length=20, choices=list(CATEGORIES.items()))
    severity = models.CharField("程度", max_length=10, choices=list(SEVERITIES.items()))
    elements = models.CharField(
        "检查的要素", max_length=200, default=",".join(ELEMENTS[:3]), help_text="用逗号隔开：" + "，".join(ELEMENTS)
    )
    pattern = models.TextField(
        "写法", max_length=LONGEST_PATTERN, help_text="表达式；用花括号引用词类，例如{degree}；＊代表受保护的字。"
    )
    unless = models.TextField("例外", max_length=LONGEST_PATTERN, blank=True, help_text="原文符合这个表达式的，不报。")
    hint_when = models.TextField(
        "只提示的情形", max_length=LONGEST_PATTERN, blank=True, help_text="原文符合这个表达式的，只提示，不阻止发布。"
    )
    whole_words = models.BooleanField("按整词", default=True, help_text="两端都在词的边界上才算。")
    message = models.CharField("为什么", max_length=300)
    suggestion = models.CharField("怎么改", max_length=300)
    positives = models.TextField("应当发现的例句", help_text="一行一句，至少一句。")
    negatives = models.TextField("不应误报的例句", blank=True, help_text="一行一句。")
    enabled = models.BooleanField("启用", default=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        ordering = ["code"]
        verbose_name = "检查规则"
        verbose_name_plural = "检查规则"

    def __str__(self) -> str:
        return f"{self.code} {self.message}"

    def as_rule(self) -> Rule:
        return Rule(
            id=self.code,
            category=self.category,
            severity=self.severity,
            fields=tuple(name.strip() for name in self.elements.replace("，", ",").split(",") if name.strip()),
            pattern=self.pattern,
            message=self.message,
            suggestion=self.suggestion,
            positives=lines_of(self.positives),
            negatives=lines_of(self.negatives),
            unless=self.unless,
            hint_when=self.hint_when,
            whole_words=self.whole_words,
        )

    def clean(self) -> None:
        """The rule can be read, and keeps its own examples."""
        rule = self.as_rule()
        if unknown := set(rule.fields) - set(ELEMENTS):
            raise ValidationError({"elements": f"没有名为“{'、'.join(sorted(unknown))}”的要素。"})
        if not rule.fields:
            raise ValidationError({"elements": "请至少写一个要素。"})
        if not rule.positives:
            raise ValidationError({"positives": "请至少写一个应当发现的例句。"})
        if any(map(repeats_within_repeat, (rule.pattern, rule.unless, rule.hint_when))):
            raise ValidationError({"pattern": "写法里有重复套重复，可能永远算不完，请改用简单的写法。"})
        book = stored_rulebook()
        try:
            wrong = failures(Rulebook((rule,), book.terms, book.words, book.classes, book.masks))
        except RuleError as error:
            raise ValidationError({"pattern": str(error)}) from error
        if wrong:
            raise ValidationError({"pattern": wrong[:5]})


class LintWord(models.Model):
    """A word of the rulebook: protected, taught to the segmenter, or a member of a class that rules refer to."""

    kind = models.CharField("用途", max_length=10, choices=WordKind.choices)
    group = models.CharField("词类", max_length=40, blank=True, help_text="只用于词类成员，例如degree。")
    text = models.CharField("词", max_length=400)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        ordering = ["kind", "group", "text"]
        verbose_name = "词语"
        verbose_name_plural = "词语"
        constraints = [models.UniqueConstraint(fields=["kind", "group", "text"], name="lint_word_once")]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        """Every example of every rule is still kept with this word in the book."""
        if (self.kind == WordKind.CLASS) != bool(self.group):
            raise ValidationError({"group": "词类成员要写词类，其他用途不写。"})
        if self.group.startswith(SHAPE) and repeats_within_repeat(self.text):
            raise ValidationError({"text": "写法里有重复套重复，可能永远算不完，请改用简单的写法。"})
        before = stored_rulebook()
        others = LintWord.objects.exclude(pk=self.pk)
        try:
            after = _book([*before.rules], [*others, self])
            flipped = set(failures(after)) - set(failures(before))
        except RuleError as error:
            raise ValidationError({"text": str(error)}) from error
        if flipped:
            raise ValidationError({"text": sorted(flipped)[:5]})


def _book(rules: list[Rule], words: list[LintWord]) -> Rulebook:
    classes: dict[str, list[str]] = {}
    for word in words:
        if word.kind == WordKind.CLASS:
            classes.setdefault(word.group, []).append(word.text)
    by_kind = {kind: tuple(word.text for word in words if word.kind == kind) for kind in WordKind.values}
    return Rulebook(
        tuple(rules),
        by_kind[WordKind.TERM],
        by_kind[WordKind.WORD],
        {name: tuple(found) for name, found in classes.items()},
        by_kind[WordKind.MASK],
    )


_kept: dict[tuple[Any, ...], Rulebook] = {}


def stored_rulebook() -> Rulebook:
    """The rulebook in the database; read anew when a row was added, changed or taken away (two small queries)."""
    stamp = tuple(
        value
        for model in (LintRule, LintWord)
        for value in model.objects.aggregate(n=models.Count("pk"), at=models.Max("updated_at")).values()
    )
    if stamp not in _kept:
        _kept.clear()
        rules = [row.as_rule() for row in LintRule.objects.filter(enabled=True)]
        _kept[stamp] = _book(rules, list(LintWord.objects.all()))
    return _kept[stamp]


@transaction.atomic
def load_rulebook(content_dir: Path) -> None:
    """Write the delivered rulebook into an empty one; what people keep is left alone."""
    if LintRule.objects.exists():
        return
    book = rulebook_from(yaml.safe_load((content_dir / "lint_rules.yaml").read_text(encoding="utf-8")))
    for rule in book.rules:
        LintRule.objects.create(
            code=rule.id,
            category=rule.category,
            severity=rule.severity,
            elements=",".join(rule.fields),
            pattern=rule.pattern,
            unless=rule.unless,
            hint_when=rule.hint_when,
            whole_words=rule.whole_words,
            message=rule.message,
            suggestion=rule.suggestion,
            positives="\n".join(rule.positives),
            negatives="\n".join(rule.negatives),
        )
    words = [(WordKind.TERM, "", text) for text in book.terms] + [(WordKind.WORD, "", text) for text in book.words]
    words += [(WordKind.MASK, "", text) for text in book.masks]
    words += [(WordKind.CLASS, name, text) for name, members in book.classes.items() for text in members]
    LintWord.objects.bulk_create(LintWord(kind=k, group=g, text=t) for k, g, t in dict.fromkeys(words))
