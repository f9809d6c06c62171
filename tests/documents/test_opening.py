"""Who may open which paper: per kind and role, and what the copy for the file does not say."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from portal.cases.models import Case
from portal.cases.opening import pdf_for, rendition_for
from portal.documents.models import Document
from portal.documents.registry import KINDS, Rendition
from portal.lib.refusal import Refused
from portal.organisations.authority import act_of
from portal.organisations.models import Post, ServiceCenter, User, Window
from portal.organisations.roles import Role
from portal.pickup.results import NewResult, take_in, transfer_result
from tests.cast import Cast, accepted_case, decided_case, person, received_case

pytestmark = [pytest.mark.django_db, pytest.mark.once]
WHOLE, FILE = Rendition.WHOLE, Rendition.FILE

WITH_THE_CODE = {
    "receipt",
    "acceptance",
    "correction",
    "correction_receipt",
    "lapse",
    "withdrawal",
    "decision_grant",
    "decision_refusal",
    "delivery_receipt",
    "return_receipt",
}
WITHOUT_ANY = {"handover", "result_handover", "return_handover"}
IN_FULL_AT_THE_WINDOW = {"application_form"}
"""Signed by the applicant with all numbers; masked for whoever else opens it."""
POSTS = {
    Role.GUIDE: ("A01", ""),
    Role.RECEIVER: ("A01", ""),
    Role.WINDOW_LEAD: ("A01", ""),
    Role.COURIER: ("A01", ""),
    Role.ISSUER: ("Z01", ""),
    Role.DEPT_RECEIVER: ("", "sx-jsj"),
    Role.OFFICER: ("", "sx-jsj"),
    Role.REVIEWER: ("", "sx-jsj"),
    Role.DECIDER: ("", "sx-jsj"),
    Role.SUPERVISOR: ("", ""),
    Role.ARCHIVIST: ("", ""),
    Role.CATALOG_EDITOR: ("", ""),
    Role.LEGAL_REVIEWER: ("", ""),
    Role.CATALOG_ADMIN: ("", ""),
}
AT_THE_WINDOW = {Role.GUIDE, Role.RECEIVER, Role.WINDOW_LEAD, Role.COURIER, Role.ISSUER}
EDITORS = {Role.CATALOG_EDITOR, Role.LEGAL_REVIEWER, Role.CATALOG_ADMIN}


def wanted(role: Role, kind: str) -> Rendition | None:
    """What is right, said here once more in other words than the registrations say it."""
    if role in EDITORS:
        return None
    if kind == "pickup_notice":
        return WHOLE if role == Role.ISSUER else None
    return WHOLE if role in AT_THE_WINDOW or kind in WITHOUT_ANY else FILE


@pytest.mark.parametrize("role", Role.values)
def test_what_each_role_opens(role: str, cast: Cast) -> None:
    case = accepted_case("TZ-09")
    user = person(f"one-{role}", [(role, *POSTS[Role(role)])])
    assert set(KINDS) == WITH_THE_CODE | WITHOUT_ANY | IN_FULL_AT_THE_WINDOW | {"pickup_notice"}
    found = {code: rendition_for(user, case, kind) for code, kind in KINDS.items()}
    assert found == {code: wanted(Role(role), code) for code in KINDS}


def test_whoever_holds_no_post_opens_nothing(cast: Cast) -> None:
    case = received_case("TZ-09")
    assert {rendition_for(cast.nobody, case, kind) for kind in KINDS.values()} == {None}


def elsewhere(role: Role) -> User:
    """A post at a window of another centre that serves the same zone."""
    here = Window.objects.get(code="A01")
    there = ServiceCenter.objects.create(code="other", name="另一中心", kind=here.center.kind, owner=here.center.owner)
    window = Window.objects.create(code="Q99", name="另一窗口", center=there)
    window.zones.set(here.zones.all())
    user = User.objects.create(username="elsewhere")
    Post.objects.create(user=user, role=role, center=there, window=window)
    return user


@pytest.mark.parametrize("role", [Role.RECEIVER, Role.ISSUER])
def test_a_post_in_another_centre_opens_nothing_that_bears_a_code(role: Role, cast: Cast) -> None:
    case, user = received_case("TZ-09"), elsewhere(role)
    for kind in (*WITH_THE_CODE, "pickup_notice"):
        assert rendition_for(user, case, KINDS[kind]) is None


def test_a_window_of_another_zone_opens_nothing_that_bears_a_code(cast: Cast) -> None:
    case = received_case("TZ-09")
    for kind in (*WITH_THE_CODE, "pickup_notice"):
        assert rendition_for(cast.estate_receiver, case, KINDS[kind]) is None


def test_who_also_works_in_a_department_opens_the_file_copy_away_from_the_place(cast: Cast) -> None:
    both = person("both", [(Role.RECEIVER, "C01", ""), (Role.OFFICER, "", "sx-jsj")])
    assert rendition_for(both, accepted_case("TZ-09"), KINDS["acceptance"]) == FILE


def test_a_department_opens_papers_only_of_cases_in_which_it_has_a_part(cast: Cast) -> None:
    """As with the door of the case: not before the dispatch, not for another department, not in another centre."""
    before, case = received_case("TZ-09"), accepted_case("TZ-09")
    for kind in KINDS.values():
        assert rendition_for(cast.officer("sx-jsj"), before, kind) is None
        assert rendition_for(cast.officer("sx-gtj"), case, kind) is None
        assert rendition_for(cast.branch.officer("sx-jsj"), case, kind) is None
        assert rendition_for(cast.branch.supervisor, case, kind) is None


def test_what_opens_a_paper_is_an_act_at_a_place() -> None:
    for kind in KINDS.values():
        for code in filter(None, (kind.opened_by, kind.file_opened_by)):
            assert act_of(code).is_placed, (kind.code, code)


def words(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def opened(user: User, document: Document, case: Case) -> tuple[int, str]:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(reverse("desk_document", args=[case.pk, document.pk]))
    return answer.status_code, words(answer.content) if answer.status_code == 200 else ""


def test_a_department_reads_the_acceptance_notice_without_the_query_code(cast: Cast) -> None:
    case = accepted_case("TZ-09")
    notice, code = case.documents.get(kind="acceptance"), case.application.query_code
    status, paper = opened(cast.receiver, notice, case)
    assert status == 200
    assert code in paper
    assert "第一联 申请人" in paper
    for user in (cast.officer("sx-jsj"), cast.supervisor):
        status, paper = opened(user, notice, case)
        assert status == 200
        assert notice.number in paper
        assert "第二联 窗口存档" in paper
        assert code not in paper
        assert "查询密码" not in paper
        assert "第一联" not in paper


def test_the_pickup_notice_is_opened_at_the_issue_counter_only(cast: Cast) -> None:
    case = decided_case(cast, "TZ-09")
    slip = transfer_result(case, [NewResult("许可证", "1")], set(), by=cast.officer("sx-jsj"))
    take_in(slip, "A架", by=cast.issuer)
    notice = case.documents.get(kind="pickup_notice")
    for user in (cast.receiver, cast.window_lead, cast.officer("sx-jsj"), cast.supervisor):
        assert opened(user, notice, case)[0] == 404
        assert notice not in case.documents_for(user)
        with pytest.raises(Refused, match="领取通知"):
            pdf_for(user, case, notice)
    status, paper = opened(cast.issuer, notice, case)
    assert status == 200
    assert notice.content["pickup_code"] in paper
