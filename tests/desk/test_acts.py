"""What no case has: verbs of items, handbooks, messages, the check-up and failed work ask for the post themselves."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from portal.catalog.care.health import HealthReport, ask
from portal.catalog.editions.intake import reopen_item, withdraw_item
from portal.catalog.handbook.order import order_handbook
from portal.catalog.models import GuideFeedback, Handbook, IntakeChange, ServiceItem
from portal.desk.promises.retrying import retry
from portal.jobs.models import Promise, PromiseStatus
from portal.lib.refusal import Refused
from portal.organisations.models import User, Zone
from tests.cast import Cast
from tests.pages.acts import at_desk

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def item() -> ServiceItem:
    return ServiceItem.objects.get(code="TZ-09")


def failed_work() -> Promise:
    return Promise.objects.create(kind="documents.render", key="failed", status=PromiseStatus.DEAD)


def message() -> GuideFeedback:
    return GuideFeedback.leave(item(), key=uuid.uuid4(), part="fee", text="收费标准不对。")


def withdrawn() -> ServiceItem:
    withdraw_item(item(), by=None, reason="取消")
    return item()


def order(_: None, by: User) -> Any:
    return order_handbook(Zone.objects.get(code="business"), by, uuid.uuid4())


VERBS: dict[str, tuple[Callable[[], Any], Callable[[Any, User], Any], str, set[str]]] = {
    "withdraw": (item, lambda thing, by: withdraw_item(thing, by=by, reason="取消"), "取消事项", {"publisher"}),
    "reopen": (withdrawn, lambda thing, by: reopen_item(thing, by=by, reason="恢复"), "恢复收件", {"publisher"}),
    "order": (lambda: None, order, "制作手册", {"publisher"}),
    "answer": (message, lambda thing, by: thing.answered(by=by, answer="已改。"), "指南纠错", {"publisher", "editor"}),
    "ask": (lambda: None, lambda _, by: ask(by=by), "内容体检", {"publisher", "editor"}),
    "retry": (failed_work, lambda thing, by: retry(thing, by=by), "重新执行后台工作", {"publisher", "supervisor"}),
}
"""What is there before, the verb, what the refusal calls it, and who of the cast may."""


def written() -> list[Any]:
    """Everything that one of the verbs would have changed."""
    return [
        list(ServiceItem.objects.values_list("code", "status")),
        IntakeChange.objects.count(),
        Handbook.objects.count(),
        list(GuideFeedback.objects.values_list("answer", flat=True)),
        HealthReport.objects.count(),
        list(Promise.objects.values_list("key", "status")),
    ]


@pytest.mark.parametrize("who", ["publisher", "editor", "supervisor", "receiver", "nobody"])
@pytest.mark.parametrize("verb", VERBS)
def test_the_verb_asks_for_the_post_and_changes_nothing_without_it(cast: Cast, verb: str, who: str) -> None:
    arranged, do, called, may = VERBS[verb]
    thing, by = arranged(), getattr(cast, who)
    before = written()
    if who in may:
        do(thing, by)
        assert written() != before
        return
    with pytest.raises(Refused, match=f"您的岗位不能办理“.*{called}"):
        do(thing, by)
    assert written() == before


def test_a_handbook_that_failed_is_made_again_by_the_office_only(cast: Cast) -> None:
    handbook = order_handbook(Zone.objects.get(code="business"), None, uuid.uuid4())
    handbook.give_up("RuntimeError: 打印失败")
    Promise.objects.filter(pk__in=handbook.promises()).update(status=PromiseStatus.DEAD)
    with pytest.raises(Refused, match="重新制作手册"):
        handbook.try_again(by=cast.editor)
    assert Handbook.objects.get().status == "failed"
    handbook.try_again(by=cast.publisher)
    assert Handbook.objects.get().status == "ordered"


def test_failed_work_is_shown_with_its_button_to_those_who_may_try_it_again(cast: Cast) -> None:
    url = reverse("promises_modeladmin_inspect", args=[failed_work().pk])
    assert "重新执行" in at_desk(cast.supervisor).get(url).content.decode()
    assert at_desk(cast.editor).get(url).status_code == 404
