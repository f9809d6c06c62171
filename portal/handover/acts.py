"""What the two sides of a handover slip may do with it."""

from portal.cases.acts import WORKERS
from portal.cases.flow import WINDOW
from portal.organisations.authority import act
from portal.organisations.roles import Role

act("slips.see", "查看交接单", WORKERS)
act("slips.sign", "签收交接单", {Role.DEPT_RECEIVER})
act("slips.forward", "移交补收材料", WINDOW)
act("slips.bounce", "退回交接单", {Role.DEPT_RECEIVER})
act("slips.call_home", "催退材料", WINDOW)
act("slips.take_back", "接收退还材料", WINDOW)
act("slips.hand_back", "退还材料", WINDOW)
act("slips.take_in", "接收结果", {Role.ISSUER})
act("slips.send_back", "结果退回更正", {Role.ISSUER})
