"""The register of deadlines that a changed calendar moved, for those who must tell the applicants."""

from __future__ import annotations

from django.db.models import OuterRef, Q, QuerySet, Subquery

from portal.cases.models import Case
from portal.desk.base.registers import DeskModelAdmin
from portal.desk.moves.tables import MoveTable
from portal.desk.moves.views import MovePage
from portal.lib.search.text import key, scanned
from portal.organisations.models import User
from portal.workdays.models import MovedDeadline


class MovedDeadlineAdmin(DeskModelAdmin):
    """Rows come through the door of their cases; first those whose applicant holds a paper with the old date."""

    model = MovedDeadline
    base_url_path = "moves"
    menu_label = "期限变动"
    menu_icon = "calendar-check"
    menu_order = 26
    sees = "moves.see"
    table_class = MoveTable
    page_class = MovePage
    search_hint = "办件编号或者申请人"
    filters = {"papers": "申请人持有写着原期限的文书", "all": "全部"}
    default_filter = "papers"
    empty_text = "工作日历没有变动过办理中的期限。"

    def seen(self, user: User) -> QuerySet:
        cases = Case.objects.where_may(user, self.sees)
        of_case = Case.objects.filter(pk=OuterRef("holder"))
        return MovedDeadline.objects.filter(holder__in=cases.values("pk")).annotate(
            case_number=Subquery(of_case.values("number")[:1]),
            application_number=Subquery(of_case.values("application__number")[:1]),
            applicant=Subquery(of_case.values("application__applicant_name")[:1]),
            applicant_key=Subquery(of_case.values("application__applicant_key")[:1]),
        )

    def for_list(self, rows: QuerySet) -> QuerySet:
        return rows.select_related("change")

    def filtered(self, rows: QuerySet, chosen: str, user: User) -> QuerySet:
        return rows.filter(has_papers=True) if chosen == "papers" else rows

    def search(self, rows: QuerySet, query: str) -> QuerySet:
        typed, part = scanned(query), key(query)
        found = Q(case_number=typed) | Q(application_number=typed)
        return rows.filter(found | Q(applicant_key__contains=part) if part else found)
