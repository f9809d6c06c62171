"""Keeping what people upload with a case: bytes first, fsynced, then the row and the event in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any

from django.conf import settings

from portal.cases.acts import place_of
from portal.cases.models import Case, CaseFile, CaseMaterial
from portal.cases.models.acting import acting
from portal.cases.states import ENDED
from portal.lib.files import StoredFile, dropped_on_error, remove_private, store_private
from portal.lib.refusal import Refused
from portal.organisations import authority
from portal.organisations.models import User

MAX_FILES = 200
"""Files a single case may carry; more than that is a mistake or an attack."""


def keep_upload(
    case: Case, upload: Any, *, by: User, material: CaseMaterial | None = None, once: str | None = None
) -> CaseFile:
    """Store one scan of a material, or without a material the result of the case, and log it.

    The same bytes of the same material are kept once: the row that stands for them answers, `was_kept_before`, and the
    second file is dropped. Raises Refused for somebody who may not bring it now, before anything is stored and once
    more behind the lock; `FileRefused` when the content is not what the name says.
    """
    with uploaded(case, upload, by=by, material=material, once=once) as file:
        return file


@contextmanager
def uploaded(
    case: Case, upload: Any, *, by: User, material: CaseMaterial | None = None, once: str | None = None
) -> Iterator[CaseFile]:
    """The same, with what comes along with it: row, event and whatever the block does stand together, or nothing does.

    The bytes are written before the lock is taken, and dropped when the block raises.
    """
    _require_turn(case, by, material)
    stored = store_private(upload, max_bytes=settings.UPLOAD_MAX_BYTES)
    with dropped_on_error(stored), acting(case):
        file = _entered(case, stored, PurePath(upload.name).name[-120:], by=by, material=material, once=once)
        yield file
    if file.path != stored.path:
        remove_private(stored.path)


def may_bring(case: Case, user: User) -> bool:
    """Whether the user may bring scans of the case's materials: from its window, until it is decided or has ended."""
    return authority.may(user, "cases.upload", place_of(case)) and case.decided_at is None and case.status not in ENDED


def _entered(
    case: Case, stored: StoredFile, name: str, *, by: User, material: CaseMaterial | None, once: str | None
) -> CaseFile:
    """The row of a stored file, or the one that has stood for the same bytes of the same material before."""
    _require_turn(case, by, material)
    kept: CaseFile | None = case.files.filter(sha256=stored.sha256, material=material).first()
    if kept is not None:
        kept.was_kept_before = True
        return kept
    file = CaseFile.objects.create(
        case=case,
        material=material,
        name=name,
        path=stored.path,
        content_type=stored.content_type,
        size=stored.size,
        sha256=stored.sha256,
        uploaded_by=by,
    )
    target = f"“{material.name}”" if material else "办理结果"
    case.note("upload", "上传文件", by=by, text=f"{target}：{file.name}", once=once)
    return file


def _require_turn(case: Case, by: User, material: CaseMaterial | None) -> None:
    """Scans come from the window until the decision; a result from those who may hand it over, at that moment."""
    if material is None:
        case.guard("ready_at_window" if case.definition.is_instant else "transfer_result", by=by, department=case.lead)
    else:
        _require_scan(case, by, material)
    if case.files.count() >= MAX_FILES:
        raise Refused(f"一个办件最多保存{MAX_FILES}个文件。", field="upload")


def _require_scan(case: Case, by: User, material: CaseMaterial) -> None:
    authority.require(by, "cases.upload", place_of(case))
    if material.case_id != case.pk:
        raise Refused("这份材料不属于本件，没有保存。请刷新页面后重新上传。", field="upload")
    if case.decided_at is not None:
        raise Refused("本件已经作出决定，不能再上传材料的扫描件。", field="upload")
    if case.status in ENDED:
        raise Refused(f"本件现为“{case.get_status_display()}”，已经结束，不能再上传扫描件。", field="upload")
