"""The same scan brought twice at the same instant is kept once; the twin shows that the lock is what keeps it so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.cases.intake.files import keep_upload
from portal.cases.models import Case, CaseFile
from tests.cast import Cast, build_cast, received_case
from tests.files import PDF
from tests.races import at_once, lock_off, must_go_wrong

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
HANDS = 6


@pytest.fixture
def cast() -> Cast:
    return build_cast()


def on_the_disk() -> set[Path]:
    return {path for path in Path(settings.PRIVATE_ROOT).rglob("*.pdf") if path.is_file()}


def upload_at_once(case: Case, cast: Cast) -> list[Any]:
    """Two receivers, each with three hands, bring the same bytes for the same material."""
    material = case.materials.first().pk
    people = [cast.receiver, cast.second_receiver] * (HANDS // 2)

    def bring(by: Any) -> CaseFile:
        one = Case.objects.get(pk=case.pk)
        scan = SimpleUploadedFile("扫描.pdf", PDF)
        return keep_upload(one, scan, by=by, material=one.materials.get(pk=material))

    return at_once([lambda by=by: bring(by) for by in people])


def is_kept_once(case: Case, outcomes: list[Any], left: set[Path]) -> bool:
    """Everybody is shown the one row, one of them as new; one file lies on the disk, one event tells of it."""
    if not all(isinstance(outcome, CaseFile) for outcome in outcomes):
        return False
    rows = {outcome.pk for outcome in outcomes}
    new = [outcome for outcome in outcomes if not outcome.was_kept_before]
    uploads = case.events.filter(verb="upload").count()
    return len(rows) == len(new) == len(left) == case.files.count() == uploads == 1


def test_the_same_scan_brought_by_six_hands_at_once_is_kept_once(cast: Cast) -> None:
    for _ in range(5):
        case, before = received_case(), on_the_disk()
        outcomes = upload_at_once(case, cast)
        assert is_kept_once(case, outcomes, on_the_disk() - before), outcomes


def test_twin_without_the_lock_the_same_scan_goes_wrong(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def race() -> bool:
        case, before = received_case(), on_the_disk()
        with lock_off(monkeypatch):
            return is_kept_once(case, upload_at_once(case, cast), on_the_disk() - before)

    must_go_wrong(race)
