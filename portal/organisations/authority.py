"""Who may do what where: the one rule, and the list of acts that it is asked about.

Each app registers its acts in a module `acts`, and says there what its things are as a `Place`. Verbs call `require`;
buttons, menus and lists ask `may` and `somewhere`. Nothing else reads the roles of a post to decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.lib.refusal import Refused
from portal.organisations.roles import CENTRE_ROLES, CONTENT_ROLES, DEPARTMENT_ROLES, WINDOW_ROLES, Role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from portal.organisations.models import Post, User

SYSTEM = "system"
"""Stands among the roles of an act that the portal may do by itself."""


@dataclass(frozen=True)
class Act:
    """One thing that posts give a right to: `name` stands in the refusal, `roles` are role codes and SYSTEM.

    `is_placed`: the post must also fit the place of the thing. `administrators`: a superuser without a post may, too.
    """

    code: str
    name: str
    roles: frozenset[str]
    is_placed: bool = True
    administrators: bool = False


@dataclass(frozen=True)
class Place:
    """Where a thing lies: the centre that has it, the zone it was taken in for, the departments whose turn it is."""

    center: int
    zone: int | None = None
    departments: frozenset[int] = frozenset()


class UnknownAct(LookupError):
    """No app has registered an act under this code."""


ACTS: dict[str, Act] = {}


def act(code: str, name: str, roles: Iterable[str], *, is_placed: bool = True, administrators: bool = False) -> Act:
    """Register an act and return it. ValueError for a code that another act has."""
    made = Act(code, name, frozenset(roles), is_placed, administrators)
    if ACTS.setdefault(code, made) != made:
        raise ValueError(f"two acts named {code}")
    return made


def act_of(code: str) -> Act:
    try:
        return ACTS[code]
    except KeyError:
        raise UnknownAct(f"no app has registered an act {code!r}") from None


def fits(post: Post, place: Place) -> bool:
    """The centre always counts, but for content, which is everybody's; windows have zones, departments their turn."""
    if post.role in CONTENT_ROLES:
        return True
    if post.center_id != place.center:
        return False
    if post.role in WINDOW_ROLES:
        return place.zone in post.zone_ids()
    return post.role in CENTRE_ROLES or post.organisation_id in place.departments


def holds(user: User, roles: Collection[str], place: Place | None) -> bool:
    """Whether a post of today has one of `roles`, and fits the place; None where the place does not matter."""
    return any(post.role in roles and (place is None or fits(post, place)) for post in user.posts_now())


def may(by: User | None, code: str, place: Place | None = None) -> bool:
    """Whether `by` may do the act to a thing at that place; None is the portal itself."""
    asked = act_of(code)
    if asked.is_placed and place is None:
        raise TypeError(f"{code} is done at a place")
    if by is None:
        return SYSTEM in asked.roles
    return _administers(by, asked) or holds(by, asked.roles, place if asked.is_placed else None)


def somewhere(user: User, code: str) -> bool:
    """Whether the user may do the act at any place at all: what menus, lists and the home page ask."""
    asked = act_of(code)
    return _administers(user, asked) or holds(user, asked.roles, None)


def posts_for(user: User, code: str) -> list[Post]:
    """The user's posts of today that give the right to the act, each at its own place."""
    return [post for post in user.posts_now() if post.role in act_of(code).roles]


def require(by: User | None, code: str, place: Place | None = None) -> None:
    """Raise Refused unless `by` may do the act there; the sentence names the posts that may."""
    if not may(by, code, place):
        asked = act_of(code)
        raise Refused(f"您的岗位不能办理“{asked.name}”，须由{_whose(asked)}办理。")


def _administers(user: User, asked: Act) -> bool:
    return asked.administrators and user.is_active and user.is_superuser


def _whose(asked: Act) -> str:
    """The posts in words, with the place they must be at: 本区域的综合窗口受理员、综合窗口组长."""
    names = "、".join(Role(role).label for role in Role.values if role in asked.roles) or "系统"
    groups = {"本区域": WINDOW_ROLES, "本部门": DEPARTMENT_ROLES, "本中心": CENTRE_ROLES}
    places = [name for name, roles in groups.items() if asked.is_placed and roles & asked.roles]
    return f"{'或者'.join(places)}的{names}" if places else names
