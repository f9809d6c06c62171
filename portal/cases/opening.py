"""Who may open which paper of a case they see: what the kind of the paper says, asked of a person and a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.cases.acts import Placed, place_of
from portal.documents.registry import KINDS, PaperKind, Rendition, kind_of
from portal.lib.refusal import Refused
from portal.organisations.authority import holds

if TYPE_CHECKING:
    from portal.documents.models import Document
    from portal.organisations.models import User


def rendition_for(user: User, case: Placed, kind: PaperKind) -> Rendition | None:
    """The paper as this person may read it; None when they may not. The door to the case itself was asked before."""
    if holds(user, kind.opened_by, place_of(case) if kind.at_its_place else None):
        return Rendition.WHOLE
    return Rendition.FILE if holds(user, kind.file_opened_by, None) else None


def kinds_open_to(user: User, case: Placed) -> list[str]:
    """The codes of the kinds of paper that this person may open, whole or without the applicant's copy."""
    return [code for code, kind in KINDS.items() if rendition_for(user, case, kind)]


def pdf_for(user: User, case: Placed, document: Document) -> bytes:
    """The paper as this person may read it, rendered on the spot when the worker has not come to it yet.

    Raises Refused for a paper that they may not open, Damaged when its file is not ours.
    """
    rendition = rendition_for(user, case, kind_of(document.kind))
    if rendition is None:
        raise Refused(f"您的岗位不能打开{document.title}。")
    return document.pdf(rendition)
