"""The result of a case on its way to the counter: two verbs of the case."""

from __future__ import annotations

from portal.cases.models import Case
from portal.cases.states import DECIDED
from portal.desk.base.offers import kept, offered
from portal.desk.base.views import VerbView
from portal.desk.pickup.forms import ShelvedResultForm, TransferForm
from portal.organisations.models import User
from portal.pickup.results import ready_at_window, transfer_result


class Transfer(VerbView):
    title = "登记结果并移交窗口"
    question = "登记制作好的证照或者文书，连同需要退还的材料，用办理结果交接单移交出件窗口。"
    done = "结果已登记，办理结果交接单已生成。"
    form_class = TransferForm

    @classmethod
    def offered(cls, thing: Case, user: User) -> bool:
        return not thing.definition.is_instant and offered("transfer_result", thing, user, thing.lead)

    def act(self, form: TransferForm) -> None:
        upload = form.cleaned_data["upload"]
        returned = set(form.cleaned_data["returned"])
        kept_for = form.cleaned_data.get("kept", "")
        with kept(self.thing, upload, self.request, field="upload") as file:
            transfer_result(self.thing, [form.result(file)], returned, by=self.user, kept=kept_for, once=form.once)


class ReadyAtWindow(VerbView):
    title = "窗口直接出件"
    question = "即办件当场决定后，登记办理结果，直接在出件窗口等候领取。"
    done = "已登记，可以领取。"
    form_class = ShelvedResultForm

    @classmethod
    def offered(cls, thing: Case, user: User) -> bool:
        return thing.definition.is_instant and thing.status in DECIDED and offered("ready_at_window", thing, user)

    def act(self, form: ShelvedResultForm) -> None:
        upload = form.cleaned_data["upload"]
        shelf = form.cleaned_data["shelf"]
        with kept(self.thing, upload, self.request, field="upload") as file:
            ready_at_window(self.thing, [form.result(file)], shelf, by=self.user, once=form.once)
