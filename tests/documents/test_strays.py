"""Files on the disk and the rows that name them agree, and whatever does not is told, both ways."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import models
from django.utils import timezone

from pages.exchange_views import slot_name
from portal.cases.intake.files import keep_upload
from portal.cases.models import CaseFile
from portal.catalog.handbook.models import Handbook
from portal.catalog.handbook.press import work_folder
from portal.documents.models import Document, FileCopy
from portal.lib.files import PDF, store_bytes
from portal.lib.strays import disagreements
from tests.cast import Cast, accepted_case
from tests.files import PDF as A_PDF

pytestmark = pytest.mark.django_db
TWO_DAYS = timedelta(days=2)


@pytest.fixture
def private(settings: Any, tmp_path: Path) -> Path:
    """A private folder that no other test has left anything in."""
    settings.PRIVATE_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def kept(private: Path, cast: Cast) -> Path:
    """A file of every kind that is kept, each two days old."""
    case = accepted_case()
    scan = SimpleUploadedFile("扫描.pdf", A_PDF)
    keep_upload(case, scan, by=cast.receiver, material=case.materials.first())
    case.documents.get(kind="acceptance").render()
    for folder, name in ((private / "imports", str(cast.editor.pk)), (a_handbook(cast), "0001.pdf")):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"half done")
    for path in private.rglob("*"):
        made_old(path)
    return private


def a_handbook(cast: Cast) -> Path:
    book = Handbook.objects.create(
        center=cast.center, year=2026, serial=1, contents=[], total=1, ordered_by=cast.supervisor
    )
    return work_folder(book)


def made_old(path: Path) -> None:
    then = (timezone.now() - TWO_DAYS).timestamp()
    os.utime(path, (then, then))


def told(now: datetime | None = None) -> list[str]:
    return list(disagreements(now or timezone.now()))


def test_files_and_rows_that_agree_are_quiet(kept: Path, cast: Cast) -> None:
    files = [path for path in kept.rglob("*") if path.is_file()]
    assert len(files) == 5
    assert (kept / slot_name(cast.editor)) in files
    assert told() == []


def test_a_file_that_no_row_names_is_told_once_it_is_a_day_old(kept: Path) -> None:
    stray = store_bytes(b"%PDF- nobody's %%EOF", PDF)
    assert told() == []
    assert told(timezone.now() + timedelta(hours=25)) == [f"{stray.path} lies on the disk and no row names it"]


@pytest.mark.parametrize("rows", [CaseFile.objects, Document.objects.exclude(path=""), FileCopy.objects])
def test_a_row_whose_file_is_gone_is_told_whatever_app_it_is_of(rows: Any, kept: Path) -> None:
    path = rows.first().path
    (kept / path).unlink()
    (problem,) = told()
    assert problem.startswith(f"{path} is named by a row of portal.")


def test_a_file_of_a_row_that_was_taken_away_is_told(kept: Path) -> None:
    path = CaseFile.objects.get().path
    CaseFile.objects.all().delete()
    assert told() == [f"{path} lies on the disk and no row names it"]


def test_a_file_that_two_rows_name_is_told(kept: Path) -> None:
    models.QuerySet(Document).exclude(path="").update(path=CaseFile.objects.get().path)
    assert [problem for problem in told() if "is named by two rows" in problem]


def test_the_folder_of_a_handbook_that_nobody_works_on_is_told(kept: Path) -> None:
    Handbook.objects.update(status="failed")
    assert told() == [f"handbooks/{Handbook.objects.get().pk}/0001.pdf lies on the disk and no row names it"]


def test_what_waits_for_an_account_that_is_gone_is_told(kept: Path, cast: Cast) -> None:
    (kept / slot_name(cast.editor)).rename(kept / "imports" / "999999")
    assert told() == ["imports/999999 lies on the disk and no row names it"]


def test_the_command_tells_it(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stray = store_bytes(b"%PDF- nobody's %%EOF", PDF)
    made_old(kept / stray.path)
    with pytest.raises(CommandError):
        call_command("check_invariants")
    assert f"files: {stray.path} lies on the disk" in capsys.readouterr().err
