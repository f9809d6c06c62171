"""What a member of staff sees first: what waits for them, counted as far and through the same doors as the lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.ui.components import Component
from wagtail.models import Page, TaskState

from portal.cases.acts import of_move
from portal.cases.models import Case, Task
from portal.cases.states import AT_THE_WINDOW, CaseStatus, TaskStatus
from portal.catalog.care.health import HealthKind, HealthReport
from portal.catalog.models import ServiceItem
from portal.desk.cases.intake import takes_in
from portal.handover.models import Direction, Slip
from portal.lib.counting import count_in_words, counted
from portal.organisations.access import signed_in
from portal.organisations.authority import posts_for, somewhere
from portal.organisations.models import User
from portal.pickup.models import Delivery

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
        found += _window_tiles(user)
    if somewhere(user, "tasks.list"):
        found += _department_tiles(user)
    if somewhere(user, of_move("deliver")):
        found += _issuer_tiles(user)
    if somewhere(user, "cases.oversee"):
        running = Case.objects.where_may(user, "cases.oversee").in_progress()
        found.append(Tile("办理中的办件", counted(running), f"{reverse('cases_modeladmin_index')}?show=running"))
        late = counted(running.filter(promised_due__lt=timezone.localdate()))
        found.append(Tile("超过承诺期限", late, f"{reverse('cases_modeladmin_index')}?show=running", urgent=late > 0))
    if somewhere(user, "health.see"):
        found += _editor_tiles(user)
    return found


def _window_tiles(user: User) -> list[Tile]:
    cases, url = Case.objects.visible_to(user), reverse("cases_modeladmin_index")
    running = cases.in_progress()
    bounced = counted(running.filter(Exists(Task.objects.filter(case=OuterRef("pk"), status=TaskStatus.BOUNCED))))
    slips = counted(Slip.objects.visible_to(user).waiting().filter(direction=Direction.TO_DEPARTMENT))
    return [
        Tile("待受理", counted(cases.filter(status__in=AT_THE_WINDOW)), f"{url}?show=window"),
        Tile("部门退回待重新分办", bounced, f"{url}?show=running", urgent=bounced > 0),
        Tile("已出交接单待签收", slips, f"{reverse('slips_modeladmin_index')}?show=waiting"),
        Tile("办理中", counted(running), f"{url}?show=running"),
    ]


def _department_tiles(user: User) -> list[Tile]:
    tasks, url = Task.objects.of_departments(user), reverse("tasks_modeladmin_index")
    late = counted(tasks.open().filter(due__lt=timezone.localdate()))
    decided = Case.objects.visible_to(user).filter(status__in=[CaseStatus.DECIDED_GRANTED, CaseStatus.DECIDED_REFUSED])
    mine = {post.organisation_id for post in posts_for(user, "tasks.list")}
    return [
        Tile(
            "待签收", counted(tasks.filter(status=TaskStatus.SENT)), f"{reverse('slips_modeladmin_index')}?show=waiting"
        ),
        Tile("办理中", counted(tasks.filter(status=TaskStatus.WORKING)), f"{url}?show=open"),
        Tile("已超期", late, f"{url}?show=open", urgent=late > 0),
        Tile("待移交结果", counted(decided.filter(lead__in=mine)), f"{reverse('cases_modeladmin_index')}?show=decided"),
    ]


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


def _issuer_tiles(user: User) -> list[Tile]:
    arriving = counted(Slip.objects.visible_to(user).waiting().filter(direction=Direction.TO_WINDOW))
    waiting = counted(Delivery.objects.visible_to(user).waiting())
    return [
        Tile("待接收的结果", arriving, f"{reverse('slips_modeladmin_index')}?show=waiting"),
        Tile("待领取", waiting, f"{reverse('pickup_modeladmin_index')}?show=waiting"),
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
    if not looks_after_content and not somewhere(signed_in(request), "cases.see"):
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
