"""打印申请表 at the window: before acceptance, once per content, in full for the windows of the zone only."""

from __future__ import annotations

import io
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from portal.cases.intake.materials import check_materials
from portal.cases.intake.printing import print_application_form
from portal.cases.models import Case
from portal.documents.models import Document
from portal.documents.registry import Rendition
from portal.lib.refusal import Refused
from tests.cases.test_situations import asking, taken
from tests.cast import COMPANY, PERSON, Cast, accepted_case, good_rows, received_case

pytestmark = pytest.mark.django_db
PHONE = "13912345678"


def answered(cast: Cast) -> Case:
    rows = [{"c1": "示例施工公司㛃", "c2": PHONE}]
    return taken(cast, asking(), "a2", f02=PERSON, f04=rows)


def the_form(case: Case) -> Document:
    return case.documents.get(kind="application_form")


def flat(value: Any) -> str:
    """Every text of a content, one after the other."""
    if isinstance(value, dict):
        return "".join(flat(one) for one in value.values())
    return "".join(flat(one) for one in value) if isinstance(value, list) else str(value)


def test_the_form_says_what_was_answered_with_numbers_masked(cast: Cast) -> None:
    case = answered(cast)
    print_application_form(case, by=cast.receiver)
    document = the_form(case)
    words = flat(document.content)
    for number in (PERSON, PHONE):
        assert number not in words
    assert COMPANY in words  # a credit code is public
    assert "示例施工公司㛃" in words
    assert "139****5678" in words
    assert "1200" in words
    assert "申字" in document.number
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(document.pdf())).pages)
    assert "统一申请表" in text
    for number in (PERSON, PHONE, COMPANY):
        assert number in "".join(text.split())  # what is signed is read in full
    assert "申请人声明" in text
    assert "建设规模" in text


@pytest.mark.django_db(transaction=True)
def test_whoever_else_opens_the_form_reads_its_numbers_masked(cast: Cast) -> None:
    case = answered(cast)
    print_application_form(case, by=cast.receiver)
    data = the_form(case).pdf(Rendition.FILE)
    text = "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(data)).pages)
    assert "示例施工公司㛃" in text
    assert PERSON not in text
    assert PHONE not in text


def test_a_number_that_differs_only_where_it_is_masked_makes_another_form(cast: Cast) -> None:
    case = answered(cast)
    print_application_form(case, by=cast.receiver)
    application = case.application
    application.contact_phone = "13800990000"
    application.save()
    case = Case.objects.get(pk=case.pk)
    print_application_form(case, by=cast.receiver)
    first, second = case.documents.filter(kind="application_form").order_by("pk")
    assert first.content["applicant"] == second.content["applicant"]


def test_a_field_that_was_not_asked_and_a_material_that_falls_away_are_not_on_it(cast: Cast) -> None:
    case = answered(cast)
    print_application_form(case, by=cast.receiver)
    (part,) = the_form(case).content["items"]
    assert "轨道线路" not in flat(part["lines"])
    assert [row["name"] for row in part["materials"]] == list(case.materials.values_list("name", flat=True))


def test_what_has_been_handed_in_is_ticked(cast: Cast) -> None:
    case = received_case("TZ-09", complete=False)
    check_materials(case, good_rows(case)[:2], by=cast.receiver)
    print_application_form(case, by=cast.receiver)
    given = [row["given"] for row in the_form(case).content["items"][0]["materials"]]
    assert given == [True, True, *[False] * (len(given) - 2)]


def test_the_same_content_is_issued_once_and_another_one_again(cast: Cast) -> None:
    case = received_case("TZ-09", complete=False)
    print_application_form(case, by=cast.receiver)
    with pytest.raises(Refused, match="内容相同的申请表已经出具"):
        print_application_form(case, by=cast.receiver)
    check_materials(case, good_rows(case), by=cast.receiver)
    print_application_form(case, by=cast.receiver)
    assert case.documents.filter(kind="application_form").count() == 2


def test_a_voided_form_may_be_printed_again(cast: Cast) -> None:
    case = received_case("TZ-09")
    print_application_form(case, by=cast.receiver)
    the_form(case).void(by=cast.receiver, reason="打印错误")
    print_application_form(case, by=cast.receiver)
    assert case.documents.filter(kind="application_form").count() == 2


def test_printing_is_written_down_and_changes_nothing_else(cast: Cast) -> None:
    case = received_case("TZ-09")
    print_application_form(case, by=cast.receiver)
    event = case.events.order_by("seq").last()
    assert (event.verb, event.name, event.actor) == ("print_application_form", "打印申请表", cast.receiver)
    case.refresh_from_db()
    assert case.status == "received"


def test_after_acceptance_there_is_nothing_to_sign(cast: Cast) -> None:
    case = accepted_case("TZ-09")
    with pytest.raises(Refused):
        print_application_form(case, by=cast.receiver)
    assert not case.documents.filter(kind="application_form").exists()


@pytest.mark.parametrize("person", ["estate_receiver", "supervisor", "issuer", "nobody"])
def test_only_the_windows_of_the_zone_print_it(person: str, cast: Cast) -> None:
    case = received_case("TZ-09")
    with pytest.raises(Refused):
        print_application_form(case, by=getattr(cast, person))


def test_the_button_prints_the_form_and_a_second_press_says_why_not(cast: Cast) -> None:
    case = received_case("TZ-09")
    client = Client()
    client.force_login(cast.receiver, backend="django.contrib.auth.backends.ModelBackend")
    assert "打印申请表" in client.get(reverse("cases_modeladmin_inspect", args=[case.pk])).content.decode()
    url = reverse("cases_modeladmin_form", args=[case.pk])
    assert client.post(url, {"key": str(uuid.UUID(int=1))}).status_code == 302
    page = client.get(reverse("cases_modeladmin_inspect", args=[case.pk])).content.decode()
    assert the_form(case).number in page
    again = client.post(url, {"key": str(uuid.UUID(int=2))})
    assert again.status_code == 200
    assert "内容相同的申请表已经出具" in again.content.decode()
