"""What the house does by itself, minute by minute."""

from portal.jobs.registry import every_minute
from portal.organisations.sign_in import purge

every_minute("organisations.purge_sign_ins")(purge)
