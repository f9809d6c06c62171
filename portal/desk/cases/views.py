"""The case page and the verbs of a case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from portal.cases.acts import place_of
from portal.cases.clocks.lights import case_light, task_light
from portal.cases.clocks.limits import limit_rows
from portal.cases.decision.withdraw import withdraw
from portal.cases.intake.applicant import correct_applicant, may_correct
from portal.cases.intake.correction import complete_correction, request_correction
from portal.cases.intake.files import may_bring
from portal.cases.intake.materials import check_materials, lines_open
from portal.cases.intake.outcomes import accept, gaps
from portal.cases.intake.printing import print_application_form, print_receipt
from portal.cases.intake.reveal import may_reveal, reveal_identity, reveal_phone
from portal.cases.intake.serving import serve, unserved
from portal.cases.models import Case, Task
from portal.cases.reading.progress import case_chart
from portal.cases.states import AT_THE_WINDOW, TaskStatus
from portal.catalog.schema.answers import masked_text, situation_text
from portal.desk.base.forms import CollectorForm, ReasonForm, VerbForm
from portal.desk.base.offers import MoveView, keep, tell
from portal.desk.base.views import ThingView, VerbView
from portal.desk.cases.forms import (
    AcceptForm,
    ApplicantForm,
    CorrectionForm,
    MaterialFormSet,
    ServeForm,
    UploadForm,
    checked_rows,
    filled_rows,
)
from portal.desk.cases.intake import paired
from portal.desk.tasks.register import tasks_admin
from portal.documents.models import Document
from portal.handover.forwarding import forward, may_forward
from portal.handover.home import call_home, hand_back, may_call_home, may_hand_back, not_home
from portal.handover.models import Custody, Slip
from portal.handover.models.slip import WAITING as SLIP_WAITING
from portal.organisations import authority
from portal.organisations.models import Organisation, User


class CasePage(ThingView):
    """Everything about one case that its people need: what to do next, limits, papers, route, history."""

    template_name = "desk/case.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        case: Case = self.thing
        today = timezone.localdate()
        tasks = list(case.tasks.select_related("department", "done_by"))
        for task in tasks:
            task.case = case
        slips = list(case.slips.select_related("department", "document").defer("document__content").order_by("-pk"))
        waiting = {slip.department_id: slip for slip in slips if slip.status in SLIP_WAITING}
        custody = {item.material_id: item for item in Custody.objects.now().of_case(case)}
        prefetch_related_objects([case], "materials__files")  # the buttons ask for them as well
        return super().get_context_data(
            case=case,
            light=case_light(case, today),
            limits=limit_rows(case, today),
            buttons=self.model_admin.buttons(case, self.user),
            tasks=[(task, task_light(task, today), task_buttons(task, self.user, waiting)) for task in tasks],
            materials=[(line, custody.get(line.pk)) for line in case.lines()],
            not_home=not_home(case),
            slips=slips,
            my_slips=set(Slip.objects.visible_to(self.user).filter(case=case).values_list("pk", flat=True)),
            papers=papers_of(case, self.user, slips),
            results=case.results.select_related("file"),
            delivery=getattr(case, "delivery", None),
            situation=situation_text(case.definition.questions, case.situation),
            answers=shown_answers(case),
            events=case.events.select_related("actor").order_by("-seq"),
            **case_chart(case, tasks),
            **kwargs,
        )


def papers_of(case: Case, user: User, slips: list[Slip]) -> list[tuple[Document, Organisation | None]]:
    """The papers of the case that this user may open, a slip with the department that it goes to or comes from."""
    departments = {slip.document_id: slip.department for slip in slips}
    return [(document, departments.get(document.pk)) for document in case.documents_for(user).select_related("served")]


def shown_answers(case: Case) -> list[tuple[str, str]]:
    """The item's own form as filled in, personal numbers masked."""
    given = case.answers_in_full()
    rows = [(field.label, masked_text(field, given.get(field.key))) for field in case.definition.form]
    return [(label, text) for label, text in rows if text]


def task_buttons(task: Task, user: User, slips: dict[int, Slip]) -> list[dict[str, Any]]:
    """The verbs of one task that this user may be about to do; a sent task is signed for on its slip."""
    slip = slips.get(task.department_id) if task.status == TaskStatus.SENT else None
    if slip is not None and authority.may(user, "slips.sign", place_of(task.case, task.department_id)):
        return [{"label": "去签收", "url": reverse("slips_modeladmin_inspect", args=[slip.pk]), "quiet": False}]
    return tasks_admin().buttons(task, user)


