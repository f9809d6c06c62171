"""收件: find the item by typing, then one screen for applicant and checklist."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property

from portal.cases.acts import of_move
from portal.cases.intake.materials import check_materials
from portal.cases.intake.receive import receive
from portal.cases.models import Case
from portal.cases.states import ApplicantKind
from portal.catalog.items.taking import taken_in_at
from portal.catalog.models import ServiceItem
from portal.catalog.schema.bringing import marks
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.sheet import AnswerSheet, shown_when
from portal.desk.base.parameters import text
from portal.desk.base.views import DeskView
from portal.desk.cases.forms import IntakeForm, MaterialFormSet, blank_rows, checked_rows
from portal.desk.drafts import forget
from portal.handover.numbers import SlipCode
from portal.lib.identity import IdentityKind
from portal.lib.refusal import Refused
from portal.lib.search.text import scanned
from portal.lib.trouble import told
from portal.lib.words import day
from portal.organisations.access import signed_in
from portal.organisations.authority import posts_for, somewhere
from portal.organisations.models import User, Window

RECEIVE = of_move("receive")


def takes_in(user: User) -> bool:
    """Whether the user receives cases at any window."""
    return somewhere(user, RECEIVE)


def windows_of(user: User) -> list[Window]:
    """The windows at which the user takes in."""
    return [post.window for post in posts_for(user, RECEIVE) if post.window]


def items_for(user: User, query: str = "") -> QuerySet[ServiceItem]:
    """Items in force that the user's windows take in, narrowed by what was typed."""
    found = taken_in_at(windows_of(user)).open_for_intake()
    return (found.matching(query) if query else found).select_related("zone", "lead", "current_edition")


