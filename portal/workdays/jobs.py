"""Moving deadlines as promised work."""

from portal.jobs.registry import Urgency, handler
from portal.workdays.models import MOVE_DEADLINES
from portal.workdays.moving import move_deadlines


@handler(MOVE_DEADLINES, urgency=Urgency.LAW)
def move(*, change: int, after: int = 0) -> None:
    """Move every open deadline that a change of the calendar moves."""
    move_deadlines(change, after)
