"""Which Wagtail groups a post brings: the way into the back office, and the content rights of editors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from portal.organisations.roles import Role

if TYPE_CHECKING:
    from portal.organisations.models import User

STAFF = "工作人员"
EDITORS = "事项编辑"
PUBLISHERS = "审管办"
LEGAL = "法制审核"
OURS = (STAFF, EDITORS, LEGAL, PUBLISHERS)

GROUPS_OF_ROLE: dict[str, tuple[str, ...]] = {
    Role.CATALOG_EDITOR: (EDITORS,),
    Role.LEGAL_REVIEWER: (EDITORS, LEGAL),
    Role.CATALOG_ADMIN: (EDITORS, PUBLISHERS),
}


def signed_in(request: HttpRequest) -> User:
    """Who asks. The back office lets nobody else in; raises PermissionDenied for one who slipped through."""
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user


def group(name: str) -> Group:
    """The group of that name, with the permission to enter the back office."""
    found, created = Group.objects.get_or_create(name=name)
    if created:
        found.permissions.add(Permission.objects.get(codename="access_admin"), *rights_of(name))
    return found


def extend_groups() -> None:
    """Give our groups their rights over what a new release brought: models over which no group holds any right yet.

    What managers have given or taken since a group was made stays as it is.
    """
    known = set(Group.permissions.through.objects.values_list("permission__content_type", flat=True))
    for name in OURS:
        new = [right for right in rights_of(name) if right.content_type_id not in known]
        group(name).permissions.add(*new)


def rights_of(name: str) -> list[Permission]:
    """The rights that a group of ours starts with, beside the way into the back office."""
    found: list[Permission] = []
    if name == PUBLISHERS:
        found += house_permissions()
    if name in {PUBLISHERS, LEGAL}:
        found += rulebook_permissions()
    if name in {PUBLISHERS, EDITORS}:
        found += synonym_permissions()
    return found


GOES_AWAY = ("openinghours", "specialday", "hallfacility", "calendarday", "calendaryear")


def house_permissions() -> QuerySet[Permission]:
    """What the centre's managers keep: bodies, places, posts, the calendar and what is made public of decisions.

    Nothing of it is deleted, it ends; only a stretch of hours, a special day, a facility that is not true any more, or
    a day or year of the calendar that was entered by mistake goes away.
    """
    kept = Permission.objects.filter(
        Q(content_type__app_label__in=["organisations", "workdays"]) | Q(content_type__model="publicityrule")
    )
    return kept.exclude(content_type__model="user").filter(
        Q(codename__regex=r"^(add|change|view)_") | Q(codename__in=[f"delete_{name}" for name in GOES_AWAY])
    )


def rulebook_permissions() -> QuerySet[Permission]:
    """Legal reviewers and the office keep the rules and words of the linter, and may take one away."""
    return Permission.objects.filter(
        content_type__app_label="catalog", content_type__model__in=["lintrule", "lintword"]
    )


def synonym_permissions() -> QuerySet[Permission]:
    """Editors and the office keep what people say for what items are called, and may take it away."""
    return Permission.objects.filter(content_type__app_label="catalog", content_type__model="synonym")


def roles_bringing(name: str) -> list[str]:
    """The roles whose posts put an account into that group of ours."""
    return [role for role in Role.values if name == STAFF or name in GROUPS_OF_ROLE.get(role, ())]


def follow_posts(user: User) -> None:
    """Put the account into the groups its present posts bring, and take it out of the others of ours.

    Called when a post is saved or deleted, and by the minute's work on the day when one begins or has ended.
    """
    roles = set(user.posts.current().values_list("role", flat=True))
    wanted = {name for name in OURS if roles.intersection(roles_bringing(name))}
    user.groups.remove(*Group.objects.filter(name__in=set(OURS) - wanted))
    user.groups.add(*(group(name) for name in sorted(wanted)))
