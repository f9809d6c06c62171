"""Who sees failed work and tries it again; `portal.jobs` knows no posts."""

from portal.organisations.authority import act
from portal.organisations.roles import Role

act("promises.see", "查看后台工作", {Role.CATALOG_ADMIN, Role.SUPERVISOR}, is_placed=False)
act("promises.retry", "重新执行后台工作", {Role.CATALOG_ADMIN, Role.SUPERVISOR}, is_placed=False)
