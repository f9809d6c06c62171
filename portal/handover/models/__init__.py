"""Papers on the move: who holds what since when, and the slips with two signatures that move them."""

from portal.handover.models.custody import Custody, HolderKind
from portal.handover.models.slip import Direction, Slip, SlipLine, SlipStatus

__all__ = ["Custody", "Direction", "HolderKind", "Slip", "SlipLine", "SlipStatus"]
