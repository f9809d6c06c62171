"""The list of deadlines that a changed calendar moved: through the door of the cases, first who holds an old paper."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.cases.models import Case
from portal.jobs.models import Promise
from portal.jobs.outbox import run
from portal.organisations.models import User
from portal.workdays.models import MOVE_DEADLINES, CalendarDay, MovedDeadline
from tests.cast import Cast, accepted_case, hold_posts_since

pytestmark = pytest.mark.django_db
ACCEPTED = datetime(2027, 1, 6, 2, 0, tzinfo=UTC)


def moved_case() -> Case:
    """A case whose deadlines a typhoon day moved: both limits, the steps and the slips."""
    hold_posts_since(date(2026, 1, 1))
    with time_machine.travel(ACCEPTED, tick=False):
        case = accepted_case()
        CalendarDay.objects.create(date=date(2027, 1, 7), is_workday=False, note="台风")
        run(Promise.objects.get(kind=MOVE_DEADLINES).pk)
    return case


def register(user: User, **query: str) -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(reverse("moves_modeladmin_index"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_staff_see_which_applicants_hold_a_paper_with_the_old_date(cast: Cast) -> None:
    case = moved_case()
    notice = case.documents.get(kind="acceptance")
    page = register(cast.receiver)
    assert case.number in page
    assert notice.number in page
    assert "2027-01-13" in page
    assert "2027-01-14（预计）" in page
    assert "签收期限" not in page
    assert "签收期限" in register(cast.receiver, show="all")


def test_a_window_of_another_zone_sees_none_of_it(cast: Cast) -> None:
    case = moved_case()
    assert case.number not in register(cast.estate_receiver, show="all")


def test_rows_are_found_by_number_and_applicant(cast: Cast) -> None:
    case = moved_case()
    for query in (case.number, case.application.number, case.application.applicant_name[:4]):
        assert case.number in register(cast.receiver, q=query), query
    assert case.number not in register(cast.receiver, q="没有这样的申请人")


def test_the_page_of_a_move_says_why_and_leads_to_the_case(cast: Cast) -> None:
    case = moved_case()
    row = MovedDeadline.objects.get(holder=case.pk, name="cases.promised")
    client = Client()
    client.force_login(cast.receiver, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("moves_modeladmin_inspect", args=[row.pk])).content.decode()
    assert "2027年1月13日" in page
    assert "2027年1月14日（预计）" in page
    assert "2027年1月7日放假（台风）" in page
    assert "请告诉申请人新的日期" in page
    assert reverse("cases_modeladmin_inspect", args=[case.pk]) in page


def queries_of_the_list(user: User) -> int:
    with CaptureQueriesContext(connection) as asked:
        register(user, show="all")
    return len(asked)


def test_the_list_costs_the_same_for_one_row_and_for_many(cast: Cast) -> None:
    case = moved_case()
    many = queries_of_the_list(cast.receiver)
    MovedDeadline.objects.filter(holder=case.pk).exclude(name="cases.promised").delete()
    assert MovedDeadline.objects.count() == 1
    assert queries_of_the_list(cast.receiver) == many
