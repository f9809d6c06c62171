"""Table of contents of the staff shell: registers, menu, home, looks. Registration only."""

from django.templatetags.static import static
from django.urls import path, re_path, resolve, reverse
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail_modeladmin.options import modeladmin_register

from portal.desk import drafts, history, home
from portal.desk.care import health
from portal.desk.care.registers import FeedbackAdmin, RulebookGroup, SynonymAdmin
from portal.desk.care.rulebook import TryClause
from portal.desk.care.waivers import WaiverAdmin
from portal.desk.cases import intake, papers, recall
from portal.desk.cases.register import CaseAdmin
from portal.desk.doors import OF_NOBODY
from portal.desk.handbooks import views as handbooks
from portal.desk.handbooks.register import HandbookAdmin
from portal.desk.house.registers import HouseGroup
from portal.desk.items import editions, ledger
from portal.desk.items.register import ItemAdmin
from portal.desk.moves.register import MovedDeadlineAdmin
from portal.desk.pickup.register import DeliveryAdmin
from portal.desk.promises.register import PromiseAdmin
from portal.desk.slips.register import SlipAdmin
from portal.desk.tasks.register import TaskAdmin

REGISTERS = (
    CaseAdmin,
    TaskAdmin,
    SlipAdmin,
    DeliveryAdmin,
    MovedDeadlineAdmin,
    ItemAdmin,
    HandbookAdmin,
    FeedbackAdmin,
    WaiverAdmin,
    PromiseAdmin,
    HouseGroup,
    RulebookGroup,
    SynonymAdmin,
)
for register in REGISTERS:
    modeladmin_register(register)


class IntakeMenuItem(MenuItem):
    def is_shown(self, request):
        return intake.takes_in(request.user)


@hooks.register("register_admin_menu_item")
def intake_menu_item():
    return IntakeMenuItem("收件", reverse("desk_intake"), name="intake", icon_name="plus-inverse", order=10)


@hooks.register("register_admin_urls")
def desk_urls():
    return [
        path("intake/", intake.IntakeStart.as_view(), name="desk_intake"),
        path("intake/recall/", recall.recall_applicant, name="desk_recall"),
        path("intake/<slug:code>/", intake.Intake.as_view(), name="desk_intake_item"),
        path("cases/<int:case_pk>/documents/<int:document_pk>/", papers.document_pdf, name="desk_document"),
        path("cases/<int:case_pk>/papers/", papers.all_papers, name="desk_papers"),
        path("slips/<int:slip_pk>/paper/", papers.slip_paper, name="desk_slip_paper"),
        path("draft/", drafts.draft, name="desk_draft"),
        path("health/", health.HealthView.as_view(), name="desk_health"),
        path("health/export.xlsx", health.HealthExport.as_view(), name="desk_health_export"),
        path("lint/", TryClause.as_view(), name="desk_lint_try"),
        path("items/<slug:code>/editions/<int:number>/", editions.EditionView.as_view(), name="desk_edition"),
        path("items/<slug:code>/compare/", editions.CompareView.as_view(), name="desk_edition_compare"),
        path("handbooks/order/", handbooks.OrderHandbook.as_view(), name="desk_handbook_order"),
        path("handbooks/compare/", handbooks.CompareHandbooks.as_view(), name="desk_handbook_compare"),
        path("handbooks/<int:pk>/file/", handbooks.handbook_file, name="desk_handbook_file"),
        path("handbooks/<int:pk>/progress/", handbooks.handbook_progress, name="desk_handbook_progress"),
        path("ledger/<slug:code>/", ledger.LedgerView.as_view(), name="desk_ledger"),
        re_path(
            r"^ledger/(?P<code>[-\w]+)/export\.(?P<suffix>xlsx|csv)$",
            ledger.LedgerExport.as_view(),
            name="desk_ledger_export",
        ),
        path("files/<uuid:uuid>/", papers.case_file, name="desk_file"),
    ]


@hooks.register("insert_global_admin_css")
def desk_css():
    return format_html('<link rel="stylesheet" href="{}">', static("css/desk.css"))


@hooks.register("insert_global_admin_js")
def desk_js():
    return format_html(
        '<script src="{}" defer data-desk-scans="{}"></script>',
        static("js/desk.js"),
        reverse("slips_modeladmin_index"),
    ) + format_html(
        '<script src="{}" defer data-desk-drafts="{}"></script>', static("js/drafts.js"), reverse("desk_draft")
    )


@hooks.register("construct_homepage_panels")
def homepage(request, panels):
    home.arrange(request, panels)


@hooks.register("construct_main_menu")
def main_menu(request, items):
    home.trim_menu(request, items)


@hooks.register("construct_reports_menu")
def reports_menu(request, items):
    items[:] = [item for item in items if resolve(item.url).view_name not in OF_NOBODY]


hooks.register("register_admin_menu_item", health.menu_item)
hooks.register("register_log_actions", history.register)
