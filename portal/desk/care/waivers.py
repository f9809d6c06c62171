"""豁免申请: what editors ask to let stand, and the office's answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q

from portal.catalog.judging.waivers import Waiver, WaiverQuerySet
from portal.catalog.models import ServiceItem
from portal.desk.base.forms import VerbForm, Words
from portal.desk.base.registers import DeskModelAdmin
from portal.desk.base.views import ThingView, VerbView
from portal.desk.care.tables import WaiverTable
from portal.organisations.authority import may
from portal.organisations.models import User


class WaiverPage(ThingView):
    template_name = "desk/waiver.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        waiver: Waiver = self.thing
        item = ServiceItem.objects.filter(code=waiver.code).first()
        return super().get_context_data(
            waiver=waiver, item=item, buttons=self.model_admin.buttons(waiver, self.user), **kwargs
        )


class AnswerWaiver(VerbView):
    """What both answers share."""

    kept_as: str
    """Where the request keeps who answered so."""

    @classmethod
    def offered(cls, thing: Waiver, user: User) -> bool:
        is_open = thing.approved_at is None and thing.ended_at is None
        return is_open and may(user, "waivers.grant") and thing.asked_by_id != user.pk

    def case(self) -> Any:
        """There is no case: a repeated click is told by the request itself."""
        return None

    def was_done(self, form: VerbForm) -> bool:
        """Whether the same person has given the same answer."""
        self.thing.refresh_from_db()
        return self.user.pk == getattr(self.thing, self.kept_as)


class GrantWaiver(AnswerWaiver):
    title = "批准豁免"
    question = "批准以后，这一句原文不再阻止发布；改动一个字就重新检查。您的姓名写入发布前检查报告。"
    done = "已批准，发布前检查报告里会写明。"
    kept_as = "approved_by_id"

    def act(self, form: VerbForm) -> None:
        self.thing.grant(by=self.user)


class DeclineForm(VerbForm):
    answer = Words(label="不批准的理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class DeclineWaiver(AnswerWaiver):
    title = "不批准"
    question = "写明为什么这一句应当改正，申请人看得到。"
    done = "已答复申请人。"
    kept_as = "ended_by_id"
    form_class = DeclineForm
    quiet = True

    def act(self, form: VerbForm) -> None:
        self.thing.decline(by=self.user, answer=form.cleaned_data["answer"])


class WaiverAdmin(DeskModelAdmin[WaiverQuerySet]):
    model = Waiver
    base_url_path = "waivers"
    menu_label = "豁免申请"
    menu_icon = "tasks"
    menu_order = 26
    sees = "waivers.see"
    table_class = WaiverTable
    page_class = WaiverPage
    search_hint = "事项编码或者原文里的字"
    walked = False
    filters = {"open": "待批准", "granted": "已批准", "declined": "未批准", "all": "全部"}
    default_filter = "open"
    empty_text = "没有符合条件的申请。"
    verbs = {"grant": GrantWaiver, "decline": DeclineWaiver}

    def seen(self, user: User) -> WaiverQuerySet:
        seen = Waiver.objects.all()
        seen = seen if self.permission_helper.user_can_list(user) else seen.none()
        return seen.select_related("asked_by", "approved_by", "ended_by")

    def for_list(self, rows: WaiverQuerySet) -> WaiverQuerySet:
        return rows.order_by("-pk")

    def filtered(self, rows: WaiverQuerySet, chosen: str, user: User) -> WaiverQuerySet:
        if chosen == "open":
            return rows.waiting()
        if chosen == "granted":
            return rows.standing()
        return rows.declined() if chosen == "declined" else rows

    def search(self, rows: WaiverQuerySet, query: str) -> WaiverQuerySet:
        return rows.filter(Q(code__iexact=query) | Q(clause__icontains=query))
