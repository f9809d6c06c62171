"""试一试: what the linter's rulebook in force says of a clause."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from wagtail.admin.menu import MenuItem

from portal.catalog.judging.lint.judge import judge
from portal.catalog.judging.lint.rulebook import SEVERITIES
from portal.desk.base.views import DeskView
from portal.desk.care.forms import TryForm
from portal.organisations.access import signed_in
from portal.organisations.authority import somewhere
from portal.organisations.models import User


def may_try(user: User) -> bool:
    return somewhere(user, "rulebook.try")


class TryMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_try(signed_in(request))


class TryClause(DeskView):
    """试一试: type a clause and see what the rulebook in force says of it."""

    template_name = "desk/lint_try.html"
    title = "试一试"
    trail = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_try(signed_in(request)):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=TryForm()))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = TryForm(request.POST)
        found = None
        if form.is_valid():
            verdicts = judge(form.cleaned_data["text"], form.cleaned_data["field"])
            found = [(verdict, SEVERITIES.get(verdict.severity, "")) for verdict in verdicts]
        return self.render_to_response(self.get_context_data(form=form, found=found, asked=form.is_valid()))
