"""What was handed in for a case, checked against the item's list, and the scans of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.cases.states import Verdict, Way

if TYPE_CHECKING:
    from portal.catalog.schema.definition import Material


class CaseMaterial(models.Model):
    """One line of the item's material list as it stands in this case. Nothing outside the list can be asked for."""

    case = models.ForeignKey("cases.Case", verbose_name="办件", on_delete=models.PROTECT, related_name="materials")
    key = models.CharField("材料键", max_length=20)
    order = models.PositiveSmallIntegerField("序号")
    name = models.CharField("材料名称", max_length=200)
    received = models.BooleanField("已收", default=False)
    way = models.CharField("收取方式", max_length=1, choices=Way.choices, default=Way.PAPER)
    originals = models.PositiveSmallIntegerField("原件份数", default=0)
    photocopies = models.PositiveSmallIntegerField("复印件份数", default=0)
    pages = models.PositiveSmallIntegerField("页数", default=0)
    verdict = models.CharField("审核结论", max_length=4, choices=Verdict.choices, default=Verdict.OPEN, blank=True)
    reason = models.CharField("不合格原因", max_length=300, blank=True)
    gap = models.CharField("补正要求", max_length=300, blank=True)

    class Meta:
        ordering = ["case_id", "order"]
        verbose_name = "办件材料"
        verbose_name_plural = "办件材料"
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="material_once_in_case")]

    def __str__(self) -> str:
        return self.name

    @property
    def definition(self) -> Material:
        """The line of the edition the case was taken under."""
        return self.case.definition.material(self.key)

    @property
    def is_paper(self) -> bool:
        """Whether there is paper to carry: received, and not taken from a file or the certificate library."""
        return self.received and (self.originals + self.photocopies) > 0

    def awaits_verdict(self) -> bool:
        """Whether it is in, and the window has not said yet whether it is sound."""
        return self.received and self.verdict == Verdict.OPEN

    def is_settled(self) -> bool:
        """Whether it is in and sound."""
        return self.received and not self.shortfall()

    def shortfall(self) -> str:
        """Why this line does not stand (缺少、份数不足、不合标准), or an empty string when it does."""
        line = self.definition
        if not self.received:
            return "" if line.necessity == "optional" else "缺少"
        if self.verdict == Verdict.BAD:
            return f"不合标准：{self.reason}"
        if self.awaits_verdict():
            return "尚未审核"
        from_elsewhere = self.way in {Way.LIBRARY, Way.UPLOAD, Way.SCAN}
        if not from_elsewhere and (self.originals < line.original_copies or self.photocopies < line.photocopies):
            return f"份数不足：应交原件{line.original_copies}份、复印件{line.photocopies}份"
        return ""


def shortfalls(lines: Iterable[CaseMaterial]) -> list[str]:
    """A few words for every one of these lines that does not stand."""
    return [f"“{line.name}”{short}" for line in lines if (short := line.shortfall())]


class CaseFile(models.Model):
    """A scan or upload that belongs to a case; the bytes lie under `PRIVATE_ROOT` and leave it by one view only."""

    uuid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("cases.Case", verbose_name="办件", on_delete=models.PROTECT, related_name="files")
    material = models.ForeignKey(CaseMaterial, null=True, on_delete=models.PROTECT, related_name="files")
    name = models.CharField("文件名", max_length=160)
    path = models.CharField("存放位置", max_length=200)
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveBigIntegerField("大小")
    sha256 = models.CharField("校验值", max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="上传人", on_delete=models.PROTECT)
    uploaded_at = models.DateTimeField("上传时间", default=timezone.now)
    was_kept_before = False
    """Whether this row answers for a file that was brought once more."""
    notes: tuple[str, ...] = ()
    """What whoever brought it should know: what was not kept as it was."""

    class Meta:
        ordering = ["pk"]
        verbose_name = "办件文件"
        verbose_name_plural = "办件文件"
        constraints = [
            models.UniqueConstraint(fields=["material", "sha256"], name="file_once_for_material"),
            models.UniqueConstraint(
                fields=["case", "sha256"], condition=models.Q(material=None), name="result_file_once_for_case"
            ),
        ]

    def __str__(self) -> str:
        return self.name
