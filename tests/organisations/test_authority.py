"""Who may: every act of every app, for the right post at the right place today, and for nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from portal.lib.refusal import Refused
from portal.organisations.authority import ACTS, Place, UnknownAct, act, may, posts_for, require, somewhere
from portal.organisations.models import Organisation, Post, Role, ServiceCenter, User, Window, Zone
from portal.organisations.roles import CENTRE_ROLES, CONTENT_ROLES, DEPARTMENT_ROLES, WINDOW_ROLES
from tests.cast import BRANCH, BRANCH_WINDOW, Cast, person

pytestmark = pytest.mark.django_db

WINDOW = "receiver window_lead"
AT_WINDOWS = f"guide {WINDOW} courier issuer"
IN_DEPARTMENTS = "dept_receiver officer reviewer decider"
WORKERS = f"{AT_WINDOWS} {IN_DEPARTMENTS} supervisor archivist"
EDITORS = "catalog_editor legal_reviewer catalog_admin"
PORTAL, ROOT = "portal", "root"
"""Beside the roles: what the portal does by itself, and what an administrator may without a post."""

PLACED = {
    "cases.accept": WINDOW,
    "cases.bounce": "dept_receiver",
    "cases.bounce_grant": "issuer",
    "cases.bounce_refusal": "issuer",
    "cases.check_materials": WINDOW,
    "cases.complete_correction": f"{WINDOW} portal",
    "cases.correct_applicant": WINDOW,
    "cases.decide_on_the_spot": "decider officer",
    "cases.deem_accepted": "portal",
    "cases.deliver": "issuer",
    "cases.dispatch": f"{WINDOW} portal",
    "cases.grant": "decider",
    "cases.oversee": "supervisor archivist",
    "cases.lapse": "portal",
    "cases.print_application_form": WINDOW,
    "cases.print_receipt": WINDOW,
    "cases.ready_at_window": "issuer",
    "cases.recall": WINDOW,
    "cases.receive": WINDOW,
    "cases.refuse": "decider",
    "cases.refuse_on_the_spot": "decider officer",
    "cases.request_correction": WINDOW,
    "cases.reveal_identity": f"{WINDOW} issuer officer decider",
    "cases.see": WORKERS,
    "cases.sign_for": "dept_receiver portal",
    "cases.take_in_result": "issuer",
    "cases.transfer_result": "officer",
    "cases.serve": WINDOW,
    "cases.upload": WINDOW,
    "cases.withdraw": WINDOW,
    "ledgers.read": WORKERS,
    "moves.see": WORKERS,
    "papers.open": AT_WINDOWS,
    "papers.open_copies": f"{IN_DEPARTMENTS} supervisor archivist",
    "pickup.open_notice": "issuer",
    "slips.bounce": "dept_receiver",
    "slips.call_home": WINDOW,
    "slips.hand_back": WINDOW,
    "slips.take_back": WINDOW,
    "slips.see": WORKERS,
    "slips.forward": WINDOW,
    "slips.send_back": "issuer",
    "slips.sign": "dept_receiver",
    "slips.take_in": "issuer",
    "tasks.answer": "officer reviewer decider",
    "tasks.drop": WINDOW,
    "tasks.list": IN_DEPARTMENTS,
    "tasks.redispatch": WINDOW,
    "tasks.see": WORKERS,
}
"""Which role may do it at its place: a window of the zone, the department whose turn it is, in the same centre."""

ANYWHERE = {
    "accounts.keep": "root",
    "accounts.make": "catalog_admin root",
    "content.edit": f"{EDITORS} root",
    "feedback.answer": "catalog_editor catalog_admin",
    "feedback.see": f"{EDITORS} supervisor",
    "handbooks.make_again": "catalog_admin portal",
    "handbooks.order": "catalog_admin portal",
    "handbooks.see": f"{WORKERS} {EDITORS}",
    "health.ask": f"{EDITORS} portal root",
    "health.see": f"{EDITORS} root",
    "house.keep": "catalog_admin root",
    "items.history": f"{EDITORS} supervisor",
    "items.reopen": "catalog_admin",
    "items.see": f"{WORKERS} {EDITORS}",
    "items.withdraw": "catalog_admin portal",
    "pickup.see": "issuer window_lead supervisor archivist",
    "promises.retry": "catalog_admin supervisor root",
    "promises.see": "catalog_admin supervisor root",
    "rulebook.keep": "legal_reviewer catalog_admin root",
    "rulebook.try": "legal_reviewer catalog_admin root",
    "synonyms.keep": f"{EDITORS} root",
    "waivers.ask": f"{EDITORS} root",
    "waivers.grant": "catalog_admin root",
    "waivers.see": f"{EDITORS} root",
}
"""Which role opens the list of the shelf, or keeps what lies at no place."""

WHO = {code: frozenset(roles.split()) for code, roles in {**PLACED, **ANYWHERE}.items()}
BY_THE_PORTAL = {code for code, roles in WHO.items() if PORTAL in roles}
BY_ADMINISTRATORS = {code for code, roles in WHO.items() if ROOT in roles}


def ours() -> Iterator[str]:
    """What the portal registers; this module registers an act of its own."""
    return (code for code in ACTS if not code.startswith("test."))


def place() -> Place:
    """Where TZ-09 lies while 市建设局 is at work: the city's centre, the zone of window A01."""
    center, zone = ServiceCenter.objects.get(code="sx-center"), Zone.objects.get(code="investment")
    return Place(center.pk, zone.pk, frozenset({Organisation.objects.get(code="sx-jsj").pk}))


