"""Following a case: the right pair opens one's own case and no other, and every wrong one looks the same."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.cases.clocks.limits import limit_rows
from portal.cases.intake.correction import request_correction
from portal.cases.intake.outcomes import accept
from portal.cases.models import Application, Case
from portal.cases.numbers import CaseNumber
from portal.cases.states import CaseStatus
from portal.handover.signing import sign
from portal.lib.check_digit import append_check
from portal.organisations.models import User
from portal.pickup.delivering import deliver
from portal.pickup.following import WORDS
from portal.pickup.results import NewResult, take_in, transfer_result
from portal.pickup.views import FOLLOW
from portal.workdays.words import due_in_words
from tests.cast import (
    COMPANY,
    PERSON,
    Cast,
    accepted_case,
    answer_all,
    company,
    decided_case,
    private_person,
    received_case,
    sign_all,
)

pytestmark = pytest.mark.django_db
URL = "/cases/follow/"
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')
NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)


def ask(number: str, code: str, client: Client | None = None, **extra) -> tuple[int, str]:
    response = (client or Client()).post(URL, {"number": number, "code": code}, **extra)
    return response.status_code, response.content.decode()


def follow(case: Case) -> str:
    status, page = ask(case.number or case.application.number, case.application.query_code)
    assert status == 200
    assert "办理进度" in page
    return page


def ready_case(cast: Cast) -> Case:
    case = decided_case(cast)
    slip = transfer_result(
        case, [NewResult("建筑工程施工许可证", "330602202600000101")], set(), by=cast.officer("sx-jsj")
    )
    take_in(slip, "A架3层12格", by=cast.issuer)
    return Case.objects.get(pk=case.pk)


def test_the_pair_printed_on_the_paper_opens_the_case(cast: Cast) -> None:
    case = accepted_case()
    paper = case.documents.get(kind="acceptance").content
    status, page = ask(paper["case_number"], paper["query_code"])
    assert status == 200
    assert case.number in page
    assert "等待市建设局" in page
    assert f"最迟{case.promised_due.year}年" in page


@pytest.mark.parametrize("typed", ["{small}", " {grouped} ", "{wide}"])
def test_small_letters_spaces_and_full_width_signs_are_the_same_number(typed: str, cast: Cast) -> None:
    case = accepted_case()

    def as_typed(text: str) -> str:
        wide = "".join(chr(ord(sign) + 0xFEE0) for sign in text)
        return typed.format(small=text.lower(), grouped=f"{text[:4]} {text[4:8]}-{text[8:]}", wide=wide)

    assert "办理进度" in ask(as_typed(case.number), as_typed(case.application.query_code))[1]


def test_the_number_of_the_application_opens_all_its_cases_and_a_case_number_one(cast: Cast) -> None:
    case = accepted_case()
    sister = accepted_case("SS-02")
    Case.objects.filter(pk=sister.pk).update(application=case.application)
    _, page = ask(case.application.number, case.application.query_code)
    assert case.number in page
    assert sister.number in page
    assert sister.number not in follow(case)


def wrong_pairs(cast: Cast) -> list[tuple[str, str]]:
    case, other = accepted_case(), received_case("BDC-01", applicant=private_person())
    unknown = append_check("SXT203001010001")
    return [
        (unknown, case.application.query_code),
        (case.number, "22222222"),
        (case.number, other.application.query_code),
        (other.application.number, case.application.query_code),
        (case.number, ""),
        ("", ""),
        (case.number, "x" * 5000),
        ("号" * 5000, "\x00"),
        ("SX\x00", case.application.query_code),
        ("😀" * 30, "😀"),
        ("' OR 1=1 --", "%"),
        ("\ud800", "\udfff"),
    ]


def test_every_wrong_pair_gets_the_same_bytes(cast: Cast) -> None:
    answers, pairs = set(), wrong_pairs(cast)
    with time_machine.travel(NOON, tick=False):  # a header says when the answer was given
        for number, code in pairs:
            body = urlencode({"number": number, "code": code}, errors="surrogatepass")
            response = Client().post(URL, body, content_type="application/x-www-form-urlencoded")
            headers = {name: value for name, value in response.items() if name not in {"Content-Length"}}
            answers.add((response.status_code, TOKEN.sub(b"", response.content), str(sorted(headers.items()))))
    assert len(answers) == 1
    status, page, _ = answers.pop()
    assert status == 200
    assert "没有找到相符的办件" in page.decode()


def test_a_wrong_pair_costs_the_same_queries_whether_the_number_is_known(cast: Cast) -> None:
    case = accepted_case()
    costs = set()
    for number in (case.number, case.application.number, append_check("SXT203001010001"), ""):
        with CaptureQueriesContext(connection) as counted:
            ask(number, "22222222")
        costs.add(len(counted))
    assert len(costs) == 1


def test_the_form_missing_altogether_is_a_wrong_pair() -> None:
    assert "没有找到相符的办件" in Client().post(URL).content.decode()


def wrong(number: str, **extra) -> int:
    return ask(number, "22222222", **extra)[0]


def unknown_number(serial: int) -> str:
    return append_check(f"SXT20260601{serial:04d}")


def test_whoever_guesses_at_a_number_gets_so_many_wrong_answers_and_then_a_time(cast: Cast) -> None:
    case = accepted_case()
    with time_machine.travel(NOON, tick=False):
        assert [wrong(case.number) for _ in range(FOLLOW.pair)] == [200] * FOLLOW.pair
        response = Client().post(URL, {"number": case.number, "code": case.application.query_code})
    assert response.status_code == 429
    assert response["Retry-After"] == "600"
    assert "查询次数过多，请在12:10以后再试。" in response.content.decode()
    assert case.number not in response.content.decode()


def test_a_guesser_does_not_shut_out_the_applicants_behind_the_same_address(cast: Cast) -> None:
    case = accepted_case()
    with time_machine.travel(NOON, tick=False):
        for serial in range(FOLLOW.address * 3):
            wrong(unknown_number(serial))
        assert "办理进度" in ask(case.number, case.application.query_code)[1]


def test_guesses_at_a_number_from_everywhere_do_not_shut_out_its_applicant(cast: Cast) -> None:
    case = accepted_case()
    with time_machine.travel(NOON, tick=False):
        for last in range(FOLLOW.subject * 3):
            wrong(case.number, REMOTE_ADDR=f"192.0.2.{last}")
        assert wrong(case.number, REMOTE_ADDR="192.0.2.99") == 200
        assert "办理进度" in ask(case.number, case.application.query_code, REMOTE_ADDR="192.0.2.99")[1]


def test_a_number_or_an_address_with_many_wrong_answers_gets_fewer_for_each_pair() -> None:
    with time_machine.travel(NOON, tick=False):
        for last in range(FOLLOW.subject):
            wrong(unknown_number(1), REMOTE_ADDR=f"192.0.2.{last}")
        assert [wrong(unknown_number(1), REMOTE_ADDR="192.0.2.99") for _ in range(3)] == [200, 200, 429]
        for serial in range(FOLLOW.address):
            wrong(unknown_number(100 + serial), REMOTE_ADDR="198.51.100.1")
        assert [wrong(unknown_number(2), REMOTE_ADDR="198.51.100.1") for _ in range(3)] == [200, 200, 429]


def test_a_guesser_who_writes_the_header_of_the_proxy_is_still_one_address(cast: Cast, settings) -> None:
    settings.TRUSTED_PROXIES = 1
    number = accepted_case().number
    with time_machine.travel(NOON, tick=False):
        statuses = [
            wrong(number, headers={"X-Forwarded-For": f"198.51.100.{last}, 203.0.113.9"}, REMOTE_ADDR="10.0.0.1")
            for last in range(FOLLOW.pair + 1)
        ]
        assert statuses == [200] * FOLLOW.pair + [429]
        assert wrong(number, headers={"X-Forwarded-For": "203.0.113.10"}, REMOTE_ADDR="10.0.0.1") == 200


def test_an_unknown_number_is_limited_like_a_known_one(cast: Cast) -> None:
    numbers = (accepted_case().number, append_check("SXT203001010001"))
    with time_machine.travel(NOON, tick=False):
        found = [[wrong(number) for _ in range(FOLLOW.pair + 2)] for number in numbers]
    assert found == [[200] * FOLLOW.pair + [429] * 2] * 2


def test_what_cannot_be_a_number_is_counted_for_its_address_only() -> None:
    with time_machine.travel(NOON, tick=False):
        statuses = [ask("", "", REMOTE_ADDR=f"192.0.2.{last}")[0] for last in range(FOLLOW.subject + 2)]
        assert set(statuses) == {200}
        statuses = [ask("", "")[0] for _ in range(FOLLOW.address + 1)]
    assert statuses[-2:] == [200, 429]


def test_looking_again_and_again_at_ones_own_case_is_not_limited(cast: Cast) -> None:
    case = accepted_case()
    with time_machine.travel(NOON, tick=False):
        for _ in range(FOLLOW.subject + 2):
            follow(case)


def test_sequential_numbers_give_nothing(cast: Cast) -> None:
    case = accepted_case()
    own = CaseNumber.parse(case.number)
    others = [str(replace(own, serial=number)) for number in range(own.serial + 40)]
    given = [ask(number, case.application.query_code) for number in others]
    pages = [page for status, page in given if status == 200 and "办理进度" in page]
    assert [case.number in page for page in pages] == [True]


SECRETS = (
    PERSON,
    COMPANY,
    PERSON[:6] + "*",
    COMPANY[:6] + "*",
    "13800000000",
    "13900000000",
    "示例丙",
    "示例乙",
    "示例甲",
)


@pytest.mark.parametrize("code", ["TZ-09", "BDC-01", "SS-02"])
def test_nothing_personal_and_no_member_of_staff_stands_on_the_page(code: str, cast: Cast) -> None:
    applicant = private_person(address="示例路1号") if code == "BDC-01" else company(address="示例路1号")
    case = received_case(code, applicant=applicant)
    accept(case, by=case.received_by)
    sign_all(case, cast)
    answer_all(case, cast)
    page = follow(Case.objects.get(pk=case.pk))
    names = set(User.objects.values_list("display_name", flat=True))
    for secret in (*SECRETS, "示例路", case.application.query_code, *names):
        assert secret not in page, secret
    assert ("示**" if code == "BDC-01" else "绍兴示例建设有限公司") in page


def test_a_case_that_waits_for_collection_says_where_when_and_with_what_but_never_the_code(cast: Cast) -> None:
    case = ready_case(cast)
    secret = case.documents.get(kind="pickup_notice").content["pickup_code"]
    page = follow(case)
    for wanted in (
        "统一出件窗口（Z01）",
        "工作日上午8:30",
        "身份证件原件",
        "授权委托书",
        "建筑工程施工许可证",
        "请来领取",
    ):
        assert wanted in page
    for kept in (f">{secret}<", f"{secret}。", "A架", "330602202600000101"):
        assert kept not in page


def test_a_collected_case_says_when_and_not_by_whom(cast: Cast) -> None:
    case = ready_case(cast)
    code = case.documents.get(kind="pickup_notice").content["pickup_code"]
    deliver(case.delivery, by=cast.issuer, code=code, name="示例乙", identity_kind="111", identity_number=PERSON)
    page = follow(Case.objects.get(pk=case.pk))
    assert "本件办理完毕" in page
    assert "到这里领取" not in page
    assert "示例乙" not in page


def test_a_correction_lists_what_is_missing_and_until_when(cast: Cast) -> None:
    case = received_case(complete=False)
    material = case.materials.first()
    request_correction(case, {material.key: "请提交加盖公章的原件。"}, by=cast.receiver)
    page = follow(Case.objects.get(pk=case.pk))
    due = Case.objects.get(pk=case.pk).correction_due
    assert f"请在{due_in_words(due)}前补正" in page
    assert material.name in page
    assert "请提交加盖公章的原件。" in page


def test_what_is_not_in_correction_lists_nothing(cast: Cast) -> None:
    assert "前补正" not in follow(received_case())


def test_the_chart_and_its_list_show_the_place(cast: Cast) -> None:
    page = follow(accepted_case())
    assert page.count("fw-step--sent") == 6
    assert "等待接收" in page
    assert "正在办理" not in page  # nobody has signed yet
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="chart"' in page


def test_only_who_has_signed_is_said_to_be_working(cast: Cast) -> None:
    case = accepted_case()
    first, *others = list(case.slips.waiting())
    sign(first, by=cast.officer(first.department.code))
    page = follow(Case.objects.get(pk=case.pk))
    assert f"{first.department}正在办理，等待" in page
    assert f"{others[-1].department}接收。" in page
    assert page.count('aria-current="step"') == case.tasks.filter(status="working").count()


def test_the_next_step_of_what_was_sent_is_the_work_of_all_who_take_it(cast: Cast) -> None:
    case = accepted_case()
    page = follow(case)
    assert "已送审批部门" in page
    for task in case.tasks.filter(status="sent"):
        assert f"{task.department}“{task.name}”" in page


def test_both_limits_are_explained(cast: Cast) -> None:
    page = follow(accepted_case())
    assert "承诺期限" in page
    assert "法定期限" in page
    assert "当日不计" in page


def test_a_decision_early_in_the_morning_stops_the_clock_on_its_own_day(cast: Cast) -> None:
    case = accepted_case()
    case.decided_at = datetime(2026, 6, 2, 23, 30, tzinfo=UTC)  # 3 June, 7:30 in the hall
    case.clock_start = datetime(2026, 6, 1, tzinfo=UTC).date()
    assert limit_rows(case, datetime(2026, 6, 9, tzinfo=UTC).date())[1].used == 2


@pytest.mark.parametrize("status", CaseStatus.values)
def test_every_status_has_its_words_and_its_page(status: str, cast: Cast) -> None:
    case = accepted_case()
    Case.objects.filter(pk=case.pk).update(status=status)
    assert set(WORDS) == set(CaseStatus.values)
    code, page = ask(case.number, case.application.query_code)
    assert code == 200
    shown = WORDS[status][0].split("{")[0].split("。")[0]
    assert (shown in page) == (status != CaseStatus.DRAFT)
    assert "{" not in re.sub(r"<script.*?</script>", "", page)


def test_a_draft_is_nobodys_business_yet(cast: Cast) -> None:
    case = accepted_case()
    Case.objects.filter(pk=case.pk).update(status=CaseStatus.DRAFT)
    assert "没有找到相符的办件" in ask(case.number, case.application.query_code)[1]


def test_nothing_of_the_question_comes_back_or_is_kept(cast: Cast) -> None:
    case = accepted_case()
    response = Client().post(URL, {"number": case.number, "code": "22222222"})
    assert case.number not in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert "no-store" in Client().get(URL)["Cache-Control"]
    answer = Client().post(URL, {"number": case.number, "code": case.application.query_code})
    assert "no-store" in answer["Cache-Control"]
    assert not answer.has_header("Location")


def test_reading_changes_nothing(cast: Cast) -> None:
    case = accepted_case()
    before = (case.events.count(), case.version, Application.objects.count())
    follow(case)
    follow(case)
    case.refresh_from_db()
    assert (case.events.count(), case.version, Application.objects.count()) == before


def test_a_pair_in_the_address_is_not_an_answer(cast: Cast) -> None:
    case = accepted_case()
    pair = {"number": case.number, "code": case.application.query_code}
    for method in ("get", "head"):
        response = getattr(Client(), method)(URL, pair)
        assert response.status_code == 200
        assert case.number not in response.content.decode()
    for method in ("put", "delete", "patch"):
        assert getattr(Client(), method)(URL).status_code == 405
    assert reverse("follow_case") == URL


def test_a_form_of_another_site_is_not_answered(cast: Cast) -> None:
    case = accepted_case()
    pair = {"number": case.number, "code": case.application.query_code}
    assert Client(enforce_csrf_checks=True).post(URL, pair).status_code == 403
