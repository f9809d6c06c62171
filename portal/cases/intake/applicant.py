"""更正申请人信息: what was typed wrongly about the applicant, or cannot be printed, is put right with a reason.

Who applies is not changed: another identity number is another application.
"""

from __future__ import annotations

from collections.abc import Mapping

from portal.cases.acts import place_of
from portal.cases.models import Application, Case
from portal.cases.models.acting import acting
from portal.cases.states import ENDED, ApplicantKind
from portal.lib.glyphs import why_not
from portal.lib.phones import PhoneError, read_phone
from portal.lib.refusal import Refused
from portal.organisations import authority
from portal.organisations.models import User

ACT = "cases.correct_applicant"
FIELDS = {
    "applicant_name": "申请人名称",
    "legal_representative": "法定代表人",
    "address": "住所",
    "contact_name": "联系人",
    "contact_phone": "联系电话",
    "contact_other": "其他联系方式",
}
"""What may be put right, and what the log calls it."""
UNSEEN = frozenset({"contact_phone", "contact_other"})
"""What the log does not repeat."""
LEAST_REASON = 4


def unprintable_fields(application: Application) -> set[str]:
    """Fields that stop every paper: a sign of them is in no font."""
    return {name for name in FIELDS if why_not(getattr(application, name))}


def _is_over(case: Case) -> bool:
    return case.decided_at is not None or case.status in ENDED


def may_correct(case: Case, user: User) -> bool:
    """Until the decision; after it only what cannot be printed."""
    if not authority.may(user, ACT, place_of(case)):
        return False
    return not _is_over(case) or bool(unprintable_fields(case.application))


def correct_applicant(
    case: Case, changes: Mapping[str, str], *, by: User, reason: str, once: str | None = None
) -> None:
    """Write `changes` (of FIELDS) to the application; papers that were issued stay as they are.

    Raises Refused when nothing changes, a name is left empty or cannot be printed, or a telephone is none; TooLate
    after the decision or the end, but for what cannot be printed.
    """
    with acting(case):
        authority.require(by, ACT, place_of(case))
        application = Application.objects.select_for_update().get(pk=case.application_id)
        changed = {name: value for name, value in _read(changes).items() if getattr(application, name) != value}
        if _is_over(case) and set(changed) - unprintable_fields(application):
            raise case.too_late("更正申请人信息")
        if len(reason.strip()) < LEAST_REASON:
            raise Refused(f"请写明更正的理由（不少于{LEAST_REASON}个字）。", field="reason")
        _refuse(application, changed)
        was = {name: getattr(application, name) for name in changed}
        for name, value in changed.items():
            setattr(application, name, value)
        application.save()
        case.application = application
        case.note(
            "correct_applicant", "更正申请人信息", by=by, text=f"{_told(was, changed)}理由：{reason.strip()}", once=once
        )


def _read(changes: Mapping[str, str]) -> dict[str, str]:
    if set(changes) - set(FIELDS):
        raise Refused("证件类型和证件号码不能更正；填错了证件的，请办理撤回后重新收件。")
    clean = {name: value.strip() for name, value in changes.items()}
    if clean.get("contact_phone"):
        try:
            clean["contact_phone"] = read_phone(clean["contact_phone"])
        except PhoneError as error:
            raise Refused(str(error), field="contact_phone") from error
    return clean


def _refuse(application: Application, changed: Mapping[str, str]) -> None:
    if not changed:
        raise Refused("没有需要更正的内容。")
    needed = {"applicant_name", "contact_name"}
    if application.applicant_kind == ApplicantKind.BODY:
        needed.add("legal_representative")
    for name, value in changed.items():
        if name in needed and not value:
            raise Refused(f"请填写{FIELDS[name]}。", field=name)
        if sentence := why_not(value):
            raise Refused(sentence, field=name)


def _told(was: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Names and addresses with both their values, telephones without."""
    parts = []
    for name in now:
        values = "" if name in UNSEEN else f"由“{was[name]}”改为“{now[name]}”"
        parts.append(f"{FIELDS[name]}{values or '已更正'}")
    return "；".join(parts) + "。"
