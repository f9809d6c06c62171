"""The linter's rulebook in the back office: rules and words, and a place to try a clause."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel
from wagtail_modeladmin.options import ModelAdmin, ModelAdminGroup

from portal.catalog.judging.lint.judge import LONGEST_CLAUSE, judge
from portal.catalog.judging.lint.models import ELEMENT_NAMES, LintRule, LintWord
from portal.catalog.judging.lint.rulebook import SEVERITIES
from portal.desk.base import DeskView, yes_or_no
from portal.organisations.models import User

PATTERN_HELP = (
    "表达式；用花括号引用词类，例如{praise}；＊代表受保护的字；｜代表词的边界，例如｜原则上｜不会在“属地原则上报”中找到。"
    "标点按全角、数字按半角书写。"
)
UNLESS_HELP = (
    "同一句话符合这个表达式的，不报；句中被找到的部分写在‹和›之间，例如›（[^）]*[0-9]表示后面紧跟带数字的括号。"
)


class LintRuleAdmin(ModelAdmin):
    model = LintRule
    menu_label = "检查规则"
    menu_icon = "tasks"
    list_display = ("code", "category", "severity", "message", "in_use")
    in_use = yes_or_no("enabled", "启用")
    list_filter = ("category", "severity", "enabled")
    search_fields = ("code", "message", "pattern", "positives")
    panels = [
        *(FieldPanel(name) for name in ("code", "category", "severity", "elements")),
        FieldPanel("pattern", help_text=PATTERN_HELP),
        FieldPanel("unless", help_text=UNLESS_HELP),
        *(FieldPanel(name) for name in ("whole_words", "message", "suggestion", "positives", "negatives", "enabled")),
    ]


class LintWordAdmin(ModelAdmin):
    model = LintWord
    menu_label = "词语"
    menu_icon = "list-ul"
    list_display = ("text", "kind", "group")
    list_filter = ("kind", "group")
    search_fields = ("text", "group")


def may_try(user: User) -> bool:
    return user.has_perm("catalog.view_lintrule")


class TryMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_try(request.user)


class RulebookGroup(ModelAdminGroup):
    """What legal reviewers keep."""

    menu_label = "文本检查"
    menu_icon = "glasses"
    menu_order = 70
    items = (LintRuleAdmin, LintWordAdmin)

    def get_submenu_items(self) -> list[MenuItem]:
        attempt = TryMenuItem("试一试", reverse_lazy("desk_lint_try"), name="lint-try", icon_name="pick", order=9)
        return [*super().get_submenu_items(), attempt]


class TryForm(forms.Form):
    field = forms.ChoiceField(label="要素", choices=list(ELEMENT_NAMES.items()))
    text = forms.CharField(label="原文", max_length=LONGEST_CLAUSE, widget=forms.Textarea(attrs={"rows": 3}))


class TryClause(DeskView):
    """试一试: type a clause and see what the rulebook in force says of it."""

    template_name = "desk/lint_try.html"
    title = "试一试"
    trail = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_try(request.user):
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
