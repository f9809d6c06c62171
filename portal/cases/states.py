"""Where a case, its clock and its tasks can stand. Four dimensions, never squeezed into one field.

Procedure is `CaseStatus`, the clock is `ClockState`; custody of the papers belongs to `portal.handover`, delivery to
`portal.pickup`. Names and numbers follow the trade's state list (exchange codes: GB/T 39046).
"""

from django.db import models


class CaseStatus(models.TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已提交待预审"
    PREREVIEW = "prereview", "预审"
    RECEIVED = "received", "已收件"
    CORRECTION = "correction", "待补正"
    CORRECTION_DONE = "correction_done", "补正已收"
    NOT_REQUIRED = "not_required", "不需受理"
    REFUSED_ACCEPTANCE = "refused_acceptance", "不予受理"
    LAPSED = "lapsed", "补正逾期视为放弃"
    ACCEPTED = "accepted", "已受理"
    DISPATCHED = "dispatched", "已分办待签收"
    IN_DEPARTMENT = "in_department", "部门办理中"
    SUSPENDED = "suspended", "特别程序/中止"
    REVIEW_CORRECTION = "review_correction", "审查阶段补正"
    AWAITING_SUPERIOR = "awaiting_superior", "已上报待上级决定"
    DECIDED_GRANTED = "decided_granted", "准予"
    DECIDED_REFUSED = "decided_refused", "不予办理"
    RETURNED = "returned", "退件"
    WITHDRAWN = "withdrawn", "撤回"
    RESULT_TRANSFER = "result_transfer", "结果移交中"
    READY = "ready", "待领取"
    DELIVERED = "delivered", "已送达"
    ARCHIVED = "archived", "已归档"
    REVOKED = "revoked", "已撤销"


AT_THE_WINDOW = frozenset({CaseStatus.RECEIVED, CaseStatus.CORRECTION, CaseStatus.CORRECTION_DONE})
"""Received but not yet accepted: materials may still be checked and corrected."""

IN_PROGRESS = frozenset({CaseStatus.ACCEPTED, CaseStatus.DISPATCHED, CaseStatus.IN_DEPARTMENT})
"""Accepted and not yet decided: both limits run."""

HANDED_OUT = frozenset({CaseStatus.DELIVERED, CaseStatus.ARCHIVED})
DECIDED = frozenset({CaseStatus.DECIDED_GRANTED, CaseStatus.DECIDED_REFUSED})
AFTER_DECISION = DECIDED | {CaseStatus.RESULT_TRANSFER, CaseStatus.READY} | HANDED_OUT
ENDED = frozenset(
    {
        CaseStatus.NOT_REQUIRED,
        CaseStatus.REFUSED_ACCEPTANCE,
        CaseStatus.LAPSED,
        CaseStatus.WITHDRAWN,
        CaseStatus.DELIVERED,
        CaseStatus.ARCHIVED,
        CaseStatus.REVOKED,
    }
)


WITHOUT_RESULT = frozenset(
    {CaseStatus.NOT_REQUIRED, CaseStatus.REFUSED_ACCEPTANCE, CaseStatus.LAPSED, CaseStatus.WITHDRAWN}
)
"""Ended before any decision: nothing is made, and whatever the applicant handed in goes home."""

IN_HAND = IN_PROGRESS | {CaseStatus.SUSPENDED, CaseStatus.REVIEW_CORRECTION, CaseStatus.AWAITING_SUPERIOR}
"""Accepted and not yet decided, also while a clock stands still."""

BEFORE_ACCEPTANCE = AT_THE_WINDOW | {CaseStatus.DRAFT, CaseStatus.SUBMITTED, CaseStatus.PREREVIEW}
"""No clock of the decision has begun."""


class ClockState(models.TextChoices):
    NOT_STARTED = "not_started", "未开始"
    RUNNING = "running", "计时中"
    PAUSED = "paused", "暂停计时"
    STOPPED = "stopped", "已停止"


class TaskStatus(models.TextChoices):
    WAITING = "waiting", "未到环节"
    SENT = "sent", "待签收"
    WORKING = "working", "办理中"
    DONE = "done", "已办"
    BOUNCED = "bounced", "已退回"
    CANCELLED = "cancelled", "已取消"


OPEN_TASK = frozenset({TaskStatus.SENT, TaskStatus.WORKING, TaskStatus.BOUNCED})
"""Tasks of the current stage that keep it from joining."""

MINE_TO_SEE = frozenset({TaskStatus.WAITING, TaskStatus.SENT, TaskStatus.WORKING, TaskStatus.DONE})
"""Tasks that give their department sight of the case; a bounced paper is none of its business any more."""


class TaskKind(models.TextChoices):
    REVIEW = "review", "审查"
    OPINION = "opinion", "征求意见"
    REPORT = "report", "上报"
    DECISION = "decision", "决定"


class TaskOutcome(models.TextChoices):
    AGREE = "agree", "同意"
    AGREE_WITH_CONDITIONS = "agree_with_conditions", "附条件同意"
    DISAGREE = "disagree", "不同意"
    DEEMED_AGREE = "deemed_agree", "逾期视为同意"
    GRANTED = "granted", "准予"
    REFUSED = "refused", "不予办理"


ANSWERS = (TaskOutcome.AGREE, TaskOutcome.AGREE_WITH_CONDITIONS, TaskOutcome.DISAGREE)


class ApplicantKind(models.TextChoices):
    PERSON = "person", "自然人"
    BODY = "body", "法人或其他组织"


class Way(models.TextChoices):
    """How a material was taken in (材料收取方式)."""

    PAPER = "1", "纸质收取"
    UPLOAD = "2", "附件上传"
    SCAN = "3", "扫描"
    LATER = "4", "容缺后补"
    LIBRARY = "5", "证照库"


class Service(models.TextChoices):
    """How a notice reached the applicant (送达方式)."""

    IN_PERSON = "in_person", "当面送达"
    MAIL = "mail", "邮寄送达"
    ELECTRONIC = "electronic", "电子送达"


class Verdict(models.TextChoices):
    OPEN = "", "未审"
    GOOD = "good", "合格"
    BAD = "bad", "不合格"
