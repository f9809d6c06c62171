"""What must be true of every case at every moment; `manage.py check_invariants` asks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from django.db.models import Count, F, OuterRef, Subquery

from portal.cases.models import Case, CaseFile, Event, Task
from portal.cases.models.event import broken_links
from portal.cases.numbers import CaseNumber
from portal.cases.states import OPEN_TASK, CaseStatus, TaskStatus
from portal.lib.files import read_private


def problems() -> Iterator[str]:
    """A sentence for everything that is not as it must be; nothing when all is well."""
    yield from _status_is_last_event()
    yield from _stages_are_consistent()
    yield from _numbers_have_no_gap()
    yield from _files_are_there()
    yield from broken_links(Event.objects.order_by("case_id", "seq").iterator())


def paths() -> Iterator[str]:
    """The scans and uploads of cases."""
    yield from CaseFile.objects.values_list("path", flat=True).iterator(chunk_size=1000)


def _status_is_last_event() -> Iterator[str]:
    last = Event.objects.filter(case=OuterRef("pk")).order_by("-seq").values("to_status")[:1]
    for case in Case.objects.annotate(last_status=Subquery(last)).exclude(status=F("last_status")):
        yield f"case {case.pk}: status {case.status} is not its last event's {case.last_status}"


def _stages_are_consistent() -> Iterator[str]:
    in_department = Case.objects.filter(status=CaseStatus.IN_DEPARTMENT)
    stuck = in_department.exclude(
        pk__in=Task.objects.filter(stage=F("case__stage"), status__in=OPEN_TASK).values("case")
    )
    for case in stuck:
        yield f"case {case.pk}: in a department, but no task of stage {case.stage} is open"
    early = Task.objects.filter(stage__gt=F("case__stage")).exclude(
        status__in=[TaskStatus.WAITING, TaskStatus.CANCELLED]
    )
    for task in early:
        yield f"case {task.case_id}: task {task.step} runs before its stage"
    joins = Event.objects.filter(verb="join").values("case", "once").annotate(times=Count("pk")).filter(times__gt=1)
    for row in joins:
        yield f"case {row['case']}: {row['once']} happened {row['times']} times"


def _numbers_have_no_gap() -> Iterator[str]:
    series: dict[tuple[str, str], list[int]] = {}
    for text in Case.objects.exclude(number=None).values_list("number", flat=True):
        number = CaseNumber.parse(text)
        if number is None:
            yield f"{text} is no number that a case can have"
        else:
            series.setdefault((number.letter, number.day), []).append(number.serial)
    for (letter, day), serials in sorted(series.items()):
        if sorted(serials) != list(range(1, len(serials) + 1)):
            yield f"case numbers {letter} {day}: {len(serials)} cases, highest serial {max(serials)}"


def _files_are_there() -> Iterator[str]:
    for file in CaseFile.objects.iterator():
        try:
            data = read_private(file.path)
        except FileNotFoundError:
            yield f"case {file.case_id}: file {file.uuid} is missing"
            continue
        if hashlib.sha256(data).hexdigest() != file.sha256:
            yield f"case {file.case_id}: file {file.uuid} was changed"
