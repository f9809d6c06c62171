"""The case's own memory: append-only, numbered and chained, so that a change after the fact shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from portal.lib.masking import mask_numbers_in

if TYPE_CHECKING:
    from portal.organisations.models import User


class EventQuerySet(models.QuerySet["Event"]):
    def update(self, **kwargs: Any) -> int:
        raise TypeError("Events are append-only.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("Events are append-only.")


class Event(models.Model):
    """Who did what when, and what it changed (`from_status` → `to_status`). Triggers forbid UPDATE and DELETE.

    `once` makes a fact unique within its case: a join of a stage, or the idempotency key of a submitted form.
    """

    case = models.ForeignKey("cases.Case", verbose_name="办件", on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField("序号")
    at = models.DateTimeField("时间")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="人员", null=True, on_delete=models.PROTECT)
    verb = models.CharField("动作", max_length=40)
    name = models.CharField("名称", max_length=40)
    from_status = models.CharField("原状态", max_length=24)
    to_status = models.CharField("新状态", max_length=24)
    text = models.TextField("说明", blank=True)
    data = models.JSONField("数据", default=dict)
    once = models.CharField("唯一键", max_length=80, null=True)
    previous_hash = models.CharField("上一条校验值", max_length=64, blank=True)
    hash = models.CharField("校验值", max_length=64)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["case_id", "seq"]
        verbose_name = "事件"
        verbose_name_plural = "事件"
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="event_seq_unique_in_case"),
            models.UniqueConstraint(fields=["case", "once"], name="event_happens_once_in_case"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.name}"

    def digest(self) -> str:
        """SHA-256 over the previous hash and every field that carries meaning (hex, 64 characters)."""
        fields = [
            self.previous_hash,
            self.case_id,
            self.seq,
            self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            self.actor_id,
            self.verb,
            self.name,
            self.from_status,
            self.to_status,
            self.text,
            self.data,
            self.once,
        ]
        canonical = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


def log(
    case: models.Model,
    *,
    verb: str,
    name: str,
    by: User | None,
    from_status: str,
    to_status: str,
    text: str = "",
    data: dict[str, Any] | None = None,
    once: str | None = None,
) -> Event:
    """Append the next event of a case whose row the caller has locked. If it cannot be written, nothing happened.

    Identity and telephone numbers that somebody typed into a reason are masked: an event is never taken back.
    """
    last = Event.objects.filter(case_id=case.pk).order_by("-seq").first()
    event = Event(
        case=case,  # type: ignore[misc]  # a Case; to name it here would close a circle
        seq=last.seq + 1 if last else 1,
        at=timezone.now(),
        actor=by,
        verb=verb,
        name=name,
        from_status=from_status,
        to_status=to_status,
        text=mask_numbers_in(text),
        data=data or {},
        once=once,
        previous_hash=last.hash if last else "",
    )
    event.hash = event.digest()
    event.save(force_insert=True)
    if getattr(case, "put_off", None) is None:
        keep_head(case)  # else the verb at work does it at its end, once
    return event


def keep_head(case: models.Model) -> None:
    """Write with the case which event is its newest, so that nobody removes that one unnoticed."""
    newest = Event.objects.filter(case=OuterRef("pk")).order_by("-seq").values("hash")[:1]
    type(case)._default_manager.filter(pk=case.pk).update(event_head=Coalesce(Subquery(newest), Value("")))


def lost_heads(cases: models.QuerySet[Any]) -> Iterator[str]:
    """A sentence for every case whose newest event is not the one that was written last."""
    newest = Event.objects.filter(case=OuterRef("pk")).order_by("-seq").values("hash")[:1]
    wrong = cases.annotate(newest=Coalesce(Subquery(newest), Value(""))).exclude(event_head=F("newest"))
    for key in wrong.order_by("pk").values_list("pk", flat=True).iterator():
        yield f"case {key}: its newest event is not the one that was written last"


def broken_links(events: Iterable[Event]) -> Iterable[str]:
    """A sentence for every event that does not follow from the one before it; `events` in order of case and seq."""
    previous: Event | None = None
    for event in events:
        expected_seq, expected_hash = 1, ""
        if previous is not None and previous.case_id == event.case_id:
            expected_seq, expected_hash = previous.seq + 1, previous.hash
        if event.seq != expected_seq:
            yield f"case {event.case_id}: event {event.seq} follows {expected_seq - 1}"
        elif event.previous_hash != expected_hash or event.hash != event.digest():
            yield f"case {event.case_id}: event {event.seq} was changed after it was written"
        previous = event
