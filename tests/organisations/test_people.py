"""People and posts: who may hold what where, what a post opens, and that it ends when it ends."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from portal.organisations import access
from portal.organisations.jobs import follow_posts
from portal.organisations.models import Organisation, Post, Role, ServiceCenter, User, Window, Zone
from tests.cast import CENTRE, Cast, person

pytestmark = pytest.mark.django_db


def post(cast: Cast, **fields) -> Post:
    return Post(user=cast.nobody, center=cast.center, **fields)


@pytest.mark.parametrize("role", Role.values)
def test_every_role_has_its_kind_of_place(cast: Cast, role: str) -> None:
    """A window role needs a window, a department role a department, the others neither."""
    window, department = Window.objects.get(code="A01"), Organisation.objects.get(code="sx-jsj")
    places = {"window": {"window": window}, "department": {"organisation": department}, "centre": {}}
    fits = []
    for name, place in places.items():
        try:
            with transaction.atomic():
                post(cast, role=role, **place).save()
        except IntegrityError:
            continue
        fits.append(name)
    assert len(fits) == 1


def test_the_form_says_in_words_what_does_not_fit(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="窗口岗位须选窗口"):
        post(cast, role=Role.RECEIVER).full_clean()


def test_the_same_post_is_held_once(cast: Cast) -> None:
    window = Window.objects.get(code="A01")
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.create(user=cast.receiver, role=Role.RECEIVER, window=window, center=cast.center)


def test_a_post_opens_the_back_office_and_its_end_closes_it(cast: Cast) -> None:
    assert cast.receiver.has_perm("wagtailadmin.access_admin")
    Post.objects.get(user=cast.receiver).delete()
    fresh = User.objects.get(pk=cast.receiver.pk)
    assert not fresh.has_perm("wagtailadmin.access_admin")
    assert not fresh.groups.filter(name=access.STAFF).exists()


def editing_from(begins: date, ends: date | None) -> User:
    """An account whose one post as an editor runs from that day to that day."""
    user = User.objects.create(username="writer")
    center = ServiceCenter.objects.get(code=CENTRE)
    Post.objects.create(user=user, role=Role.CATALOG_EDITOR, center=center, valid_from=begins, valid_to=ends)
    return user


def groups_at(user: User, day: date, hour: int, minute: int) -> set[str]:
    """The groups of the account after the minute's work of that minute."""
    moment = datetime.combine(day, time(hour, minute), timezone.get_default_timezone())
    with time_machine.travel(moment, tick=False):
        follow_posts(timezone.now())
    return set(user.groups.values_list("name", flat=True))


def test_groups_come_on_the_first_day_of_a_post_and_go_after_its_last(cast: Cast) -> None:
    """Wagtail asks the groups, and nobody saves a post at midnight."""
    first, last = timezone.localdate() + timedelta(days=3), timezone.localdate() + timedelta(days=9)
    user, mine = editing_from(first, last), {access.STAFF, access.EDITORS}
    assert groups_at(user, first - timedelta(days=1), 23, 59) == set()
    assert groups_at(user, first, 0, 0) == mine
    assert User.objects.get(pk=user.pk).has_perm("wagtailadmin.access_admin")
    assert groups_at(user, last, 23, 59) == mine
    assert groups_at(user, last + timedelta(days=1), 0, 0) == set()
    assert not User.objects.get(pk=user.pk).has_perm("wagtailadmin.access_admin")


def test_one_post_that_ends_leaves_the_groups_of_the_others(cast: Cast) -> None:
    last = timezone.localdate() + timedelta(days=3)
    user = editing_from(timezone.localdate(), last)
    Post.objects.create(user=user, role=Role.SUPERVISOR, center=cast.center)
    assert groups_at(user, last, 12, 0) == {access.STAFF, access.EDITORS}
    assert groups_at(user, last + timedelta(days=1), 12, 0) == {access.STAFF}


def test_groups_given_past_the_posts_are_taken_back(cast: Cast) -> None:
    cast.nobody.groups.add(access.group(access.PUBLISHERS))
    Post.objects.filter(user=cast.editor).update(role=Role.CATALOG_ADMIN)
    follow_posts(timezone.now())
    assert not cast.nobody.groups.exists()
    assert {group.name for group in cast.editor.groups.all()} == {access.STAFF, access.EDITORS, access.PUBLISHERS}


