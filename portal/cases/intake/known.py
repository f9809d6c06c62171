"""Whoever was at the window before is recalled by the proof on the counter, so that nobody types it all again.

Only from cases that the clerk may see anyhow; the telephone is not shown, but goes on to the new application.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.cases.models import Application, Case
from portal.lib.crypto import blind_index
from portal.lib.identity import BODIES, IdentityKind, readings
from portal.organisations.models import User


@dataclass(frozen=True)
class Recalled:
    """What a number on the counter is, in its normal form, and whose it is; `warning` of an old number."""

    kind: IdentityKind
    number: str
    application: Application | None = None
    warning: str = ""

    @property
    def is_body(self) -> bool:
        return self.kind in BODIES


def last_application(by: User, kind: str, number: str) -> Application | None:
    """The newest application under this identity among the cases that `by` may see; None when there is none."""
    mine = Case.objects.visible_to(by).filter(application__identity_kind=kind)
    found = mine.filter(application__identity_index=blind_index(number)).select_related("application")
    case = found.order_by("-pk").first()
    return case.application if case else None


def recall(by: User, number: str, *, today: date) -> Recalled | None:
    """Who stands at the window, by the number alone; None when it is no number that tells its kind.

    An old number (15 digits, 9 signs) finds its applicant under the present one; it never begins a new application.
    """
    possible = readings(number, today=today)
    for kind, value, warning in possible:
        if found := last_application(by, kind, value):
            return Recalled(kind, value, found, warning)
    if possible and not possible[0][2]:
        return Recalled(possible[0][0], possible[0][1])
    return None
