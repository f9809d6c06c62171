"""Days that differ from the weekday rule, with where we know it from; what changed among them, and what that moved."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django.db import models, transaction
from django.utils import timezone

from portal.jobs.outbox import promise
from portal.lib import words

SEEDED = "chinesecalendar"
"""Source of rows that the seed wrote; rows with any other source were entered by a person and stay."""
MOVE_DEADLINES = "workdays.move_deadlines"
"""The promised work that follows every change of the calendar."""


class CalendarChangeQuerySet(models.QuerySet["CalendarChange"]):
    def tell(self, rows: Iterable[CalendarEntry], *, gone: bool = False) -> CalendarChange | None:
        """Write down that these days or years were entered, changed or withdrawn, and promise to move the deadlines.

        Runs in the transaction of the change itself; None when there are no rows.
        """
        rows = list(rows)
        if not rows:
            return None
        CalendarChange.written_here += 1
        first = min(row.first_day for row in rows)
        change = self.create(first_day=first, why=_why(rows, gone))
        promise(MOVE_DEADLINES, key=f"{MOVE_DEADLINES}:{change.pk}", change=change.pk)
        return change

    def unfinished(self) -> CalendarChangeQuerySet:
        return self.filter(finished_at=None)


def _why(rows: list[CalendarEntry], gone: bool) -> str:
    last = rows[-1]
    told = last.withdrawn_in_words() if gone else last.in_words()
    return told if len(rows) == 1 else f"{told}等{len(rows)}处"


class CalendarChange(models.Model):
    """One change of the calendar; open deadlines that lie on or after `first_day` are worked out anew.

    A change that is not finished is still being worked on; the job of a newer one takes it over.
    """

    at = models.DateTimeField("时间", default=timezone.now)
    why = models.CharField("原因", max_length=200)
    first_day = models.DateField("最早的日期")
    finished_at = models.DateTimeField("完成时间", null=True)

    written_here: ClassVar[int] = 0
    """How many changes this process has written; what it keeps of the calendar is older than that."""

    objects = CalendarChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "日历变动"
        verbose_name_plural = "日历变动"

    def __str__(self) -> str:
        return self.why


class CalendarQuerySet(models.QuerySet[Any]):
    """Changes of many rows at once are told like those of one."""

    def bulk_create(self, objs: Iterable[Any], *args: Any, **options: Any) -> list[Any]:
        with transaction.atomic():
            made = super().bulk_create(objs, *args, **options)
            CalendarChange.objects.tell(made)
        return made

    def update(self, **changes: Any) -> int:
        with transaction.atomic():
            before = list(self)
            count = super().update(**changes)
            after = self.model._base_manager.filter(pk__in=[row.pk for row in before])
            CalendarChange.objects.tell([*before, *after])
        return count

    def delete(self) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            before = list(self)
            deleted = super().delete()
            CalendarChange.objects.tell(before, gone=True)
        return deleted


class CalendarEntry(models.Model):
    """What the calendar says; whoever writes, changes or withdraws it sets the moving of deadlines going."""

    objects = CalendarQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            before = list(type(self)._base_manager.filter(pk=self.pk))
            super().save(*args, **kwargs)
            CalendarChange.objects.tell([*before, self] if self._has_moved(before) else [self])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            deleted = super().delete(*args, **kwargs)
            CalendarChange.objects.tell([self], gone=True)
        return deleted

    def _has_moved(self, before: list[CalendarEntry]) -> bool:
        return any(row.first_day != self.first_day for row in before)

    @property
    def first_day(self) -> date:
        """The earliest day on which the entry has a say."""
        raise NotImplementedError

    def in_words(self) -> str:
        raise NotImplementedError

    def withdrawn_in_words(self) -> str:
        raise NotImplementedError


class CalendarYear(CalendarEntry):
    """A year whose State Council notice (国务院办公厅放假通知) has been entered; other years are estimated."""

    year = models.PositiveSmallIntegerField(
        "年度", unique=True, help_text="放假和调休的日期逐日录入“工作日历”；一天也没有录入的年度，期限仍然写“预计”。"
    )
    source = models.CharField("来源", max_length=120)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        ordering = ["-year"]
        verbose_name = "日历年度"
        verbose_name_plural = "日历年度"

    def __str__(self) -> str:
        return f"{self.year}年"

    @property
    def first_day(self) -> date:
        return date(self.year, 1, 1)

    def in_words(self) -> str:
        return f"{self.year}年的放假安排已录入"

    def withdrawn_in_words(self) -> str:
        return f"{self.year}年的放假安排已撤销"


class CalendarDay(CalendarEntry):
    """One day that is off though a weekday, or worked though a weekend (调休)."""

    date = models.DateField("日期", unique=True)
    is_workday = models.BooleanField("当天", choices=[(False, "放假"), (True, "上班")])
    note = models.CharField("说明", max_length=40, blank=True)
    source = models.CharField("来源", max_length=120, default="人工录入")
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        ordering = ["-date"]
        verbose_name = "日历日期"
        verbose_name_plural = "工作日历"

    def __str__(self) -> str:
        return f"{words.day(self.date)} {'上班' if self.is_workday else '放假'}"

    @property
    def first_day(self) -> datetime.date:
        return self.date

    def in_words(self) -> str:
        note = f"（{self.note}）" if self.note else ""
        return f"{words.day(self.date)}{'上班' if self.is_workday else '放假'}{note}"

    def withdrawn_in_words(self) -> str:
        return f"{words.day(self.date)}恢复为普通日期"


class MovedDeadline(models.Model):
    """One open deadline that a change of the calendar moved.

    `holder` is the case and `row` the thing with the date (a case, task, slip or delivery): both by key alone, because
    this app knows neither; screens show rows through the door of the cases. `papers` are the applicant's papers that
    still carry the old date.
    """

    change = models.ForeignKey(CalendarChange, verbose_name="日历变动", on_delete=models.PROTECT, related_name="moved")
    name = models.CharField("名称", max_length=40)
    label = models.CharField("期限", max_length=200)
    holder = models.PositiveBigIntegerField("办件", db_index=True)
    row = models.PositiveBigIntegerField("记录")
    old = models.DateField("原期限")
    new = models.DateField("新期限")
    papers = models.JSONField("写有原期限的文书", default=list)
    has_papers = models.BooleanField("申请人持有写着原期限的文书", default=False)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "期限变动"
        verbose_name_plural = "期限变动"
        indexes = [
            # The list of applicants who hold a paper with the old date, newest first.
            models.Index(fields=["has_papers", "-id"], name="moved_deadline_papers"),
        ]

    def __str__(self) -> str:
        return f"{self.label}由{words.day(self.old)}改为{words.day(self.new)}"
