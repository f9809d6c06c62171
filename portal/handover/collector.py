"""Who may take home what lies at a counter: the applicant, or somebody who brings an authority."""

from __future__ import annotations

from django.utils import timezone

from portal.cases.models import Application
from portal.lib.identity import IdentityError, check_identity
from portal.lib.refusal import Refused


def checked_collector(application: Application, name: str, kind: str, number: str, authority: str) -> str:
    """The collector's number in its normal form.

    Raises Refused for a number that cannot be right, and for somebody who is not the applicant and brings no
    authority (授权委托书).
    """
    try:
        checked = check_identity(kind, number, today=timezone.localdate())
    except IdentityError as error:
        raise Refused(str(error), field="identity_number") from error
    if not name.strip():
        raise Refused("请填写领取人姓名。", field="name")
    if not authority.strip() and not application.is_collected_by(name.strip(), checked):
        raise Refused("领取人与申请人不一致。代领的，请核对授权委托书，并填写代领依据。", field="authority")
    return checked
