"""The page of a slip and the verbs of its two sides."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from portal.cases.models import Case
from portal.desk.base.forms import ReasonForm
from portal.desk.base.views import RegisterView, ThingView, VerbView
from portal.desk.slips.forms import ShelfForm, SignForm
from portal.handover.models import Direction, Slip
from portal.handover.numbers import PREFIX
from portal.handover.signing import bounce, may, sign, take_back
from portal.handover.unsigned import may_recall, recall
from portal.lib.search.text import scanned
from portal.organisations.models import User
from portal.pickup.results import bounce_result, take_in


class SlipRegister(RegisterView):
    """The list of slips; a scanned code leads straight to its slip."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        code = scanned(request.GET.get("q", ""))
        if code.startswith(PREFIX):
            slip = self.model_admin.door(request.user).filter(code=code[:20]).first()
            if slip is not None:
                return redirect(self.model_admin.page_url(slip))
            messages.warning(request, "没有找到这张交接单，或者它不属于您的部门。请核对扫描码。")
        return super().get(request, *args, **kwargs)


class SlipPage(ThingView):
    template_name = "desk/slip.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        slip: Slip = self.thing
        return super().get_context_data(
            slip=slip,
            lines=slip.lines.all(),
            results=slip.case.results.all() if slip.direction == Direction.TO_WINDOW else [],
            presumed_after=slip.case.center.presume_days if slip.direction == Direction.TO_DEPARTMENT else 0,
            sees_case=Case.objects.visible_to(self.user).filter(pk=slip.case_id).exists(),
            buttons=self.model_admin.buttons(slip, self.user),
            **kwargs,
        )


class SlipVerb(VerbView):
    """A verb of one side of a slip, offered to whoever has the right to do it there."""

    right: str
    of_supplement: tuple[str, str] | None = None
    """Question and message of a slip that only brings what came in later."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.request = request
        if self.of_supplement and self.thing.supplements():
            self.question, self.done = self.of_supplement
        return super().dispatch(request, *args, **kwargs)

    @classmethod
    def offered(cls, thing: Slip, user: User) -> bool:
        return may(user, cls.right, thing)


class Sign(SlipVerb):
    right = "slips.sign"
    title = "签收"
    question = "请逐项核对材料。签收的时间即本部门收件时间，办结日期以交接单所列的为准，迟签不顺延。"
    done = "已签收，任务已开始办理。"
    of_supplement = (
        "请逐项核对补收的材料。本部门的办结日期以第一张交接单所列的为准，不因本次签收重新计算。",
        "已签收补收的材料。",
    )
    form_class = SignForm

    def act(self, form: SignForm) -> None:
        differs = form.cleaned_data["matches"] == "no"
        difference = form.cleaned_data["difference"] if differs else ""
        sign(self.thing, by=self.user, difference=difference, once=form.once)


class Bounce(SlipVerb):
    right = "slips.bounce"
    title = "退回窗口"
    question = "分办有误或者材料不符的，写明理由退回窗口；分办后2个工作日内可以退回。"
    done = "已退回窗口。"
    of_supplement = (
        "材料不符的，写明理由把补收的材料退回窗口；本部门的任务和办结日期不变。",
        "补收的材料已退回窗口。",
    )
    form_class = ReasonForm
    grave = True

    def act(self, form: ReasonForm) -> None:
        bounce(self.thing, by=self.user, reason=form.cleaned_data["reason"], once=form.once)

    def success_url(self) -> str:
        return self.model_admin.url_helper.index_url


class Recall(VerbView):
    title = "收回重新分办"
    question = "部门还没有签收的，窗口可以写明理由收回，再分办给承办部门；交接单作废，编号保留。"
    done = "已收回，请在办件页面重新分办。"
    form_class = ReasonForm
    grave = True

    @classmethod
    def offered(cls, thing: Slip, user: User) -> bool:
        return may_recall(user, thing)

    def act(self, form: ReasonForm) -> None:
        recall(self.thing, by=self.user, reason=form.cleaned_data["reason"], once=form.once)


class TakeIn(SlipVerb):
    right = "slips.take_in"
    title = "接收结果"
    question = "请核对结果和退还材料的份数，相符的，登记存放位置；系统随即生成领取通知。"
    done = "结果已接收，领取通知已生成。"
    form_class = ShelfForm

    def act(self, form: ShelfForm) -> None:
        take_in(self.thing, form.cleaned_data["shelf"], by=self.user, once=form.once)


class TakeBack(SlipVerb):
    right = "slips.take_back"
    title = "接收退还材料"
    question = "请逐项核对部门退还的材料。接收以后由窗口退还申请人，并请领取人在材料退还凭证上签名。"
    done = "已接收，请在办件页面办理“退还申请人”。"
    form_class = SignForm

    def act(self, form: SignForm) -> None:
        differs = form.cleaned_data["matches"] == "no"
        difference = form.cleaned_data["difference"] if differs else ""
        take_back(self.thing, by=self.user, difference=difference, once=form.once)


class BounceResult(SlipVerb):
    right = "slips.send_back"
    title = "退回更正"
    question = "结果有错误的，写明理由退回部门更正。"
    done = "已退回部门更正。"
    form_class = ReasonForm
    grave = True

    def act(self, form: ReasonForm) -> None:
        bounce_result(self.thing, by=self.user, reason=form.cleaned_data["reason"], once=form.once)
