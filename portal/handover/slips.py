"""Making slips: one per department and round, listing every paper, in the transaction of the dispatch itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Count
from django.utils import timezone

from portal.cases.models import Case, CaseMaterial, Task
from portal.cases.states import TaskStatus, Verdict
from portal.documents.models import Counter
from portal.handover import papers
from portal.handover.limits import slip_due
from portal.handover.models import Custody, Direction, HolderKind, Slip, SlipLine, SlipStatus
from portal.handover.numbers import SlipCode, counter_of_slips
from portal.lib.refusal import Refused
from portal.organisations.models import Organisation, User


@dataclass(frozen=True)
class Draft:
    """A slip that is written and not yet numbered: the journey, the papers it lists, what its print will say."""

    slip: Slip
    lines: list[SlipLine]
    content: Callable[[str], dict[str, Any]]
    """By the code of the slip."""


def slip_codes(count: int) -> list[str]:
    """The next codes of the year."""
    year = timezone.localdate().year
    return [str(SlipCode(year, serial)) for serial in Counter.take_many(counter_of_slips(year), count)]


def keep_at_window(case: Case, before: dict[int, CaseMaterial], **kwargs: Any) -> None:
    """Write down that the window holds the papers it has taken in, and only those.

    `before` are the lines as they stood. Raises Refused for a line that is said to be no paper any more while its paper
    is with somebody else.
    """
    materials = list(case.materials.all())
    held = {item.material_id: item for item in Custody.objects.now().of_case(case)}
    arrived: list[CaseMaterial] = []
    gone: list[int] = []
    for line in materials:
        item = held.get(line.pk)
        if item is None or (item.holder != HolderKind.WINDOW and _came_anew(before[line.pk], line)):
            arrived += [line] if line.is_paper else []
        elif not line.is_paper and item.holder != HolderKind.WINDOW:
            raise Refused(f"“{line.name}”的纸质材料现在“{item.place}”，不能改为没有收到。补来的材料请按实际份数登记。")
        elif not line.is_paper:
            gone.append(line.pk)
    Custody.objects.now().filter(material__in=gone).update(until=timezone.now())
    Custody.objects.hand_over(arrived, to=HolderKind.WINDOW)


def _came_anew(before: CaseMaterial, now: CaseMaterial) -> bool:
    """Whether a paper came to replace or complete what had been sent on: what was bad is not, or there is more."""
    mended = before.verdict == Verdict.BAD and now.verdict != Verdict.BAD
    more = now.originals > before.originals or now.photocopies > before.photocopies
    return now.is_paper and (mended or more)


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
    """One slip for every department among `tasks`; papers travel only to a department whose step takes paper.

    Many slips cost the queries of one. They are numbered when the verb is done with everything else.
    """
    mine: dict[Organisation, list[Task]] = {}
    for task in tasks:
        mine.setdefault(task.department, []).append(task)
    _refuse_second_slip(case, mine)
    materials = list(case.materials.filter(received=True).prefetch_related("files"))
    rounds = _rounds(case, mine)
    drafts = []
    due = slip_due(timezone.localdate())
    for department, own in mine.items():
        as_paper = any(task.takes_paper for task in own)
        lines = [_line(material, as_paper) for material in materials]
        round = rounds.get(department.pk, 0) + 1
        slip = Slip(case=case, direction=Direction.TO_DEPARTMENT, department=department, due=due, round=round)
        content = partial(papers.to_department, case, department, own, lines, round=round, by=by)
        drafts.append(Draft(slip, lines, content))
    case.at_last(lambda: _issue(case, "handover", drafts, by=by))


def _refuse_second_slip(case: Case, departments: Iterable[Organisation]) -> None:
    """Raise Refused for a department that has not signed for the last slip of the case."""
    open_slips = Slip.objects.waiting().filter(case=case, direction=Direction.TO_DEPARTMENT)
    slip = open_slips.filter(department__in=list(departments)).select_related("department", "document").first()
    if slip is not None:
        raise Refused(f"{slip.department}还没有签收本件的交接单{slip.number}，请等签收以后再分办。", field="department")


def _rounds(case: Case, departments: Iterable[Organisation]) -> dict[int, int]:
    """How many slips of the case each of these departments has had, by its id."""
    earlier = Slip.objects.filter(case=case, direction=Direction.TO_DEPARTMENT, department__in=list(departments))
    return dict(earlier.values_list("department").annotate(Count("pk")).order_by())


def at_window(case: Case) -> list[CaseMaterial]:
    """The paper materials of the case that the window holds now."""
    held = Custody.objects.now().of_case(case).filter(holder=HolderKind.WINDOW)
    return [item.material for item in held.order_by("material__order")]


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
    due = slip_due(timezone.localdate())
    slip = Slip(case=case, direction=Direction.TO_WINDOW, department=department, due=due)
    content = partial(papers.to_window, case, department, results, lines, by=by)
    _issue(case, "result_handover", [Draft(slip, lines, content)], by=by)
    return slip


def slips_home(case: Case, *, by: User | None, but: Organisation | None = None) -> list[Slip]:
    """退还材料: one slip to the window for every department that holds papers, `but` for the one that needs none.

    Runs inside a verb: papers are on their way as soon as it is done; a second call finds none.
    """
    held = Custody.objects.now().of_case(case).filter(holder=HolderKind.DEPARTMENT).order_by("material__order")
    theirs: dict[Organisation, list[CaseMaterial]] = {}
    for item in held.exclude(organisation=but):
        if item.organisation is not None:
            theirs.setdefault(item.organisation, []).append(item.material)
    drafts, due = [], slip_due(timezone.localdate())
    for department, materials in theirs.items():
        lines = [_line(material, True) for material in materials]
        slip = Slip(case=case, direction=Direction.HOME, department=department, due=due)
        drafts.append(Draft(slip, lines, partial(papers.homeward, case, department, lines, by=by)))
    if drafts:
        case.at_last(lambda: _issue(case, "return_handover", drafts, by=by))
    return [draft.slip for draft in drafts]


def supplement(case: Case, materials: list[CaseMaterial], tasks: list[Task], *, by: User) -> Slip:
    """One more slip to the deciding department, with these papers only. Runs inside the verb that forwards them."""
    lines, due = [_line(material, True) for material in materials], slip_due(timezone.localdate())
    round = _rounds(case, [case.lead])[case.lead_id] + 1  # it has signed for one at least
    slip = Slip(case=case, direction=Direction.TO_DEPARTMENT, department=case.lead, due=due, round=round)
    content = partial(papers.to_department, case, case.lead, tasks, lines, round=round, supplements=True, by=by)
    _issue(case, "handover", [Draft(slip, lines, content)], by=by)
    return slip


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


def _issue(case: Case, kind: str, drafts: list[Draft], *, by: User | None) -> None:
    """Number and print the drafts, and send the papers they list on their way."""
    codes = slip_codes(len(drafts))
    documents = case.issue_many(kind, [draft.content(code) for draft, code in zip(drafts, codes, strict=True)], by=by)
    for draft, code, document in zip(drafts, codes, documents, strict=True):
        draft.slip.code, draft.slip.document, draft.slip.issued_by = code, document, by
    Slip.objects.bulk_create(draft.slip for draft in drafts)
    for draft in drafts:
        for line in draft.lines:
            line.slip = draft.slip
    SlipLine.objects.bulk_create(line for draft in drafts for line in draft.lines)
    for draft in drafts:
        moving = [line.material for line in draft.lines if line.is_paper and line.material]
        Custody.objects.hand_over(moving, to=HolderKind.IN_TRANSIT, slip=draft.slip)
