"""补正: what is missing is told once and all of it, and closed when everything on the notice is in."""

from __future__ import annotations

from django.utils import timezone

from portal.cases.clocks.limits import CORRECTION_DAYS, natural_days
from portal.cases.models import Case, CaseMaterial
from portal.cases.models.acting import acting
from portal.cases.papers import notices
from portal.lib.refusal import Refused
from portal.organisations.models import User


def request_correction(case: Case, gaps: dict[str, str], *, by: User, once: str | None = None) -> None:
    """一次性告知补正: `gaps` says for each material key what must be supplied; it can be said once only.

    行政许可法 art. 32 para. 1 (4): within five working days, all of it at once. Raises Refused for an empty list,
    a material outside the list, or after the five days.
    """
    with acting(case):
        case.guard("request_correction", by=by)
        today = timezone.localdate()
        if case.acceptance_due and today > case.acceptance_due:
            raise Refused("收件已超过5个工作日，依法视为受理，不能再要求补正。")
        if not gaps:
            raise Refused("请至少选择一项需要补正的材料，并写明要求。")
        lines = {line.key: line for line in case.lines()}
        if set(gaps) - set(lines):
            raise Refused("补正材料只能从本事项的材料清单中选取。")
        done = case.claim("request_correction", by=by, correction_due=natural_days(today, CORRECTION_DAYS))
        for key, wanted in gaps.items():
            CaseMaterial.objects.filter(pk=lines[key].pk).update(gap=wanted)
        names = "、".join(lines[key].name for key in gaps)
        case.record(done, by=by, text=f"需补正：{names}。", once=once or "correction", materials=sorted(gaps))
        case.issue("correction", notices.correction(case, by), by=by)


def complete_correction(case: Case, *, by: User, once: str | None = None) -> None:
    """补正到齐: everything on the notice is in and sound."""
    with acting(case):
        case.guard("complete_correction", by=by)
        open_gaps = [line.name for line in case.lines() if line.gap and line.shortfall()]
        if open_gaps:
            raise Refused(f"告知书所列的{'、'.join(open_gaps)}还没有补齐或者还没有核对。")
        done = case.claim("complete_correction", by=by)
        case.record(done, by=by, once=once)
        case.issue("correction_receipt", notices.correction_receipt(case, by), by=by)
