"""What must be true of every case at every moment; `manage.py check_invariants` asks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery

from portal.cases.models import Application, Case, CaseFile, Event, Task
from portal.cases.models.doors import DECISIONS
from portal.cases.models.place import elsewhere
from portal.cases.numbers import ApplicationNumber, CaseNumber, counter_of_applications, counter_of_cases
from portal.cases.reading.log import events_are_whole
from portal.cases.states import (
    AFTER_DECISION,
    BEFORE_ACCEPTANCE,
    IN_HAND,
    IN_PROGRESS,
    OPEN_TASK,
    CaseStatus,
    ClockState,
    TaskStatus,
)
from portal.documents.models import Document
from portal.documents.series import gaps
from portal.lib.files import read_private
from portal.lib.nightly import of_tonight

UNFINISHED = OPEN_TASK | {TaskStatus.WAITING}
PAPER_OF = {
    "correction": frozenset({CaseStatus.CORRECTION}),
    "correction_receipt": frozenset({CaseStatus.CORRECTION_DONE}),
    "acceptance": IN_HAND | AFTER_DECISION,
    "lapse": frozenset({CaseStatus.LAPSED}),
    "withdrawal": frozenset({CaseStatus.WITHDRAWN}),
}
"""Kinds of paper, and where no case can stand without one."""


def problems() -> Iterator[str]:
    """A sentence for everything that is not as it must be; nothing when all is well."""
    yield from _status_is_last_event()
    yield from _centres_agree()
    yield from elsewhere(Task, "task")
    yield from _stages_are_consistent()
    yield from _clocks_are_consistent()
    yield from without_their_paper()
    yield from _decisions_are_consistent()
    yield from _numbers_have_no_gap()
    yield from _files_are_there()
    yield from events_are_whole()


def paths() -> Iterator[str]:
    """The scans and uploads of cases."""
    yield from CaseFile.objects.values_list("path", flat=True).iterator(chunk_size=1000)


def _status_is_last_event() -> Iterator[str]:
    last = Event.objects.filter(case=OuterRef("pk")).order_by("-seq").values("to_status")[:1]
    wrong = Case.objects.annotate(last_status=Subquery(last)).exclude(status=F("last_status"))
    for key, status, last_status in wrong.values_list("pk", "status", "last_status").iterator():
        yield f"case {key}: status {status} is not its last event's {last_status}"


def _centres_agree() -> Iterator[str]:
    """The centre is written twice: with the application, and with the case for the door's index."""
    for key in Case.objects.exclude(center=F("application__center")).values_list("pk", flat=True).iterator():
        yield f"case {key}: its centre is not the one that its application was brought to"


def _stages_are_consistent() -> Iterator[str]:
    open_now = Task.objects.filter(case=OuterRef("pk"), stage=OuterRef("stage"), status__in=OPEN_TASK)
    for case in Case.objects.filter(~Exists(open_now), status__in=IN_PROGRESS):
        yield f"case {case.pk}: {case.status}, but no task of stage {case.stage} is open"
    for task in Task.objects.filter(status__in=UNFINISHED).exclude(case__status__in=IN_HAND):
        yield f"case {task.case_id}: task {task.step} is {task.status}, but nobody waits for it any more"
    sent = Task.objects.filter(status=TaskStatus.SENT)
    for task in sent.exclude(case__status__in=[CaseStatus.DISPATCHED, CaseStatus.IN_DEPARTMENT]):
        yield f"case {task.case_id}: task {task.step} was sent, but the case is not dispatched"
    early = Task.objects.filter(stage__gt=F("case__stage")).exclude(
        status__in=[TaskStatus.WAITING, TaskStatus.CANCELLED]
    )
    for task in early:
        yield f"case {task.case_id}: task {task.step} runs before its stage"
    joins = Event.objects.filter(verb="join").values("case", "once").annotate(times=Count("pk")).filter(times__gt=1)
    for row in joins:
        yield f"case {row['case']}: {row['once']} happened {row['times']} times"


def _clocks_are_consistent() -> Iterator[str]:
    """The clock of the decision has not begun before acceptance, and stands for good once the case is no more in hand.

    What may stand in a status: running or paused while it is in hand.
    """
    on_the_way = [ClockState.RUNNING, ClockState.PAUSED]
    expected = (
        ("has begun before acceptance", Q(status__in=BEFORE_ACCEPTANCE) & ~Q(clock_state=ClockState.NOT_STARTED)),
        ("stands while the case is in hand", Q(status__in=IN_HAND) & ~Q(clock_state__in=on_the_way)),
        (
            "runs although the case has been decided or has ended",
            ~Q(status__in=BEFORE_ACCEPTANCE | IN_HAND) & ~Q(clock_state=ClockState.STOPPED),
        ),
    )
    for sentence, wrong in expected:
        for case in Case.objects.filter(wrong):
            yield f"case {case.pk}: {case.status}, and its clock ({case.clock_state}) {sentence}"


def without_their_paper() -> Iterator[str]:
    """Each status is tied to the paper that tells the applicant of it (decisions say more: see below)."""
    for kind, statuses in PAPER_OF.items():
        papers = Document.objects.filter(cases=OuterRef("pk"), kind=kind, voided_at=None)
        for case in Case.objects.filter(~Exists(papers), status__in=statuses).only("status"):
            yield f"case {case.pk}: {case.status} without the paper {kind}"


def _decisions_are_consistent() -> Iterator[str]:
    """Decided, by whom, and with a written decision: each says the other two."""
    papers = Document.objects.filter(cases=OuterRef("pk"), kind__in=DECISIONS, voided_at=None)
    for case in Case.objects.filter(~Exists(papers), status__in=AFTER_DECISION):
        yield f"case {case.pk}: {case.status} without a written decision"
    for case in Case.objects.filter(Exists(papers)).exclude(status__in=AFTER_DECISION | {CaseStatus.REVOKED}):
        yield f"case {case.pk}: {case.status} with a written decision"
    undecided = Q(decided_at=None) | Q(outcome="")
    for case in Case.objects.filter(undecided, status__in=AFTER_DECISION):
        yield f"case {case.pk}: {case.status}, but nothing says when and how it was decided"


def _numbers_have_no_gap() -> Iterator[str]:
    """Cases are numbered by zone and day, applications by day."""
    strange: list[str] = []
    yield from gaps(_case_serials(strange), prefix="case:", things="cases")
    yield from gaps(_application_serials(strange), prefix="application:", things="applications")
    yield from strange


def _case_serials(strange: list[str]) -> Iterator[tuple[str, int]]:
    """Counter and serial of each case; a sentence in `strange` for what cannot be read back."""
    for text in Case.objects.exclude(number=None).values_list("number", flat=True).iterator():
        if number := CaseNumber.parse(text or ""):
            yield counter_of_cases(number.letter, number.day), number.serial
        else:
            strange.append(f"{text} is no number that a case can have")


def _application_serials(strange: list[str]) -> Iterator[tuple[str, int]]:
    for text in Application.objects.values_list("number", flat=True).iterator():
        if number := ApplicationNumber.parse(text):
            yield counter_of_applications(number.day), number.serial
        else:
            strange.append(f"{text} is no number that an application can have")


def _files_are_there() -> Iterator[str]:
    for file in of_tonight(CaseFile.objects.all()).iterator():
        try:
            data = read_private(file.path)
        except FileNotFoundError:
            yield f"case {file.case_id}: file {file.uuid} is missing"
            continue
        if hashlib.sha256(data).hexdigest() != file.sha256:
            yield f"case {file.case_id}: file {file.uuid} was changed"
