"""After the decision: moved by `portal.pickup`, which knows the results."""

from __future__ import annotations

from portal.cases.models import Case
from portal.organisations.models import User


def move_result(case: Case, verb: str, *, by: User, text: str, once: str | None = None) -> None:
    """Move a decided case along 结果移交 → 待领取 → 已送达; `verb` is one of the moves after the decision.

    The caller holds the lock (`case.lock()`) in its own transaction and has checked the result itself.
    """
    done = case.claim(verb, by=by, department=case.lead)
    case.record(done, by=by, text=text, once=once)
