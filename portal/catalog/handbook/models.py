"""The handbook (“一窗受理”事项受理材料标准化手册): numbered, printed once as promised work.

What it holds is fixed when it is ordered: the edition of every item in force then. Printing may be cut off and go on
later; what is done never changes.
"""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from portal.documents.models import Counter, Damaged
from portal.jobs.models import LOST, Promise, PromiseStatus
from portal.jobs.outbox import promise
from portal.lib.files import StoredFile, private_path, remove_private
from portal.lib.refusal import Refused
from portal.organisations.authority import require
from portal.organisations.models import ServiceCenter, Zone

if TYPE_CHECKING:
    from portal.organisations.models import User

TITLE = "“一窗受理”事项受理材料标准化手册"
WORK = "catalog.handbook"
WHOLE_CENTRE = "全中心"
FROZEN = frozenset(
    {"zone", "center", "year", "serial", "number", "once", "ordered_at", "ordered_by", "contents", "previous"}
)


class HandbookStatus(models.TextChoices):
    ORDERED = "ordered", "等待制作"
    WORKING = "working", "制作中"
    DONE = "done", "已完成"
    FAILED = "failed", "制作失败"


UNDER_WAY = (HandbookStatus.ORDERED, HandbookStatus.WORKING)
LOST_WORKER = "后台进程在制作时多次中断"
UNKNOWN = "后台工作多次失败"


class HandbookQuerySet(models.QuerySet):
    """What is done stays as it is, also for changes that go past `save`."""

    def update(self, **changes: Any) -> int:
        """Only printing changes a row, and none that is done; TypeError for what was fixed by the order."""
        if frozen := FROZEN & {name.removesuffix("_id") for name in changes}:
            raise TypeError(f"an ordered handbook does not change: {', '.join(sorted(frozen))}")
        return super(HandbookQuerySet, self.exclude(status=HandbookStatus.DONE)).update(**changes)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("a handbook is kept for good")

    def of(self, zone: Zone | None) -> HandbookQuerySet:
        """The handbooks of one scope: a zone, or the whole centre."""
        return self.filter(zone=zone)

    def for_list(self) -> HandbookQuerySet:
        return self.select_related("zone", "ordered_by", "previous", "center")


