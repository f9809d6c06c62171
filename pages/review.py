"""The review of a guide before it is published: 编辑 submits, 法制审核 reads the text, 审管办 publishes."""

from __future__ import annotations

from django.db import transaction
from wagtail.models import Page, Workflow, WorkflowPage, WorkflowTask

from pages.models import CataloguePage, ReviewTask
from portal.organisations import access

NAME = "事项发布审核"
STEPS = ((access.LEGAL, "法制审核"), (access.PUBLISHERS, "审管办审批"))


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