def holder(role: str, why: str, *, window: str = "A01", department: str = "sx-jsj", **post: object) -> User:
    """Somebody with one post of that role."""
    user = User.objects.create(username=f"{role}-{why}")
    at = {
        "window": Window.objects.get(code=window) if role in WINDOW_ROLES else None,
        "organisation": Organisation.objects.get(code=department) if role in DEPARTMENT_ROLES else None,
        "center": ServiceCenter.objects.get(code="sx-center"),
    }
    Post.objects.create(user=user, role=role, **{**at, **post})
    return user


def elsewhere(role: str) -> list[User]:
    """The same role today, at every kind of place that is not the right one."""
    found = []
    if role not in CONTENT_ROLES:
        branch = ServiceCenter.objects.get(code=BRANCH)
        found.append(holder(role, "other-centre", window=BRANCH_WINDOW, center=branch))
    if role in WINDOW_ROLES:
        found.append(holder(role, "other-zone", window="B01"))
    if role in DEPARTMENT_ROLES:
        found.append(holder(role, "other-department", department="sx-rfb"))
    return found


def another_day(role: str) -> list[User]:
    today, day = timezone.localdate(), timedelta(days=1)
    return [
        holder(role, "ended-yesterday", valid_from=today - 9 * day, valid_to=today - day),
        holder(role, "begins-tomorrow", valid_from=today + day),
    ]


def asked(code: str, where: Place) -> Place | None:
    return where if code in PLACED else None


def test_every_act_stands_in_the_table() -> None:
    assert set(ours()) == set(WHO)
    assert {code for code in ours() if ACTS[code].is_placed} == set(PLACED)


@pytest.mark.parametrize("role", Role.values)
def test_a_post_gives_its_acts_at_its_place_and_nowhere_else(cast: Cast, role: str) -> None:
    assert cast.branch  # its window stands
    where, right, strangers = place(), holder(role, "right"), elsewhere(role)
    for code, roles in WHO.items():
        assert may(right, code, asked(code, where)) is (role in roles), code
        for stranger in strangers:
            expected = code in ANYWHERE and role in roles
            assert may(stranger, code, asked(code, where)) is expected, (code, stranger.username)


