"""The register of handbooks."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from portal.catalog.handbook.models import WHOLE_CENTRE
from portal.catalog.models import Handbook
from portal.desk.base.registers import DeskModelAdmin
from portal.desk.handbooks import views
from portal.desk.handbooks.tables import HandbookTable
from portal.organisations.models import User


class HandbookAdmin(DeskModelAdmin):
    """Handbooks are read by everybody with a post; the office has them made."""

    model = Handbook
    base_url_path = "handbooks"
    menu_label = "标准化手册"
    menu_icon = "doc-full-inverse"
    menu_order = 25
    sees = "handbooks.see"
    index_view_class = views.HandbookRegister
    table_class = HandbookTable
    page_class = views.HandbookPage
    search_hint = "手册编号或者受理区"
    walked = False
    filters = {"all": "全部", "centre": WHOLE_CENTRE, "zones": "按受理区"}
    empty_text = "还没有手册。"
    verbs = {"retry": views.MakeAgain}

    def seen(self, user: User) -> QuerySet:
        return views.readable(user)

    def filtered(self, rows: QuerySet, chosen: str, user: User) -> QuerySet:
        return rows if chosen == "all" else rows.filter(zone__isnull=chosen == "centre")

    def search(self, rows: QuerySet, query: str) -> QuerySet:
        return rows.filter(Q(number__icontains=query) | Q(zone__name__icontains=query))