def test_who_is_where_they_belong_costs_the_minute_one_query(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    follow_posts(timezone.now())
    with django_assert_num_queries(1):
        follow_posts(timezone.now())


def test_posts_count_from_their_first_to_their_last_day(cast: Cast) -> None:
    today = timezone.localdate()
    held = Post.objects.get(user=cast.receiver)
    for begins, ends, counts in ((0, 0, True), (1, None, False), (-5, -1, False), (-5, None, True)):
        held.valid_from = today + timedelta(days=begins)
        held.valid_to = None if ends is None else today + timedelta(days=ends)
        held.save()
        assert bool(User.objects.get(pk=cast.receiver.pk).posts_now()) is counts


def test_an_inactive_account_holds_nothing(cast: Cast) -> None:
    cast.receiver.is_active = False
    cast.receiver.save()
    assert User.objects.get(pk=cast.receiver.pk).posts_now() == []


def test_bodies_are_found_by_printed_name_and_alias(cast: Cast) -> None:
    for name in ("市国土局", "市国土资源局", "绍兴市国土资源局"):
        assert [org.code for org in Organisation.objects.named(name)] == ["sx-gtj"]
    assert not Organisation.objects.named("不存在的局").exists()


def test_a_dissolved_body_no_longer_stands(cast: Cast) -> None:
    Organisation.objects.filter(code="sx-gtj").update(valid_to=timezone.localdate() - timedelta(days=1))
    assert not Organisation.objects.standing().filter(code="sx-gtj").exists()


def test_an_account_is_made_with_a_name_and_a_password_and_nothing_more(cast: Cast) -> None:
    root = User.objects.create_superuser("root", password="x")
    client = Client()
    client.force_login(root, backend="django.contrib.auth.backends.ModelBackend")
    secret = "correct-horse-battery"
    form = {"username": "wang", "display_name": "示例丁", "email": "", "password1": secret, "password2": secret}
    answer = client.post(reverse("wagtailusers_users:add"), form)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    made = User.objects.get(username="wang")
    assert (str(made), made.check_password(secret)) == ("示例丁", True)
    page = client.get(reverse("wagtailusers_users:edit", args=[made.pk])).content.decode()
    assert "姓名" in page
    assert "first_name" not in page
    manager = person("publisher", [(Role.CATALOG_ADMIN, "", "")])
    client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("wagtailusers_users:add")).status_code == 403


def test_a_release_brings_its_rights_and_leaves_those_alone_that_people_changed(db: None) -> None:
    office = access.group(access.PUBLISHERS)
    of = {model: Permission.objects.filter(content_type__model=model) for model in ("synonym", "window")}
    for name in (access.PUBLISHERS, access.EDITORS):
        access.group(name).permissions.remove(*of["synonym"])  # as before the release that brought synonyms
    taken = Permission.objects.get(codename="add_window")
    office.permissions.remove(taken)
    access.extend_groups()
    access.extend_groups()
    assert set(of["synonym"]) <= set(office.permissions.all())
    assert set(of["synonym"]) <= set(access.group(access.EDITORS).permissions.all())
    assert taken not in office.permissions.all()


def test_each_group_starts_with_the_rights_of_its_work_and_no_others(db: None) -> None:
    given = {
        name: {right.codename for right in access.rights_of(name)}
        for name in (access.STAFF, access.EDITORS, access.LEGAL, access.PUBLISHERS)
    }
    synonyms = {f"{what}_synonym" for what in ("add", "change", "delete", "view")}
    rules = {f"{what}_{of}" for what in ("add", "change", "delete", "view") for of in ("lintrule", "lintword")}
    assert given[access.STAFF] == set()
    assert given[access.EDITORS] == synonyms
    assert given[access.LEGAL] == rules
    house = given[access.PUBLISHERS]
    assert synonyms | rules < house
    assert {"add_window", "change_post", "view_zone", "add_calendarday", "change_publicityrule"} <= house
    away = {name for name in house - synonyms - rules if name.startswith("delete_")}
    assert away == {f"delete_{name}" for name in access.GOES_AWAY}
    assert not {name for name in house if name.endswith("_user")}


def test_an_account_is_in_the_groups_of_its_posts_and_stays_in_those_of_others(cast: Cast) -> None:
    reviewer = person("legal", [(Role.LEGAL_REVIEWER, "", "")])
    reviewer.groups.add(Group.objects.create(name="别的"))
    held = reviewer.posts.get()
    names = {access.STAFF, access.EDITORS, access.LEGAL}
    assert set(reviewer.groups.values_list("name", flat=True)) == {*names, "别的"}
    assert set(cast.receiver.groups.values_list("name", flat=True)) == {access.STAFF}
    held.valid_from = held.valid_to = timezone.localdate() - timedelta(days=1)
    held.save()
    access.follow_posts(reviewer)
    assert set(reviewer.groups.values_list("name", flat=True)) == {"别的"}


