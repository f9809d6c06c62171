"""The registers of those who look after the content: readers' messages, the linter's rulebook, synonyms."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse_lazy
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel
from wagtail_modeladmin.options import ModelAdminGroup

from portal.catalog.care.feedback import FeedbackQuerySet
from portal.catalog.finding.models import Synonym
from portal.catalog.judging.lint.models import LintRule, LintWord
from portal.catalog.models import GuideFeedback
from portal.desk.base.ordinary import OrdinaryAdmin
from portal.desk.base.registers import DeskModelAdmin, yes_or_no
from portal.desk.care.feedback import AnswerFeedback, FeedbackPage
from portal.desk.care.rulebook import TryMenuItem
from portal.desk.care.tables import FeedbackTable
from portal.organisations.models import User


class FeedbackAdmin(DeskModelAdmin[FeedbackQuerySet]):
    model = GuideFeedback
    base_url_path = "feedback"
    menu_label = "指南纠错"
    menu_icon = "comment"
    menu_order = 25
    sees = "feedback.see"
    table_class = FeedbackTable
    page_class = FeedbackPage
    search_hint = "事项名称、编码或者意见里的字"
    walked = False
    filters = {"open": "待处理", "answered": "已处理", "all": "全部"}
    default_filter = "open"
    empty_text = "没有符合条件的意见。"
    verbs = {"answer": AnswerFeedback}

    def seen(self, user: User) -> FeedbackQuerySet:
        seen = GuideFeedback.objects.all()
        seen = seen if self.permission_helper.user_can_list(user) else seen.none()
        return seen.select_related("item", "answered_by")

    def for_list(self, rows: FeedbackQuerySet) -> FeedbackQuerySet:
        return rows.order_by("-pk")

    def filtered(self, rows: FeedbackQuerySet, chosen: str, user: User) -> FeedbackQuerySet:
        if chosen == "open":
            return rows.open()
        return rows.exclude(answered_at=None) if chosen == "answered" else rows

    def search(self, rows: FeedbackQuerySet, query: str) -> FeedbackQuerySet:
        return rows.filter(Q(item__name__icontains=query) | Q(item__code__iexact=query) | Q(text__icontains=query))


PATTERN_HELP = (
    "表达式；用花括号引用词类，例如{praise}；＊代表受保护的字；｜代表词的边界，例如｜原则上｜不会在“属地原则上报”中找到。"
    "标点按全角、数字按半角书写。"
)


UNLESS_HELP = (
    "同一句话符合这个表达式的，不报；句中被找到的部分写在‹和›之间，例如›（[^）]*[0-9]表示后面紧跟带数字的括号。"
)
HINT_HELP = "同样的写法；同一句话符合这个表达式的，只提示，不阻止发布，例如只说字迹、装订，或者只是建议。"


class LintRuleAdmin(OrdinaryAdmin):
    model = LintRule
    kept_by = "rulebook.keep"
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
        FieldPanel("hint_when", help_text=HINT_HELP),
        *(FieldPanel(name) for name in ("whole_words", "message", "suggestion", "positives", "negatives", "enabled")),
    ]


class LintWordAdmin(OrdinaryAdmin):
    model = LintWord
    kept_by = "rulebook.keep"
    menu_label = "词语"
    menu_icon = "list-ul"
    list_display = ("text", "kind", "group")
    list_filter = ("kind", "group")
    search_fields = ("text", "group")


class RulebookGroup(ModelAdminGroup):
    """What legal reviewers keep."""

    menu_label = "文本检查"
    menu_icon = "glasses"
    menu_order = 70
    items = (LintRuleAdmin, LintWordAdmin)

    def get_submenu_items(self) -> list[MenuItem]:
        attempt = TryMenuItem("试一试", reverse_lazy("desk_lint_try"), name="lint-try", icon_name="pick", order=9)
        return [*super().get_submenu_items(), attempt]


class SynonymAdmin(OrdinaryAdmin):
    """Kept by editors and the office; a change is in force with the next query."""

    model = Synonym
    kept_by = "synonyms.keep"
    menu_label = "检索同义词"
    menu_icon = "search"
    menu_order = 71
    list_display = ("words", "targets", "updated_at")
    search_fields = ("words", "targets")
