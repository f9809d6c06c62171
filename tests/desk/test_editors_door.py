"""Wagtail's own pages are for those who look after content: whoever only works cases finds none of them open."""

from __future__ import annotations

import inspect
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, resolve, reverse
from django.utils import timezone

from pages.models import HomePage
from portal.desk.doors import OF_EVERYBODY, OF_NOBODY, act_for
from portal.organisations.authority import somewhere
from portal.organisations.models import Role, User
from portal.organisations.roles import CENTRE_ROLES, CONTENT_ROLES, DEPARTMENT_ROLES, WINDOW_ROLES
from tests.cast import Cast, person
from tests.desk.test_addresses import client_of, holder, model_of, patterns, sample

pytestmark = [pytest.mark.django_db, pytest.mark.once]
WORKERS = WINDOW_ROLES | DEPARTMENT_ROLES | CENTRE_ROLES
SHUT = {403, 404}
CHOOSERS = (
    "wagtailadmin_choose_page",
    "wagtailadmin_choose_page_search",
    "wagtailadmin_choose_page_external_link",
    "wagtailimages_chooser:choose",
    "wagtaildocs_chooser:choose",
    "wagtailembeds:chooser",
    "wagtailadmin_workflows:task_chooser",
    "wagtailsnippetchoosers_pages_searchpromotion:choose",
    "wagtailadmin_tag_autocomplete",
    "wagtailadmin_api:pages:listing",
    "wagtailadmin_api:images:listing",
    "wagtailadmin_reports:site_history",
)
"""What stood open to every member of staff."""


def is_ours(name: str) -> bool:
    return name.startswith("desk_") or "_modeladmin_" in name


def wagtails() -> dict[str, str]:
    """Every address of the back office that is neither ours nor everybody's, by its name, with things that exist."""
    found: dict[str, str] = {}
    for name, pattern in patterns(get_resolver().url_patterns):
        if is_ours(name) or name in OF_EVERYBODY:
            continue
        model = model_of(inspect.unwrap(pattern.callback))
        regex = getattr(pattern.pattern, "regex", None)
        wanted = {part: sample(part, model) for part in (regex.groupindex if regex else ())}
        try:
            found[name] = reverse(name, kwargs=wanted)
        except NoReverseMatch:
            continue
    return found


@pytest.fixture
def site(small_site: HomePage, cast: Cast) -> Cast:
    return cast


def ended(role: Role) -> User:
    """Somebody whose post ended yesterday; the account is still in the groups it had brought."""
    user = person(f"former-{role}", [(role, "", "")])
    today = timezone.localdate()
    user.posts.all().update(valid_from=today - timedelta(days=9), valid_to=today - timedelta(days=1))
    return User.objects.get(pk=user.pk)


def statuses(client: Client, method: str = "get", names: tuple[str, ...] = ()) -> dict[str, int]:
    known = wagtails()
    client.raise_request_exception = False
    return {name: getattr(client, method)(known[name]).status_code for name in names or sorted(known)}


def test_the_walk_finds_choosers_reports_users_and_the_api(site: Cast) -> None:
    known = wagtails()
    assert len(known) > 100
    assert set(CHOOSERS) | OF_NOBODY | {"wagtailusers_users:index", "wagtailadmin_pages:edit"} <= set(known)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", ["receiver", "supervisor", "former editor", "nobody"])
def test_no_page_of_wagtails_opens_without_an_editing_post(site: Cast, who: str, method: str) -> None:
    user = ended(Role.CATALOG_ADMIN) if who == "former editor" else getattr(site, who)
    found = statuses(client_of(user), method)
    assert {name: status for name, status in found.items() if status not in SHUT} == {}


@pytest.mark.parametrize("role", sorted(WORKERS))
def test_no_role_that_works_cases_opens_a_chooser(site: Cast, role: str) -> None:
    found = statuses(client_of(holder(Role(role))), names=CHOOSERS)
    assert set(found.values()) <= SHUT, found


@pytest.mark.parametrize("role", sorted(CONTENT_ROLES))
def test_who_looks_after_content_opens_the_choosers(site: Cast, role: str) -> None:
    found = statuses(client_of(person(f"only-{role}", [(Role(role), "", "")])), names=CHOOSERS)
    assert set(found.values()) == {200}, found


def test_a_page_that_fails_on_purpose_is_nobodys(site: Cast) -> None:
    root = User.objects.create_superuser("root", password="x")
    for user in (site.editor, root, site.receiver):
        assert client_of(user).get(reverse("wagtailadmin_error_test")).status_code == 404


def test_accounts_are_kept_by_administrators(site: Cast) -> None:
    root = User.objects.create_superuser("root", password="x")
    for name in ("wagtailusers_users:index", "wagtailusers_groups:index", "wagtailusers_users:add"):
        assert act_for(resolve(reverse(name))) == "accounts.keep"
        assert client_of(root).get(reverse(name)).status_code == 200
        for user in (site.editor, site.publisher, site.receiver):
            assert client_of(user).get(reverse(name)).status_code == 403


def test_everybody_keeps_the_frame_and_their_own_account(site: Cast) -> None:
    for name in ("wagtailadmin_home", "wagtailadmin_account"):
        assert client_of(site.receiver).get(reverse(name)).status_code == 200
    assert Client().get(reverse("wagtailadmin_choose_page")).status_code == 302


def test_a_page_that_nobody_has_looked_at_is_shut(site: Cast) -> None:
    """A release of Wagtail may bring addresses; their names stand in no list of ours."""
    page: Any = resolve(reverse("wagtailadmin_reports:locked_pages"))
    page.view_name, page.url_name = "wagtailadmin_reports:what_comes_next", "what_comes_next"
    assert act_for(page) == "content.edit"
    assert not somewhere(site.receiver, "content.edit")


@pytest.mark.parametrize(
    "register",
    ["organisations_zone", "organisations_post", "workdays_calendarday", "catalog_lintrule", "catalog_synonym"],
)
def test_a_register_of_the_house_is_kept_by_a_post_of_today(site: Cast, register: str) -> None:
    """The groups of an account stay when its post ends; the post is what counts."""
    url, create = (reverse(f"{register}_modeladmin_{page}") for page in ("index", "create"))
    former = ended(Role.CATALOG_ADMIN)
    assert former.groups.filter(name="审管办").exists()
    for address in (url, create):
        assert client_of(site.publisher).get(address).status_code == 200
        assert client_of(former).get(address).status_code in {302, 403}
    assert client_of(former).get(reverse("desk_lint_try")).status_code in {302, 403}
