"""Doors that stood open unnoticed: lists of other people's work, the paper with the pickup code, forms of strangers."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from portal.cases.models import Task
from portal.catalog.models import GuideFeedback
from portal.organisations.models import Organisation, Role, User
from portal.pickup.results import NewResult, take_in, transfer_result
from tests.cast import Cast, accepted_case, decided_case, person
from tests.desk.test_permissions import PUBLIC

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
EXPIRED = "页面已过期"


def at_desk(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def listed(user: User, show: str = "all") -> list[Task]:
    page = at_desk(user).get(reverse("tasks_modeladmin_index"), {"show": show})
    assert page.status_code == 200
    return [row.record for row in page.context["table"].rows]


def test_a_department_lists_its_own_steps_and_no_others(cast: Cast) -> None:
    case = accepted_case("TZ-09")
    codes = set(case.tasks.values_list("department__code", flat=True))
    assert len(codes) == 6
    for code in codes:
        own = set(case.tasks.filter(department__code=code))
        assert set(listed(cast.officer(code))) == own
        assert set(listed(cast.decider(code))) == own


def test_who_also_works_at_a_window_sees_the_case_and_lists_no_other_departments_work(cast: Cast) -> None:
    case = accepted_case("TZ-09")
    own = case.tasks.exclude(department=case.lead).first().department.code
    both = person("both", [(Role.RECEIVER, "A01", ""), (Role.OFFICER, "", own)])
    assert at_desk(both).get(reverse("cases_modeladmin_inspect", args=[case.pk])).status_code == 200
    assert {task.department.code for task in listed(both)} == {own}


def test_a_department_without_a_step_lists_nothing(cast: Cast) -> None:
    case = accepted_case("TZ-09")
    departments = Organisation.objects.filter(kind="department").exclude(pk__in=case.tasks.values("department"))
    stranger = cast.officer(departments.order_by("code").first().code)
    for show in ("open", "coming", "done", "all"):
        assert listed(stranger, show) == []


def test_who_is_of_no_department_has_no_list_of_steps(cast: Cast) -> None:
    accepted_case("TZ-09")
    for user in (cast.receiver, cast.issuer, cast.supervisor, cast.editor):
        assert at_desk(user).get(reverse("tasks_modeladmin_index")).status_code == 302


def test_the_paper_with_the_pickup_code_is_opened_at_the_issue_counter_only(cast: Cast) -> None:
    case = decided_case(cast)
    slip = transfer_result(case, [NewResult("许可证", "1")], set(), by=cast.officer("sx-jsj"))
    take_in(slip, "A架", by=cast.issuer)
    notice = case.documents.get(kind="pickup_notice")
    url = reverse("desk_document", args=[case.pk, notice.pk])
    opened = at_desk(cast.issuer).get(url)
    assert (opened.status_code, opened["Content-Type"]) == (200, "application/pdf")
    for user in (cast.receiver, cast.officer("sx-jsj"), cast.decider("sx-jsj"), cast.supervisor):
        answer = at_desk(user).get(url)
        assert answer.get("Content-Type") != "application/pdf"
        assert answer.status_code in {302, 403, 404}
    for user in (cast.estate_receiver, cast.officer("sx-gtj")):
        assert at_desk(user).get(url).get("Content-Type") != "application/pdf"
    assert "/admin/login/" in Client().get(url).url


# Forms that strangers send. The choice of looks has no token: it changes nothing but a cookie of the sender's own.
FORMS = {
    "follow_case": ([], {"number": "SXT2026060100012", "code": "22222222"}, "没有找到相符的办件"),
    "verify_document": ([], {"code": "ABCDEFGH234567AB"}, "没有查到这份文书"),
    "guide_feedback": (["TZ-09"], {"part": "fee", "text": "收费标准变了。"}, ""),
    "wagtailadmin_login": ([], {"username": "nobody", "password": "x"}, ""),
}


def send(name: str, *, token: bool) -> HttpResponse:
    """The form as a browser sends it, with or without the token that stands in it."""
    args, form, _ = FORMS[name]
    client, url = Client(enforce_csrf_checks=True), reverse(name, args=args)
    page = client.get(url).content.decode()
    hidden = {**dict(re.findall(r'type="hidden" name="(key)" value="([^"]+)"', page))}
    own = {"csrfmiddlewaretoken": TOKEN.search(page).group(1)} if token else {}
    return client.post(url, {**hidden, **form, **own})


@pytest.mark.parametrize("name", sorted(FORMS))
def test_a_form_without_its_token_is_refused_in_words(name: str, cast: Cast) -> None:
    answer = send(name, token=False)
    assert answer.status_code == 403
    assert EXPIRED in answer.content.decode()
    assert not GuideFeedback.objects.exists()


@pytest.mark.parametrize("name", sorted(FORMS))
def test_a_form_with_its_token_is_read(name: str, cast: Cast) -> None:
    answer = send(name, token=True)
    assert answer.status_code in {200, 302}
    assert FORMS[name][2] in answer.content.decode()
    assert EXPIRED not in answer.content.decode()


def test_every_public_form_stands_here() -> None:
    """A new public address that takes a POST fails here until its token is tested."""
    posted = {name for name, (_, _, post) in PUBLIC.items() if post != 405}
    assert posted == set(FORMS) - {"wagtailadmin_login"} | {"display"}


def test_the_choice_of_looks_is_taken_from_our_own_pages_only() -> None:
    url = reverse("display")
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://example.cn"}):
        answer = Client(enforce_csrf_checks=True).post(url, {"mode": "elder"}, headers=headers)
        assert not answer.cookies
    assert Client(enforce_csrf_checks=True).post(url, {"mode": "elder"}).cookies