class Handbook(models.Model):
    """One numbered handbook. `contents`: code, name, edition (pk) and number of every item, in printing order."""

    center = models.ForeignKey(ServiceCenter, verbose_name="中心", on_delete=models.PROTECT, related_name="+")
    zone = models.ForeignKey(Zone, verbose_name="受理区", null=True, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    serial = models.PositiveIntegerField("顺序号")
    number = models.CharField("编号", max_length=40, unique=True)
    once = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    ordered_at = models.DateTimeField("提交时间", default=timezone.now)
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="提交人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    status = models.CharField("状态", max_length=10, choices=HandbookStatus.choices, default=HandbookStatus.ORDERED)
    contents = models.JSONField("内容")
    previous = models.ForeignKey(
        "self", verbose_name="上一版", null=True, on_delete=models.PROTECT, related_name="following"
    )
    total = models.PositiveIntegerField("总步数")
    done = models.PositiveIntegerField("已完成步数", default=0)
    error = models.CharField("最近的错误", max_length=300, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True)
    pages = models.PositiveIntegerField("页数", default=0)
    path = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)

    objects = HandbookQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "标准化手册"
        verbose_name_plural = "标准化手册"
        constraints = [
            models.UniqueConstraint(fields=["year", "serial"], name="handbook_serial_once"),
            models.CheckConstraint(condition=models.Q(done__lte=models.F("total")), name="handbook_progress_fits"),
            models.UniqueConstraint(
                fields=["zone"],
                condition=models.Q(status__in=UNDER_WAY),
                name="handbook_of_zone_made_once_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["center"],
                condition=models.Q(status__in=UNDER_WAY, zone=None),
                name="handbook_of_centre_made_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(status=HandbookStatus.DONE) ^ models.Q(sha256=""), name="handbook_done_has_file"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A handbook is never saved again; printing goes through conditional updates."""
        if self.pk is not None:
            raise TypeError("an ordered handbook does not change")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("a handbook is kept for good")

    @property
    def scope(self) -> str:
        """Whom it is for: a zone, or the whole centre."""
        return str(self.zone) if self.zone else WHOLE_CENTRE

    @property
    def title(self) -> str:
        return TITLE

    @property
    def under_way(self) -> bool:
        return self.status in UNDER_WAY

    @property
    def percent(self) -> int:
        return self.done * 100 // self.total

    @property
    def reason(self) -> str:
        """Why it failed, in words; what is kept is the name of the error and the sentence behind it."""
        _, _, sentence = self.error.partition(": ")
        return LOST_WORKER if self.error == LOST else sentence.rstrip("。") or UNKNOWN

    @property
    def trouble(self) -> str:
        """The error of the last attempt while it will be tried again by itself; empty when all is well."""
        waiting = self.promises().filter(status=PromiseStatus.WAITING).exclude(last_error="").first()
        return Handbook(error=waiting.last_error).reason if waiting and self.under_way else ""

    @property
    def file_name(self) -> str:
        return f"标准化手册（{self.scope}）{self.number}.pdf"

    def begin(self) -> bool:
        """A worker starts or goes on; False when there is nothing left to do."""
        return bool(self._mine().update(status=HandbookStatus.WORKING, error=""))

    def is_done(self) -> bool:
        """Whether it has its file by now, whoever printed it."""
        return self._mine().filter(status=HandbookStatus.DONE).exists()

    def advance(self, done: int) -> None:
        """So many steps are behind us; a worker that is behind another one changes nothing."""
        self._mine().filter(done__lt=done, total__gte=done).update(done=done)

    def finish(self, stored: StoredFile, pages: int) -> bool:
        """The file that counts; of two workers the later one's is dropped."""
        won = self._mine().update(
            status=HandbookStatus.DONE,
            done=self.total,
            pages=pages,
            path=stored.path,
            size=stored.size,
            sha256=stored.sha256,
            error="",
            finished_at=timezone.now(),
        )
        if not won:
            remove_private(stored.path)
        self.refresh_from_db()
        return bool(won)

    def give_up(self, error: str) -> None:
        """The work was tried as often as it may be; people see it and can set it going again."""
        self._mine().update(status=HandbookStatus.FAILED, error=error[:300])

    def try_again(self, *, by: User | None) -> None:
        """重新制作: failed work goes on where it stopped.

        Raises Refused without the post, when it has not failed, or when another one of the same scope is being made.
        """
        require(by, "handbooks.make_again")
        with transaction.atomic():
            Counter.objects.select_for_update().filter(series=series_of(self.year)).first()
            if self._mine().filter(status=HandbookStatus.FAILED).exists():
                refuse_while_under_way(self.zone)
            retried = [row.retry(by=by) for row in self.promises().filter(status=PromiseStatus.DEAD)]
            mine = self._mine().filter(status=HandbookStatus.FAILED)
            if not any(retried) or not mine.update(status=HandbookStatus.ORDERED, error=""):
                raise Refused("这本手册没有制作失败，不需要重新制作。")
        self.refresh_from_db()

    def promises(self) -> models.QuerySet[Promise]:
        return Promise.objects.filter(kind=WORK, key__startswith=f"{WORK}:{self.pk}:")

    def promise_part(self, part: int) -> None:
        """Promise the next stretch of printing in the caller's transaction."""
        promise(WORK, key=f"{WORK}:{self.pk}:{part}", handbook=self.pk, part=part)

    def check_file(self) -> None:
        """Raises Damaged unless the stored file is the one that was printed."""
        try:
            with private_path(self.path).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except (OSError, ValueError) as error:
            raise Damaged(f"{self.number}的文件已丢失或者不能读取，请联系系统管理员从备份恢复。") from error
        if found != self.sha256:
            raise Damaged(f"{self.number}的文件已损坏或者被改动，请勿使用，并联系系统管理员从备份恢复。")

    def _mine(self) -> HandbookQuerySet:
        return Handbook.objects.filter(pk=self.pk)


def series_of(year: int) -> str:
    """The counter of one year's handbooks."""
    return f"handbook:{year}"


def refuse_while_under_way(zone: Zone | None) -> None:
    """Raises Refused while a handbook of the same scope is being made."""
    other = Handbook.objects.of(zone).filter(status__in=UNDER_WAY).first()
    if other is not None:
        raise Refused(f"{other.scope}的{other.number}正在制作，请等它完成后再制作新的一版。", field="scope")
