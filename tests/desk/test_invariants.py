"""`check_invariants` is quiet about good data and finds each kind of damage."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection

from portal.cases import event_guard
from portal.cases.intake.files import keep_upload
from portal.cases.models import Case, CaseMaterial, Event, Task
from portal.cases.numbers import CaseNumber
from portal.documents.models import Document
from portal.handover.models import Custody, Slip
from portal.lib.files import private_path
from portal.pickup.delivering import deliver
from portal.pickup.models import Delivery
from portal.pickup.results import NewResult, take_in, transfer_result
from tests.cast import PERSON, Cast, accepted_case, decided_case, received_case
from tests.lib.test_files import PDF

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy_portal(cast: Cast) -> Cast:
    """One case at every desk: at the window, on its way, ready, and handed out."""
    received_case()
    case = accepted_case()
    keep_upload(case, SimpleUploadedFile("扫描.pdf", PDF), by=cast.receiver, material=case.materials.first())
    for out in (False, True):
        done = decided_case(cast)
        slip = transfer_result(done, [NewResult("许可证", "1")], set(), by=cast.officer("sx-jsj"))
        delivery = take_in(slip, "A架", by=cast.issuer)
        if out:
            code = done.documents.get(kind="pickup_notice").content["pickup_code"]
            deliver(delivery, by=cast.issuer, code=code, name="示例乙", identity_kind="111", identity_number=PERSON)
    return cast


def rewrite_an_event() -> None:
    event_guard.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_event SET text = 'forged' WHERE seq = 2")
    event_guard.install(connection)


def lose_a_file() -> None:
    from portal.cases.models import CaseFile

    private_path(CaseFile.objects.get().path).unlink()


def change_a_paper() -> None:
    document = Document.objects.first()
    document.pdf()
    private_path(document.path).write_bytes(b"%PDF- forged %%EOF")


def renumber(number: str) -> None:
    Case.objects.filter(number=Case.objects.exclude(number=None).order_by("pk").values("number")[:1]).update(
        number=number
    )


DAMAGE: dict[str, Callable[[], object]] = {
    "is not its last event's": lambda: Case.objects.filter(status="dispatched").update(status="accepted"),
    "no task of stage": lambda: Case.objects.filter(status="dispatched").update(status="in_department", stage=5),
    "runs before its stage": lambda: Task.objects.filter(stage=2, status="waiting").update(status="working"),
    "highest serial": lambda: renumber(str(CaseNumber("T", "20260101", 9))),
    "is no number that a case can have": lambda: renumber("SXT2026010100010"),
    "was changed after it was written": rewrite_an_event,
    "is missing": lose_a_file,
    "but nobody holds it": lambda: Custody.objects.all().delete(),
    "no longer open": lambda: Slip.objects.filter(status="issued").update(status="received"),
    "no slip is on its way": lambda: Slip.objects.filter(status="issued").update(status="cancelled"),
    "nothing waits on a shelf": lambda: Delivery.objects.filter(status="ready").update(status="delivered"),
    "its case is not ready": lambda: Case.objects.filter(status="ready").update(status="delivered"),
    "documents": change_a_paper,
}


def test_good_data_is_quiet(busy_portal: Cast) -> None:
    call_command("check_invariants")
    call_command("verify_events")


@pytest.mark.parametrize("words", DAMAGE)
def test_damage_is_found(busy_portal: Cast, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    DAMAGE[words]()
    with pytest.raises(CommandError):
        call_command("check_invariants")
    assert words in capsys.readouterr().err


def test_a_forged_event_is_found_by_its_own_command(busy_portal: Cast) -> None:
    assert Event.objects.exists()
    assert CaseMaterial.objects.exists()
    rewrite_an_event()
    with pytest.raises(CommandError, match="broken"):
        call_command("verify_events")
