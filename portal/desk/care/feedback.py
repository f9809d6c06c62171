"""指南纠错: what readers told the editors of a guide, and what was done about it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from portal.catalog.models import GuideFeedback
from portal.desk.base.forms import VerbForm
from portal.desk.base.views import ThingView, VerbView
from portal.desk.care.forms import AnswerFeedbackForm
from portal.organisations.authority import may
from portal.organisations.models import User


class FeedbackPage(ThingView):
    template_name = "desk/feedback.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        message: GuideFeedback = self.thing
        guide = message.item.guides.first()
        edit_url = ""
        if guide is not None and guide.permissions_for_user(self.user).can_edit():
            edit_url = reverse("wagtailadmin_pages:edit", args=[guide.pk])
        return super().get_context_data(
            message=message,
            buttons=self.model_admin.buttons(message, self.user),
            edit_url=edit_url,
            **kwargs,
        )


class AnswerFeedback(VerbView):
    title = "处理完毕"
    question = "写明核对的结果：改了哪里，或者为什么不改。读者看不到这段话。"
    done = "已记为处理完毕。"
    form_class = AnswerFeedbackForm

    @classmethod
    def offered(cls, thing: GuideFeedback, user: User) -> bool:
        return thing.answered_at is None and may(user, "feedback.answer")

    def case(self) -> Any:
        """There is no case: a repeated click is told by the message itself."""
        return None

    def act(self, form: VerbForm) -> None:
        self.thing.answered(by=self.user, answer=form.cleaned_data["answer"])
