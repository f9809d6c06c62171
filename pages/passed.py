"""Whether a draft has passed the review that its workflow demands: asked wherever a guide goes live."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from wagtail.models import Page, Revision, Task, TaskState, WorkflowState

from portal.catalog.judging.findings import Finding, PreflightFailed
from portal.organisations.models import User


class NotReviewed(PreflightFailed, PermissionDenied):
    """Nobody's post publishes a draft that has not passed its review; `findings` say what it lacks."""


def lacking(page: Page, draft: Revision | None) -> list[str]:
    """The steps of the review that this very draft has not passed, in order; none where no review is demanded.

    Another draft, also one of the same words, is reviewed by itself.
    """
    workflow = page.get_workflow()
    if workflow is None:
        return []
    approved = TaskState.objects.filter(
        revision=draft,
        status=TaskState.STATUS_APPROVED,
        workflow_state__workflow=workflow,
        workflow_state__status=WorkflowState.STATUS_APPROVED,
    )
    steps = Task.objects.filter(workflow_tasks__workflow=workflow, active=True).order_by("workflow_tasks__sort_order")
    return list(steps.exclude(pk__in=approved.values("task")).values_list("name", flat=True))


def not_reviewed(steps: list[str]) -> Finding:
    """What is said of a draft that lacks these steps."""
    sentence = f"这一稿还没有通过审核，缺{'、'.join(steps)}。"
    return Finding("", "review.lacking", sentence, "请提交审核，全部通过后自动发布。")


def require_review(page: Page, draft: Revision | None) -> None:
    """Raise NotReviewed unless every step of the review has passed this draft."""
    if steps := lacking(page, draft):
        raise NotReviewed([not_reviewed(steps)])


def second_hand(state: TaskState, user: User) -> str:
    """Why this person does not approve at this step though the group does; empty when they may.

    Nobody approves two steps, and the first who reads a draft is not the one who wrote it.
    """
    before = TaskState.objects.filter(
        workflow_state=state.workflow_state, revision=state.revision, status=TaskState.STATUS_APPROVED
    ).exclude(pk=state.pk)
    if before.filter(finished_by=user).exists():
        return "前面的步骤是您审核的，这一步须由另一人审核。"
    if state.revision.user_id == user.pk and not before.exists():
        return "这一稿是您写的，这一步须由另一人审核。"
    return ""
