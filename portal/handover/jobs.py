"""What slips do by themselves, minute by minute."""

from __future__ import annotations

from datetime import datetime

from portal.handover import unsigned
from portal.jobs.registry import every_minute
from portal.lib.refusal import Refused


@every_minute("handover.unsigned_slips")
def unsigned_slips(now: datetime) -> None:
    """Remind of slips whose day is over, then count as received what nobody came for; each by itself."""
    reminding, presumed = unsigned.of_this_minute(now)
    for slips, act in ((reminding, unsigned.remind), (presumed, unsigned.presume)):
        for slip in slips:
            try:
                act(slip)
            except Refused:  # it was signed this very minute
                continue
