"""Which verbs of a case are offered, and the file that comes with one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.files.uploadedfile import UploadedFile

from portal.cases.acts import of_move, place_of
from portal.cases.flow import MOVES
from portal.cases.intake.files import keep_upload, uploaded
from portal.cases.models import Case, CaseFile, CaseMaterial
from portal.desk.base.views import VerbView
from portal.lib.files import FileRefused
from portal.lib.refusal import Refused
from portal.organisations import authority
from portal.organisations.models import Organisation, User


class MoveView(VerbView):
    """A verb that is a row of the table of moves: its button stands where the table lets this user start it."""

    move: str

    @classmethod
    def offered(cls, thing: Case, user: User) -> bool:
        return offered(cls.move, thing, user)


def offered(verb: str, case: Case, user: User, department: Organisation | None = None) -> bool:
    """Whether the table of moves lets this user start `verb` from where the case is."""
    place = place_of(case, department.pk if department else None)
    return case.status in MOVES[verb].sources and authority.may(user, of_move(verb), place)


def keep(
    case: Case, upload: UploadedFile, user: User, *, field: str, material: CaseMaterial | None = None, once: str | None
) -> CaseFile:
    """Store an upload with the case; a file that is not what it says is refused beside its field."""
    try:
        return keep_upload(case, upload, by=user, material=material, once=once)
    except FileRefused as refusal:
        raise Refused(str(refusal), field=field) from refusal


@contextmanager
def kept(case: Case, upload: UploadedFile | None, user: User, *, field: str) -> Iterator[CaseFile | None]:
    """The file that comes with a verb of the case: stored if the verb is done, and not at all if it is refused."""
    if not upload:
        yield None
        return
    try:
        with uploaded(case, upload, by=user) as file:
            yield file
    except FileRefused as refusal:
        raise Refused(str(refusal), field=field) from refusal
