"""The people of another centre at every address of the back office: nothing of the first centre is shown or done.

The addresses are found from the resolver, not listed: a new one is tried by itself.
"""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from portal.cases.models import Case, CaseFile, Event, Task
from portal.desk.doors import OF_EVERYBODY
from portal.documents.models import Document
from portal.handover.models import Slip
from portal.organisations.models import User
from portal.organisations.roles import CENTRE_ROLES, DEPARTMENT_ROLES, WINDOW_ROLES
from portal.pickup.models import Delivery
from portal.workdays.models import MovedDeadline
from tests.cast import BRANCH, BRANCH_WINDOW, PERSON, Cast, person
from tests.desk.test_addresses import client_of, model_of, patterns
from tests.desk.test_permissions import Things
from tests.desk.test_permissions import things as things_of_the_first_centre
from tests.desk.test_posting import everything
from tests.files import PDF
from tests.stages import bounced, in_transfer, received

pytestmark = pytest.mark.django_db
LEAD = "sx-jsj"
things = things_of_the_first_centre
PLACED: tuple[type[Model], ...] = (Case, Task, Slip, Delivery, MovedDeadline)
"""What lies in a centre; everything else belongs to the house as a whole."""


PAPERS = {"desk_document", "desk_papers", "desk_slip_paper", "desk_file"}
"""Addresses of papers and files of a case."""


@dataclass(frozen=True)
class Door:
    """One address, with the thing of the first centre that it leads to."""

    name: str
    url: str
    of_a_place: bool


def colleague() -> User:
    """Holds every post of the other centre; what posts give adds up, so that this one stands for each of its roles."""
    windows = [(role, BRANCH_WINDOW, "") for role in sorted(WINDOW_ROLES)]
    departments = [(role, "", LEAD) for role in sorted(DEPARTMENT_ROLES)]
    return person("branch-all", [*windows, *departments, *((role, "", "") for role in CENTRE_ROLES)], center=BRANCH)


def values(part: str, model: type[Model] | None, case: Case) -> list[Any]:
    """What may stand in an address at this place."""
    if part == "case_pk":
        return [case.pk]
    if part == "document_pk":
        return list(case.documents.values_list("pk", flat=True))
    if part == "slip_pk":
        return list(case.slips.values_list("pk", flat=True))
    if part == "uuid":
        return list(CaseFile.objects.values_list("uuid", flat=True))
    if part in {"instance_pk", "pk"} and model is not None:
        return list(model._default_manager.order_by("pk").values_list("pk", flat=True)[:6])
    return {"code": ["TZ-09"], "suffix": ["csv"], "number": [1], "pk": [1]}.get(part, [1])


def doors(case: Case) -> Iterator[Door]:
    """Every address of ours, with every thing of the first centre that fits into it."""
    for name, pattern in patterns(get_resolver().url_patterns):
        if not (name.startswith("desk_") or "_modeladmin_" in name) or name in OF_EVERYBODY:
            continue
        callback = inspect.unwrap(pattern.callback)
        model = model_of(callback) or register_of(callback)
        parts = list(pattern.pattern.regex.groupindex)
        filled: list[dict[str, Any]] = [{}]
        for part in parts:
            filled = [{**known, part: value} for known in filled for value in values(part, model, case)]
        for kwargs in filled:
            try:
                of_a_place = bool(parts) and (model in PLACED or name in PAPERS)
                yield Door(name, reverse(name, kwargs=kwargs), of_a_place)
            except NoReverseMatch:
                continue


def register_of(callback: Any) -> type[Model] | None:
    """The model of a register whose verb is a closure over it."""
    for cell in getattr(callback, "__closure__", None) or ():
        found = model_of(getattr(cell.cell_contents, "inspect_view", None))
        if found is not None:
            return found
    return None


def secrets(cases: list[Case]) -> set[str]:
    """What tells of the cases: their numbers, whose they are, the codes on their papers."""
    found = {case.application.number for case in cases} | {case.application.query_code for case in cases}
    found |= {case.number for case in cases if case.number} | {case.application.applicant_name for case in cases}
    found |= set(Slip.objects.values_list("code", flat=True)) | set(Document.objects.values_list("number", flat=True))
    return found


