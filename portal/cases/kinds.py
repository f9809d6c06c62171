"""The papers of a case at the window and in the department, and who may open them.

Whoever sees a case may read its papers, but the applicant's own copies bear the query code: they are opened at the
windows of the place only. Everybody else opens the copies for the file.
"""

from collections.abc import Mapping
from typing import Any

from portal.cases.grounds import AGAINST, BEFORE_TYPES, RULINGS_BEFORE_TYPES
from portal.documents.registry import Body, PaperKind, register


def _for_applicant(code: str, title: str, sign: str, **more: Any) -> PaperKind:
    return PaperKind(
        code=code,
        title=title,
        sign=sign,
        opened_by="papers.open",
        file_opened_by="papers.open_copies",
        **more,
    )


def _of_the_department(code: str, title: str, sign: str, earlier: Mapping[str, Any]) -> PaperKind:
    """The deciding department's own paper; until 2026-11 it bore the number of the centre."""
    copies = ("第一联 申请人", "第二联 部门案卷")
    return _for_applicant(
        code, title, sign, copies=copies, body=Body.DEPARTMENT, was_centres=True, earlier={**AGAINST, **earlier}
    )


register(
    _for_applicant("receipt", "收件凭证", "收"),
    _for_applicant("acceptance", "受理通知书", "受", is_served=True, earlier=BEFORE_TYPES),
    _for_applicant("correction", "一次性补正告知书", "补", is_served=True, earlier=BEFORE_TYPES),
    _for_applicant("correction_receipt", "补正材料接收凭证", "补收", earlier=BEFORE_TYPES),
    _for_applicant("lapse", "退件告知书", "退", is_served=True),
    _for_applicant("withdrawal", "撤回申请书", "撤"),
    _of_the_department("decision_grant", "准予决定书", "准", RULINGS_BEFORE_TYPES[True]),
    _of_the_department("decision_refusal", "不予决定书", "不", RULINGS_BEFORE_TYPES[False]),
    PaperKind(
        code="application_form",
        title="统一申请表",
        sign="申",
        opened_by="papers.open",
        file_opened_by="papers.open_copies",
        copies=("窗口存档",),
        for_applicant=False,
    ),
)
