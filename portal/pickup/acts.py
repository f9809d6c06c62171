"""Who looks after what waits for its owner; handing it out is a move of the case."""

from portal.organisations.authority import act
from portal.organisations.roles import CENTRE_ROLES, Role

act("pickup.open_notice", "打开领取通知", {Role.ISSUER})
# Opens the list; which rows are in it is the door of their cases.
act("pickup.see", "查看出件", {Role.ISSUER, Role.WINDOW_LEAD, *CENTRE_ROLES}, is_placed=False)
