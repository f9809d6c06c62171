"""Who may do a move: a post of today, at the right place. One place for the rule, so that no screen can forget it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from portal.cases.flow import SYSTEM, Move
from portal.lib.refusal import Refused
from portal.organisations.roles import DEPARTMENT_ROLES, WINDOW_ROLES, Role

if TYPE_CHECKING:
    from portal.organisations.models import Organisation, User


class Visit(Protocol):
    """The application of a case, as far as the rule asks: the centre it was brought to."""

    center_id: int


class Placed(Protocol):
    """A case, as far as the rule asks: where it was taken in."""

    @property
    def application(self) -> Visit: ...

    @property
    def zone_id(self) -> int: ...


def may(move: Move, by: User | None, case: Placed, department: Organisation | None = None) -> bool:
    """Whether `by` holds a post for this move; None is the portal itself."""
    if by is None:
        return SYSTEM in move.actors
    return holds_for_case(by, case, move.actors, department)


def holds_for_case(by: User, case: Placed, roles: frozenset[str], department: Organisation | None = None) -> bool:
    """A post counts in the case's own centre: a window role at a window of its zone, others in `department`."""
    here = [post for post in by.posts_now() if post.role in roles and post.center_id == case.application.center_id]
    if any(post.role in WINDOW_ROLES and case.zone_id in post.zone_ids() for post in here):
        return True
    theirs = {post.organisation_id for post in here if post.role in DEPARTMENT_ROLES}
    return department is not None and department.pk in theirs


def require(move: Move, by: User | None, case: Placed, department: Organisation | None = None) -> None:
    """Raise Refused unless `by` may do the move."""
    if not may(move, by, case, department):
        names = "、".join(Role(role).label for role in Role.values if role in move.actors)
        raise Refused(f"您的岗位不能办理“{move.name}”，须由本区域或者本部门的{names}办理。")
