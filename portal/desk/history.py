"""Entries of our own in Wagtail's log: of a page's history, of an item, of who took which data out."""

from __future__ import annotations

from typing import Any

from wagtail.log_actions import LogActionRegistry, LogFormatter

SCHEDULE_REFUSED = "portal.schedule_refused"
LEDGER_EXPORTED = "portal.ledger_exported"
ITEM_WITHDRAWN = "portal.item_withdrawn"
ITEM_REOPENED = "portal.item_reopened"


def register(actions: LogActionRegistry) -> None:
    """Give every entry its name and its sentence."""

    def entry(action: str, label: str, sentence: str) -> None:
        """`sentence` names what of the entry's data it tells."""

        def format_message(self: LogFormatter, entry: Any) -> str:
            return sentence.format(**entry.data)

        formatter = type("Entry", (LogFormatter,), {"label": label, "format_message": format_message})
        actions.register_action(action)(formatter)

    entry(SCHEDULE_REFUSED, "定时发布没有成功", "定时发布没有成功，请修改后重新发布：{reason}")
    entry(LEDGER_EXPORTED, "导出台账", "导出台账{rows}件（{format}），条件：{filter}")
    entry(ITEM_WITHDRAWN, "取消事项", "取消事项：{reason}")
    entry(ITEM_REOPENED, "恢复收件", "恢复收件：{reason}")