class Accept(MoveView):
    move = "accept"
    title = "受理"
    question = "材料齐全、符合法定形式，现予受理。受理后即编号、起算期限、出具受理通知书并分办。"
    done = "已受理，请打印文书。"
    template_name = "desk/accept.html"
    form_class = AcceptForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(gaps=gaps(self.thing, self.thing.lines()), **kwargs)

    def act(self, form: VerbForm) -> None:
        accept(self.thing, by=self.user, once=form.once)


class RequestCorrection(MoveView):
    move = "request_correction"
    title = "一次性告知补正"
    quiet = True
    question = "补正只能告知一次，请把需要补正的材料全部写明；留空的材料不要求补正。"
    done = "已出具一次性补正告知书。"
    form_class = CorrectionForm

    def act(self, form: CorrectionForm) -> None:
        request_correction(self.thing, form.gaps(), by=self.user, way=form.cleaned_data["way"], once=form.once)


class CompleteCorrection(MoveView):
    move = "complete_correction"
    title = "补正到齐"
    question = "告知书所列材料均已补齐并核对合格。补正到齐的当日应当受理。"
    done = "已登记补正到齐，请办理受理。"

    def act(self, form: VerbForm) -> None:
        complete_correction(self.thing, by=self.user, once=form.once)


class PrintReceipt(VerbView):
    title = "出具收件凭证"
    quiet = True
    question = "收件凭证只证明材料已经收到，不代表已经受理。"
    done = "收件凭证已出具，请在“文书”中打印。"

    @classmethod
    def offered(cls, thing: Case, user: User) -> bool:
        may = authority.may(user, "cases.print_receipt", place_of(thing))
        return may and thing.status == "received" and not thing.documents.filter(kind="receipt").exists()

    def act(self, form: VerbForm) -> None:
        print_receipt(self.thing, by=self.user, once=form.once)


class PrintApplicationForm(VerbView):
    title = "打印申请表"
    quiet = True
    question = "按已经登记的内容生成统一申请表，请申请人核对后签名。证件号码和电话号码全部印出，部门查阅时遮盖。"
    done = "申请表已生成，请在“文书”中打印。"

    @classmethod
    def offered(cls, thing: Case, user: User) -> bool:
        return thing.status in AT_THE_WINDOW and authority.may(user, "cases.print_application_form", place_of(thing))

    def act(self, form: VerbForm) -> None:
        print_application_form(self.thing, by=self.user, once=form.once)


class CorrectApplicant(VerbView):
    title = "更正申请人信息"
    question = "更正填错的或者不能打印的内容。已经出具的文书不变；证件号码填错的，请办理撤回后重新收件。"
    done = "申请人信息已更正。"
    form_class = ApplicantForm
    quiet = True

    @classmethod
    def offered(cls, thing: Case, user: User) -> bool:
        return may_correct(thing, user)

    def act(self, form: ApplicantForm) -> None:
        reason = form.cleaned_data["reason"]
        correct_applicant(self.thing, form.changes(), by=self.user, reason=reason, once=form.once)


class Withdraw(MoveView):
    move = "withdraw"
    title = "申请人撤回"
    question = "申请人在作出决定之前可以撤回申请。撤回后本件终止，不能恢复。"
    done = "已登记撤回。"
    form_class = ReasonForm
    grave = True

    def act(self, form: ReasonForm) -> None:
        withdraw(self.thing, by=self.user, reason=form.cleaned_data["reason"], once=form.once)


