"""Taking a case in (收件): one application with its case, material list and receipt, all or nothing."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.cases.acts import of_move
from portal.cases.clocks.limits import ACCEPTANCE_DAYS, working_days
from portal.cases.intake.duplicates import seen_before
from portal.cases.models import Application, Case, CaseMaterial
from portal.catalog.items.taking import windows_for
from portal.catalog.models import ServiceItem
from portal.catalog.schema.answers import check_answers, check_situation, seal_apart
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.questions import Answers
from portal.lib.digests import canonical
from portal.lib.identity import IdentityError, check_identity
from portal.lib.refusal import Refused
from portal.lib.words import day
from portal.organisations import authority
from portal.organisations.models import User, Window


@dataclass(frozen=True)
class Applicant:
    """Who applies, as typed at the window; the identity number is checked by `receive`."""

    kind: str
    name: str
    identity_kind: str
    identity_number: str
    contact_name: str
    contact_phone: str = ""
    contact_other: str = ""
    legal_representative: str = ""
    address: str = ""


def receive(
    *,
    item: ServiceItem,
    applicant: Applicant,
    window: Window,
    by: User,
    key: uuid.UUID,
    situation: Answers | None = None,
    answers: Answers | None = None,
    in_spite_of: str = "",
) -> Case:
    """收件: the acceptance clock (five working days) starts today.

    A repeated submission with the same `key` by the same person returns the case it made the first time. Raises
    Refused for an item that is not open for intake, a window that does not serve its zone or is not the receiver's own,
    a false identity number, or answers that do not stand; `situation` answers the item's questions, `answers` its form.
    Raises Refused, too, when the applicant seems to have applied before (`seen_before`) and `in_spite_of` does not say
    why the window goes on; what it says is an event of the new case.
    """
    try:
        with transaction.atomic():
            return _receive(item, applicant, window, by, key, situation or {}, answers or {}, in_spite_of.strip())
    except IntegrityError:
        mine = Case.objects.filter(application__idempotency_key=key, application__created_by=by)
        earlier: Case | None = mine.select_related("application").first()
        if earlier is None or earlier.item_id != item.pk or not _is_of(earlier.application, applicant):
            if not Application.objects.filter(idempotency_key=key).exists():
                raise
            raise Refused("这张收件表单已经用过，没有保存。请重新打开“收件”填写。") from None
        return earlier


def _receive(
    item: ServiceItem,
    applicant: Applicant,
    window: Window,
    by: User,
    key: uuid.UUID,
    situation: Answers,
    answers: Answers,
    in_spite_of: str,
) -> Case:
    number = _checked(applicant)
    item = _open(item, window)
    edition = item.edition_in_force
    chosen, plain, sealed = read_answers(edition.parsed, situation, answers)
    application = _application(applicant, number, window, by, key)
    now = timezone.now()
    case = Case(
        received_at=now,
        application=application,
        item=item,
        edition=edition,
        zone=item.zone,
        lead=item.lead,
        received_by=by,
        acceptance_due=working_days(timezone.localdate(now), ACCEPTANCE_DAYS),
        situation=chosen,
        answers=plain,
        sealed_answers=canonical(sealed) if sealed else "",
    )
    case.guard("receive", by=by)
    if window.pk not in {post.window_id for post in authority.posts_for(by, of_move("receive"))}:
        raise Refused(f"您的岗位不在{window}，请选择您自己的窗口。", field="window")
    application.save()  # takes a number: of two windows at once the second waits here, and then sees the first
    earlier = seen_before(application, item, by=by)
    if earlier and not in_spite_of:
        raise Refused(f"{''.join(earlier)}确需再次收件的，请写明理由后保存。", field="in_spite_of")
    case.save()
    _list_materials(case)
    done = case.claim("receive", by=by)
    case.record(done, by=by, text=f"{window}收件，申请编号{application.number}。")
    if earlier:
        case.note("confirm_again", "确认再次收件", by=by, text=f"{''.join(earlier)}仍然收件的理由：{in_spite_of}")
    return case


def _is_of(kept: Application, applicant: Applicant) -> bool:
    """Whether the same was typed: somebody who goes back to mend a number is not told that the mended one is kept."""
    typed = {**vars(applicant), "identity_number": _checked(applicant)}
    names = {"kind": "applicant_kind", "name": "applicant_name"}
    return all(getattr(kept, names.get(field, field)) == value for field, value in typed.items())


def _open(item: ServiceItem, window: Window) -> ServiceItem:
    """The item read anew, with its zone and lead; Refused while it is not open, or not at this window."""
    standing = ServiceItem.objects.open_for_intake().filter(pk=item.pk).select_related("zone", "lead")
    found: ServiceItem | None = standing.first()
    if item.coming:
        raise Refused(f"“{item.name}”自{day(item.coming)}起受理，现在还不能收件。", field="item")
    if found is None:
        raise Refused("该事项已暂停或者取消办理，不能收件。", field="item")
    if not windows_for(found, [window]):
        raise Refused(f"{window}不受理“{item.name}”（{found.zone}受理区），请到受理它的窗口办理。", field="item")
    return found


def _application(applicant: Applicant, number: str, window: Window, by: User, key: uuid.UUID) -> Application:
    return Application(
        idempotency_key=key,
        applicant_kind=applicant.kind,
        applicant_name=applicant.name,
        identity_kind=applicant.identity_kind,
        identity_number=number,
        legal_representative=applicant.legal_representative,
        address=applicant.address,
        contact_name=applicant.contact_name,
        contact_phone=applicant.contact_phone,
        contact_other=applicant.contact_other,
        center=window.center,
        window=window,
        created_by=by,
    )


def read_answers(
    definition: ItemDefinition, situation: Answers, answers: Answers
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Situation, plain answers and those to be sealed, checked; Refused with the first sentence that stands against."""
    chosen, problems = check_situation(definition.questions, situation)
    clean, wrong = check_answers(definition.form, answers, chosen, today=timezone.localdate())
    for problem in [*problems, *wrong]:
        raise Refused(problem.message, field=problem.key)
    return chosen, *seal_apart(definition.form, clean)


def _checked(applicant: Applicant) -> str:
    try:
        return check_identity(applicant.identity_kind, applicant.identity_number, today=timezone.localdate())
    except IdentityError as error:
        raise Refused(str(error), field="identity_number") from error


def _list_materials(case: Case) -> None:
    CaseMaterial.objects.bulk_create(
        CaseMaterial(case=case, key=material.key, order=order, name=material.name)
        for order, material in enumerate(case.definition.materials_for(case.situation), start=1)
    )
