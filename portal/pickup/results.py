"""Bringing results to the counter: registered by the department, carried on a slip, shelved by the window."""

from __future__ import annotations

from dataclasses import dataclass

from portal.cases.decision.results import move_result
from portal.cases.models import Case, CaseFile
from portal.cases.models.acting import acting
from portal.cases.states import TaskOutcome
from portal.handover import signing
from portal.handover.models import Custody, HolderKind, Slip
from portal.handover.slips import at_window, held_by, return_slip, slips_home, to_return
from portal.lib.crypto import blind_index
from portal.lib.refusal import Refused
from portal.organisations.models import User
from portal.pickup import papers
from portal.pickup.limits import delivery_due
from portal.pickup.models import Delivery, Result, new_pickup_code


@dataclass(frozen=True)
class NewResult:
    """A result as the officer registers it; `file` is an upload that is already stored with the case."""

    name: str
    number: str
    originals: int = 1
    duplicates: int = 0
    validity: str = ""
    file: CaseFile | None = None


def transfer_result(
    case: Case, results: list[NewResult], returned: set[str], *, by: User, kept: str = "", once: str | None = None
) -> Slip:
    """结果移交: register what was made and send it, with the originals to return, on a slip to the window.

    After a refusal everything goes home: what stays in the department's file needs a reason (`kept`), and what other
    departments hold gets slips of its own.
    """
    with acting(case):
        case.guard("transfer_result", by=by, department=case.lead)
        if case.definition.is_instant:
            raise case.too_late("结果移交")
        _refuse_results(case, results)
        materials = to_return(case, returned)
        staying = _staying(case, returned, kept)
        move_result(case, "transfer_result", by=by, text=_named(results) + staying, once=once)
        _register(case, results, by)
        if case.outcome == TaskOutcome.REFUSED:
            slips_home(case, by=by, but=case.lead)
        return return_slip(case, papers.result_rows(case), materials, by=by)


def take_in(slip: Slip, shelf: str, *, by: User, once: str | None = None) -> Delivery:
    """窗口接收: counts match, the results get a shelf place, the applicant gets a notice with the pickup code."""
    case = slip.case
    with acting(case, slip):
        signing.require(by, "slips.take_in", slip)
        case.guard("take_in_result", by=by)
        _refuse_shelf(shelf)
        signing.take_in(slip, by=by)
        move_result(case, "take_in_result", by=by, text=f"存放于{shelf.strip()}。", once=once)
        return _shelve(case, shelf, slip, by)


def bounce_result(slip: Slip, *, by: User, reason: str, once: str | None = None) -> None:
    """结果退回更正: an error was found at the counter; the case goes back to where it was decided."""
    case = slip.case
    with acting(case, slip):
        signing.require(by, "slips.send_back", slip)
        verb = "bounce_grant" if case.outcome == TaskOutcome.GRANTED else "bounce_refusal"
        case.guard(verb, by=by)
        signing.send_back(slip, by=by, reason=reason)
        move_result(case, verb, by=by, text=reason.strip(), once=once)
        case.results.all().delete()


def ready_at_window(case: Case, results: list[NewResult], shelf: str, *, by: User, once: str | None = None) -> Delivery:
    """窗口直接出件: an instant case was decided at the window, so nothing travels."""
    with acting(case):
        case.guard("ready_at_window", by=by)
        if not case.definition.is_instant:
            raise case.too_late("窗口直接出件")
        _refuse_results(case, results)
        _refuse_shelf(shelf)
        move_result(case, "ready_at_window", by=by, text=_named(results), once=once)
        _register(case, results, by)
        return _shelve(case, shelf, None, by)


def _refuse_results(case: Case, results: list[NewResult]) -> None:
    """Raise Refused unless there is something to register, and each paper is named once."""
    if not results:
        raise Refused("请登记至少一项办理结果。")
    named = [(result.name, result.number) for result in results]
    standing = set(case.results.values_list("name", "number"))
    if len(set(named)) < len(named) or standing & set(named):
        raise Refused("同一份办理结果登记了两次，请核对编号。", field="number")


def _staying(case: Case, returned: set[str], kept: str) -> str:
    """What is said of the papers of a refused case that stay with the department; Refused when nobody says why."""
    held = held_by(case, case.lead) if case.outcome == TaskOutcome.REFUSED else []
    staying = "、".join(material.name for material in held if material.key not in returned)
    if staying and not kept.strip():
        raise Refused(f"本件{case.ruling}，申请人交来的材料应当退还；{staying}留存案卷的，请写明理由。", field="kept")
    return f"。留存案卷：{staying}，{kept.strip()}" if staying else ""


def _refuse_shelf(shelf: str) -> None:
    if not shelf.strip():
        raise Refused("请填写存放位置。", field="shelf")


def _named(results: list[NewResult]) -> str:
    return "、".join(f"{result.name}（{result.number}）" for result in results)


def _register(case: Case, results: list[NewResult], by: User) -> None:
    Result.objects.bulk_create(Result(case=case, made_by=by, **vars(result)) for result in results)


def _shelve(case: Case, shelf: str, slip: Slip | None, by: User) -> Delivery:
    code = new_pickup_code()
    delivery = Delivery.objects.create(
        case=case,
        slip=slip,
        shelf=shelf.strip(),
        code_index=blind_index(f"pickup:{case.pk}:{code}"),
        due=delivery_due(case),
    )
    case.issue("pickup_notice", papers.pickup_notice(delivery, code, by), by=by)
    if slip is None or case.outcome == TaskOutcome.REFUSED:
        Custody.objects.hand_over(at_window(case), to=HolderKind.ISSUE_COUNTER)
    return delivery
