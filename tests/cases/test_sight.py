"""What somebody's lists show is what they may see: the doors filter by the rule that `may` asks of one thing."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import QuerySet

from portal.cases.acts import place_of
from portal.cases.intake.materials import check_materials
from portal.cases.intake.outcomes import accept
from portal.cases.intake.receive import receive
from portal.cases.models import Case, Task
from portal.cases.states import MINE_TO_SEE
from portal.handover.models import Slip
from portal.organisations.authority import ACTS, Place, may
from portal.organisations.models import Role, User, Window
from tests.cast import BRANCH, BRANCH_WINDOW, Cast, accepted_case, company, good_rows, person, received_case
from tests.organisations.test_authority import another_day, elsewhere, holder
from tests.stages import bounced, in_department, in_transfer

pytestmark = pytest.mark.django_db
LEAD, ASKED = "sx-jsj", "sx-rfb"


def case_of_the_branch(cast: Cast) -> Case:
    """The same item, taken in and sent to the departments' people of the other centre."""
    by, window = cast.branch.receiver, Window.objects.get(code=BRANCH_WINDOW)
    item = accepted_case().item
    case = receive(item=item, applicant=company(), window=window, by=by, key=uuid.uuid4())
    check_materials(case, good_rows(case), by=by)
    accept(case, by=by)
    return case


@pytest.fixture
def cases(cast: Cast) -> list[Case]:
    """At the window, with the departments, sent back by one of them, in another zone, in another centre."""
    case_of_the_branch(cast)
    received_case()
    bounced(cast)
    in_department(cast)
    in_transfer(cast)
    accepted_case("BDC-01")
    return list(Case.objects.all())


def of_two_minds() -> Iterator[User]:
    """People with several posts: each counts at its own place, and they are not added up."""
    yield person("window-and-department", [(Role.RECEIVER, "A01", ""), (Role.OFFICER, "", ASKED)])
    yield person("two-departments", [(Role.OFFICER, "", LEAD), (Role.DECIDER, "", LEAD), (Role.OFFICER, "", ASKED)])
    yield person("two-windows", [(Role.ISSUER, "Z01", ""), (Role.GUIDE, "B01", "")])
    abroad = person("here-and-there", [(Role.OFFICER, "", LEAD)], center=BRANCH)
    yield person_with(abroad, Role.GUIDE)


def person_with(user: User, role: str) -> User:
    """`user` with a post at window A01 of the city as well."""
    other = holder(role, f"of-{user.username}", window="A01")
    other.posts.update(user=user)
    return User.objects.get(pk=user.pk)


def everybody(cast: Cast) -> Iterator[User]:
    assert cast.branch  # its window stands
    for role in Role.values:
        yield from (holder(role, "right"), *elsewhere(role), *another_day(role))
    yield from of_two_minds()
    yield cast.nobody
    yield User.objects.create(username="root", is_superuser=True)


def has_part(case: Case, department: int) -> bool:
    return case.tasks.filter(department=department, status__in=MINE_TO_SEE).exists()


def place_of_case(case: Case) -> Place:
    return place_of(case, *case.tasks.filter(status__in=MINE_TO_SEE).values_list("department", flat=True))


def place_of_task(task: Task) -> Place:
    return place_of(task.case, task.department_id if task.status in MINE_TO_SEE else None)


def place_of_slip(slip: Slip) -> Place:
    return place_of(slip.case, slip.department_id if has_part(slip.case, slip.department_id) else None)


def test_a_list_of_cases_holds_those_to_which_one_may_do_the_act_and_no_others(cast: Cast, cases: list[Case]) -> None:
    """For every act at a place: seeing, the ledger, moved deadlines, and every verb."""
    places = {case.pk: place_of_case(case) for case in cases}
    codes = [code for code, act in ACTS.items() if act.is_placed]
    seen = set()
    for user in everybody(cast):
        for code in codes:
            listed = set(Case.objects.where_may(user, code).values_list("pk", flat=True))
            assert listed == {pk for pk, place in places.items() if may(user, code, place)}, (user.username, code)
            seen |= {(code, pk) for pk in listed}
    assert {pk for code, pk in seen if code == "cases.see"} == set(places)


@pytest.mark.parametrize("code", ["tasks.see", "tasks.list", "tasks.answer"])
def test_a_list_of_tasks_holds_those_that_one_may_see_and_no_others(cast: Cast, cases: list[Case], code: str) -> None:
    places = {task.pk: place_of_task(task) for task in Task.objects.select_related("case__application")}
    seen = set()
    for user in everybody(cast):
        listed = list(Task.objects.where_may(user, code).values_list("pk", flat=True))
        assert sorted(listed) == sorted(pk for pk, place in places.items() if may(user, code, place)), user.username
        seen |= set(listed)
    assert len(seen) > 10


def test_a_list_of_slips_holds_those_that_one_may_see_and_no_others(cast: Cast, cases: list[Case]) -> None:
    places = {slip.pk: place_of_slip(slip) for slip in Slip.objects.select_related("case__application")}
    seen = set()
    for user in everybody(cast):
        listed = list(Slip.objects.visible_to(user).values_list("pk", flat=True))
        allowed = sorted(pk for pk, place in places.items() if may(user, "slips.see", place))
        assert sorted(listed) == allowed, user.username
        seen |= set(listed)
    assert len(seen) > 5


def test_a_department_of_another_centre_sees_nothing_of_its_namesake_here(cast: Cast, cases: list[Case]) -> None:
    here, there = cast.officer(LEAD), cast.branch.officer(LEAD)
    for model in (Case, Task, Slip):
        mine, theirs = (set(model.objects.visible_to(user)) for user in (here, there))
        assert mine
        assert theirs
        assert not mine & theirs
    assert {task.case.center.code for task in Task.objects.of_departments(there)} == {BRANCH}


def test_who_has_not_signed_in_sees_nothing(cast: Cast, cases: list[Case]) -> None:
    for model in (Case, Task, Slip):
        assert not model.objects.visible_to(AnonymousUser()).exists()


def test_what_a_department_sent_back_it_sees_no_more(cast: Cast) -> None:
    case = bounced(cast)
    task = case.tasks.filter(status="bounced").exclude(department=case.lead).first()
    office = cast.officer(task.department.code)
    for rows in (Case.objects.filter(pk=case.pk), case.tasks, case.slips):
        assert not has_part(case, task.department_id)
        assert not rows.visible_to(office).exists()
        assert rows.visible_to(cast.receiver).exists()


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (lambda user: Task.objects.of_departments(user).filter(status="sent").order_by("due", "pk"), "task_work_list"),
        (lambda user: Task.objects.visible_to(user).order_by("-pk"), "task_register"),
        (lambda user: Slip.objects.visible_to(user).order_by("-pk"), "slip_register"),
        (lambda user: Case.objects.visible_to(user).order_by("-pk"), "case_register"),
    ],
    ids=["work-list", "tasks", "slips", "cases"],
)
def test_a_departments_list_is_walked_by_its_index(cast: Cast, rows: Callable[[User], QuerySet], index: str) -> None:
    """Without a join; the centre and the part in a case are looked up by key, row by row of the page."""
    found = rows(cast.officer(LEAD)).values("pk")[:30]
    assert "JOIN" not in str(found.query)
    if connection.vendor == "sqlite":
        plan = found.explain()
        assert index in plan
        assert "TEMP B-TREE" not in plan
        assert not re.search(r"SCAN \w+$", plan, re.M), plan
