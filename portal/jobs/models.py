"""The outbox."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from portal.jobs import queue
from portal.jobs.registry import Urgency

MAX_ATTEMPTS = 5
CLAIM_MINUTES = 10
"""A claim older than this belongs to a worker that died; longer than any handler may take."""


LOST = "the worker was lost during the last attempt"


def _hide(word: re.Match[str]) -> str:
    """Identity, telephone and credit code numbers have more digits than any word an error needs."""
    return "…" if sum(sign.isdigit() for sign in word[0]) > 6 else word[0]


def short(error: Exception) -> str:
    """What may be kept of an error: its class and first line, without anything that could be a person's number.

    Databases repeat the offending row in the lines below the first.
    """
    first = (str(error).splitlines() or [""])[0]
    return f"{type(error).__name__}: {re.sub('[0-9A-Za-z*]+', _hide, first)}"[:200]


class PromiseStatus(models.TextChoices):
    WAITING = "waiting", "等待执行"
    RUNNING = "running", "执行中"
    DONE = "done", "已完成"
    DEAD = "dead", "失败"


class PromiseQuerySet(models.QuerySet):
    def due(self, now: datetime) -> PromiseQuerySet:
        """Waiting and its time has come, or claimed by a worker that never came back."""
        waiting = Q(status=PromiseStatus.WAITING, due_at__lte=now)
        lost = Q(status=PromiseStatus.RUNNING, claimed_until__lt=now)
        return self.filter(waiting | lost)

    def most_urgent(self, now: datetime) -> int | None:
        """The key of what is to be done next: by class, then what has been due longest. None when nothing is due.

        The two kinds of due work are asked for one by one, so that each is one step in an index.
        """
        order = ("urgency", "due_at", "pk")
        waiting = self.filter(status=PromiseStatus.WAITING, due_at__lte=now)
        lost = self.filter(status=PromiseStatus.RUNNING, claimed_until__lt=now)
        found = [row for rows in (waiting, lost) if (row := rows.order_by(*order).values_list(*order).first())]
        return min(found)[2] if found else None


class Promise(models.Model):
    """Work promised in the same transaction as the change that needs it; `args` holds ids only."""

    kind = models.CharField("工作", max_length=60)
    key = models.CharField("唯一键", max_length=120, unique=True)
    args = models.JSONField("参数", default=dict)
    status = models.CharField("状态", max_length=10, choices=PromiseStatus.choices, default=PromiseStatus.WAITING)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    urgency = models.PositiveSmallIntegerField("类别", choices=Urgency.choices, default=Urgency.PEOPLE)
    due_at = models.DateTimeField("执行时间", default=timezone.now)
    claimed_until = models.DateTimeField("占用至", null=True)
    last_error = models.CharField("最近的错误", max_length=300, blank=True)
    created_at = models.DateTimeField("约定时间", default=timezone.now)
    done_at = models.DateTimeField("完成时间", null=True)
    retried_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="重试人", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = PromiseQuerySet.as_manager()

    class Meta:
        verbose_name = "后台工作"
        verbose_name_plural = "后台工作"
        indexes = [
            # `most_urgent`: what is due, by class, oldest first.
            models.Index(fields=["status", "urgency", "due_at"], name="promise_next"),
            # `purge`: what was done longest ago. Only done work has the time, and a comparison with it says so.
            models.Index(fields=["done_at"], condition=Q(done_at__isnull=False), name="promise_kept"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    def claim(self) -> bool:
        """Take the work if it is due; the attempt is counted here, so a killed worker counts too.

        Work whose last attempt ended with its worker is given up instead. Raises RuntimeError inside a transaction.
        """
        now = timezone.now()
        mine = Promise.objects.due(now).filter(pk=self.pk, attempts=self.attempts)
        with transaction.atomic(durable=True):
            if self.attempts >= MAX_ATTEMPTS:
                mine.update(status=PromiseStatus.DEAD, claimed_until=None, last_error=LOST)
                return False
            until = now + timedelta(minutes=CLAIM_MINUTES)
            claimed = mine.update(status=PromiseStatus.RUNNING, attempts=F("attempts") + 1, claimed_until=until)
        self.attempts += claimed
        return bool(claimed)

    def _finish(self, **changes: Any) -> None:
        """Only the attempt that claimed the work may say how it ended."""
        mine = Promise.objects.filter(pk=self.pk, status=PromiseStatus.RUNNING, attempts=self.attempts)
        mine.update(claimed_until=None, **changes)

    def fulfil(self) -> None:
        self._finish(status=PromiseStatus.DONE, done_at=timezone.now(), last_error="")

    def fail(self, error: Exception, *, final: bool = False) -> None:
        """Try again later (1, 4, 9, 16 minutes), or give up after five attempts and let a person see it."""
        message = short(error)
        if final or self.attempts >= MAX_ATTEMPTS:
            self._finish(status=PromiseStatus.DEAD, last_error=message)
            return
        later = timezone.now() + timedelta(minutes=self.attempts**2)
        self._finish(status=PromiseStatus.WAITING, due_at=later, last_error=message)

    def retry(self, *, by: Any) -> bool:
        """A person sets failed work going again; False when it is not (any more) failed."""
        changed = Promise.objects.filter(pk=self.pk, status=PromiseStatus.DEAD).update(
            status=PromiseStatus.WAITING, attempts=0, due_at=timezone.now(), retried_by=by
        )
        if changed:
            queue.wake_after_commit()
        return bool(changed)
