"""What must be true of papers and slips."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Exists, OuterRef, Q

from portal.cases.models import Case, CaseMaterial, Task
from portal.cases.models.place import elsewhere
from portal.cases.states import WITHOUT_RESULT, CaseStatus, TaskOutcome, TaskStatus
from portal.documents.models import Document
from portal.documents.series import gaps
from portal.handover.models import Custody, Direction, HolderKind, Slip
from portal.handover.models.slip import WAITING
from portal.handover.numbers import SlipCode, counter_of_slips


def problems() -> Iterator[str]:
    """Every paper has a holder, what is in transit is on an open slip, every sent task has one."""
    held = Custody.objects.now().filter(material=OuterRef("pk"))
    for material in CaseMaterial.objects.filter(~Exists(held), received=True).iterator():
        if material.is_paper:
            yield f"material {material.pk}: received on paper, but nobody holds it"
    for lost in Custody.objects.now().filter(holder=HolderKind.IN_TRANSIT).exclude(slip__status__in=WAITING):
        yield f"material {lost.material_id}: in transit on a slip that is no longer open"
    yield from elsewhere(Slip, "slip")
    yield from _slips_to_departments()
    yield from _results_on_their_way()
    yield from _papers_go_home()
    yield from _codes_have_no_gap()


def _slips_to_departments() -> Iterator[str]:
    """A task waits for its department's signature exactly while a slip is on its way there.

    A department that has signed gets what is brought later on one more slip, for which no task waits.
    """
    slips = Slip.objects.waiting().filter(direction=Direction.TO_DEPARTMENT)
    tasks = Task.objects.filter(status=TaskStatus.SENT)
    same = {"case": OuterRef("case"), "department": OuterRef("department")}
    for task in tasks.filter(~Exists(slips.filter(**same))):
        yield f"task {task.pk}: sent, but no slip is on its way"
    signed = Task.objects.exclude(signed_at=None)
    for slip in slips.filter(~Exists(tasks.filter(**same)), ~Exists(signed.filter(**same))):
        yield f"slip {slip.pk}: on its way to a department that has nothing to sign for"


def _results_on_their_way() -> Iterator[str]:
    """A result is being transferred exactly while one slip is on its way to the window.

    Where the slip is gone nobody can take the result in, nor send it back: the case would stand for ever.
    """
    slips = Slip.objects.waiting().filter(direction=Direction.TO_WINDOW)
    moving = Case.objects.filter(status=CaseStatus.RESULT_TRANSFER)
    for case in moving.filter(~Exists(slips.filter(case=OuterRef("pk")))):
        yield f"case {case.pk}: its result is being transferred, but no slip brings it to the window"
    for slip in slips.exclude(case__status=CaseStatus.RESULT_TRANSFER):
        yield f"slip {slip.pk}: brings a result to the window, but the case is {slip.case.status}"
    twice = slips.values("case").annotate(times=Count("pk")).order_by().filter(times__gt=1)
    for row in twice:
        yield f"case {row['case']}: {row['times']} slips bring its result to the window"


def _papers_go_home() -> Iterator[str]:
    """Of a case that ended without a result no department keeps a paper, what went home has its receipt, and no slip
    brings papers home from a case that goes on or was granted."""
    ended = Custody.objects.now().filter(material__case__status__in=WITHOUT_RESULT)
    for kept in ended.filter(holder=HolderKind.DEPARTMENT).select_related("material"):
        yield f"material {kept.material_id}: case {kept.material.case_id} has ended, but a department still holds it"
    receipts = Document.objects.filter(kind="return_receipt", cases=OuterRef("material__case"), voided_at=None)
    for gone in ended.filter(~Exists(receipts), holder=HolderKind.APPLICANT):
        yield f"material {gone.material_id}: went home without a receipt"
    homeward = Slip.objects.waiting().filter(direction=Direction.HOME)
    for slip in homeward.exclude(Q(case__status__in=WITHOUT_RESULT) | Q(case__outcome=TaskOutcome.REFUSED)):
        yield f"slip {slip.pk}: brings papers home, but the case is {slip.case.status}"


def _codes_have_no_gap() -> Iterator[str]:
    """The codes of a year's slips, cancelled and bounced ones with them, follow one another."""
    strange: list[str] = []
    yield from gaps(_serials(strange), prefix="slip:", things="slips")
    yield from strange


def _serials(strange: list[str]) -> Iterator[tuple[str, int]]:
    for text in Slip.objects.values_list("code", flat=True).iterator():
        if code := SlipCode.parse(text):
            yield counter_of_slips(code.year), code.serial
        else:
            strange.append(f"{text} is no code that a slip can have")
