"""What an applicant sees of a case with number and query code: where it is, what comes next, what is missing.

It tells nothing that a stranger who found the paper could misuse: no identity number, telephone, address, member of
staff or pickup code, and of a person only the first character of the name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.cases.clocks.limits import LimitRow, limit_rows
from portal.cases.models import Case, Task
from portal.cases.reading.progress import case_chart
from portal.cases.states import AFTER_DECISION, WITHOUT_RESULT, CaseStatus, TaskOutcome, TaskStatus
from portal.handover.home import not_home
from portal.lib.words import day
from portal.organisations.models import ServiceCenter, Window, WindowKind
from portal.pickup.limits import delivery_due
from portal.pickup.models import Delivery
from portal.pickup.settling import fee_due
from portal.workdays.words import due_in_words

S = CaseStatus
AGAIN = "您可以重新申请。"
TO_FETCH = "您交来的纸质材料还没有领回，请带身份证件到{window}领取；来之前可以先打电话问窗口是否已经到齐。"
REMEDY = "不服决定的，可以依法申请行政复议或者提起行政诉讼，期限和机关写在这份文书上。"

WORDS: dict[str, tuple[str, str]] = {
    S.DRAFT: ("申请还没有提交。", "提交后由窗口核对。"),
    S.SUBMITTED: ("网上申报已经提交，等待窗口预审。", "窗口预审后告诉您是否需要补充材料。"),
    S.PREREVIEW: ("窗口正在预审材料。", "预审后请按通知到窗口提交材料。"),
    S.RECEIVED: (
        "窗口已经收到材料，正在核对是否齐全、是否符合法定形式。",
        "窗口在{acceptance_due}前告诉您是否受理；到期没有告诉的，从收到材料之日起就是受理。",
    ),
    S.CORRECTION: (
        "材料需要补正，内容列在下面，除此之外不再要求其他补正。",
        "请在{correction_due}前到{window}补齐；逾期没有补正的，视为放弃本次申请，可以重新申请。",
    ),
    S.CORRECTION_DONE: ("补正的材料已经收到，窗口正在核对。", "材料齐全、符合法定形式的，窗口当日受理。"),
    S.NOT_REQUIRED: ("申请的事项依法不需要办理这项手续。", "不需要再办理。"),
    S.REFUSED_ACCEPTANCE: ("窗口作出了不予受理的决定，理由写在不予受理通知书上。", "请按通知书向有权办理的机关申请。"),
    S.LAPSED: ("补正期限已过，本次申请视为放弃。", AGAIN),
    S.ACCEPTED: ("申请已经受理，正在{departments}。", "最迟{promised_due}作出决定。"),
    S.DISPATCHED: ("申请已经受理，材料已经送出，等待{awaited}接收。", "{following}；最迟{promised_due}作出决定。"),
    S.IN_DEPARTMENT: ("{at_work}。", "{following}；最迟{promised_due}作出决定。"),
    S.SUSPENDED: ("正在进行特别程序，期限暂停计算。", "特别程序结束后继续办理，期限顺延。"),
    S.REVIEW_CORRECTION: ("审查中发现材料需要补正，请看补正告知书。", "补齐后继续审查。"),
    S.AWAITING_SUPERIOR: ("材料已经报送上级机关，等待上级机关决定。", "上级机关决定后由窗口通知您。"),
    S.DECIDED_GRANTED: ("已经决定{ruling}，正在制作证照或者文书。", "制成后移交出件窗口，在{delivery_due}前可以领取。"),
    S.DECIDED_REFUSED: (
        "已经决定{ruling}，理由写在《{decision}》上。" + REMEDY,
        "《{decision}》在{delivery_due}前送达。",
    ),
    S.RETURNED: ("申请已经退回，原因写在退件通知上。", AGAIN),
    S.WITHDRAWN: ("本次申请已经按申请人的要求撤回。", AGAIN),
    S.RESULT_TRANSFER: ("已经作出决定，办理结果正在移交出件窗口。", "最迟{delivery_due}到达出件窗口，到达后即可领取。"),
    S.READY: ("办理结果已经到达出件窗口，请来领取。", "请在办公时间带证件来领取。"),
    S.DELIVERED: ("办理结果已于{delivered_on}领取，本件办理完毕。", "不需要再办理。"),
    S.ARCHIVED: ("本件已经办理完毕并归档。", "不需要再办理。"),
    S.REVOKED: ("本件的决定已经依法撤销。", "详细情况请看撤销决定书。"),
}
"""For every status what is happening and what comes next; names in braces are those of `_surroundings`."""

PLAIN: dict[str, str] = {S.DISPATCHED: "已送审批部门"}
"""What staff call by a word of theirs, in everybody's words."""


@dataclass(frozen=True)
class Collecting:
    """Where, when and with what the results are collected."""

    window: str
    center: str
    address: str
    hours: str
    phone: str
    until: str
    results: list[str]
    bring: list[str]


@dataclass(frozen=True)
class Following:
    """The answer about one case; every text is ready to print."""

    number: str
    application_number: str
    item: str
    applicant: str
    status: str
    happening: str
    following: str
    dates: list[tuple[str, str]]
    limits: list[LimitRow]
    gaps: list[tuple[str, str]] = field(default_factory=list)
    gaps_until: str = ""
    collecting: Collecting | None = None
    chart: dict[str, Any] = field(default_factory=dict)


