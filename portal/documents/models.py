"""Numbered, issued, immutable papers. A paper is rendered once and never again; a wrong one is voided and reissued."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from typing import Any, Self

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

from portal.documents import registry
from portal.documents.numbers import PaperNumber
from portal.documents.registry import Rendition
from portal.documents.sealing import opened
from portal.jobs.outbox import promise_many
from portal.lib import words
from portal.lib.digests import digest
from portal.lib.file_kinds import PDF
from portal.lib.files import StoredFile, dropped_on_error, read_private, remove_private, store_bytes
from portal.lib.glyphs import as_meant, texts_in, why_not, with_places
from portal.lib.pdf import render_pdf
from portal.lib.refusal import Refused, TooLate

RENDER = "documents.render"
"""The promised work that makes the PDF of an issued paper."""


TAKE = (
    'INSERT INTO documents_counter ("series", "last") VALUES (%s, %s) '
    'ON CONFLICT ("series") DO UPDATE SET "last" = documents_counter."last" + excluded."last" RETURNING "last"'
)
"""One statement, because whoever takes a number of the same series meanwhile waits until the transaction ends."""


class Counter(models.Model):
    """The last number taken of a series. The row is locked from the taking to the end of the transaction.

    So a number is taken as late as can be, behind everything that does without it.
    """

    series = models.CharField(max_length=60, unique=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "编号"
        verbose_name_plural = "编号"

    def __str__(self) -> str:
        return self.series

    @classmethod
    def take(cls, series: str) -> int:
        """The next number, from 1, without gaps: a transaction that fails gives its number back.

        Raises RuntimeError outside a transaction, where a number could be taken for nothing.
        """
        return cls.take_many(series, 1)[0]

    @classmethod
    def take_many(cls, series: str, count: int) -> range:
        """The next `count` numbers at once, which costs no more than one; otherwise like `take`."""
        if not connection.in_atomic_block:
            raise RuntimeError("take a number inside the transaction of the thing it numbers")
        with connection.cursor() as cursor:
            cursor.execute(TAKE, [series, count])
            (last,) = cursor.fetchone()
        return range(last - count + 1, last + 1)


class Damaged(Refused):
    """The stored file of an issued document is gone or no longer what was stored; the sentence is for staff."""


def stored_bytes(number: str, path: str, sha256: str) -> bytes:
    """The file of the paper `number`; Damaged when it is gone or not what was stored."""
    try:
        data = read_private(path)
    except (OSError, ValueError) as error:
        raise Damaged(f"{number}的文件已丢失或者不能读取，请联系系统管理员从备份恢复。") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Damaged(f"{number}的文件已损坏或者被改动，请勿使用，并联系系统管理员从备份恢复。")
    return data


def new_verification_code() -> str:
    """80 random bits in base32, printed in four groups: a code that stands alone."""
    return base64.b32encode(secrets.token_bytes(10)).decode()


FROZEN = frozenset(
    {
        "kind",
        "body",
        "year",
        "serial",
        "number",
        "content",
        "content_sha256",
        "verification_code",
        "issued_at",
        "issued_by",
    }
)


class DocumentQuerySet(models.QuerySet):
    """What is issued stays as it is, also for changes that go past `save`."""

    def update(self, **changes: Any) -> int:
        """Only rendering and voiding change a row; TypeError for what was fixed at issue."""
        if frozen := FROZEN & {name.removesuffix("_id") for name in changes}:
            raise TypeError(f"an issued document does not change: {', '.join(sorted(frozen))}")
        return super().update(**changes)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("an issued document is voided, not deleted")


class Document(models.Model):
    """One issued paper. `content` is frozen at issue and holds no unmasked identity number.

    `body` is the sign of the department whose number it bears, empty for the centre's own.
    """

    kind = models.CharField("种类", max_length=20, choices=registry.choices)
    body = models.CharField("发文机关代字", max_length=20, blank=True, default="")
    year = models.PositiveSmallIntegerField("年度")
    serial = models.PositiveIntegerField("顺序号")
    number = models.CharField("文号", max_length=60, unique=True)
    content = models.JSONField("内容")
    content_sha256 = models.CharField("内容校验值", max_length=64)
    verification_code = models.CharField("验证码", max_length=16, unique=True, default=new_verification_code)
    issued_at = models.DateTimeField("出具时间", default=timezone.now)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="出具人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    path = models.CharField(max_length=200, blank=True)
    size = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    rendered_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField("作废时间", null=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="作废人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    void_reason = models.CharField("作废理由", max_length=300, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = "文书"
        verbose_name_plural = "文书"
        constraints = [models.UniqueConstraint(fields=["kind", "body", "year", "serial"], name="document_serial_once")]
        indexes = [
            # A file that somebody holds against us is looked up by what is in it.
            models.Index(fields=["sha256"], name="document_by_hash"),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """An issued document is never saved again; rendering and voiding are conditional updates."""
        if self.pk is not None:
            raise TypeError("an issued document does not change")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("an issued document is voided, not deleted")

    @classmethod
    def issue(cls, kind: str, *, content: dict[str, Any], by: Any, body: str = "") -> Self:
        """Number and freeze a paper in the caller's transaction; its PDF is promised work. See `issue_many`."""
        return cls.issue_many(kind, contents=[content], by=by, body=body)[0]

    @classmethod
    def issue_many(cls, kind: str, *, contents: Sequence[dict[str, Any]], by: Any, body: str = "") -> list[Self]:
        """Number and freeze papers of one kind, in the order of `contents`; many cost the queries of one.

        One gapless sequence per kind, body and year. The year is that of the portal's own time zone, not of the one a
        user has chosen for the screen. Before a number is taken, raises UnknownKind, and ValueError when `body` (the
        sign of a department) is missing on a department's paper or given for the centre's, and Refused with the
        sign that no font has.
        """
        paper = registry.kind_of(kind)
        if bool(body) != (paper.body == registry.Body.DEPARTMENT):
            raise ValueError(f"{kind} bears the number of the {paper.body}, not of {body!r}")
        now = timezone.now()
        year = timezone.localdate(now, timezone.get_default_timezone()).year
        printed = [cls._printable(content, by) for content in contents]
        frozen = [(content, digest(content)) for content in printed]
        with transaction.atomic(savepoint=False):
            serials = Counter.take_many(paper.series(year, body), len(frozen))
            documents = cls.objects.bulk_create(
                cls(
                    kind=kind,
                    body=body,
                    year=year,
                    serial=serial,
                    number=str(PaperNumber(kind, year, serial, body)),
                    content=content,
                    content_sha256=sha256,
                    issued_at=now,
                    issued_by=by,
                )
                for serial, (content, sha256) in zip(serials, frozen, strict=True)
            )
            promise_many(RENDER, {f"{RENDER}:{document.pk}": {"document": document.pk} for document in documents})
            return documents

    @staticmethod
    def _printable(content: dict[str, Any], by: Any) -> dict[str, Any]:
        """The content as it can be printed. Raises Refused with the sign that no font has.

        What the clock issues (by None) cannot wait for a font: there the sign is named at its place.
        """
        meant: dict[str, Any] = as_meant(content)
        why = next((why for text in texts_in(meant) if (why := why_not(text))), "")
        if why and by is not None:
            raise Refused(f"这份文书不能出具：{why}")
        return with_places(meant) if why else meant

    @property
    def template(self) -> str:
        return registry.kind_of(self.kind).template

    @property
    def title(self) -> str:
        """What the paper calls itself; what its kind is called where it does not."""
        return str(self.content.get("title") or self.get_kind_display())

    def context(self, rendition: Rendition) -> dict[str, Any]:
        """What the template of this paper gets: its frozen content, itself, and the copies to print."""
        kind = registry.kind_of(self.kind)
        content = opened(self.content) if rendition == Rendition.WHOLE else self.content
        return {**kind.earlier, **content, "document": self, "copies": kind.copies_in(rendition)}

    @property
    def code_in_groups(self) -> str:
        """The verification code as people read it: XXXX-XXXX-XXXX-XXXX."""
        return "-".join(self.verification_code[start : start + 4] for start in range(0, 16, 4))

    def is_as_issued(self) -> bool:
        """Whether the content in the database is what was frozen, and the number says what the row says."""
        said = PaperNumber.parse(self.number)
        row = PaperNumber(self.kind, self.year, self.serial, self.body)
        return digest(self.content) == self.content_sha256 and said == row

    def pdf(self, rendition: Rendition = Rendition.WHOLE) -> bytes:
        """The stored bytes, rendered first when nobody has done so yet. Raises Damaged when the file is not ours.

        Rendering raises RuntimeError inside a transaction.
        """
        if rendition != Rendition.WHOLE:
            copy = FileCopy.objects.filter(document=self).first() or self._render_file_copy()
            return stored_bytes(self.number, copy.path, copy.sha256)
        if not self.sha256:
            self.refresh_from_db(fields=["path", "sha256", "size", "rendered_at"])
        if not self.sha256:
            self._render_once()
        return stored_bytes(self.number, self.path, self.sha256)

    def render(self) -> None:
        """Make what has not been made yet of this paper: the whole, and the copies for the file if anybody opens them.

        Raises Damaged like `pdf`.
        """
        self.pdf()
        if registry.kind_of(self.kind).file_opened_by:
            self.pdf(Rendition.FILE)

    def _stored(self, rendition: Rendition) -> StoredFile:
        """Render and store outside any row lock; what the row says afterwards decides whose file counts."""
        with transaction.atomic(durable=True):
            pass  # RuntimeError inside a transaction of the caller, before a file is made
        return store_bytes(render_pdf(self.template, self.context(rendition)), PDF)

    def _render_once(self) -> None:
        stored = self._stored(Rendition.WHOLE)
        with dropped_on_error(stored):
            won = Document.objects.filter(pk=self.pk, sha256="").update(
                path=stored.path, sha256=stored.sha256, size=stored.size, rendered_at=timezone.now()
            )
        if not won:
            remove_private(stored.path)
        self.refresh_from_db(fields=["path", "sha256", "size", "rendered_at"])

    def _render_file_copy(self) -> FileCopy:
        stored = self._stored(Rendition.FILE)
        with dropped_on_error(stored):
            copy, made = FileCopy.objects.get_or_create(
                document=self, defaults={"path": stored.path, "sha256": stored.sha256, "size": stored.size}
            )
        if not made:
            remove_private(stored.path)
        return copy

    def void(self, *, by: Any, reason: str) -> None:
        """作废: the number is kept and the file stays; a new paper is issued instead.

        Raises Refused without a reason, TooLate when it has been voided.
        """
        if not reason.strip():
            raise Refused("请填写作废理由。", field="reason")
        changed = Document.objects.filter(pk=self.pk, voided_at=None).update(
            voided_at=timezone.now(), voided_by=by, void_reason=reason.strip()
        )
        self.refresh_from_db(fields=["voided_at", "voided_by", "void_reason"])
        if not changed:
            raise TooLate(f"{self.voided_by}已于{words.moment(self.voided_at)}将{self.number}作废，不能重复作废。")


class FileCopyQuerySet(models.QuerySet):
    """Like the paper itself, its copies for the file stay as they were made."""

    def update(self, **changes: Any) -> int:
        raise TypeError("the copies of an issued document do not change")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("the copies of an issued document are kept with it")


class FileCopy(models.Model):
    """The copies of a paper that go into the files: rendered without the applicant's, so nothing of it is in them.

    A rendering of its own, because pages cut out of the whole would still carry the letters of the query code in
    their shared fonts.
    """

    document = models.OneToOneField(
        Document, verbose_name="文书", on_delete=models.PROTECT, related_name="file_copy", primary_key=True
    )
    path = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    rendered_at = models.DateTimeField(default=timezone.now)

    objects = FileCopyQuerySet.as_manager()

    class Meta:
        verbose_name = "存档联"
        verbose_name_plural = "存档联"
        indexes = [
            # A file that somebody holds against us is looked up by what is in it.
            models.Index(fields=["sha256"], name="file_copy_by_hash"),
        ]

    def __str__(self) -> str:
        return f"{self.document}（存档联）"
