"""`check_invariants` is quiet about good data and finds each kind of damage."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction
from django.utils import timezone

from portal.cases import event_guard
from portal.cases.intake.files import keep_upload
from portal.cases.models import Application, Case, CaseFile, CaseMaterial, Event, Task
from portal.cases.numbers import ApplicationNumber, CaseNumber
from portal.catalog.models import Edition, ServiceItem
from portal.documents.models import Counter, Document
from portal.handover.models import Custody, Slip
from portal.handover.numbers import SlipCode
from portal.jobs.models import Promise
from portal.lib.files import PDF as PDF_FILE
from portal.lib.files import private_path, store_bytes
from portal.organisations.models import ServiceCenter, Zone
from portal.pickup.delivering import deliver
from portal.pickup.models import Delivery
from portal.pickup.results import NewResult, take_in, transfer_result
from tests.cast import PERSON, Cast, accepted_case, decided_case, received_case
from tests.files import PDF

pytestmark = pytest.mark.django_db
Undo = Callable[[], object]


@pytest.fixture
def busy_portal(cast: Cast) -> Cast:
    """One case at every desk: at the window, on its way, ready, and handed out."""
    received_case()
    case = accepted_case()
    keep_upload(case, SimpleUploadedFile("扫描.pdf", PDF), by=cast.receiver, material=case.materials.first())
    case.documents.get(kind="acceptance").render()
    for out in (False, True):
        done = decided_case(cast)
        slip = transfer_result(done, [NewResult("许可证", "1")], set(), by=cast.officer("sx-jsj"))
        delivery = take_in(slip, "A架", by=cast.issuer)
        if out:
            code = done.documents.get(kind="pickup_notice").content["pickup_code"]
            deliver(delivery, by=cast.issuer, code=code, name="示例乙", identity_kind="111", identity_number=PERSON)
    return cast


def unguarded(statement: str) -> None:
    """Do to the events what their guard refuses."""
    event_guard.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    event_guard.install(connection)


def rewrite_an_event() -> None:
    unguarded("UPDATE cases_event SET text = 'forged' WHERE seq = 2")


def forget_the_newest_event() -> None:
    newest = Event.objects.filter(case=Case.objects.earliest("pk")).latest("seq")
    unguarded(f"DELETE FROM cases_event WHERE id = {newest.pk}")


def written(path: str, data: bytes | None) -> Undo:
    """Put other bytes where a stored file lies, or none; gives back how to undo it."""
    place = private_path(path)
    before = place.read_bytes()
    place.unlink()
    if data is not None:
        place.write_bytes(data)
    return lambda: place.write_bytes(before)


def another_centre() -> ServiceCenter:
    city = ServiceCenter.objects.get(code="sx-center")
    return ServiceCenter.objects.create(code="branch", name="分中心", owner=city.owner)


def another_zone() -> Zone:
    return Zone.objects.exclude(pk__in=Case.objects.values("zone"))[0]


def put_a_case_into_another_centre() -> None:
    past(Case).update(center=another_centre())


def leave_a_stray() -> Undo:
    stray = private_path(store_bytes(b"%PDF- nobody's %%EOF", PDF_FILE).path)
    os.utime(stray, (0, 0))
    return stray.unlink


def past(model: type[models.Model], **facts: Any) -> models.QuerySet:
    """Rows by a query set that does not refuse what the model's own refuses."""
    return models.QuerySet(model).filter(**facts)


def renumber(number: str) -> None:
    Case.objects.filter(pk=Case.objects.exclude(number=None).earliest("pk").pk).update(number=number)


def first_application() -> models.QuerySet:
    return Application.objects.filter(pk=Application.objects.earliest("pk").pk)


def first_slip() -> models.QuerySet:
    return Slip.objects.filter(pk=Slip.objects.earliest("pk").pk)


def a_paper(kind: str = "acceptance") -> Any:
    """The first paper of its kind, as rows that may be changed; the first acceptance notice has its files."""
    return past(Document, pk=Document.objects.filter(kind=kind).earliest("pk").pk)


def unissue_a_receipt() -> None:
    delivered = Delivery.objects.get(status="delivered")
    delivered.case.documents.remove(delivered.case.documents.get(kind="delivery_receipt"))


def swap_the_editions() -> None:
    first, second = ServiceItem.objects.order_by("code")[:2]
    ServiceItem.objects.filter(pk=first.pk).update(current_edition=second.current_edition)


def take_numbers(series: str) -> Callable[[], object]:
    return lambda: Counter.objects.update_or_create(series=series, defaults={"last": 999})


def an_hour_and_more_ago() -> datetime:
    return timezone.now() - timedelta(minutes=61)


