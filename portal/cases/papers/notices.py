"""What the window's and the department's papers say: plain dictionaries, frozen when the paper is issued.

Which law they name: `grounds`.
"""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from portal.cases import grounds
from portal.cases.models import Case, CaseMaterial
from portal.cases.papers.head import Content, head
from portal.cases.states import TaskKind, TaskOutcome, Verdict
from portal.catalog.papers.form_paper import application_form as filled_form
from portal.catalog.papers.form_paper import item_part
from portal.catalog.papers.item_papers import Around
from portal.documents.sealing import SEALED, seal
from portal.lib.words import day, minute
from portal.organisations.models import Organisation, User
from portal.workdays.words import due_in_words, note


def _line(material: CaseMaterial) -> Content:
    return {
        "no": material.order,
        "name": material.name,
        "originals": material.originals,
        "photocopies": material.photocopies,
        "pages": material.pages,
        "way": material.get_way_display(),
        "remark": material.reason if material.verdict == Verdict.BAD else "",
    }


def receipt(case: Case, by: User | None) -> Content:
    """收件凭证: proves receipt only, and says until when the applicant is told (M1)."""
    received = [_line(line) for line in case.materials.filter(received=True)]
    answer_by = due_in_words(case.acceptance_due)
    return {
        **head(case, by),
        "materials": received,
        "answer_by": answer_by,
        "estimate_note": note(answer_by),
        "received_at": minute(case.received_at),
    }


def acceptance(case: Case, by: User | None, lines: list[CaseMaterial]) -> Content:
    """受理通知书: both limits with their dates, what pauses them, the fee, and how to collect (M2).

    `lines` are the materials of the case.
    """
    definition = case.definition
    statutory, promised = (due_in_words(due, case.clock_start) for due in (case.statutory_due, case.promised_due))
    return {
        **head(case, by),
        "grounds": grounds.intake(definition),
        "accepted_at": minute(case.accepted_at),
        **_silence(case),
        "case_type": definition.case_type_text,
        "statutory_limit": definition.statutory_limit.days_text() if definition.statutory_limit else "无法定时限",
        "statutory_due": statutory,
        "promised_limit": definition.promised_limit.days_text(),
        "promised_due": promised,
        "estimate_note": note(statutory, promised),
        "special_procedures": [f"{found.kind}：{found.note}" for found in definition.special_procedures],
        "fee": definition.fee.model_dump(),
        "results": [result.name for result in definition.results],
        "delivery": list(definition.ways_now),
        "delivery_limit": definition.delivery_text,
        "received": [_line(line) for line in lines if line.received],
        "missing": [{"no": line.order, "name": line.name} for line in lines if not line.received],
    }


def _silence(case: Case) -> Content:
    """What only the notice of a deemed acceptance says: from which day it counts, and what silence it was."""
    if not case.is_deemed:
        return {"deemed_from": ""}
    over = case.promised_due is not None and case.promised_due < timezone.localdate()
    return {
        "deemed_from": day(case.clock_start),
        "deemed_after_correction": case.completed_on is not None,
        "promise_is_over": over,
    }


def lapse(case: Case, by: User | None) -> Content:
    """退件告知书: the applicant's time for the corrections is over; what is at the window can be fetched."""
    gaps = [{"no": line.order, "name": line.name, "requirement": line.gap} for line in case.materials.exclude(gap="")]
    return {
        **head(case, by),
        "received_on": day(case.received_at),
        "deadline": day(case.correction_due),
        "gaps": gaps,
        "materials": [_line(line) for line in case.materials.filter(received=True)],
    }


def correction(case: Case, by: User | None) -> Content:
    """一次性补正告知书: every gap with the requirement, the deadline and what happens after it (M3)."""
    gaps = []
    for line in case.materials.exclude(gap=""):
        line.case = case
        gaps.append(
            {
                "no": line.order,
                "name": line.name,
                "problem": line.shortfall() or "需要补正",
                "requirement": line.gap,
                "standard": line.definition.accept_standard,
            }
        )
    return {
        **head(case, by),
        "grounds": grounds.intake(case.definition),
        "received_on": day(case.received_at),
        "gaps": gaps,
        "deadline": due_in_words(case.correction_due),
    }


def correction_receipt(case: Case, by: User | None) -> Content:
    """补正材料接收凭证: what came in after the correction notice."""
    gaps = [_line(line) for line in case.materials.exclude(gap="")]
    return {**head(case, by), "grounds": grounds.intake(case.definition), "materials": gaps}


def application_form(case: Case, by: User | None) -> Content:
    """统一申请表 as filled in at the window, for the applicant to sign (行政许可法 art. 29).

    Numbers are masked; `sealed` holds, encrypted, what of it stands in full on the paper that the applicant signs.
    """
    content, application = head(case, by), case.application
    in_full = {
        **content["applicant"],
        "identity": application.identity_number,
        "phone": application.contact_phone,
        "other": application.contact_other,
    }
    surroundings = Around(
        edition=case.edition.number,
        published=timezone.localdate(case.edition.published_at),
        center=content["center"],
        zone=content["zone"],
        names={case.lead.code: case.lead.full_name},
    )
    received = {line.key for line in case.materials.filter(received=True)}
    answers = case.answers_in_full()
    part, whole = (
        item_part(case.definition, surroundings, case.situation, answers, received, in_full=full)
        for full in (False, True)
    )
    return {
        **content,
        **filled_form([part], content["applicant"]),
        SEALED: seal(filled_form([whole], in_full)),
    }


def withdrawal(case: Case, by: User | None, reason: str) -> Content:
    """撤回申请书: the applicant's own request to stop, recorded at the window."""
    return {**head(case, by), "reason": reason, "received_on": day(case.received_at)}


def decision(case: Case, department: Organisation, by: User | None) -> Content:
    """The paper of the deciding department, called and worded as the type of the item asks: facts, what is not met,
    reasons, basis, and for a refusal the remedies.

    行政许可法 art. 38 for licences.
    """
    definition, granted = case.definition, case.outcome == TaskOutcome.GRANTED
    return {
        **head(case, by),
        "title": definition.procedure.title(granted),
        "granted": granted,
        "ruling": case.ruling,
        "issuer": department.letterhead,
        "department": department.full_name,
        "authority": department.calls_itself,
        "satisfied": grounds.satisfied(definition, granted),
        "facts": case.facts,
        "unmet": list(case.unmet),
        "bases": grounds.bases_of_decision(definition, granted, case.basis),
        "reconsideration": department.reconsideration or grounds.AGAINST["reconsideration"],
        "court": department.court_named or grounds.AGAINST["court"],
        "received_on": day(case.received_at),
        "accepted_on": day(case.clock_start),
        "decided_at": minute(case.decided_at),
        "results": [{"name": result.name, "validity": result.validity or ""} for result in definition.results],
        "reasons": case.reasons,
        "opinions": [
            {
                "department": task.department.full_name,
                "outcome": task.get_outcome_display(),
                "text": task.opinion,
                "reply": task.reply,
            }
            for task in case.tasks.filter(Q(kind=TaskKind.OPINION) | ~Q(reply=""))
            .exclude(outcome="")
            .select_related("department")
        ],
    }
