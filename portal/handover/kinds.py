"""The handover slips, and the receipt for papers that went home.

Slips bear no code of the applicant's, so whoever sees the case opens them whole.
"""

from typing import Any

from portal.documents.registry import PaperKind, register

STUB = "第一联 存根（窗口留存）"
BEFORE_SUPPLEMENTS = {"supplements": False, "sign_by": "", "presumed_after": 0}
"""Every slip of an earlier release begins a limit."""


def _slip(code: str, title: str, sign: str, *copies: str, earlier: dict[str, Any] | None = None) -> PaperKind:
    return PaperKind(
        code=code,
        title=title,
        sign=sign,
        opened_by="slips.see",
        copies=(STUB, *copies),
        for_applicant=False,
        earlier=earlier or {},
    )


register(
    _slip("handover", "办理交接单", "交", "第二联 部门留存", "第三联 回执（签收后退窗口）", earlier=BEFORE_SUPPLEMENTS),
    _slip("result_handover", "办理结果交接单", "果", "第二联 窗口留存", "第三联 回执（签收后退部门）"),
    _slip("return_handover", "材料退还交接单", "还", "第二联 部门留存", "第三联 回执（签收后退部门）"),
    PaperKind(
        code="return_receipt",
        title="材料退还凭证",
        sign="退还",
        opened_by="papers.open",
        file_opened_by="papers.open_copies",
    ),
)