@pytest.mark.parametrize("role", Role.values)
def test_a_post_gives_nothing_before_its_first_and_after_its_last_day(cast: Cast, role: str) -> None:
    where = place()
    for late in another_day(role):
        for code in WHO:
            assert not may(late, code, asked(code, where)), (code, late.username)
            assert not somewhere(late, code), (code, late.username)


def test_nobody_without_a_post_may_do_anything(cast: Cast) -> None:
    where = place()
    for code in WHO:
        assert not may(cast.nobody, code, asked(code, where)), code
        assert not somewhere(cast.nobody, code), code


def test_the_portal_does_by_itself_what_the_law_times_and_nothing_else(cast: Cast) -> None:
    where = place()
    assert {code for code in WHO if may(None, code, asked(code, where))} == BY_THE_PORTAL


def test_an_administrator_without_a_post_looks_after_content_and_works_no_case(cast: Cast) -> None:
    where, root = place(), User.objects.create(username="root", is_superuser=True)
    assert {code for code in WHO if may(root, code, asked(code, where))} == BY_ADMINISTRATORS
    root.is_active = False
    assert not any(may(root, code, asked(code, where)) for code in WHO)


def test_two_posts_are_not_one_post_at_both_places(cast: Cast) -> None:
    """A receiver of another zone who is an issuer of this one issues here, and receives there."""
    both = person("both-zones", [(Role.RECEIVER, "B01", ""), (Role.ISSUER, "A01", "")])
    where = place()
    assert may(both, "cases.deliver", where)
    assert not may(both, "cases.accept", where)
    assert somewhere(both, "cases.accept")
    assert [post.window.code for post in posts_for(both, "cases.accept")] == ["B01"]


def test_a_refusal_names_the_posts_and_where_they_must_be(cast: Cast) -> None:
    with pytest.raises(Refused) as at_window:
        require(cast.editor, "cases.accept", place())
    assert str(at_window.value) == "您的岗位不能办理“受理”，须由本区域的综合窗口受理员、综合窗口组长办理。"
    with pytest.raises(Refused) as at_either:
        require(cast.editor, "cases.reveal_identity", place())
    assert "须由本区域或者本部门的综合窗口受理员、综合窗口组长、出件员、承办人、审批人办理" in str(at_either.value)
    with pytest.raises(Refused, match="须由系统办理"):
        require(cast.receiver, "cases.deem_accepted", place())
    with pytest.raises(Refused, match="“管理账号”，须由系统管理员办理"):
        require(cast.receiver, "accounts.keep")
    with pytest.raises(Refused, match="“恢复收件”，须由审管办管理员办理"):
        require(cast.receiver, "items.reopen")
    with pytest.raises(Refused, match="“督查办件”，须由本中心的档案员、督查员办理"):
        require(cast.receiver, "cases.oversee", place())


def test_an_act_at_a_place_is_not_asked_about_without_one(cast: Cast) -> None:
    with pytest.raises(TypeError, match="cases.accept"):
        may(cast.receiver, "cases.accept")


def test_whoever_watches_a_centre_watches_that_centre(cast: Cast) -> None:
    act("test.watch", "督查", {Role.SUPERVISOR})
    assert may(cast.supervisor, "test.watch", place())
    assert not may(cast.branch.supervisor, "test.watch", place())
    assert somewhere(cast.branch.supervisor, "test.watch")


def test_an_unknown_act_and_a_second_one_of_the_same_name_are_told(cast: Cast) -> None:
    with pytest.raises(UnknownAct):
        may(cast.receiver, "cases.acept", place())
    made = act("test.greet", "问好", {Role.GUIDE})
    assert act("test.greet", "问好", {Role.GUIDE}) == made
    with pytest.raises(ValueError, match="test.greet"):
        act("test.greet", "问好", {Role.RECEIVER})


def test_every_role_belongs_to_one_kind_of_place() -> None:
    kinds = (WINDOW_ROLES, DEPARTMENT_ROLES, CENTRE_ROLES, CONTENT_ROLES)
    assert all(sum(role in kind for kind in kinds) == 1 for role in Role.values)
