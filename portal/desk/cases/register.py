"""The register of cases."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from portal.cases.acts import of_move
from portal.cases.models import Case, Task
from portal.cases.models.doors import CaseQuerySet
from portal.cases.reading.seeking import sought
from portal.cases.states import AFTER_DECISION, AT_THE_WINDOW, DECIDED, ENDED, IN_PROGRESS, WITHOUT_RESULT, TaskStatus
from portal.desk.base.registers import DeskModelAdmin
from portal.desk.cases import views
from portal.desk.cases.tables import CaseTable
from portal.desk.pickup import results
from portal.handover.home import with_papers_here
from portal.organisations.authority import condition, somewhere
from portal.organisations.models import User

INSTANT = Q(edition__definition__case_type="instant")
"""即办件: decided at the window and handed out there, without a slip."""


class CaseAdmin(DeskModelAdmin[CaseQuerySet]):
    model = Case
    base_url_path = "cases"
    menu_label = "办件"
    menu_icon = "folder-open-inverse"
    menu_order = 20
    sees = "cases.see"
    table_class = CaseTable
    page_class = views.CasePage
    search_hint = "办件编号、申请编号、申请人或者事项"
    filters = {
        "window": "窗口待办",
        "running": "办理中",
        "bounced": "部门退回",
        "late": "超过承诺期限",
        "transfer": "待移交结果",
        "issue": "待当场出件",
        "decided": "已决定",
        "ended": "已结束",
        "homeward": "材料待退还",
        "all": "全部",
    }
    work_of = {
        "window": "accept",
        "bounced": "accept",
        "transfer": "transfer_result",
        "issue": "ready_at_window",
        "homeward": "withdraw",
    }
    """Filters that are somebody's work, with the move of whoever does it; others do not see them."""
    default_filter = "all"
    groups = {
        "window": AT_THE_WINDOW,
        **dict.fromkeys(("running", "bounced", "late"), IN_PROGRESS),
        **dict.fromkeys(("transfer", "issue"), DECIDED),
        "decided": AFTER_DECISION,
        "ended": ENDED,
        "homeward": WITHOUT_RESULT,
    }
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
        "hand_back": views.HandBack,
        "call_home": views.CallHome,
        "upload": views.Upload,
        "serve": views.Serve,
        "applicant": views.CorrectApplicant,
        "withdraw": views.Withdraw,
        "reveal": views.RevealIdentity,
        "phone": views.RevealPhone,
    }

    def door(self, user: User) -> CaseQuerySet:
        return super().door(user).with_context()

    def filters_for(self, user: User) -> dict[str, str]:
        mine = {key for key, verb in self.work_of.items() if somewhere(user, of_move(verb))}
        return {key: label for key, label in self.filters.items() if key in mine or key not in self.work_of}

    def filtered(self, rows: CaseQuerySet, chosen: str, user: User) -> CaseQuerySet:
        found = super().filtered(rows, chosen, user)
        if chosen in self.work_of and chosen != "transfer":  # of whoever sees more than where they work, only that
            found = found & Case.objects.where_may(user, of_move(self.work_of[chosen]))
        match chosen:
            case "bounced":
                return found.filter(Exists(Task.objects.filter(case=OuterRef("pk"), status=TaskStatus.BOUNCED)))
            case "late":
                return found.filter(promised_due__lt=timezone.localdate())
            case "homeward":
                return with_papers_here(found)
            case "transfer":
                mine = condition(user, of_move("transfer_result"), turn=lambda leads: Q(lead__in=leads))
                return found.exclude(INSTANT).filter(mine)
            case "issue":
                return found.filter(INSTANT)
        return found

    def search(self, rows: CaseQuerySet, query: str) -> CaseQuerySet:
        return rows.filter(sought(query, items=True))