def form(case: Case) -> dict[str, Any]:
    """One form that has what any verb asks for, with the key of a page that somebody of the first centre has sent."""
    sent = Event.objects.exclude(once=None).values_list("once", flat=True).first()
    rows = {"m-TOTAL_FORMS": 1, "m-INITIAL_FORMS": 1, "m-0-key": "m01", "m-0-received": "on", "m-0-verdict": "good"}
    return {
        "key": str(uuid.UUID(int=7)) if sent is None else sent.split(":")[-1],
        **rows,
        "reason": "核对后发现有误",
        "outcome": "agree",
        "matches": "yes",
        "shelf": "A架",
        "department": case.lead_id,
        "material": "m01",
        "gap_m01": "请补交",
        "name": "示例乙",
        "number": "1",
        "originals": 1,
        "duplicates": 0,
        "code": case.documents.get(kind="pickup_notice").content["pickup_code"],
        "identity_kind": "111",
        "identity_number": PERSON,
        "upload": SimpleUploadedFile("扫描件.pdf", PDF),
    }


def text_of(response: Any) -> str:
    data = b"".join(response) if response.streaming else response.content
    return data.decode(errors="replace")


@pytest.fixture
def first(cast: Cast, things: Things) -> Case:
    """Cases of the first centre at the window, sent back, on their way to the counter, and ready to be collected."""
    assert cast.branch
    for build in (received, bounced, in_transfer):
        build(cast)
    return Case.objects.get(pk=things.case.pk)


def told(client: Client, url: str, words: set[str], typed: str = "") -> tuple[int, set[str]]:
    """The answer, and what of `words` it says beside what was typed into the search."""
    response = client.get(url, {"show": "all", "q": typed} if typed else {})
    page = text_of(response).replace(typed, "") if typed else text_of(response)
    return response.status_code, {word for word in words if word in page}


def test_nothing_of_the_first_centre_is_shown_at_any_address(cast: Cast, first: Case) -> None:
    found, client = list(doors(first)), client_of(colleague())
    assert len({door.name for door in found}) > 60
    assert len({door.name for door in found if door.of_a_place}) > 20
    words = secrets(list(Case.objects.select_related("application")))
    shown, open_to = [], []
    for door in found:
        status, said = told(client, door.url, words)
        shown += [(door.url, said)] if said else []
        open_to += [(door.url, status)] if door.of_a_place and status not in {403, 404} else []
    assert not shown, shown[:10]
    assert not open_to, open_to[:10]


def test_no_list_of_the_other_centre_finds_a_case_of_the_first(cast: Cast, first: Case) -> None:
    client, words = client_of(colleague()), secrets([first])
    slip = first.slips.first().code
    for register in ("cases", "tasks", "slips", "pickup", "moves"):
        url = reverse(f"{register}_modeladmin_index")
        for typed in (first.number, first.application.number, slip, first.application.applicant_name):
            assert told(client, url, words, typed) == (200, set()), (register, typed)
        for behind in (f"?show=all&after={first.pk}", f"?show=all&before={first.pk}", "?show=all&end=last"):
            assert told(client, url + behind, words) == (200, set()), (register, behind)


HOUSE = {"promises_modeladmin_retry", "promises_modeladmin_inspect"}
"""Background work belongs to the house as a whole: supervisors of every centre see that it failed and try it again."""


def test_no_form_is_taken_at_any_address(cast: Cast, first: Case) -> None:
    """Filled in, with the key of a form that the first centre has sent before, and without one."""
    client, before = client_of(colleague()), everything()
    for door in doors(first):
        if door.name in HOUSE:
            continue
        for sent in (form(first), {}):
            status = client.post(door.url, sent).status_code
            assert status in ({403, 404, 405} if door.of_a_place else {200, 302, 403, 404, 405}), (door.url, status)
    assert everything() == before


def test_an_address_of_the_own_centre_opens(cast: Cast, first: Case) -> None:
    """The same walk by somebody of the first centre finds what is hidden above."""
    client, words = client_of(cast.supervisor), secrets([first])
    seen = [door for door in doors(first) if door.of_a_place and client.get(door.url).status_code == 200]
    assert {door.name for door in seen} >= {"cases_modeladmin_inspect", "slips_modeladmin_inspect", "desk_document"}
    page = text_of(client.get(reverse("cases_modeladmin_index"), {"show": "all"}))
    assert first.number in page
    assert first.application.number in words
