"""Whoever stands at the window can apply: every name, every kind of proof, with a telephone or without one."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from portal.cases.decision.withdraw import withdraw
from portal.cases.intake.printing import print_receipt
from portal.cases.models import Application, Case
from tests.cast import OTHER_PERSON, PERSON, Cast, company, private_person, received_case
from tests.desk.test_screens import at_desk, take_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]
SOMEBODY = {"in_spite_of": "", "kind": "person", "identity_kind": "111", "identity_number": PERSON, "name": "示例丙"}


def said(answer: Any) -> str:
    return text_of(answer)


def on_the_receipt(cast: Cast) -> dict[str, str]:
    """What the receipt of the one case says of its applicant."""
    case = Case.objects.get()
    print_receipt(case, by=cast.receiver)
    return case.documents.get(kind="receipt").content["applicant"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("示例\ue863", "U+E863"), ("示例\ue000", "U+E000"), ("示例\U000323b0", "U+323B0")],
)
def test_a_name_that_cannot_be_printed_is_told_while_another_can_still_be_typed(
    cast: Cast, name: str, words: str
) -> None:
    answer = take_in(cast, **{**SOMEBODY, "name": name})
    assert words in said(answer)
    assert not Case.objects.exists()


@pytest.mark.parametrize("name", ["示例\U0002ebf0", "示例\U00031350", "示例𪚥", "བཀྲ་ཤིས།", "ᠮᠣᠩᠭᠣᠯ", "买买提·示例"])
def test_every_name_is_taken_in_and_stands_on_the_receipt_as_it_was_typed(cast: Cast, name: str) -> None:
    take_in(cast, **{**SOMEBODY, "name": name})
    assert Application.objects.get().applicant_name == name
    assert on_the_receipt(cast)["name"] == name


@pytest.mark.parametrize(
    ("kind", "number", "label"),
    [
        ("004", "330602600012345", "营业执照注册号（15位）"),
        ("005", "HRB12345", "境外主体登记证明"),
        ("006", "示例村证〔2026〕12号", "村民小组等组织的证明"),
    ],
)
def test_a_body_without_a_credit_code_applies_with_another_proof(
    cast: Cast, kind: str, number: str, label: str
) -> None:
    take_in(cast, identity_kind=kind, identity_number=number)
    assert on_the_receipt(cast)["identity_kind"] == label


def test_a_resident_of_hong_kong_is_named_by_the_own_permit(cast: Cast) -> None:
    number = "810000199001010000"
    assert "港澳台居民居住证" in said(take_in(cast, **{**SOMEBODY, "identity_number": number}))
    take_in(cast, **{**SOMEBODY, "identity_kind": "002", "identity_number": number})
    assert on_the_receipt(cast)["identity_kind"] == "港澳台居民居住证"


def test_an_unknown_division_is_asked_about_and_taken_in(cast: Cast) -> None:
    data = {**SOMEBODY, "identity_number": "999999199001010008"}
    answer = take_in(cast, **data)
    assert Case.objects.count() == 1
    client = answer.client
    assert "行政区划" in said(client.get(answer.url))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("+86 138 0000 0000", "13800000000"), ("+852 1234 5678", "+852-12345678"), ("400 123 4567", "400-123-4567")],
)
def test_a_telephone_is_taken_as_it_stands_on_a_card(cast: Cast, typed: str, kept: str) -> None:
    take_in(cast, contact_phone=typed)
    assert Application.objects.get().contact_phone == kept


def test_who_has_no_telephone_applies_and_papers_say_so(cast: Cast) -> None:
    assert "第二位" in said(take_in(cast, contact_phone="12345678901"))
    take_in(cast, contact_phone="", contact_other="请转告示例村村委会")
    application = Application.objects.get()
    assert (application.contact_phone, application.contact_other) == ("", "请转告示例村村委会")
    assert application.phone_masked == "留有其他联系方式"
    take_in(cast, contact_phone="", in_spite_of="另一个项目")
    assert Application.objects.latest("pk").phone_masked == "没有留联系方式"


def test_who_applies_again_while_a_case_is_open_is_told_and_goes_on_with_a_reason(cast: Cast) -> None:
    earlier = received_case(applicant=company())
    answer = take_in(cast, in_spite_of="")
    assert f"{earlier}没有办完" in said(answer)
    assert Case.objects.count() == 1
    assert 'name="in_spite_of"' in answer.content.decode()
    take_in(cast, in_spite_of="另一个项目的许可")
    again = Case.objects.latest("pk")
    assert again.pk != earlier.pk
    assert "另一个项目的许可" in again.events.get(verb="confirm_again").text


def test_a_case_that_has_ended_or_is_of_another_item_or_person_warns_nobody(cast: Cast) -> None:
    withdraw(received_case(applicant=company()), by=cast.receiver, reason="申请人要求撤回")
    received_case(applicant=private_person(identity_number=OTHER_PERSON))
    take_in(cast, in_spite_of="")
    assert Case.objects.count() == 3


def test_one_identity_under_two_names_is_told_and_two_spellings_of_one_name_are_not(cast: Cast) -> None:
    withdraw(received_case(applicant=private_person(name="买买提·示例")), by=cast.receiver, reason="申请人要求撤回")
    answer = take_in(cast, **{**SOMEBODY, "name": "示例丁"})
    assert "以前登记的名称是“买买提·示例”" in said(answer)
    assert PERSON not in said(answer).replace(f'value="{PERSON}"', "")
    take_in(cast, **{**SOMEBODY, "name": "买买提．示例"})
    assert Case.objects.count() == 2


def test_the_reason_is_asked_only_when_there_is_something_to_explain(cast: Cast) -> None:
    url = reverse("desk_intake_item", args=["TZ-09"])
    page = at_desk(cast.receiver).get(url).content.decode()
    assert 'type="hidden" name="in_spite_of"' in page
