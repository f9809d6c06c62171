"""Making slips: one per department and round, listing every paper, in the transaction of the dispatch itself."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.cases.models import Case, CaseMaterial, Task
from portal.cases.states import TaskStatus
from portal.documents.models import Counter, Document
from portal.handover import papers
from portal.handover.limits import slip_due
from portal.handover.models import Custody, Direction, HolderKind, Slip, SlipLine, SlipStatus
from portal.handover.numbers import SlipCode, counter_of_slips
from portal.lib.refusal import Refused
from portal.organisations.models import Organisation, User


def slip_code() -> str:
    """The next code of the year."""
    year = timezone.localdate().year
    return str(SlipCode(year, Counter.take(counter_of_slips(year))))


def keep_at_window(case: Case, **kwargs: Any) -> None:
    """Write down that the window holds the papers it has taken in, and only those."""
    materials = list(case.materials.all())
    held = set(Custody.objects.now().of_case(case).values_list("material_id", flat=True))
    arrived = [line for line in materials if line.is_paper and line.pk not in held]
    gone = [line.pk for line in materials if not line.is_paper and line.pk in held]
    Custody.objects.now().filter(material__in=gone).update(until=timezone.now())
    Custody.objects.hand_over(arrived, to=HolderKind.WINDOW)


def take_papers_back(case: Case, **kwargs: Any) -> None:
    """A withdrawn case: open slips are cancelled, their numbers kept, and papers on the way return to the window."""
    Slip.objects.waiting().filter(case=case).update(status=SlipStatus.CANCELLED)
    travelling = Custody.objects.now().of_case(case).filter(holder=HolderKind.IN_TRANSIT)
    Custody.objects.hand_over([item.material for item in travelling], to=HolderKind.WINDOW)


def void_slips(case: Case, tasks: list[Task], **kwargs: Any) -> None:
    """Departments that are not waited for any more: their open slips are cancelled, papers on the way come home."""
    waiting = Task.objects.filter(case=case, status=TaskStatus.SENT).values("department")
    gone = [task.department_id for task in tasks]
    slips = Slip.objects.waiting().filter(case=case, direction=Direction.TO_DEPARTMENT, department__in=gone)
    slips = slips.exclude(department__in=waiting)
    travelling = Custody.objects.now().of_case(case).filter(holder=HolderKind.IN_TRANSIT, slip__in=slips)
    papers_home = [item.material for item in travelling]
    slips.update(status=SlipStatus.CANCELLED)
    Custody.objects.hand_over(papers_home, to=HolderKind.WINDOW)


def make_slips(case: Case, tasks: list[Task], by: User | None, **kwargs: Any) -> None:
    """One slip for every department among `tasks`; papers travel only to a department whose step takes paper."""
    departments = dict.fromkeys(task.department for task in tasks)
    for department in departments:
        mine = [task for task in tasks if task.department_id == department.pk]
        _to_department(case, department, mine, by)


def _to_department(case: Case, department: Organisation, tasks: list[Task], by: User | None) -> Slip:
    takes_paper = any(task.takes_paper for task in tasks)
    lines = [
        _line(material, takes_paper) for material in case.materials.filter(received=True).prefetch_related("files")
    ]
    earlier = Slip.objects.filter(case=case, department=department, direction=Direction.TO_DEPARTMENT).count()
    code = slip_code()
    content = papers.to_department(case, department, tasks, lines, code=code, round=earlier + 1, by=by)
    return _issue(
        case,
        department,
        Direction.TO_DEPARTMENT,
        lines,
        kind="handover",
        content=content,
        code=code,
        by=by,
        round=earlier + 1,
    )


def held_by(case: Case, department: Organisation) -> list[CaseMaterial]:
    """The paper materials of the case that this department holds now."""
    held = Custody.objects.now().of_case(case).filter(holder=HolderKind.DEPARTMENT, organisation=department)
    return [item.material for item in held.order_by("material__order")]


def to_return(case: Case, keys: set[str]) -> list[CaseMaterial]:
    """The papers of these keys, to go back to the applicant; Refused when the deciding department holds one not."""
    held = held_by(case, case.lead)
    if keys - {material.key for material in held}:
        raise Refused("所选退还的材料不在本部门保管，请核对后重新选择。", field="returned")
    return [material for material in held if material.key in keys]


def return_slip(case: Case, results: list[dict[str, Any]], returned: list[CaseMaterial], *, by: User) -> Slip:
    """办理结果交接单: results, and the originals that go back to the applicant.

    Runs inside the verb that transfers the result; papers that are not named stay in the department's file.
    """
    department = case.lead
    lines = [_line(material, True) for material in returned]
    code = slip_code()
    content = papers.to_window(case, department, results, lines, code=code, by=by)
    return _issue(
        case, department, Direction.TO_WINDOW, lines, kind="result_handover", content=content, code=code, by=by, round=1
    )


def _line(material: CaseMaterial, as_paper: bool) -> SlipLine:
    return SlipLine(
        material=material,
        order=material.order,
        name=material.name,
        originals=material.originals if as_paper else 0,
        photocopies=material.photocopies if as_paper else 0,
        pages=material.pages if as_paper else 0,
        scanned=bool(material.files.all()),
    )


def _issue(
    case: Case,
    department: Organisation,
    direction: str,
    lines: list[SlipLine],
    *,
    kind: str,
    content: dict[str, Any],
    code: str,
    by: User | None,
    round: int,
) -> Slip:
    with transaction.atomic():
        document: Document = case.issue(kind, content, by=by)
        slip = Slip.objects.create(
            case=case,
            direction=direction,
            department=department,
            document=document,
            code=code,
            round=round,
            due=slip_due(timezone.localdate()),
            issued_by=by,
        )
        for line in lines:
            line.slip = slip
        SlipLine.objects.bulk_create(lines)
        moving = [line.material for line in lines if line.is_paper and line.material]
        Custody.objects.hand_over(moving, to=HolderKind.IN_TRANSIT, slip=slip)
        return slip
