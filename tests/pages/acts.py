"""What tests of pages do again and again: find a guide, sign in, press a button of the editing form."""

from __future__ import annotations

from typing import Any

from django.forms import BooleanField, DateTimeField, MultipleChoiceField
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from wagtail import blocks
from wagtail.blocks.base import BlockField
from wagtail.models import Page, Revision, TaskState, WorkflowState

from pages.models import GuidePage
from portal.catalog.models import ServiceItem
from portal.organisations.models import Role, User
from tests.cast import person


def guide(code: str = "TZ-09") -> GuidePage:
    return GuidePage.objects.get(item__code=code)


def draft(code: str = "TZ-09") -> GuidePage:
    """The guide as it was last saved."""
    return guide(code).get_latest_revision_as_object()


def is_open(code: str = "TZ-09") -> bool:
    """Whether a window may take the item in."""
    return ServiceItem.objects.open_for_intake().filter(code=code).exists()


def editor() -> User:
    return person("page-editor", [(Role.CATALOG_EDITOR, "", "")])


def legal() -> User:
    return person("page-lawyer", [(Role.LEGAL_REVIEWER, "", "")])


def publisher() -> User:
    return person("page-publisher", [(Role.CATALOG_ADMIN, "", "")])


def reviewed(revision: Revision) -> Revision:
    """A draft that has passed every step of its review, and that nobody has published yet."""
    page = revision.content_object
    workflow = page.get_workflow()
    state = WorkflowState.objects.create(
        content_type=page.get_content_type(),
        base_content_type=page.get_base_content_type(),
        object_id=str(page.pk),
        workflow=workflow,
        status=WorkflowState.STATUS_APPROVED,
    )
    for task, hand in zip(workflow.tasks, (legal(), publisher()), strict=True):
        TaskState.objects.create(
            workflow_state=state, task=task, revision=revision, status="approved", finished_by=hand
        )
    return revision


def put_live(page: GuidePage, user: User | None = None) -> None:
    """Save a draft, let it pass its review, and publish it."""
    reviewed(page.save_revision(user=user)).publish(user=user)


def act(user: User, page: GuidePage, action: str = "approve") -> Any:
    """Press a button of the step of the review that is under way."""
    state = TaskState.objects.get(status=TaskState.STATUS_IN_PROGRESS)
    url = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, action, state.pk])
    return at_desk(user).post(url, {"comment": ""}, follow=True)


def edit_and_pass(user: User, page: GuidePage, **data: Any) -> HttpResponse:
    """Change a guide on its form, submit it, and let both steps approve it, which publishes it."""
    answer = edit(user, page, **data, **{"action-submit": "1"})
    act(legal(), page)
    act(publisher(), page)
    return answer


def at_desk(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def edit(user: User, page: Page, **data: Any) -> HttpResponse:
    """Post the editing form as it stands with some fields changed; `**{"action-publish": "1"}` presses 发布."""
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    return at_desk(user).post(url, {**form_data(page), **data}, follow=True)


def form_data(page: Page) -> dict[str, Any]:
    """What a browser sends back when nothing was changed on the editing form."""
    data: dict[str, Any] = {"comments-TOTAL_FORMS": 0, "comments-INITIAL_FORMS": 0}
    form = type(page).get_edit_handler().get_form_class()(instance=page)
    for name, field in form.fields.items():
        if isinstance(field, BlockField):
            data |= block_data(field.block, getattr(page, name), name)
        elif isinstance(field, BooleanField):
            data |= {name: "on"} if form[name].value() else {}
        elif isinstance(field, DateTimeField):
            data[name] = field.widget.format_value(form[name].value()) or ""
        elif isinstance(field, MultipleChoiceField):
            ticked = set(form[name].value() or ())
            data[name] = [value for value, _ in field.choices if value in ticked]  # as the boxes stand on the page
        else:
            value = form[name].value()
            data[name] = "null" if name == "intro" else "" if value is None else value
    return data


def block_data(block: blocks.Block, value: Any, prefix: str) -> dict[str, Any]:
    """A block's value as its inputs are named."""
    if isinstance(block, blocks.StreamBlock):
        rows = [(child.block, child.value, {"type": child.block.name, "id": child.id or ""}) for child in value or ()]
        return _rows(rows, prefix)
    if isinstance(block, blocks.ListBlock):
        return _rows([(block.child_block, child, {"id": ""}) for child in value or ()], prefix)
    if isinstance(block, blocks.StructBlock):
        found: dict[str, Any] = {}
        for name, child in block.child_blocks.items():
            found |= block_data(child, value.get(name), f"{prefix}-{name}")
        return found
    if isinstance(block, blocks.BooleanBlock):
        return {prefix: "on"} if value else {}
    return {prefix: "" if value is None else getattr(value, "pk", value)}


def _rows(rows: list[tuple[blocks.Block, Any, dict[str, str]]], prefix: str) -> dict[str, Any]:
    found: dict[str, Any] = {f"{prefix}-count": len(rows)}
    for number, (block, value, more) in enumerate(rows):
        place = f"{prefix}-{number}"
        found |= {f"{place}-deleted": "", f"{place}-order": number, **{f"{place}-{k}": v for k, v in more.items()}}
        found |= block_data(block, value, f"{place}-value")
    return found


def spoil(page: GuidePage, user: User | None = None) -> Any:
    """A draft that may be saved and never published: a fee without basis. Returns the revision."""
    page.fee_charged = True
    return page.save_revision(user=user)
