"""The verbs of a department's step; the step itself is shown on the page of its case."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from portal.cases.acts import of_move, place_of
from portal.cases.decision.decide import decide
from portal.cases.models import Case, Task
from portal.cases.routes.opinions import answer
from portal.cases.routes.tasks import drop, may_be_dropped, redispatch
from portal.cases.states import TaskKind, TaskOutcome, TaskStatus
from portal.desk.base.forms import ReasonForm
from portal.desk.base.views import ThingView, VerbView
from portal.desk.tasks.forms import AnswerForm, DecideForm, RedispatchForm
from portal.organisations import authority
from portal.organisations.models import User


class TaskVerb(VerbView):
    """A verb of a task: the page to go back to is the case's."""

    def get_trail(self) -> list[tuple[str, str]]:
        return [(self.model_admin.url_helper.index_url, self.model_admin.menu_label)]

    def get_page_title(self) -> str:
        return f"{self.title}：{self.thing.name}"


class Answer(TaskVerb):
    title = "回复意见"
    done = "意见已记录。"
    form_class = AnswerForm

    @classmethod
    def offered(cls, thing: Task, user: User) -> bool:
        at_hand = thing.status == TaskStatus.WORKING and thing.kind != TaskKind.DECISION
        return at_hand and authority.may(user, "tasks.answer", place_of(thing.case, thing.department_id))

    def act(self, form: AnswerForm) -> None:
        data = form.cleaned_data
        answer(
            self.thing,
            by=self.user,
            outcome=data["outcome"],
            opinion=data["opinion"],
            legal_basis=data["legal_basis"],
            once=form.once,
        )


class Decide(TaskVerb):
    title = "作出决定"
    question = "决定一经作出即停止计时，并以本部门名义生成决定书。"
    done = "决定已作出，决定书已生成。"
    form_class = DecideForm
    aside_template = "desk/opinions.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        answered = self.thing.case.tasks.filter(status=TaskStatus.DONE).select_related("department", "done_by")
        return super().get_context_data(opinions=answered.order_by("done_at"), **kwargs)

    @classmethod
    def offered(cls, thing: Task, user: User) -> bool:
        if thing.kind != TaskKind.DECISION or thing.status != TaskStatus.WORKING:
            return False
        verb = "decide_on_the_spot" if thing.case.definition.is_instant else "grant"
        return authority.may(user, of_move(verb), place_of(thing.case, thing.department_id))

    def act(self, form: DecideForm) -> None:
        granted = form.cleaned_data["outcome"] == TaskOutcome.GRANTED
        decide(self.thing, by=self.user, granted=granted, findings=form.findings(), once=form.once)


class Redispatch(TaskVerb):
    title = "重新分办"
    question = "部门退回的任务，核实后分办至正确的部门，另出交接单。"
    done = "已重新分办。"
    form_class = RedispatchForm

    @classmethod
    def offered(cls, thing: Task, user: User) -> bool:
        return thing.status == TaskStatus.BOUNCED and authority.may(user, "tasks.redispatch", place_of(thing.case))

    def act(self, form: RedispatchForm) -> None:
        redispatch(self.thing, by=self.user, department=form.cleaned_data["department"], once=form.once)


class Drop(TaskVerb):
    title = "不再征求意见"
    question = "退回的部门与本件无关、不需要改送其他部门的，写明理由后不再征求其意见。"
    done = "已登记，不再征求该部门的意见。"
    form_class = ReasonForm
    grave = True

    @classmethod
    def offered(cls, thing: Task, user: User) -> bool:
        bounced = thing.status == TaskStatus.BOUNCED and may_be_dropped(thing)
        return bounced and authority.may(user, "tasks.drop", place_of(thing.case))

    def act(self, form: ReasonForm) -> None:
        drop(self.thing, by=self.user, reason=form.cleaned_data["reason"], once=form.once)


class TaskPage(ThingView):
    """A task has no page of its own: its work happens on the page of its case."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not Case.objects.visible_to(self.user).filter(pk=self.thing.case_id).exists():
            raise Http404
        return redirect("cases_modeladmin_inspect", self.thing.case_id)
