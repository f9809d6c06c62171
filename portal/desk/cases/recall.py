"""The proof is scanned or typed first; who it is of is filled in where the clerk may see them anyhow."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from portal.cases.intake.known import Recalled, recall
from portal.cases.states import ApplicantKind
from portal.desk.cases.intake import takes_in
from portal.lib.throttle import Rate, TooMany, take
from portal.lib.words import day
from portal.organisations.access import signed_in

A_MINUTE = Rate("recall", limit=60, seconds=60)
FILLED = ("legal_representative", "address", "contact_name")
"""What is filled in from the last application beside the name; the telephone goes on without being shown."""


@never_cache
@require_POST
def recall_applicant(request: HttpRequest) -> JsonResponse:
    """POST `number`: the fields of the form that follow from it, and a note for the clerk; no number stands in an
    address."""
    user = signed_in(request)
    if not takes_in(user):
        raise PermissionDenied
    number = request.POST.get("number", "")[:40]
    if not number:
        raise Http404
    try:
        take(A_MINUTE, str(user.pk))
    except TooMany as refused:
        return JsonResponse({"fields": {}, "note": refused.sentence}, status=429)
    found = recall(user, number, today=timezone.localdate())
    return JsonResponse(_told(found) if found else {"fields": {}, "note": ""})


def _told(found: Recalled) -> dict[str, object]:
    fields: dict[str, str | bool] = {
        "kind": ApplicantKind.BODY if found.is_body else ApplicantKind.PERSON,
        "identity_kind": found.kind,
        "identity_number": found.number,
    }
    if found.application is None:
        return {"fields": fields, "note": "这个证件在本窗口还没有登记过，请填写申请人。"}
    fields["name"] = found.application.applicant_name
    fields |= {name: getattr(found.application, name) for name in FILLED}
    fields["same_contact"] = bool(found.application.contact_phone or found.application.contact_other)
    came = day(found.application.created_at)
    note = f"已按{came}的申请填好，请与证件核对。联系电话：{found.application.phone_masked}。{found.warning}"
    return {"fields": fields, "note": note, "known": True}
