"""Which verbs of a case are offered, and the file that comes with one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from portal.cases.acts import of_move, place_of
from portal.cases.flow import MOVES
from portal.cases.intake.files import keep_uploads, uploaded
from portal.cases.models import Case, CaseFile, CaseMaterial
from portal.desk.base.views import VerbView
from portal.lib.file_kinds import FileRefused
from portal.lib.refusal import Refused
from portal.organisations import authority
from portal.organisations.access import signed_in
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
    case: Case, uploads: Sequence[UploadedFile], user: User, *, field: str, material: CaseMaterial, once: str | None
) -> list[CaseFile]:
    """Store what was uploaded for a material; a file that is not what it says is refused beside its field."""
    try:
        return keep_uploads(case, uploads, by=user, material=material, once=once)
    except FileRefused as refusal:
        raise Refused(str(refusal), field=field) from refusal


def tell(request: HttpRequest, files: Iterable[CaseFile]) -> None:
    """Say once what was not kept as it was brought."""
    for note in dict.fromkeys(note for file in files for note in file.notes):
        messages.warning(request, note)


@contextmanager
def kept(case: Case, upload: UploadedFile | None, request: HttpRequest, *, field: str) -> Iterator[CaseFile | None]:
    """The file that comes with a verb of the case: stored if the verb is done, and not at all if it is refused."""
    if not upload:
        yield None
        return
    try:
        with uploaded(case, upload, by=signed_in(request)) as file:
            yield file
    except FileRefused as refusal:
        raise Refused(str(refusal), field=field) from refusal
    tell(request, [file])
