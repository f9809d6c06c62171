"""Who looks after the content: items, their editions and handbooks, readers' messages, waivers, the check-up."""

from portal.organisations.authority import SYSTEM, act
from portal.organisations.roles import CONTENT_ROLES, Role

EVERYBODY = frozenset(Role.values)
"""Everybody with a post: items and handbooks say what the public guides say."""
HISTORIANS = CONTENT_ROLES | {Role.SUPERVISOR}
"""Who reads how an item came to be what it is, and what readers complained of."""
OFFICE = frozenset({Role.CATALOG_ADMIN})

act("content.edit", "编辑内容", CONTENT_ROLES, is_placed=False, administrators=True)
act("health.see", "查看内容体检", CONTENT_ROLES, is_placed=False, administrators=True)
act("health.ask", "内容体检", {*CONTENT_ROLES, SYSTEM}, is_placed=False, administrators=True)
act("items.see", "查看事项", EVERYBODY, is_placed=False)
act("items.history", "查看事项的历次版本", HISTORIANS, is_placed=False)
act("items.withdraw", "取消事项", {*OFFICE, SYSTEM}, is_placed=False)
act("items.reopen", "恢复收件", OFFICE, is_placed=False)
act("handbooks.see", "查看标准化手册", EVERYBODY, is_placed=False)
act("handbooks.order", "制作手册", {*OFFICE, SYSTEM}, is_placed=False)
act("handbooks.make_again", "重新制作手册", {*OFFICE, SYSTEM}, is_placed=False)
act("feedback.see", "查看指南纠错", HISTORIANS, is_placed=False)
act("feedback.answer", "处理指南纠错", {Role.CATALOG_EDITOR, Role.CATALOG_ADMIN}, is_placed=False)
act("waivers.see", "查看豁免申请", CONTENT_ROLES, is_placed=False, administrators=True)
act("waivers.ask", "申请豁免", CONTENT_ROLES, is_placed=False, administrators=True)
act("waivers.grant", "批准豁免", OFFICE, is_placed=False, administrators=True)
act("rulebook.keep", "维护文本检查规则", {Role.LEGAL_REVIEWER, *OFFICE}, is_placed=False, administrators=True)
act("rulebook.try", "试用文本检查", {Role.LEGAL_REVIEWER, *OFFICE}, is_placed=False, administrators=True)
act("synonyms.keep", "维护检索同义词", CONTENT_ROLES, is_placed=False, administrators=True)
