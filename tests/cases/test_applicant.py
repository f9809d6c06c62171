"""更正申请人信息: what was typed wrongly, or cannot be printed, does not block a case for good."""

from __future__ import annotations

import pytest

from portal.cases import integrity
from portal.cases.decision.withdraw import withdraw
from portal.cases.intake.applicant import correct_applicant, may_correct
from portal.cases.intake.outcomes import accept
from portal.cases.intake.printing import print_application_form
from portal.cases.intake.reveal import reveal_phone
from portal.cases.models import Application, Case
from portal.documents.sealing import opened
from portal.handover.home import hand_back
from portal.lib.refusal import Refused, TooLate
from tests.cast import PERSON, Cast, company, decided_case, received_case
from tests.desk.test_screens import at_desk

pytestmark = [pytest.mark.django_db, pytest.mark.once]
PRIVATE = "绍兴示例\ue000建设有限公司"
WHY = "与营业执照核对"


def stored_with(case: Case, name: str) -> Case:
    """As an old register brings it in: nobody could type it."""
    application = case.application
    application.applicant_name = name
    application.save()
    return Case.objects.get(pk=case.pk)


def test_a_name_that_no_font_has_is_corrected_and_the_case_goes_on(cast: Cast) -> None:
    case = stored_with(received_case(), PRIVATE)
    with pytest.raises(Refused, match="U\\+E000"):
        accept(case, by=cast.receiver)
    correct_applicant(case, {"applicant_name": "绍兴示例建设有限公司"}, by=cast.receiver, reason=WHY)
    accept(case, by=cast.receiver)
    assert case.documents.get(kind="acceptance").content["applicant"]["name"] == "绍兴示例建设有限公司"
    assert list(integrity.problems()) == []


def test_the_log_says_what_became_of_what_but_no_telephone(cast: Cast) -> None:
    case = received_case()
    changes = {"contact_name": "示例丁", "contact_phone": "139 1234 5678", "address": ""}
    correct_applicant(case, changes, by=cast.receiver, reason=WHY, once="k1")
    event = case.events.get(verb="correct_applicant")
    assert event.text == f"联系人由“示例乙”改为“示例丁”；联系电话已更正。理由：{WHY}"
    assert (event.actor, event.once) == (cast.receiver, "k1")
    assert Application.objects.get().contact_phone == "13912345678"


def test_the_name_is_found_by_its_new_spelling(cast: Cast) -> None:
    case = received_case()
    correct_applicant(case, {"applicant_name": "滨江·示例公司"}, by=cast.receiver, reason=WHY)
    page = at_desk(cast.receiver).get("/admin/cases/", {"q": "滨江示例", "show": "all"}).content.decode()
    assert case.application.number in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "没有需要更正"),
        ({"contact_name": "示例乙"}, "没有需要更正"),
        ({"applicant_name": " "}, "请填写申请人"),
        ({"legal_representative": ""}, "请填写法定代表人"),
        ({"contact_name": "示例\ue000"}, "U\\+E000"),
        ({"contact_phone": "123"}, "位数不对"),
        ({"identity_number": PERSON}, "证件号码不能更正"),
    ],
)
def test_what_puts_nothing_right_is_refused_and_changes_nothing(cast: Cast, changes: dict, words: str) -> None:
    case = received_case()
    before = Application.objects.values().get()
    with pytest.raises(Refused, match=words):
        correct_applicant(case, changes, by=cast.receiver, reason=WHY)
    with pytest.raises(Refused, match="请写明更正的理由"):
        correct_applicant(case, {"contact_name": "示例丁"}, by=cast.receiver, reason="改")
    assert Application.objects.values().get() == before
    assert not case.events.filter(verb="correct_applicant").exists()


def test_after_the_decision_or_the_end_only_what_cannot_be_printed_is_corrected(cast: Cast) -> None:
    decided = decided_case(cast)
    assert not may_correct(decided, cast.receiver)
    with pytest.raises(TooLate, match="更正申请人信息"):
        correct_applicant(decided, {"applicant_name": "另一家公司"}, by=cast.receiver, reason=WHY)
    ended = received_case()
    withdraw(ended, by=cast.receiver, reason="项目暂缓")
    ended = stored_with(ended, PRIVATE)
    assert may_correct(ended, cast.receiver)
    with pytest.raises(TooLate):
        correct_applicant(ended, {"contact_name": "示例丁"}, by=cast.receiver, reason=WHY)
    who = {"name": "示例乙", "identity_kind": "111", "identity_number": PERSON, "authority_shown": ""}
    with pytest.raises(Refused, match="U\\+E000"):
        hand_back(ended, by=cast.receiver, **who)
    correct_applicant(ended, {"applicant_name": "绍兴示例建设有限公司"}, by=cast.receiver, reason=WHY)
    hand_back(ended, by=cast.receiver, **who)


def test_the_form_shows_no_telephone_and_keeps_it_when_it_is_left_empty(cast: Cast) -> None:
    case = received_case()
    url = f"/admin/cases/applicant/{case.pk}/"
    client = at_desk(cast.receiver)
    page = client.get(url).content.decode()
    assert "13800000000" not in page
    assert 'value="绍兴示例建设有限公司"' in page
    form = {
        "key": "7b7a1c6e-0000-4000-8000-000000000001",
        "applicant_name": "绍兴示例实业有限公司",
        "legal_representative": "示例甲",
        "contact_name": "示例乙",
        "reason": WHY,
    }
    assert client.post(url, form).status_code == 302
    application = Application.objects.get()
    assert (application.applicant_name, application.contact_phone) == ("绍兴示例实业有限公司", "13800000000")


# -- another way of contact ----------------------------------------------------------------------------------------


def test_another_way_of_contact_is_shown_where_the_telephone_is_and_stands_on_the_form_to_sign(cast: Cast) -> None:
    case = received_case(applicant=company(contact_phone="", contact_other="请转告示例村村委会"))
    assert reveal_phone(case, by=cast.receiver, reason=WHY) == "其他联系方式：请转告示例村村委会"
    page = at_desk(cast.receiver).get(f"/admin/cases/inspect/{case.pk}/").content.decode()
    assert "联系人 示例乙，留有其他联系方式" in page
    assert "请转告示例村村委会" not in page
    print_application_form(case, by=cast.receiver)
    content = case.documents.get(kind="application_form").content
    assert opened(content)["applicant"]["other"] == "请转告示例村村委会"
    assert content["applicant"]["other"] == ""
    none = received_case(applicant=company(contact_phone=""))
    assert reveal_phone(none, by=cast.receiver, reason=WHY) == "没有留联系方式"
