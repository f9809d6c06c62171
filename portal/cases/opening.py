"""Who may open which paper of a case they see: what the kind of the paper says, asked of a person and a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.cases.authority import holds_for_case
from portal.documents.registry import KINDS, PaperKind, Rendition

if TYPE_CHECKING:
    from portal.cases.models import Case
    from portal.organisations.models import User


def rendition_for(user: User, case: Case, kind: PaperKind) -> Rendition | None:
    """The paper as this person may read it; None when they may not. The door to the case itself was asked before."""
    at_the_place = not kind.at_its_place or holds_for_case(user, case, frozenset(kind.opened_by))
    if at_the_place and user.holds(*kind.opened_by):
        return Rendition.WHOLE
    return Rendition.FILE if user.holds(*kind.file_opened_by) else None


def kinds_open_to(user: User, case: Case) -> list[str]:
    """The codes of the kinds of paper that this person may open, whole or without the applicant's copy."""
    return [code for code, kind in KINDS.items() if rendition_for(user, case, kind)]
