"""Days that differ from the weekday rule, with where we know it from."""

from django.db import models

SEEDED = "chinesecalendar"
"""Source of rows that the seed wrote; rows with any other source were entered by a person and stay."""


class CalendarYear(models.Model):
    """A year whose State Council notice (国务院办公厅放假通知) has been entered; other years are estimated."""

    year = models.PositiveSmallIntegerField("年度", unique=True)
    source = models.CharField("来源", max_length=120)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        ordering = ["-year"]
        verbose_name = "日历年度"
        verbose_name_plural = "日历年度"

    def __str__(self) -> str:
        return f"{self.year}年"


class CalendarDay(models.Model):
    """One day that is off though a weekday, or worked though a weekend (调休)."""

    date = models.DateField("日期", unique=True)
    is_workday = models.BooleanField("上班")
    note = models.CharField("说明", max_length=40, blank=True)
    source = models.CharField("来源", max_length=120, default="人工录入")
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        ordering = ["-date"]
        verbose_name = "特殊日期"
        verbose_name_plural = "工作日历"

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {'上班' if self.is_workday else '放假'}"
