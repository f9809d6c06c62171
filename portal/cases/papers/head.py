"""What every paper of a case carries.

Identity and phone numbers go in masked; a paper can lie on a counter.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from portal.cases.models import Case
from portal.cases.states import ApplicantKind
from portal.lib.words import day, minute
from portal.organisations.models import User

Content = dict[str, Any]


def head(case: Case, by: User | None) -> Content:
    """What every paper of a case carries: centre, numbers, item, applicant, department, hand and time."""
    application, center = case.application, case.application.center
    return {
        "center": center.letterhead,
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
