"""Who may do what where: the one rule, and the list of acts that it is asked about.

Each app registers its acts in a module `acts`, and says there what its things are as a `Place`. Verbs call `require`;
buttons and menus ask `may` and `somewhere`; doors filter their rows by `condition`, which is `may` said of many rows.
Nothing else reads the roles of a post to decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from portal.lib.refusal import Refused
from portal.organisations.roles import CENTRE_ROLES, CONTENT_ROLES, DEPARTMENT_ROLES, WINDOW_ROLES, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from django.contrib.auth.models import AnonymousUser

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


@dataclass(frozen=True)
class Reach:
    """How far a post counts: the whole of its centre, the zones of its window there, or its department's turn there.

    `covers` says it of one thing, `rows` of many: the two are one rule, and a test holds them together.
    """

    center: int | None
    """None for posts of content, which is everybody's."""
    zones: frozenset[int] | None = None
    departments: frozenset[int] | None = None

    def covers(self, place: Place) -> bool:
        if self.center is None:
            return True
        if self.center != place.center:
            return False
        if self.zones is not None:
            return place.zone in self.zones
        return self.departments is None or bool(self.departments & place.departments)

    def rows(self, turn: Callable[[list[int]], Q]) -> Q:
        """As a condition; what `turn` is is said at `condition`."""
        if self.center is None:
            return EVERY_ROW
        here = Q(center=self.center)
        if self.zones is not None:
            return here & Q(zone__in=sorted(self.zones))
        return here if self.departments is None else here & turn(sorted(self.departments))


NO_ROW = Q(pk__in=[])
EVERY_ROW = ~NO_ROW


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


def reach_of(post: Post) -> Reach:
    """The centre always counts, but for content; windows have zones, departments their turn."""
    if post.role in CONTENT_ROLES:
        return Reach(None)
    if post.role in WINDOW_ROLES:
        return Reach(post.center_id, zones=frozenset(post.zone_ids()))
    if post.role in CENTRE_ROLES:
        return Reach(post.center_id)
    return Reach(post.center_id, departments=frozenset(pk for pk in [post.organisation_id] if pk))


def fits(post: Post, place: Place) -> bool:
    return reach_of(post).covers(place)


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


def condition(user: User | AnonymousUser, code: str, *, turn: Callable[[list[int]], Q]) -> Q:
    """The rows to which the user may do the act: what `may` answers for the place of each of them.

    The rows have columns `center` and `zone`; `turn` names those of whose places one of these departments is a part.
    """
    if not user.is_authenticated:
        return NO_ROW
    found = NO_ROW
    for reach in _together(reach_of(post) for post in posts_for(user, code)):
        found |= reach.rows(turn)
    return found


def _together(reaches: Iterable[Reach]) -> list[Reach]:
    """Each once, and the departments of one centre as one, so that they are looked up in one index."""
    once = dict.fromkeys(reaches)
    departments: dict[int | None, frozenset[int]] = {}
    for reach in once:
        if reach.departments is not None:
            departments[reach.center] = departments.get(reach.center, frozenset()) | reach.departments
    whole = [reach for reach in once if reach.departments is None]
    return [*whole, *(Reach(center, departments=found) for center, found in departments.items())]


def require(by: User | None, code: str, place: Place | None = None) -> None:
    """Raise Refused unless `by` may do the act there; the sentence names the posts that may."""
    if not may(by, code, place):
        asked = act_of(code)
        raise Refused(f"您的岗位不能办理“{asked.name}”，须由{_whose(asked)}办理。")


def is_administrator(user: User) -> bool:
    """Whether it is an account of the machine's administrators, whom nobody reaches by a post."""
    return user.is_superuser


def _administers(user: User, asked: Act) -> bool:
    return asked.administrators and user.is_active and is_administrator(user)


def _whose(asked: Act) -> str:
    """The posts in words, with the place they must be at: 本区域的综合窗口受理员、综合窗口组长."""
    names = "、".join(Role(role).label for role in Role.values if role in asked.roles)
    names = names or ("系统管理员" if asked.administrators else "系统")
    groups = {"本区域": WINDOW_ROLES, "本部门": DEPARTMENT_ROLES, "本中心": CENTRE_ROLES}
    places = [name for name, roles in groups.items() if asked.is_placed and roles & asked.roles]
    return f"{'或者'.join(places)}的{names}" if places else names