def following(case: Case, today: date) -> Following:
    """What to tell about `case`, which came through `Case.objects.followed_by`."""
    tasks = list(case.tasks.select_related("department"))
    delivery = getattr(case, "delivery", None)
    facts = _surroundings(case, tasks, delivery)
    happening, next_step = WORDS[case.status]
    if not_home(case) and case.status in WITHOUT_RESULT:
        next_step += TO_FETCH
    in_correction = case.status == S.CORRECTION
    return Following(
        number=case.number or "",
        application_number=case.application.number,
        item=case.definition.name,
        applicant=case.applicant_shown,
        status=PLAIN.get(case.status, case.status_text),
        happening=happening.format(**facts),
        following=next_step.format(**facts),
        dates=_dates(case, delivery),
        limits=limit_rows(case, today),
        gaps=_gaps(case) if in_correction else [],
        gaps_until=due_in_words(case.correction_due) if in_correction else "",
        collecting=_collecting(case, delivery) if case.status == S.READY and delivery else None,
        chart=case_chart(case, tasks),
    )


def _surroundings(case: Case, tasks: list[Task], delivery: Delivery | None) -> dict[str, str]:
    """What the sentences of WORDS may name."""
    return {
        "ruling": case.ruling,
        "decision": case.definition.procedure.title(case.outcome == TaskOutcome.GRANTED),
        "acceptance_due": due_in_words(case.acceptance_due),
        "correction_due": due_in_words(case.correction_due),
        "promised_due": due_in_words(case.promised_due, case.clock_start),
        "window": case.application.window.name,
        "departments": "窗口当场办理" if case.definition.is_instant else "分送承办部门",
        "awaited": _names(tasks, TaskStatus.SENT) or "承办部门",
        "at_work": _at_work(tasks),
        "following": _next_steps(case, tasks),
        "delivery_due": _delivery_due(case, delivery),
        "delivered_on": day(delivery.delivered_at) if delivery and _was_delivered(delivery) else "—",
    }


def _names(tasks: list[Task], status: str) -> str:
    """The departments whose tasks are there, each once."""
    return "、".join(dict.fromkeys(str(task.department) for task in tasks if task.status == status))


def _at_work(tasks: list[Task]) -> str:
    """Who works on it, and who has not taken it yet: only what somebody signed for is being worked on."""
    working, sent = _names(tasks, TaskStatus.WORKING), _names(tasks, TaskStatus.SENT)
    parts = [f"{working}正在办理" if working else "", f"等待{sent}接收" if sent else ""]
    return "，".join(part for part in parts if part) or "承办部门正在办理"


def _next_steps(case: Case, tasks: list[Task]) -> str:
    """What departments do once they have taken it; then the steps of the next stage, or what follows the last."""
    if case.status == S.DISPATCHED:
        own = [f"{task.department}“{task.name}”" for task in tasks if task.status == TaskStatus.SENT]
        return "接收后由" + "、".join(own)
    waiting = [task for task in tasks if task.status == TaskStatus.WAITING and task.stage == case.stage + 1]
    if not waiting:
        return "下一步是作出决定" if case.status == S.IN_DEPARTMENT else "下一步是部门办理"
    return "下一步是" + "、".join(f"{task.department}“{task.name}”" for task in waiting)


def _delivery_due(case: Case, delivery: Delivery | None) -> str:
    """The last day of delivery: the stored one, or before there is any the one that will be stored."""
    if delivery is not None:
        return due_in_words(delivery.due)
    return due_in_words(delivery_due(case) if case.status in AFTER_DECISION else None)


def _was_delivered(delivery: Delivery | None) -> bool:
    return delivery is not None and delivery.delivered_at is not None


def _dates(case: Case, delivery: Delivery | None) -> list[tuple[str, str]]:
    """What has happened, with its day, oldest first."""
    happened = [
        ("收件", case.received_at),
        ("受理", case.accepted_at),
        (case.ruling or "决定", case.decided_at),
        ("到达出件窗口", delivery.ready_at if delivery else None),
        ("领取", delivery.delivered_at if delivery else None),
    ]
    return [(name, day(moment)) for name, moment in happened if moment]


def _gaps(case: Case) -> list[tuple[str, str]]:
    """The materials of the correction notice that are still open, with what must be supplied."""
    found = []
    for line in case.materials.exclude(gap=""):
        line.case = case
        if line.shortfall():
            found.append((line.name, line.gap))
    return found


def _collecting(case: Case, delivery: Delivery) -> Collecting:
    center = case.application.center
    return Collecting(
        window=_issue_window(center, case),
        center=center.name,
        address=center.address,
        hours=center.hours,
        phone=center.phone,
        until=due_in_words(delivery.due),
        results=[result.name for result in case.results.all()],
        bring=_to_bring(case),
    )


def _issue_window(center: ServiceCenter, case: Case) -> str:
    """The counter that hands out results of this zone; its general name when none is entered."""
    counters = Window.objects.filter(center=center, kind=WindowKind.ISSUE, zones=case.zone_id)
    found = counters.values_list("code", "name").first()
    return f"{found[1]}（{found[0]}）" if found else "统一出件窗口"


def _to_bring(case: Case) -> list[str]:
    """What the counter asks for; the code itself stands on the pickup notice only."""
    wanted = [
        "领取通知（上面有取件码，本页不显示）",
        "申请人或者经办人的身份证件原件",
        "由他人代领的，另带授权委托书",
    ]
    return wanted + ([fee.before_pickup] if (fee := fee_due(case)) else [])
