"""The roles a post can carry. Source: the actors of the trade (who accepts, who decides, who hands out)."""

from django.db import models


class Role(models.TextChoices):
    GUIDE = "guide", "咨询引导员"
    RECEIVER = "receiver", "综合窗口受理员"
    WINDOW_LEAD = "window_lead", "综合窗口组长"
    COURIER = "courier", "材料流转员"
    ISSUER = "issuer", "出件员"
    ARCHIVIST = "archivist", "档案员"
    DEPT_RECEIVER = "dept_receiver", "部门收件员"
    OFFICER = "officer", "承办人"
    REVIEWER = "reviewer", "审核人"
    DECIDER = "decider", "审批人"
    SUPERVISOR = "supervisor", "督查员"
    CATALOG_EDITOR = "catalog_editor", "事项编辑"
    LEGAL_REVIEWER = "legal_reviewer", "法制审核员"
    CATALOG_ADMIN = "catalog_admin", "审管办管理员"


WINDOW_ROLES = frozenset({Role.GUIDE, Role.RECEIVER, Role.WINDOW_LEAD, Role.COURIER, Role.ISSUER})
"""Posts at a window of the centre: they see the cases of the zones their window serves."""

DEPARTMENT_ROLES = frozenset({Role.DEPT_RECEIVER, Role.OFFICER, Role.REVIEWER, Role.DECIDER})
"""Posts in a department: they see the cases in which their department has a task."""

CENTRE_ROLES = frozenset({Role.SUPERVISOR, Role.ARCHIVIST})
"""Posts for the whole centre: they see every case of it, and change none."""

CONTENT_ROLES = frozenset({Role.CATALOG_EDITOR, Role.LEGAL_REVIEWER, Role.CATALOG_ADMIN})
"""Posts that edit and publish content; they see no case."""
