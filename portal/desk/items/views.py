"""The page of an item (事项): what is taken in, its editions and its ledger; closing and reopening intake."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.urls import reverse
from wagtail.log_actions import log

from portal.catalog.editions.intake import reopen_item, withdraw_item
from portal.catalog.models import ItemStatus, ServiceItem
from portal.desk.base.forms import ReasonForm, VerbForm
from portal.desk.base.views import ThingView, VerbView
from portal.desk.history import ITEM_REOPENED, ITEM_WITHDRAWN
from portal.desk.items.forms import WithdrawItemForm
from portal.desk.items.ledger import reads_ledgers
from portal.lib.refusal import Refused
from portal.organisations.authority import may, require
from portal.organisations.models import User


def reads_history(user: User) -> bool:
    """Whether the user reads how an item came to be what it is."""
    return may(user, "items.history")


class ItemPage(ThingView):
    template_name = "desk/item.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        item: ServiceItem = self.thing
        editions = item.editions.select_related("published_by").defer("definition") if reads_history(self.user) else []
        return super().get_context_data(
            item=item,
            definition=item.current_edition.parsed if item.current_edition else None,
            buttons=self.model_admin.buttons(item, self.user),
            editions=editions,
            acts=item.intake_changes.select_related("by", "successor"),
            ledger_url=reverse("desk_ledger", args=[item.code]) if reads_ledgers(self.user) else "",
            **kwargs,
        )


class ItemVerb(VerbView):
    """A verb of the catalogue's managers; it stands in the item's record and in the site's log, with the reason."""

    form_class = ReasonForm
    action = ""

    def case(self) -> Any:
        """There is no case: a repeated click is told by the item's status."""
        return None

    def act(self, form: VerbForm) -> None:
        reason = form.cleaned_data["reason"].strip()
        with transaction.atomic():
            self.change(reason, form)
            log(instance=self.thing, action=self.action, user=self.user, data={"reason": reason})

    def change(self, reason: str, form: VerbForm) -> None:
        """Call the verb of the item."""
        raise NotImplementedError


class WithdrawItem(ItemVerb):
    title = "取消事项"
    question = "取消后窗口不再收件，正在办理的办件不受影响，按原来的指南办完。指南页面会注明停止受理的日期。"
    done = "事项已经取消，窗口不再收件。"
    action = ITEM_WITHDRAWN
    form_class = WithdrawItemForm
    grave = True

    @classmethod
    def offered(cls, thing: ServiceItem, user: User) -> bool:
        return thing.status != ItemStatus.WITHDRAWN and may(user, "items.withdraw")

    def change(self, reason: str, form: VerbForm) -> None:
        withdraw_item(self.thing, by=self.user, reason=reason, successor=form.cleaned_data["successor"])


class ReopenItem(ItemVerb):
    title = "恢复收件"
    question = "恢复后窗口按现行版本的指南重新收件。指南已经撤下的，请重新发布指南，发布后即恢复收件。"
    done = "事项已经恢复收件。"
    action = ITEM_REOPENED

    @classmethod
    def offered(cls, thing: ServiceItem, user: User) -> bool:
        return thing.status == ItemStatus.WITHDRAWN and may(user, "items.reopen")

    def change(self, reason: str, form: VerbForm) -> None:
        require(self.user, "items.reopen")  # before the state of the guide is told
        if not self.thing.guides.filter(live=True).exists():
            raise Refused("办事指南没有发布，窗口和群众没有依据可看。请先发布办事指南，发布后即恢复收件。")
        reopen_item(self.thing, by=self.user, reason=reason)
