"""What the two handover slips say (办理交接单, 办理结果交接单), frozen when they are issued."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from portal.cases.models import Case, CaseMaterial, Task
from portal.cases.papers.head import head
from portal.handover.limits import slip_due
from portal.handover.models import SlipLine
from portal.lib.numerals import in_words
from portal.lib.words import minute
from portal.organisations.models import Organisation, User
from portal.workdays.words import due_in_words


def _rows(lines: Iterable[SlipLine]) -> list[dict[str, Any]]:
    return [
        {
            "no": line.order,
            "name": line.name,
            "originals": line.originals,
            "photocopies": line.photocopies,
            "pages": line.pages,
            "scanned": line.scanned,
            "paper": line.is_paper,
        }
        for line in lines
    ]


def _totals(lines: Iterable[SlipLine]) -> dict[str, Any]:
    lines = list(lines)
    originals = sum(line.originals for line in lines)
    photocopies = sum(line.photocopies for line in lines)
    return {
        "originals": originals,
        "photocopies": photocopies,
        "words": f"原件{in_words(originals)}份，复印件{in_words(photocopies)}份",
    }


def to_department(
    case: Case,
    department: Organisation,
    tasks: list[Task],
    lines: list[SlipLine],
    code: str,
    *,
    round: int,
    supplements: bool = False,
    by: User | None,
) -> dict[str, Any]:
    """窗口→部门: the case, both limits, this department's share, every paper, room for three signatures.

    `supplements`: the department has signed for the case before, and its limit runs since then."""
    definition = case.definition
    return {
        **head(case, by),
        "handler": str(by) if by else "",  # a stage that joined by itself: whoever carries the papers signs
        "code": code,
        "round": round,
        "supplements": supplements,
        "sign_by": due_in_words(slip_due(timezone.localdate())),
        "presumed_after": case.application.center.presume_days,
        "giver": case.application.window.name,
        "taker": department.full_name,
        "accepted_at": minute(case.accepted_at),
        "case_type": definition.case_type_text,
        "statutory_limit": definition.statutory_limit.days_text() if definition.statutory_limit else "无法定时限",
        "statutory_due": due_in_words(case.statutory_due, case.clock_start),
        "promised_limit": definition.promised_limit.days_text(),
        "promised_due": due_in_words(case.promised_due, case.clock_start),
        "tasks": [
            {
                "name": task.name,
                "kind": task.get_kind_display(),
                "role": "牵头" if task.is_lead else "协办",
                "limit": f"{task.limit_days}个工作日",
                "due": due_in_words(task.due),
            }
            for task in tasks
        ],
        "lines": _rows(lines),
        "totals": _totals(lines),
        "paper_travels": any(line.is_paper for line in lines),
    }


def to_window(
    case: Case, department: Organisation, results: list[dict[str, Any]], lines: list[SlipLine], code: str, *, by: User
) -> dict[str, Any]:
    """部门→窗口: the outcome, every result paper, the originals that go back to the applicant."""
    return {
        **head(case, by),
        "code": code,
        "giver": department.full_name,
        "taker": case.application.center.name + "出件窗口",
        "outcome": case.ruling,
        "decided_at": minute(case.decided_at),
        "decision_number": _decision_number(case),
        "results": results,
        "lines": _rows(lines),
        "totals": _totals(lines),
        "fee": case.definition.fee.model_dump(),
        "delivery": list(case.definition.ways_now),
    }


def homeward(
    case: Case, department: Organisation, lines: list[SlipLine], code: str, *, by: User | None
) -> dict[str, Any]:
    """部门→窗口: the papers of a case that ended, or was refused, on their way home to the applicant."""
    return {
        **head(case, by),
        "handler": "",  # the department's own hand, whoever carries them
        "code": code,
        "giver": department.full_name,
        "taker": case.application.window.name,
        "why": case.ruling or case.get_status_display(),
        "lines": _rows(lines),
        "totals": _totals(lines),
    }


def return_receipt(case: Case, materials: list[CaseMaterial], collector: dict[str, str], by: User) -> dict[str, Any]:
    """材料退还凭证: what went home, to whom, when; signed by whoever took it. `collector` bears no full number."""
    return {
        **head(case, by),
        "why": case.ruling or case.get_status_display(),
        "returned": [
            {"name": line.name, "originals": line.originals, "photocopies": line.photocopies} for line in materials
        ],
        "way": "代领" if collector["authority"] else "本人领回",
        "collector": collector,
        "place": case.application.window.name,
    }


def _decision_number(case: Case) -> str:
    decision = case.documents.filter(kind__startswith="decision_").order_by("-pk").first()
    return decision.number if decision else ""
