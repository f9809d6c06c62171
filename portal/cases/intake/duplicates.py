"""Who applies again: the same identity with the same item while a case of it is open, or under another name.

A warning, never a bar: the window may know better (a second shop, a name that was changed), and then says why.
"""

from __future__ import annotations

from django.db.models import QuerySet

from portal.cases.models import Application, Case
from portal.cases.states import ENDED
from portal.catalog.models import ServiceItem
from portal.lib.crypto import blind_index
from portal.lib.search.text import key
from portal.lib.words import day
from portal.organisations.models import User

MOST_NAMED = 3
MOST_READ = 50


def seen_before(application: Application, item: ServiceItem, *, by: User) -> list[str]:
    """A sentence for each thing that the window should look at before it takes the application in; empty mostly.

    Cases are named to those who may see them.
    """
    same = Application.objects.filter(
        identity_index=blind_index(application.identity_number),
        identity_kind=application.identity_kind,
        center=application.center_id,
    ).exclude(pk=application.pk)
    found = _open_cases(item, same, by)
    names = same.exclude(applicant_key=key(application.applicant_name)).order_by("-pk")
    others = list(dict.fromkeys(names.values_list("applicant_name", flat=True)[:MOST_READ]))[:MOST_NAMED]
    if others:
        found.append(f"同一证件号码以前登记的名称是“{'”“'.join(others)}”，与这次填写的不同，请核对证件和名称。")
    return found


def _open_cases(item: ServiceItem, applications: QuerySet[Application], by: User) -> list[str]:
    cases = Case.objects.filter(item=item, application__in=applications).exclude(status__in=ENDED)
    open_now = list(cases.select_related("application").order_by("-pk")[:MOST_NAMED])
    seen = set(Case.objects.visible_to(by).filter(pk__in=[case.pk for case in open_now]).values_list("pk", flat=True))
    sentences = []
    for case in open_now:
        which = f"办件{case}" if case.pk in seen else "一件由其他窗口收的办件"
        when = f"{day(case.received_at)}收件，现为“{case.get_status_display()}”"
        sentences.append(f"同一申请人的“{item.name}”还有{which}没有办完（{when}）。")
    return sentences
