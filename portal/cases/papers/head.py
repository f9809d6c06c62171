"""What every paper of a case carries, and how papers write days.

Identity and phone numbers go in masked; a paper can lie on a counter.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from portal.cases.models import Case
from portal.cases.states import ApplicantKind
from portal.organisations.models import User

Content = dict[str, Any]


def day(value: date | None) -> str:
    """2017年3月15日, or a dash when there is none."""
    return f"{value.year}年{value.month}月{value.day}日" if value else "—"


def minute(value: datetime | None) -> str:
    """2017年3月15日 9时05分 in local time."""
    if value is None:
        return "—"
    local = timezone.localtime(value)
    return f"{day(local.date())} {local.hour}时{local.minute:02d}分"


def head(case: Case, by: User | None) -> Content:
    """What every paper of a case carries: centre, numbers, item, applicant, department, hand and time."""
    application, center = case.application, case.application.center
    return {
        "center": {
            "name": center.name,
            "address": center.address,
            "hours": center.hours,
            "phone": center.phone,
            "complaint_phone": center.complaint_phone,
        },
        "application_number": application.number,
        "case_number": case.number or "",
        "query_code": application.query_code,
        "item": {"code": case.item.code, "name": case.definition.name},
        "edition": case.edition.number,
        "zone": case.zone.name,
        "window": application.window.name,
        "department": case.lead.full_name,
        "department_short": case.lead.short_name,
        "applicant": {
            "kind": ApplicantKind(application.applicant_kind).label,
            "name": application.applicant_name,
            "identity_kind": application.get_identity_kind_display(),
            "identity": application.identity_masked,
            "legal_representative": application.legal_representative,
            "address": application.address,
            "contact": application.contact_name,
            "phone": application.phone_masked,
        },
        "handler": str(by) if by else "系统",
        "at": minute(timezone.now()),
        "today": day(timezone.localdate()),
    }
