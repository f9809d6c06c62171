"""Which verbs of a case are offered, and the file that comes with one."""

from __future__ import annotations

from typing import Any

from portal.cases import authority
from portal.cases.flow import MOVES
from portal.cases.intake.files import keep_upload
from portal.cases.models import Case
from portal.lib.files import FileRefused
from portal.lib.refusal import Refused
from portal.organisations.models import User


def offered(verb: str, case: Case, user: User, department: Any = None) -> bool:
    """Whether the table of moves lets this user start `verb` from where the case is."""
    move = MOVES[verb]
    return case.status in move.sources and authority.may(move, user, case, department)


def keep(case: Case, upload: Any, user: User, *, field: str, material: Any = None, once: str | None = None) -> Any:
    """Store an upload with the case; a file that is not what it says is refused beside its field."""
    try:
        return keep_upload(case, upload, by=user, material=material, once=once)
    except FileRefused as refusal:
        raise Refused(str(refusal), field=field) from refusal
