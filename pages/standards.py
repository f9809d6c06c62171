"""体检标准: after how long the health report calls a column stale or a guide due for review."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting


@register_setting(icon="tasks", order=150)
class HealthStandards(BaseGenericSetting):
    """One for the whole portal; what it says holds from the next health report on."""

    news_days = models.PositiveSmallIntegerField(
        "栏目多少天没有更新算过期",
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
    )
    guide_months = models.PositiveSmallIntegerField(
        "指南多少个月没有复核算过期",
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
        help_text="重新发布一次就算复核过。",
    )

    panels = [FieldPanel("news_days"), FieldPanel("guide_months")]

    class Meta:
        verbose_name = "体检标准"
