"""What the desk keeps of its own: drafts of forms that somebody is typing."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.lib.fields import EncryptedTextField


class Draft(models.Model):
    """One unfinished form of one member of staff, as JSON (field name → list of values); nobody else reads it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="填写人", on_delete=models.CASCADE)
    path = models.CharField("页面", max_length=200)
    fields = EncryptedTextField("内容")
    saved_at = models.DateTimeField("保存时间", default=timezone.now)

    class Meta:
        verbose_name = "草稿"
        verbose_name_plural = "草稿"
        constraints = [models.UniqueConstraint(fields=["user", "path"], name="one_draft_of_each_form")]
        indexes = [
            # Every minute: what nobody came back to (`drafts.purge`).
            models.Index(fields=["saved_at"], name="draft_age"),
        ]

    def __str__(self) -> str:
        return self.path