class IntakeStart(DeskView):
    """The item finder; while typing, the same address answers with the rows alone."""

    template_name = "desk/intake_start.html"
    title = "收件"
    takes = {"q": text}
    refusal = ""
    """Why another item must be found; said with status 404."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not takes_in(signed_in(request)):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        query = request.GET.get("q", "")
        if SlipCode.parse(scanned(query)):
            return redirect(f"{reverse('slips_modeladmin_index')}?{urlencode({'q': query})}")
        found = items_for(signed_in(request), query)
        if request.headers.get("X-Requested-With") == "fetch":
            return render(request, "desk/intake_items.html", {"items": found, "query": query})
        if query and not self.refusal and len(only := list(found[:2])) == 1:
            return redirect("desk_intake_item", only[0].code)  # Enter after one hit opens it
        context = self.get_context_data(items=found, query=query, refusal=self.refusal)
        return self.render_to_response(context, status=404 if self.refusal else 200)


class Intake(DeskView):
    """Applicant and checklist of one item; saving receives the case, accepting it is a verb of its own."""

    template_name = "desk/intake.html"
    trail = ()

    is_repeated = False
    """Whether this very form was taken in before."""
    item: ServiceItem
    """Also one that was withdrawn while a clerk typed. `dispatch` finds it before anything asks for it."""

    def find(self, code: str) -> ServiceItem | None:
        """The item with this code; None when it is none of the user's windows."""
        found = taken_in_at(windows_of(signed_in(self.request))).filter(current_edition__isnull=False)
        return found.select_related("zone", "lead", "current_edition").filter(code=code).first()

    @cached_property
    def definition(self) -> ItemDefinition:
        return self.item.edition_in_force.parsed

    @cached_property
    def sheet(self) -> AnswerSheet:
        return AnswerSheet(self.definition, self.request.POST if self.request.method == "POST" else None)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not takes_in(signed_in(request)):
            raise PermissionDenied
        code = self.kwargs["code"]
        item = self.find(code)
        if item is None:
            return self._find_another(f"没有编码为“{code}”的事项，或者它不由您的窗口受理。请重新查找。")
        if request.method != "POST" and not item.is_open_for_intake:
            when = f"自{day(item.coming)}起受理，现在还不能收件" if item.coming else "已经停止受理，不能收件"
            return self._find_another(f"“{item.name}”（{code}）{when}。")
        self.item = item
        return super().dispatch(request, *args, **kwargs)

    def _find_another(self, sentence: str) -> HttpResponse:
        """The finder with a sentence; a POST that comes too late is refused by the verb, with all that was typed."""
        finder = IntakeStart(refusal=sentence)
        finder.setup(self.request)
        return finder.get(self.request)

    def get_page_title(self) -> str:
        return f"收件：{self.item.name}"

    def get_trail(self) -> list[tuple[str, str]]:
        return [(reverse("desk_intake"), "收件")]

    def _form(self) -> IntakeForm:
        data = self.request.POST if self.request.method == "POST" else None
        return IntakeForm(data, user=self.user, item=self.item, initial=applicant_of(self.definition))

    def _formset(self) -> Any:
        if self.request.method == "POST":
            return MaterialFormSet(self.request.POST, prefix="m")
        return MaterialFormSet(initial=blank_rows(list(self.definition.materials)), prefix="m")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(item=self.item, **kwargs)
        context.setdefault("form", self._form())
        context.setdefault("formset", self._formset())
        context["rows"] = paired(context["formset"], self.definition.materials)
        for row in context["rows"]:
            row["when"] = shown_when(row["material"].when)
            row["when_text"] = self.definition.conditions_text(row["material"].when)
        return {**context, "questions": self.sheet.questions(), "fields": self.sheet.fields()}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form, formset = self._form(), self._formset()
        if all([form.is_valid(), formset.is_valid(), self.sheet.is_valid()]):
            case = self._receive(form, formset)
            if case is not None:
                forget(self.user, request.path)
                done = f"申请编号{case.application.number}。核对无误后请办理“受理”。"
                messages.success(request, f"这张表单先前已经收件，{done}" if self.is_repeated else f"已收件，{done}")
                for doubt in form.doubts():
                    messages.warning(request, doubt)
                return redirect("cases_modeladmin_inspect", case.pk)
        if self.sheet.problems:
            form.add_error(None, "情形或者申请表还有没填好的，请看下面标出的地方。")
        return self.render_to_response(self.get_context_data(form=form, formset=formset))

    def _applicable(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rows of the situation; a line that the answers rule out may still stand on the screen.

        A key that is on no list stays in, so that the verb refuses it.
        """
        ruled_out = {line.key for line in self.definition.materials if not self.sheet.applies(line.when)}
        return [row for row in rows if row["key"] not in ruled_out]

    def _receive(self, form: IntakeForm, formset: Any) -> Case | None:
        data = form.cleaned_data
        try:
            with transaction.atomic():
                case = receive(
                    item=self.item,
                    applicant=form.applicant(),
                    window=data["window"],
                    by=self.user,
                    key=data["key"],
                    situation=self.sheet.situation,
                    answers=self.sheet.answers,
                    in_spite_of=data["in_spite_of"],
                )
                self.is_repeated = case.events.filter(once=f"{data['key']}").exists()
                if not self.is_repeated:
                    rows = self._applicable(checked_rows(formset))
                    check_materials(case, rows, by=self.user, once=str(data["key"]))
                return case
        except Refused as refusal:
            if refusal.field == "in_spite_of":
                form.ask_why_again()
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        except OperationalError as error:
            form.add_error(None, told(error))
        return None


def applicant_of(definition: ItemDefinition) -> dict[str, str]:
    """Who is proposed as the applicant: a person where the item serves only people, otherwise a body by its code."""
    for_people = definition.service_objects == ("自然人",)
    if for_people:
        return {"kind": ApplicantKind.PERSON, "identity_kind": IdentityKind.CITIZEN}
    return {"kind": ApplicantKind.BODY, "identity_kind": IdentityKind.USCC}


def paired(formset: Any, materials: Any) -> list[dict[str, Any]]:
    """Each form of the checklist beside the line of the list it belongs to."""
    known = {material.key: material for material in materials}
    rows = []
    for form in formset.forms:
        key = form["key"].value()
        if key in known:
            rows.append({"form": form, "material": known[key], "marks": marks(known[key])})
    return rows
