"""Who keeps the house and its accounts, sees failed work and tries it again, and which deadlines moved.

`portal.jobs` and `workdays` know no posts.
"""

from portal.cases.acts import WORKERS
from portal.organisations.authority import act
from portal.organisations.roles import Role

act("moves.see", "查看期限变动", WORKERS)
KEEPERS = {Role.CATALOG_ADMIN, Role.SUPERVISOR}
act("promises.see", "查看后台工作", KEEPERS, is_placed=False, administrators=True)
act("promises.retry", "重新执行后台工作", KEEPERS, is_placed=False, administrators=True)
# The groups of Wagtail may narrow it; they follow the calendar by the minute, this at once.
act("house.keep", "维护中心设置", {Role.CATALOG_ADMIN}, is_placed=False, administrators=True)
act("accounts.make", "建立账号", {Role.CATALOG_ADMIN}, is_placed=False, administrators=True)
act("accounts.keep", "管理账号", (), is_placed=False, administrators=True)
