"""纠错: what readers of a guide tell its editors. No name, no telephone number: the guide is mended, nobody is asked.

A message is kept once per form key, so that a double click leaves one. It is never changed; an editor answers it with
what was done.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.catalog.items.models import ServiceItem
from portal.lib.masking import mask_numbers_in
from portal.lib.refusal import Refused, TooLate
from portal.lib.words import visible
from portal.organisations.authority import require

if TYPE_CHECKING:
    from portal.organisations.models import User

LONGEST_TEXT = 500
MOST_OPEN = 200
"""Open messages of one item: more than that, nobody reads them, and a machine is writing."""


class GuidePart(models.TextChoices):
    MATERIALS = "materials", "材料"
    PROCESS = "process", "流程和期限"
    CONDITIONS = "conditions", "条件"
    PLACE = "place", "地点、时间和电话"
    FEE = "fee", "收费"
    BASES = "bases", "依据"
    LINKS = "links", "链接和下载"
    REST = "rest", "别的内容"


class FeedbackQuerySet(models.QuerySet):
    def open(self) -> FeedbackQuerySet:
        return self.filter(answered_at=None)

    def for_list(self) -> FeedbackQuerySet:
        return self.select_related("item", "answered_by")


class GuideFeedback(models.Model):
    """One message about one item's guide; `edition` is the number the reader had before them."""

    key = models.UUIDField(unique=True, editable=False)
    item = models.ForeignKey(
        "catalog.ServiceItem", verbose_name="事项", on_delete=models.PROTECT, related_name="feedback"
    )
    edition = models.PositiveIntegerField("版本号")
    part = models.CharField("内容", max_length=12, choices=GuidePart.choices)
    text = models.CharField("意见", max_length=LONGEST_TEXT)
    left_at = models.DateTimeField("提交时间", default=timezone.now)
    answer = models.CharField("处理结果", max_length=LONGEST_TEXT, blank=True)
    answered_at = models.DateTimeField("处理时间", null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="处理人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "指南纠错"
        verbose_name_plural = "指南纠错"
        indexes = [
            # the open messages of an item: the cap on leaving more
            models.Index(fields=["item"], condition=models.Q(answered_at=None), name="open_feedback_of_item")
        ]

    def __str__(self) -> str:
        return f"{self.item.code} {self.get_part_display()}"

    @classmethod
    def leave(cls, item: ServiceItem, *, key: uuid.UUID, part: str, text: str) -> GuideFeedback:
        """Keep a message; the same key again returns what was kept. Refused for no words or too many open ones."""
        said = plain_text(text)
        if len(said) < 5:
            raise Refused("请写明哪里不对，至少写5个字。", field="text")
        kept = cls.objects.filter(key=key).first()
        if kept is not None:  # a second press of the same form is answered as the first
            return kept
        if cls.objects.open().filter(item=item).count() >= MOST_OPEN:
            raise Refused("关于这份指南的意见已经很多，编辑正在处理。急需更正的，请拨打咨询电话。")
        values = {"item": item, "edition": item.edition_in_force.number, "part": part, "text": said[:LONGEST_TEXT]}
        return cls.objects.get_or_create(key=key, defaults=values)[0]

    def answered(self, *, by: User, answer: str) -> None:
        """Say what was done about it. Raises Refused without the post, TooLate when somebody else has."""
        require(by, "feedback.answer")
        said = plain_text(answer)
        if not said:
            raise Refused("请填写处理结果。", field="answer")
        waiting = GuideFeedback.objects.open().filter(pk=self.pk)
        if not waiting.update(answer=said[:LONGEST_TEXT], answered_at=timezone.now(), answered_by=by):
            self.refresh_from_db()
            raise TooLate(f"{self.answered_by}已经处理了这条意见。")
        self.refresh_from_db()


def plain_text(text: str) -> str:
    """The words alone: no control or formatting signs except line breaks, no personal numbers, no empty edges."""
    lines = (line.strip() for line in visible(text).split("\n"))
    return mask_numbers_in("\n".join(line for line in lines if line))
