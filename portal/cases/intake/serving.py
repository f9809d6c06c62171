"""登记送达: when, how and to whom a notice of the window was served; on time or late, as it was.

行政许可法 art. 32 (4): the applicant is told within five working days, so the day of the service is on record.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone

from portal.cases.acts import place_of
from portal.cases.clocks.limits import ACCEPTANCE_DAYS, working_days
from portal.cases.models import Case, Served
from portal.cases.models.acting import acting
from portal.cases.states import Service
from portal.documents.models import Document
from portal.documents.registry import KINDS, kind_of
from portal.lib.refusal import Refused, TooLate
from portal.lib.words import day, minute
from portal.organisations import authority
from portal.organisations.models import User

A_MINUTE = timedelta(minutes=1)
"""The clock on the form has no seconds."""


def unserved(case: Case) -> models.QuerySet[Document]:
    """The notices of the case of which nobody has said yet how they were served."""
    kinds = [code for code, kind in KINDS.items() if kind.is_served]
    return case.documents.filter(kind__in=kinds, voided_at=None, served=None).order_by("pk")


def serve(
    case: Case,
    document: Document,
    *,
    by: User,
    way: str,
    at: datetime,
    receiver: str,
    note: str = "",
    once: str | None = None,
) -> Served:
    """登记送达 of one notice, once. A notice by mail counts with the day it was put into the post.

    Raises Refused for a paper that is none of the notices of this case, an unknown way, nobody who received it, or a
    time before the paper or after now; TooLate for a second service.
    """
    with acting(case):
        authority.require(by, "cases.serve", place_of(case))
        _refuse_paper(case, document)
        if way not in Service:
            raise Refused("请选择送达方式。", field="way")
        if not receiver.strip():
            raise Refused("请填写收件人。", field="receiver")
        if at > timezone.now() + A_MINUTE or at < document.issued_at - A_MINUTE:
            made = minute(document.issued_at)
            raise Refused(f"送达时间应当在文书出具（{made}）以后、现在以前，请核对。", field="at")
        return keep_service(
            case, document, by=by, way=way, at=at, receiver=receiver.strip(), note=note.strip(), once=once
        )


def keep_service(
    case: Case,
    document: Document,
    *,
    by: User,
    way: str,
    at: datetime,
    receiver: str,
    note: str = "",
    once: str | None = None,
) -> Served:
    """Write down a service with its event; for a verb that serves the paper it has just issued."""
    served = Served.objects.create(
        case=case, document=document, way=way, served_at=at, receiver=receiver, note=note, recorded_by=by
    )
    text = f"{document.title}（{document.number}）：{served}。{note}{_lateness(case, document, at)}"
    told = {"document": document.number, "way": way, "at": at.isoformat()}
    case.note("serve", "送达", by=by, text=text, once=once or f"serve:{document.pk}", **told)
    return served


def _refuse_paper(case: Case, document: Document) -> None:
    if not case.documents.filter(pk=document.pk, voided_at=None).exists() or not kind_of(document.kind).is_served:
        raise Refused("请选择本件的一份没有作废的通知书。", field="document")
    standing = Served.objects.filter(document=document).select_related("recorded_by").first()
    if standing is not None:
        raise TooLate(f"{document.title}（{document.number}）已由{standing.recorded_by}登记送达：{standing}。")


def _lateness(case: Case, document: Document, at: datetime) -> str:
    """What the log adds when the applicant was told after the five days."""
    if document.kind != "correction":
        return ""
    last = working_days(timezone.localdate(case.received_at), ACCEPTANCE_DAYS)
    late = last is not None and timezone.localdate(at) > last
    return f"晚于应当告知的最后一天（{day(last)}）。" if late else ""
