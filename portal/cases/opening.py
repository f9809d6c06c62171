"""Who may open which paper of a case: the acts that the kind of the paper names, asked at the place of the case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from portal.documents.registry import KINDS, PaperKind, Rendition, kind_of
from portal.lib.refusal import Refused
from portal.organisations.authority import Place, may

if TYPE_CHECKING:
    from portal.documents.models import Document
    from portal.organisations.models import User


class Seen(Protocol):
    """A case, as far as the rule asks: from where it is seen."""

    def seen_from(self) -> Place: ...


def rendition_for(user: User, case: Seen, kind: PaperKind) -> Rendition | None:
    """The paper as this person may read it; None when they may not."""
    return _rendition(user, case.seen_from(), kind)


def _rendition(user: User, place: Place, kind: PaperKind) -> Rendition | None:
    if may(user, kind.opened_by, place):
        return Rendition.WHOLE
    return Rendition.FILE if kind.file_opened_by and may(user, kind.file_opened_by, place) else None


def kinds_open_to(user: User, case: Seen) -> list[str]:
    """The codes of the kinds of paper that this person may open, whole or without the applicant's copy."""
    place = case.seen_from()
    return [code for code, kind in KINDS.items() if _rendition(user, place, kind)]


def pdf_for(user: User, case: Seen, document: Document) -> bytes:
    """The paper as this person may read it, rendered on the spot when the worker has not come to it yet.

    Raises Refused for a paper that they may not open, Damaged when its file is not ours.
    """
    rendition = rendition_for(user, case, kind_of(document.kind))
    if rendition is None:
        raise Refused(f"您的岗位不能打开{document.title}。")
    return document.pdf(rendition)
