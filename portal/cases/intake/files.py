"""Keeping what people upload with a case: bytes first, fsynced, then the row and the event in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import PurePath
from typing import Any

from django.conf import settings

from portal.cases.acts import place_of
from portal.cases.models import Case, CaseFile, CaseMaterial
from portal.cases.models.acting import acting
from portal.cases.states import ENDED, Way
from portal.lib.file_kinds import FileRefused
from portal.lib.files import StoredFile, dropped_on_error, remove_private, store_private
from portal.lib.refusal import Refused
from portal.organisations import authority
from portal.organisations.models import Organisation, User

MAX_FILES = 200
"""Files a single case may carry; more than that is a mistake or an attack."""


def keep_upload(
    case: Case, upload: Any, *, by: User, material: CaseMaterial | None = None, once: str | None = None
) -> CaseFile:
    """Store one scan of a material, or without a material the result of the case, and log it. See `keep_uploads`."""
    return keep_uploads(case, [upload], by=by, material=material, once=once)[0]


def keep_uploads(
    case: Case, uploads: Sequence[Any], *, by: User, material: CaseMaterial | None = None, once: str | None = None
) -> list[CaseFile]:
    """Store several at once, all of them or none, with one entry in the log.

    The same bytes of the same material are kept once: the row that stands for them answers, `was_kept_before`, and the
    second file is dropped. Raises Refused for somebody who may not bring it now, before anything is stored and once
    more behind the lock; `FileRefused` when a content is not what its name says, naming the file where there are more.
    """
    with _uploaded(case, uploads, by=by, material=material, once=once) as files:
        return files


@contextmanager
def uploaded(case: Case, upload: Any, *, by: User, once: str | None = None) -> Iterator[CaseFile]:
    """The file of a result, with what comes along with it: row, event and whatever the block does stand together, or
    nothing does."""
    with _uploaded(case, [upload], by=by, material=None, once=once) as files:
        yield files[0]


@contextmanager
def _uploaded(
    case: Case, uploads: Sequence[Any], *, by: User, material: CaseMaterial | None, once: str | None
) -> Iterator[list[CaseFile]]:
    """The bytes are written before the lock is taken, and dropped when the block raises."""
    _require_turn(case, by, material, len(uploads))
    with ExitStack() as undone:
        stored = []
        for upload in uploads:
            stored.append(_stored(upload, among=len(uploads)))
            undone.enter_context(dropped_on_error(stored[-1]))
        undone.enter_context(acting(case))
        brought = [(one, one.called(upload.name)) for one, upload in zip(stored, uploads, strict=True)]
        files = _entered(case, brought, by=by, material=material, once=once)
        yield files
    for file, one in zip(files, stored, strict=True):
        if file.path != one.path:
            remove_private(one.path)


def _stored(upload: Any, *, among: int) -> StoredFile:
    try:
        return store_private(upload, max_bytes=settings.UPLOAD_MAX_BYTES)
    except FileRefused as refusal:
        if among == 1:
            raise
        advice = f"这次选择的{among}个文件都没有保存，请去掉或者换掉这个文件后重新上传。"
        raise FileRefused(f"“{PurePath(upload.name).name[-60:]}”：{refusal}{advice}") from refusal


def blind_departments(case: Case, lines: list[CaseMaterial]) -> list[str]:
    """The departments that would have nothing to read: they get no paper, and what came in on paper is not scanned.

    `lines` are the materials of the case. An instant item is decided at the window itself.
    """
    on_paper = [line for line in lines if line.received and line.way == Way.PAPER]
    if case.definition.is_instant or all(line.files.exists() for line in on_paper):
        return []
    steps = [step for stage in case.definition.stages_for(case.situation) for step in stage.steps]
    with_paper = {step.department for step in steps if step.takes_paper}
    without = dict.fromkeys(step.department for step in steps if step.department not in with_paper)
    names = dict(Organisation.objects.filter(code__in=list(without)).values_list("code", "short_name"))
    return [names.get(code, code) for code in without]


def may_bring(case: Case, user: User) -> bool:
    """Whether the user may bring scans of the case's materials: from its window, until it is decided or has ended."""
    return authority.may(user, "cases.upload", place_of(case)) and case.decided_at is None and case.status not in ENDED


def _entered(
    case: Case,
    brought: list[tuple[StoredFile, str]],
    *,
    by: User,
    material: CaseMaterial | None,
    once: str | None,
) -> list[CaseFile]:
    """A row for each stored file and its name, or the one that has stood for the same bytes of the same material."""
    _require_turn(case, by, material, len(brought))
    files = [_row(case, stored, name, by=by, material=material) for stored, name in brought]
    new = [file for file in files if not file.was_kept_before]
    if new:
        target = f"“{material.name}”" if material else "办理结果"
        notes = "".join(dict.fromkeys(note for file in new for note in file.notes))
        named = "、".join(file.name for file in new) + (f"。{notes}" if notes else "")
        case.note("upload", "上传文件", by=by, text=f"{target}：{named}", once=once)
    return files


def _row(case: Case, stored: StoredFile, name: str, *, by: User, material: CaseMaterial | None) -> CaseFile:
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
    file.notes = stored.notes
    return file


def _require_turn(case: Case, by: User, material: CaseMaterial | None, more: int) -> None:
    """Scans come from the window until the decision; a result from those who may hand it over, at that moment."""
    if material is None:
        case.guard("ready_at_window" if case.definition.is_instant else "transfer_result", by=by, department=case.lead)
    else:
        _require_scan(case, by, material)
    if case.files.count() + more > MAX_FILES:
        raise Refused(f"一个办件最多保存{MAX_FILES}个文件。", field="upload")


def _require_scan(case: Case, by: User, material: CaseMaterial) -> None:
    authority.require(by, "cases.upload", place_of(case))
    if material.case_id != case.pk:
        raise Refused("这份材料不属于本件，没有保存。请刷新页面后重新上传。", field="upload")
    if case.decided_at is not None:
        raise Refused("本件已经作出决定，不能再上传材料的扫描件。", field="upload")
    if case.status in ENDED:
        raise Refused(f"本件现为“{case.get_status_display()}”，已经结束，不能再上传扫描件。", field="upload")
