"""What can be found: one entry per item in force with its facet marks, and the synonyms that editors keep."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models, transaction

from portal.lib.content import read_yaml
from portal.lib.search import pinyin
from portal.lib.search.fulltext import FullText, full_text
from portal.lib.search.text import key

TEXT_TABLE = "catalog_finding_text"
TEXT_COLUMNS = ("name", "alias", "lead", "text", "code", "pinyin", "whole", "pairs", "told", "body", "sound")
"""Four columns of characters, to be asked in phrases; codes; pinyin from any syllable on, and whole from a word on;
pairs of characters of the name, of what stands in `text` besides, of the guide's sentences; and how the name sounds."""
MOST_LINES = 60


def text_index() -> FullText:
    """The full text of the entries, by the id of the item."""
    return full_text(connection, TEXT_TABLE, TEXT_COLUMNS)


class Entry(models.Model):
    """An item in force as it is found; its words stand in the full-text index under the same id."""

    item = models.OneToOneField(
        "catalog.ServiceItem", verbose_name="事项", primary_key=True, on_delete=models.CASCADE, related_name="entry"
    )
    code_key = models.CharField("编码", max_length=40, db_index=True)
    name_key = models.CharField("名称", max_length=200, db_index=True)
    alias = models.CharField("别名", max_length=400, blank=True)
    name_length = models.PositiveSmallIntegerField("名称长度")
    letter = models.CharField("首字母", max_length=1)
    az = models.CharField("拼音次序", max_length=200)
    rank = models.BigIntegerField("目录次序")

    class Meta:
        verbose_name = "检索条目"
        verbose_name_plural = "检索条目"

    def __str__(self) -> str:
        return self.code_key


class Facet(models.TextChoices):
    ZONE = "zone", "受理区"
    DEPARTMENT = "dept", "部门"
    SUBJECT = "subject", "办理对象"
    TOPIC = "topic", "主题"
    LIFE = "life", "人生和经营大事"
    EVENT = "event", "一件事"
    TYPE = "type", "事项类型"
    SPEED = "speed", "即办或者承诺"
    DEPTH = "online", "网上办理深度"
    CHANNEL = "channel", "办理形式"
    LETTER = "letter", "拼音首字母"


class Mark(models.Model):
    """One value of one facet that an entry carries."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="marks")
    facet = models.CharField(max_length=10, choices=Facet.choices)
    value = models.CharField(max_length=100)

    class Meta:
        verbose_name = "检索标记"
        verbose_name_plural = "检索标记"
        constraints = [models.UniqueConstraint(fields=["entry", "facet", "value"], name="mark_once_per_entry")]
        indexes = [models.Index(fields=["facet", "value", "entry"], name="marks_of_a_facet_value")]

    def __str__(self) -> str:
        return f"{self.facet}={self.value}"


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class Synonym(models.Model):
    """Words that people say (开店, hotel) for words that items are named with, or for the codes of items."""

    words = models.TextField(
        "群众的说法", max_length=2000, help_text="一行一个，例如开店、水表；英文也可以，例如hotel。"
    )
    targets = models.TextField(
        "事项的说法", max_length=2000, help_text="一行一个：事项名称里的词，例如设立登记；或者事项编码，例如SS-01。"
    )
    sounds = models.TextField("读音", blank=True, editable=False)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "同义词"
        verbose_name_plural = "同义词"

    def __str__(self) -> str:
        return "、".join(lines(self.words)[:3])

    def save(self, *args: Any, **kwargs: Any) -> None:
        """How the words sound is written down here, where the dictionary of sounds is at hand."""
        self.sounds = "\n".join(" ".join(pinyin.syllables(line)) for line in lines(self.words))
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Each side says something: a word of one character would answer to half of everything that is typed."""
        for field in ("words", "targets"):
            said = lines(getattr(self, field))
            if not said:
                raise ValidationError({field: "请至少写一行。"})
            if len(said) > MOST_LINES:
                raise ValidationError({field: f"最多{MOST_LINES}行。"})
            short = [line for line in said if len(key(line)) < 2]
            if short:
                raise ValidationError({field: f"“{short[0]}”太短，请至少写两个字。"})

    @property
    def word_keys(self) -> list[str]:
        return [key(line) for line in lines(self.words)]

    @property
    def target_keys(self) -> list[str]:
        return [key(line) for line in lines(self.targets)]


@transaction.atomic
def load_synonyms(content_dir: Path) -> int:
    """Write the delivered synonyms into an empty table; what people keep is left alone. Returns how many there are."""
    if not Synonym.objects.exists():
        rows: list[dict[str, Any]] = read_yaml(content_dir / "synonyms.yaml")["synonyms"]
        for row in rows:
            synonym = Synonym(words="\n".join(row["words"]), targets="\n".join(row["targets"]))
            synonym.full_clean()
            synonym.save()
    return Synonym.objects.count()
