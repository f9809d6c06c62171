"""送达: when, how and to whom a paper of a case reached the applicant."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.cases.models.case import Case
from portal.cases.states import Service
from portal.documents.models import Document
from portal.lib.words import moment


class Served(models.Model):
    """One paper served once; `served_at` is when it was handed over, posted or sent, not when that was typed."""

    case = models.ForeignKey(Case, verbose_name="办件", on_delete=models.PROTECT, related_name="served")
    document = models.OneToOneField(Document, verbose_name="文书", on_delete=models.PROTECT, related_name="served")
    way = models.CharField("送达方式", max_length=12, choices=Service.choices)
    served_at = models.DateTimeField("送达时间")
    receiver = models.CharField("收件人", max_length=60)
    note = models.CharField("备注", max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        ordering = ["pk"]
        verbose_name = "送达"
        verbose_name_plural = "送达"

    def __str__(self) -> str:
        return f"{self.get_way_display()}，{moment(self.served_at)}，{self.receiver}"
