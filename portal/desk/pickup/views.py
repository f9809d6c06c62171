"""统一出件: what waits on the shelf, and handing it to the right person."""

from __future__ import annotations

from typing import Any

from portal.cases.acts import of_move, place_of
from portal.desk.base.views import ThingView, VerbView
from portal.desk.pickup.forms import DeliverForm
from portal.organisations import authority
from portal.organisations.models import User
from portal.pickup.delivering import deliver
from portal.pickup.models import WAITING, Delivery
from portal.pickup.papers import returned_with


class DeliveryPage(ThingView):
    template_name = "desk/delivery.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        delivery: Delivery = self.thing
        return super().get_context_data(
            delivery=delivery,
            case=delivery.case,
            results=delivery.case.results.all(),
            returned=returned_with(delivery),
            documents=delivery.case.documents_for(self.user).filter(kind__in=["pickup_notice", "delivery_receipt"]),
            buttons=self.model_admin.buttons(delivery, self.user),
            **kwargs,
        )


class Deliver(VerbView):
    title = "办理领取"
    question = "请核对取件码和领取人身份证件原件；代领的还须核对授权委托书。"
    done = "已出件，送达回证已生成，请领取人签字。"
    form_class = DeliverForm

    @classmethod
    def offered(cls, thing: Delivery, user: User) -> bool:
        return thing.status in WAITING and authority.may(user, of_move("deliver"), place_of(thing.case))

    def act(self, form: DeliverForm) -> None:
        data = form.cleaned_data
        deliver(
            self.thing,
            by=self.user,
            code=data["code"],
            name=data["name"],
            identity_kind=data["identity_kind"],
            identity_number=data["identity_number"],
            authority=data["authority"],
            settled=form.settled(),
            once=form.once,
        )