DAMAGE: dict[str, Callable[[], Undo | object]] = {
    "is not its last event's": lambda: Case.objects.filter(status="dispatched").update(status="accepted"),
    "its centre is not the one": put_a_case_into_another_centre,
    "task .* does not lie where": lambda: past(Task).update(center=another_centre()),
    "slip .* does not lie where": lambda: past(Slip).update(zone=another_zone()),
    "delivery .* does not lie where": lambda: past(Delivery).update(center=another_centre()),
    "no task of stage": lambda: Case.objects.filter(status="dispatched").update(status="in_department", stage=5),
    "runs before its stage": lambda: Task.objects.filter(stage=2, status="waiting").update(status="working"),
    "cases, highest serial": lambda: renumber(str(CaseNumber("T", "20260101", 9))),
    "is no number that a case can have": lambda: renumber("SXT2026010100010"),
    "beyond the highest serial .* of cases": lambda: past(Counter, series__startswith="case:").update(last=999),
    "999 taken, but there are no cases": take_numbers("case:T:20200101"),
    "applications, highest serial": lambda: first_application().update(number=str(ApplicationNumber("20260101", 9))),
    "is no number that an application can have": lambda: first_application().update(number="SXA2026010100010"),
    "beyond the highest serial .* of applications": lambda: past(Counter, series__startswith="application:").update(
        last=999
    ),
    "slips, highest serial": lambda: first_slip().update(code=str(SlipCode(2020, 9))),
    "is no code that a slip can have": lambda: first_slip().update(code="JD2020000001"),
    "beyond the highest serial .* of slips": lambda: past(Counter, series__startswith="slip:").update(last=999),
    "was changed after it was written": rewrite_an_event,
    "event 3 follows 1": lambda: unguarded("DELETE FROM cases_event WHERE seq = 2"),
    "is not the one that was written last": forget_the_newest_event,
    "the guard .* of the events is missing": lambda: event_guard.remove(connection),
    "is missing": lambda: written(CaseFile.objects.get().path, None),
    "file .* was changed": lambda: written(CaseFile.objects.get().path, PDF + b"forged"),
    "edition .* was changed": lambda: past(Edition).update(definition={}),
    "editions, highest number": lambda: past(Edition).update(number=9),
    "stands on the edition of another item": swap_the_editions,
    "numbers taken, nothing ordered": take_numbers("handbook:2020"),
    "issued more than an hour ago": lambda: a_paper("handover").update(issued_at=an_hour_and_more_ago()),
    "changed after it was issued": lambda: a_paper().update(content={"applicant": {"name": "别人"}}),
    "which no app has registered": lambda: a_paper().update(kind="letter"),
    "issued, highest serial": lambda: a_paper().update(serial=999),
    "numbers were taken beyond": lambda: past(Counter, series__startswith="document:acceptance").update(last=999),
    "taken, nothing issued": take_numbers("document:withdrawal:2020"),
    "documents: .*已损坏": lambda: written(a_paper().get().path, b"%PDF- forged %%EOF"),
    "documents: .*已丢失": lambda: written(a_paper().get().file_copy.path, None),
    "but nobody holds it": lambda: Custody.objects.all().delete(),
    "no longer open": lambda: Slip.objects.filter(status="issued").update(status="received"),
    "no slip is on its way": lambda: Slip.objects.filter(status="issued").update(status="cancelled"),
    "due for more than an hour": lambda: Promise.objects.update(status="waiting", due_at=an_hour_and_more_ago()),
    "promise .* failed": lambda: Promise.objects.update(status="dead"),
    "nothing waits on a shelf": lambda: Delivery.objects.filter(status="ready").update(status="delivered"),
    "its case is not ready": lambda: Case.objects.filter(status="ready").update(status="delivered"),
    "without exactly one receipt": unissue_a_receipt,
    "files: .* is not there": lambda: written(CaseFile.objects.get().path, None),
    "files: .* is named by two rows": lambda: a_paper().update(path=CaseFile.objects.get().path),
    "files: .* no row names it": leave_a_stray,
}
"""What the command says, as a pattern, and what must be broken for it to say so."""


def what_is_told() -> str:
    """What the command writes about the data as they are; empty when it finds nothing."""
    out = io.StringIO()
    with suppress(CommandError):
        call_command("check_invariants", stderr=out, stdout=io.StringIO())
    return out.getvalue()


def is_told(words: str) -> bool:
    """Break one thing, ask, and mend it again."""
    with transaction.atomic():
        undo = DAMAGE[words]()
        told = what_is_told()
        transaction.set_rollback(True)
    if callable(undo):
        undo()
    return re.search(words, told) is not None


def test_good_data_is_quiet(busy_portal: Cast) -> None:
    call_command("check_invariants")
    call_command("verify_events")


def test_every_damage_is_told(busy_portal: Cast) -> None:
    assert what_is_told() == ""
    assert [words for words in DAMAGE if not is_told(words)] == []
    assert what_is_told() == ""


def test_every_invariant_stands_in_the_list(settings: Any) -> None:
    listed = (settings.BASE_DIR / "docs" / "invariants.md").read_text(encoding="utf-8")
    assert [words for words in DAMAGE if f"`{words}`" not in listed] == []


def test_a_forged_event_is_found_by_its_own_command(busy_portal: Cast) -> None:
    assert Event.objects.exists()
    assert CaseMaterial.objects.exists()
    rewrite_an_event()
    with pytest.raises(CommandError, match="problem"):
        call_command("verify_events")
