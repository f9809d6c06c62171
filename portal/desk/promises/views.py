"""Failed background work, shown where people work, with the button that tries again."""

from __future__ import annotations

from typing import Any

from portal.desk.base.forms import VerbForm
from portal.desk.base.views import ThingView, VerbView
from portal.desk.promises.retrying import retry
from portal.desk.promises.tables import WORK_NAMES
from portal.jobs.models import Promise, PromiseStatus
from portal.organisations.authority import may
from portal.organisations.models import User


class PromisePage(ThingView):
    template_name = "desk/promise.html"

    def get_page_title(self) -> str:
        """The work in words; what the program calls it says nothing to those who look here."""
        return WORK_NAMES.get(self.thing.kind, self.thing.kind)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        buttons = self.model_admin.buttons(self.thing, self.user)
        work = self.get_page_title()
        return super().get_context_data(promise=self.thing, work=work, buttons=buttons, **kwargs)


class Retry(VerbView):
    title = "重新执行"
    question = "原因已经排除的，可以重新执行这项工作。"
    done = "已重新排入后台工作。"

    @classmethod
    def offered(cls, thing: Promise, user: User) -> bool:
        return thing.status == PromiseStatus.DEAD and may(user, "promises.retry")

    def act(self, form: VerbForm) -> None:
        retry(self.thing, by=self.user)
