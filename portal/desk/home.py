"""What a member of staff sees first: what waits for them, counted as far and through the same doors as the lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from wagtail.admin.ui.components import Component
from wagtail.models import Page, TaskState

from portal.cases.acts import of_move
from portal.catalog.care.health import HealthKind, HealthReport
from portal.catalog.models import ServiceItem
from portal.desk.base.registers import DeskModelAdmin
from portal.desk.care.waivers import WaiverAdmin
from portal.desk.cases.intake import takes_in
from portal.desk.cases.register import CaseAdmin
from portal.desk.pickup.register import DeliveryAdmin
from portal.desk.promises.register import PromiseAdmin
from portal.desk.slips.register import SlipAdmin
from portal.desk.tasks.register import TaskAdmin
from portal.lib.counting import count_in_words, counted
from portal.organisations.access import signed_in
from portal.organisations.authority import somewhere
from portal.organisations.models import User

EDITORIAL_ITEMS = {"explorer", "images", "documents", "reports", "settings"}
"""Wagtail's own menu entries, which are for editors."""


LINKS_ABROAD = {"help"}


@dataclass(frozen=True)
class Tile:
    """One number on the home page, with the list behind it."""

    label: str
    count: int
    url: str
    urgent: bool = False

    @property
    def count_text(self) -> str:
        return count_in_words(self.count)


def tiles(user: User) -> list[Tile]:
    """What waits for the user's posts, in the order of the day."""
    found: list[Tile] = []
    if somewhere(user, of_move("accept")):
        found += [
            counting(user, "待受理", CaseAdmin, "window"),
            counting(user, "部门退回待重新分办", CaseAdmin, "bounced", burns=True),
            counting(user, "已出交接单待签收", SlipAdmin, "out"),
            counting(user, "办理中", CaseAdmin, "running"),
            counting(user, "超时未签的交接单", SlipAdmin, "late", burns=True),
            counting(user, "部门退还待接收", SlipAdmin, "homeward"),
            counting(user, "材料待退还申请人", CaseAdmin, "homeward"),
        ]
    if somewhere(user, "tasks.list"):
        found += _department_tiles(user)
    if somewhere(user, of_move("deliver")):
        found += [
            counting(user, "待我接收的结果", SlipAdmin, "mine"),
            counting(user, "待当场出件", CaseAdmin, "issue"),
            counting(user, "待领取", DeliveryAdmin, "waiting"),
        ]
    if somewhere(user, "cases.oversee"):
        found += [
            counting(user, "办理中的办件", CaseAdmin, "running"),
            counting(user, "超过承诺期限", CaseAdmin, "late", burns=True),
        ]
    if somewhere(user, "waivers.grant"):
        found.append(counting(user, "待批准的豁免申请", WaiverAdmin, "open", burns=True))
    if somewhere(user, "health.see"):
        found += _editor_tiles(user)
    if somewhere(user, "promises.see"):
        found += [
            counting(user, "失败的后台工作", PromiseAdmin, "dead", burns=True),
            counting(user, "积压一小时以上的后台工作", PromiseAdmin, "forgotten", burns=True),
        ]
    return found


def counting(user: User, label: str, of: type[DeskModelAdmin], shown: str, *, burns: bool = False) -> Tile:
    """A tile that counts what the list behind it shows; `burns`: anything there at all is urgent."""
    register = of()
    count = counted(register.filtered(register.seen(user), shown, user))
    return Tile(label, count, f"{register.url_helper.index_url}?show={shown}", urgent=burns and count > 0)


def _department_tiles(user: User) -> list[Tile]:
    """The hands of a department: who signs, who works, who decides, who makes the result."""
    found = []
    if somewhere(user, "slips.sign"):
        found += [
            counting(user, "待我签收", SlipAdmin, "mine"),
            counting(user, "超时未签的交接单", SlipAdmin, "late", burns=True),
            counting(user, "待退还窗口的材料", SlipAdmin, "homeward"),
        ]
    if somewhere(user, "tasks.answer"):
        found.append(counting(user, "待我承办", TaskAdmin, "work"))
    if somewhere(user, of_move("grant")) or somewhere(user, of_move("decide_on_the_spot")):
        found.append(counting(user, "待我决定", TaskAdmin, "decide"))
    found.append(counting(user, "已超期", TaskAdmin, "late", burns=True))
    if somewhere(user, of_move("transfer_result")):
        found.append(counting(user, "待移交结果", CaseAdmin, "transfer"))
    return found


def _editor_tiles(user: User) -> list[Tile]:
    """What editors, reviewers and publishers look after; an administrator without a post sees it as well."""
    items = reverse("items_modeladmin_index") if somewhere(user, "items.see") else reverse("wagtailadmin_explore_root")
    health = reverse("desk_health")
    drafts = Page.objects.filter(guidepage__isnull=False, has_unpublished_changes=True)
    report = HealthReport.latest()
    mine = TaskState.objects.reviewable_by(user).count()
    review = f"{reverse('wagtailadmin_reports:workflow_tasks')}?reviewable=true"
    return [
        Tile("在用事项", ServiceItem.objects.open_for_intake().count(), items),
        Tile("指南有修改未发布", drafts.count(), f"{health}?kind={HealthKind.UNPUBLISHED}"),
        Tile("等我审核", mine, review, urgent=mine > 0),
        Tile("最近体检发现的问题" if report else "还没有体检", report.total if report else 0, health),
    ]


class TilesPanel(Component):
    """The tiles as a panel of Wagtail's home page."""

    name = "desk_tiles"
    order = 10
    template_name = "desk/tiles.html"

    def __init__(self, user: User) -> None:
        self.user = user

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        posts = [str(post).split(" · ", 1)[1] for post in self.user.posts_now()]
        takes = takes_in(self.user)
        return {"tiles": tiles(self.user), "posts": posts, "takes": takes}


def arrange(request: HttpRequest, panels: list[Any]) -> None:
    """People with a post see their work; Wagtail's editorial panels stay for editors."""
    looks_after_content = somewhere(signed_in(request), "health.see")
    sees_work = somewhere(signed_in(request), "cases.see") or somewhere(signed_in(request), "promises.see")
    if not looks_after_content and not sees_work:
        return
    if not looks_after_content:
        panels.clear()
    panels.insert(0, TilesPanel(signed_in(request)))


def trim_menu(request: HttpRequest, items: list[Any]) -> None:
    """Whoever only works cases does not see the editors' menu; nobody sees links that lead out of the network."""
    items[:] = [item for item in items if item.name not in LINKS_ABROAD]
    if somewhere(signed_in(request), "content.edit"):
        return
    items[:] = [item for item in items if item.name not in EDITORIAL_ITEMS]
