"""The review of a guide before it is published: 编辑 submits, 法制审核 reads the text, 审管办 publishes."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from wagtail.locks import WorkflowLock
from wagtail.models import AbstractGroupApprovalTask, Page, TaskState, Workflow, WorkflowPage, WorkflowTask

from pages.catalogue_page import CataloguePage
from pages.guide_page import GuidePage
from pages.passed import second_hand
from portal.organisations import access
from portal.organisations.models import User

NAME = "事项发布审核"
STEPS = ((access.LEGAL, "法制审核"), (access.PUBLISHERS, "审管办审批"))


class UnderReview(WorkflowLock):
    """Only those whose step it is change what is under review."""

    def get_message(self, user: User) -> str:
        if not self.for_user(user):
            return ""
        return f"正在审核，现在到“{self.task.name}”这一步，只有这一步的审核人能修改。"

    def get_description(self, user: User, can_lock: bool = False) -> str:
        return self.get_message(user)


class ReviewTask(AbstractGroupApprovalTask):
    """One step of the review (法制审核, 审管办): a guide that may not be published is sent back with the reasons."""

    lock_class = UnderReview

    class Meta:
        verbose_name = "审核"

    def get_actions(self, obj: Page, user: User) -> list[tuple[str, str, bool]]:
        """What the user may do at this step: its group alone, whatever else an administrator may."""
        offered = super().get_actions(obj, user) if self._user_in_groups(user) else []
        state = obj.current_workflow_task_state
        if state is not None and second_hand(state, user):
            return [row for row in offered if row[0] != "approve"]
        return offered

    def get_task_states_user_can_moderate(self, user: User, **kwargs: Any) -> QuerySet[TaskState]:
        found = super().get_task_states_user_can_moderate(user, **kwargs)
        return found if self._user_in_groups(user) else found.none()

    @transaction.atomic
    def on_action(self, task_state: TaskState, user: User, action_name: str, **kwargs: Any) -> None:
        if action_name == "approve" and (not self._user_in_groups(user) or second_hand(task_state, user)):
            raise PermissionDenied
        page = task_state.revision.as_object()
        if action_name == "approve" and isinstance(page, GuidePage):
            errors = [finding for finding in page.findings() if finding.blocks]
            if errors:
                sentences = "".join(f"{finding.place}：{finding.told}" for finding in errors[:10])
                task_state.reject(user=user, comment=f"发布前检查没有通过，已退回修改。{sentences}"[:2000])
                return
        super().on_action(task_state, user, action_name, **kwargs)

    @classmethod
    def get_description(cls) -> str:
        return "由一个组的人审核；发布前检查没有通过的，自动退回。"


@transaction.atomic
def make_workflow() -> None:
    """The workflow of the catalogue, once; one that people have changed or taken away stays as they left it."""
    catalogue = CataloguePage.objects.first()
    if catalogue is None or Workflow.objects.filter(name=NAME).exists():
        return
    workflow = Workflow.objects.create(name=NAME)
    for order, (group, name) in enumerate(STEPS):
        task = ReviewTask.objects.create(name=name)
        task.groups.add(access.group(group))
        WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=order)
    WorkflowPage.objects.get_or_create(page=Page.objects.get(pk=catalogue.pk), defaults={"workflow": workflow})
