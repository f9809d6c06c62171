"""What the applicant gets at the end. The pickup notice bears the pickup code: it is the issue counter's alone."""

from portal.documents.registry import PaperKind, register

register(
    PaperKind(
        code="pickup_notice",
        title="领取通知",
        sign="领",
        opened_by="pickup.open_notice",
        copies=("申请人联",),
    ),
    PaperKind(
        code="delivery_receipt",
        title="送达回证",
        sign="达",
        opened_by="papers.open",
        file_opened_by="papers.open_copies",
        earlier={"fee": ""},
        copies=("第一联 申请人", "第二联 存档"),
    ),
)
