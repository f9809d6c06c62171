"""The register of cases."""

from __future__ import annotations

from django.db.models import QuerySet

from portal.cases.models import Case
from portal.cases.reading.seeking import sought
from portal.cases.states import AFTER_DECISION, AT_THE_WINDOW, ENDED, IN_PROGRESS
from portal.desk.base.registers import DeskModelAdmin
from portal.desk.cases import views
from portal.desk.cases.tables import CaseTable
from portal.desk.pickup import results
from portal.organisations.models import User


class CaseAdmin(DeskModelAdmin):
    model = Case
    base_url_path = "cases"
    menu_label = "办件"
    menu_icon = "folder-open-inverse"
    menu_order = 20
    sees = "cases.see"
    table_class = CaseTable
    page_class = views.CasePage
    search_hint = "办件编号、申请编号、申请人或者事项"
    filters = {"window": "窗口待办", "running": "办理中", "decided": "已决定", "ended": "已结束", "all": "全部"}
    default_filter = "all"
    groups = {"window": AT_THE_WINDOW, "running": IN_PROGRESS, "decided": AFTER_DECISION, "ended": ENDED}
    verbs = {
        "accept": views.Accept,
        "corrected": views.CompleteCorrection,
        "transfer": results.Transfer,
        "ready": results.ReadyAtWindow,
        "materials": views.CheckMaterials,
        "correct": views.RequestCorrection,
        "receipt": views.PrintReceipt,
        "form": views.PrintApplicationForm,
        "forward": views.Forward,
        "upload": views.Upload,
        "withdraw": views.Withdraw,
        "reveal": views.RevealIdentity,
    }

    def door(self, user: User) -> QuerySet:
        return super().door(user).with_context()

    def search(self, rows: QuerySet, query: str) -> QuerySet:
        return rows.filter(sought(query, items=True))