class Reveal(VerbView):
    """Something of the applicant in full, once, for a reason that is written down; no cache keeps the page."""

    form_class = ReasonForm
    quiet = True
    shows: str
    """What is shown, in words."""
    verb: Callable[..., str]

    @classmethod
    def offered(cls, thing: Case, user: User) -> bool:
        return may_reveal(thing, user)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Whoever sees the case and has no need of the number is told so before a reason is asked."""
        self.request = request
        if not may_reveal(self.thing, self.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def was_done(self, form: VerbForm) -> bool:
        """Looking twice is two looks: nothing is shown for a form of before."""
        return False

    def act(self, form: ReasonForm) -> None:
        self.number = type(self).verb(self.thing, by=self.user, reason=form.cleaned_data["reason"])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        if form.is_valid() and self.attempt(form):
            context = self.get_context_data(form=form, revealed=self.number, shows=self.shows)
            response = self.render_to_response(context)
            response["Cache-Control"] = "no-store"
            return response
        return self.render_to_response(self.get_context_data(form=form))


class RevealIdentity(Reveal):
    title = "查看完整证件号码"
    question = "查看完整证件号码将记入办件日志，请写明理由。"
    shows = "证件号码"
    verb = reveal_identity


class RevealPhone(Reveal):
    title = "查看联系电话"
    question = "查看联系电话将记入办件日志，请写明理由。"
    shows = "联系电话"
    verb = reveal_phone


class CheckMaterials(VerbView):
    """The checklist of a case that is still at the window; after acceptance, of what is still missing."""

    title = "核对材料"
    quiet = True
    template_name = "desk/materials.html"
    done = "材料已保存。"

    @classmethod
    def offered(cls, thing: Case, user: User) -> bool:
        return authority.may(user, "cases.check_materials", place_of(thing)) and bool(lines_open(thing))

    def _formset(self) -> Any:
        if self.request.method == "POST":
            return MaterialFormSet(self.request.POST, prefix="m")
        rows = filled_rows(lines_open(self.thing), self.thing.definition.materials)
        return MaterialFormSet(initial=rows, prefix="m")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("formset", self._formset())
        rows = paired(kwargs["formset"], self.thing.definition.materials)
        return super().get_context_data(rows=rows, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form, self.formset = self.get_form(), self._formset()
        if form.is_valid() and self.formset.is_valid() and self.attempt(form):
            messages.success(request, self.done)
            return redirect(self.success_url())
        return self.render_to_response(self.get_context_data(form=form, formset=self.formset))

    def act(self, form: VerbForm) -> None:
        check_materials(self.thing, checked_rows(self.formset), by=self.user, once=form.once)


class Forward(VerbView):
    title = "移交补收材料"
    question = "窗口保管的纸质材料用一张新的交接单移交审批部门。"
    done = "已生成交接单，请打印后随材料移交。"

    @classmethod
    def offered(cls, thing: Case, user: User) -> bool:
        return may_forward(thing, user)

    def act(self, form: VerbForm) -> None:
        forward(self.thing, by=self.user, once=form.once)


class HandBack(VerbView):
    title = "退还申请人"
    question = "本件没有办理结果的，申请人交来的材料全部退还。请核对领取人身份证件原件；代领的还须核对授权委托书。"
    done = "已登记退还，材料退还凭证已生成，请打印后由领取人签名。"
    form_class = CollectorForm

    @classmethod
    def offered(cls, thing: Case, user: User) -> bool:
        return may_hand_back(thing, user)

    def act(self, form: CollectorForm) -> None:
        data = form.cleaned_data
        hand_back(
            self.thing,
            by=self.user,
            name=data["name"],
            identity_kind=data["identity_kind"],
            identity_number=data["identity_number"],
            authority_shown=data["authority"],
            once=form.once,
        )


class CallHome(VerbView):
    title = "催退材料"
    question = "本件已经终止，部门还保管着申请人交来的材料。现向这些部门开具材料退还交接单。"
    done = "材料退还交接单已生成。"

    @classmethod
    def offered(cls, thing: Case, user: User) -> bool:
        return may_call_home(thing, user)

    def act(self, form: VerbForm) -> None:
        call_home(self.thing, by=self.user, once=form.once)


class Upload(VerbView):
    title = "上传扫描件"
    question = "材料扫描一次，各部门共享下载。"
    done = "文件已保存。"
    form_class = UploadForm
    quiet = True

    @classmethod
    def offered(cls, thing: Case, user: User) -> bool:
        return may_bring(thing, user)

    def act(self, form: UploadForm) -> None:
        line = self.thing.materials.get(key=form.cleaned_data["material"])
        files = keep(self.thing, form.cleaned_data["upload"], self.user, material=line, field="upload", once=form.once)
        before = sum(file.was_kept_before for file in files)
        if before == len(files):
            self.done = "这个文件已经保存过，没有重复保存。" if before == 1 else "这些文件都已经保存过，没有重复保存。"
        elif len(files) > 1:
            again = f"{before}个以前保存过，没有重复保存。" if before else ""
            self.done = f"{len(files) - before}个文件已保存。{again}"
        tell(self.request, files)


class Serve(VerbView):
    title = "登记送达"
    question = "记下通知书何时、怎样交给了申请人。登记后不能更改。"
    done = "送达已登记。"
    form_class = ServeForm
    quiet = True

    @classmethod
    def offered(cls, thing: Case, user: User) -> bool:
        return authority.may(user, "cases.serve", place_of(thing)) and unserved(thing).exists()

    def act(self, form: ServeForm) -> None:
        data = form.cleaned_data
        document = self.thing.documents.get(pk=int(data["document"]))
        words = {name: data[name] for name in ("way", "at", "receiver", "note")}
        serve(self.thing, document, by=self.user, once=form.once, **words)
