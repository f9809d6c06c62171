"""Failed background work, shown where people work, with the button that tries again."""

from __future__ import annotations

from typing import Any

from portal.desk.base.forms import VerbForm
from portal.desk.base.views import ThingView, VerbView
from portal.jobs.models import Promise
from portal.lib.refusal import Refused
from portal.organisations.models import User


class PromisePage(ThingView):
    template_name = "desk/promise.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        buttons = self.model_admin.buttons(self.thing, self.user)
        return super().get_context_data(promise=self.thing, buttons=buttons, **kwargs)


class Retry(VerbView):
    title = "重新执行"
    question = "原因已经排除的，可以重新执行这项工作。"
    done = "已重新排入后台工作。"

    @classmethod
    def offered(cls, thing: Promise, user: User) -> bool:
        return thing.status == "dead"

    def act(self, form: VerbForm) -> None:
        if self.thing.status != "dead":
            raise Refused("这项工作没有失败，不需要重新执行。")
        self.thing.retry(by=self.user)
