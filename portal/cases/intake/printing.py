"""What the window prints before acceptance: the filled application form, and the receipt."""

from __future__ import annotations

from typing import Any

from portal.cases.acts import place_of
from portal.cases.models import Case
from portal.cases.models.acting import acting
from portal.cases.papers import notices
from portal.cases.states import AT_THE_WINDOW, CaseStatus
from portal.documents.sealing import opened
from portal.lib.refusal import Refused
from portal.organisations import authority
from portal.organisations.models import User


def print_application_form(case: Case, *, by: User, once: str | None = None) -> None:
    """统一申请表 as filled in, to be signed before acceptance; the same content is issued once."""
    with acting(case):
        authority.require(by, "cases.print_application_form", place_of(case))
        if case.status not in AT_THE_WINDOW:
            raise case.too_late("打印申请表")
        content = notices.application_form(case, by)
        standing = case.documents.filter(kind="application_form", voided_at=None)
        if any(_what_it_says(document.content) == _what_it_says(content) for document in standing):
            raise Refused("内容相同的申请表已经出具，请在“文书”中打印。")
        case.note("print_application_form", "打印申请表", by=by, once=once)
        case.issue("application_form", content, by=by)


def _what_it_says(content: dict[str, Any]) -> dict[str, Any]:
    """A form as the applicant reads it, without who printed it and when."""
    return {name: value for name, value in opened(content).items() if name not in {"handler", "at", "today"}}


def print_receipt(case: Case, *, by: User, once: str | None = None) -> None:
    """收件凭证: issued once, when the materials of a received case have been written down."""
    with acting(case):
        authority.require(by, "cases.print_receipt", place_of(case))
        if case.status != CaseStatus.RECEIVED:
            raise case.too_late("出具收件凭证")
        if case.documents.filter(kind="receipt").exists():
            raise Refused("本件的收件凭证已经出具，请在“文书”中打印。")
        case.note("print_receipt", "出具收件凭证", by=by, once=once)
        case.issue("receipt", notices.receipt(case, by), by=by)