def test_a_request_without_a_person_is_turned_away(cast: Cast) -> None:
    request = RequestFactory().get("/")
    request.user = cast.receiver
    assert access.signed_in(request) == cast.receiver
    request.user = AnonymousUser()
    with pytest.raises(PermissionDenied):
        access.signed_in(request)


@pytest.mark.parametrize("letter", ["A", "b", "1", "甲", ""])
def test_a_zone_has_a_letter_that_a_case_number_can_bear(cast: Cast, letter: str) -> None:
    """A stands in the numbers of applications; a number with any other sign could not be read back."""
    zone = Zone(code="new", name="新受理区", letter=letter)
    with pytest.raises(ValidationError, match="大写字母B至Z|此字段不能为空"):
        zone.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        zone.save()
    Zone(code="new", name="新受理区", letter="Q").save()


def test_the_form_of_a_zone_says_why_a_letter_is_refused(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.publisher, backend="django.contrib.auth.backends.ModelBackend")
    form = {"code": "new", "name": "新受理区", "letter": "A", "order": 9}
    answer = client.post(reverse("organisations_zone_modeladmin_create"), form)
    assert "A用在申请编号里" in answer.content.decode()
    assert not Zone.objects.filter(code="new").exists()


ACCOUNT = {"username": "xin-ren", "display_name": "新来的受理员", "email": "", "is_active": "on"}
PASSWORDS = {"password1": "yi-chuang-tong-2026", "password2": "yi-chuang-tong-2026"}


def test_the_office_makes_an_account_that_a_post_opens(cast: Cast) -> None:
    office = signed_in_as(cast.publisher)
    url = reverse("organisations_user_modeladmin_create")
    assert "两次输入的密码不一样" in office.post(url, {**ACCOUNT, **PASSWORDS, "password2": "x"}).content.decode()
    assert "密码" in office.post(url, {**ACCOUNT, "password1": "123", "password2": "123"}).content.decode()
    assert not User.objects.filter(username="xin-ren").exists()
    office.post(url, {**ACCOUNT, **PASSWORDS, "is_superuser": "on", "groups": "1"})
    made = User.objects.get(username="xin-ren")
    assert made.check_password(PASSWORDS["password1"])
    assert [made.is_superuser, made.is_staff, made.groups.exists()] == [False, False, False]
    assert not made.has_perm("wagtailadmin.access_admin")
    Post.objects.create(user=made, role=Role.RECEIVER, window=Window.objects.get(code="A01"), center=cast.center)
    assert User.objects.get(pk=made.pk).has_perm("wagtailadmin.access_admin")


def test_nobody_else_makes_accounts_and_nobody_reaches_an_administrators(cast: Cast) -> None:
    root = User.objects.create_superuser("house-root", password="x")
    create = reverse("organisations_user_modeladmin_create")
    for user in (cast.editor, cast.receiver, cast.supervisor):
        signed_in_as(user).post(create, {**ACCOUNT, **PASSWORDS})
    assert not User.objects.filter(username="xin-ren").exists()
    office = signed_in_as(cast.publisher)
    edit = reverse("organisations_user_modeladmin_edit", args=[root.pk])
    office.post(edit, {**ACCOUNT, "username": "taken-over"})
    assert User.objects.get(pk=root.pk).username == "house-root"
    assert "house-root" not in office.get(reverse("organisations_user_modeladmin_index")).content.decode()


def test_a_password_in_use_is_not_set_by_the_office(cast: Cast) -> None:
    office, before = signed_in_as(cast.publisher), cast.receiver.password
    url = reverse("organisations_user_modeladmin_edit", args=[cast.receiver.pk])
    office.post(url, {**ACCOUNT, **PASSWORDS, "username": cast.receiver.username})
    now = User.objects.get(pk=cast.receiver.pk)
    assert (now.display_name, now.password) == ("新来的受理员", before)


def test_other_names_of_a_body_are_kept_one_a_line_and_name_one_body(cast: Cast) -> None:
    office, body = signed_in_as(cast.publisher), Organisation.objects.get(code="sx-jsj")
    url = reverse("organisations_organisation_modeladmin_edit", args=[body.pk])
    form = office.get(url).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    office.post(url, {**data, "aliases": "市住建局\n 市建委 \n\n市住建局"})
    body.refresh_from_db()
    assert body.aliases == ["市住建局", "市建委"]
    assert office.get(url).context["form"]["aliases"].value() == "市住建局\n市建委"
    assert list(Organisation.objects.named("市建委")) == [body]
    other = Organisation.objects.exclude(pk=body.pk).first()
    refused = office.post(url, {**data, "aliases": other.full_name}).content.decode()
    assert f"已经是{other.short_name}的名称" in refused


def signed_in_as(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
