"""核对材料: what was handed in at the window, line by line of the item's list, and what is still brought later."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from portal.cases.acts import place_of
from portal.cases.clocks.moving import applicant_is_late
from portal.cases.intake.correction import TOO_LATE
from portal.cases.models import Case, CaseMaterial
from portal.cases.models.acting import acting
from portal.cases.signals import materials_changed
from portal.cases.states import AT_THE_WINDOW, IN_PROGRESS, CaseStatus, Verdict
from portal.lib.refusal import Refused
from portal.organisations import authority
from portal.organisations.models import User


def lines_open(case: Case) -> list[CaseMaterial]:
    """The lines that may still be checked: all of them at the window; after acceptance, while a necessary one does not
    stand, those that were not settled."""
    lines = case.lines()
    if case.status in AT_THE_WINDOW:
        return lines
    lacking = case.status in IN_PROGRESS and any(line.shortfall() for line in lines)
    return [line for line in lines if not line.is_settled()] if lacking else []


def check_materials(case: Case, rows: list[dict[str, Any]], *, by: User, once: str | None = None) -> None:
    """Write what was handed in and how it was judged; `rows` name materials of the list by `key`.

    Raises Refused for a key that is not on the item's list (行政许可法 art. 31: no unrelated materials); when the time
    for corrections is over; once the case has been accepted for a line that stood; and after the decision.
    """
    with acting(case):
        authority.require(by, "cases.check_materials", place_of(case))
        if case.status not in AT_THE_WINDOW | IN_PROGRESS:
            raise case.too_late("核对材料")
        if case.status == CaseStatus.CORRECTION and applicant_is_late(case, timezone.localdate()):
            raise Refused(TOO_LATE)
        lines = {line.key: line for line in case.lines()}
        if {row["key"] for row in rows} - set(lines):
            raise Refused("提交的材料不在本事项的材料清单内，没有保存任何改动。请刷新页面后重新填写。")
        _refuse_settled(case, [lines[row["key"]] for row in rows])
        for row in rows:
            values = dict(row)
            if "verdict" in values and values["verdict"] != Verdict.BAD:
                values["reason"] = ""  # what was wrong once is not said of what is sound now
            CaseMaterial.objects.filter(pk=lines[values.pop("key")].pk).update(**values)
        received = sum(1 for row in rows if row.get("received"))
        case.note("check_materials", "核对材料", by=by, text=f"已收{received}项，清单共{len(lines)}项。", once=once)
        before = {line.pk: line for line in lines.values()}
        materials_changed.send(sender=Case, case=case, before=before, by=by)


def _refuse_settled(case: Case, touched: list[CaseMaterial]) -> None:
    """Raise Refused for a line that stood when the case was accepted: it is not opened again."""
    settled = [line.name for line in touched if line.is_settled()] if case.status in IN_PROGRESS else []
    if settled:
        raise Refused(f"本件已经受理，{'、'.join(settled)}受理时已经合格，不能再改动；现在只登记还没有齐的材料。")
