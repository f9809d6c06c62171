"""The papers of a case at the window and in the department, and who may open them.

Whoever sees a case may read its papers, but the applicant's own copies bear the query code: they are opened at the
windows of the place only. Everybody else opens the copies for the file.
"""

from collections.abc import Mapping
from typing import Any

from portal.cases.grounds import BEFORE_TYPES, RULINGS_BEFORE_TYPES
from portal.documents.registry import USUAL_COPIES, PaperKind, register

OF_THE_DEPARTMENT = ("第一联 申请人", "第二联 部门案卷")


def _for_applicant(
    code: str, title: str, sign: str, copies: tuple[str, ...] = USUAL_COPIES, earlier: Mapping[str, Any] | None = None
) -> PaperKind:
    return PaperKind(
        code=code,
        title=title,
        sign=sign,
        opened_by="papers.open",
        file_opened_by="papers.open_copies",
        copies=copies,
        earlier=earlier or {},
    )


register(
    _for_applicant("receipt", "收件凭证", "收"),
    _for_applicant("acceptance", "受理通知书", "受", earlier=BEFORE_TYPES),
    _for_applicant("correction", "一次性补正告知书", "补", earlier=BEFORE_TYPES),
    _for_applicant("correction_receipt", "补正材料接收凭证", "补收", earlier=BEFORE_TYPES),
    _for_applicant("lapse", "退件告知书", "退"),
    _for_applicant("withdrawal", "撤回申请书", "撤"),
    _for_applicant("decision_grant", "准予决定书", "准", OF_THE_DEPARTMENT, RULINGS_BEFORE_TYPES[True]),
    _for_applicant("decision_refusal", "不予决定书", "不", OF_THE_DEPARTMENT, RULINGS_BEFORE_TYPES[False]),
    PaperKind(
        code="application_form",
        title="统一申请表",
        sign="申",
        opened_by="cases.see",
        copies=("窗口存档",),
        for_applicant=False,
    ),
)
