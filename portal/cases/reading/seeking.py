"""What somebody types into the search box of a register: a number, the beginning of one, or a part of a name."""

from __future__ import annotations

import re
import unicodedata

from django.db import connection
from django.db.models import Q

from portal.cases.models import Application
from portal.cases.numbers import APPLICATIONS, CaseNumber, number_in
from portal.catalog.models import ServiceItem
from portal.lib.counting import few
from portal.lib.search.names import beginning, containing
from portal.lib.search.text import key, scanned

MOST_NAMED = 1_000
"""So many keys are written into the questions that follow; more make them longer than asking again."""
NUMBER_BEGINS = re.compile(r"SX(?P<letter>[A-Z])[0-9]+")


def is_number(text: str) -> bool:
    """Whether it is the number of a case or an application, or the beginning of one."""
    return number_in(text) is not None or bool(NUMBER_BEGINS.fullmatch(scanned(text)))


def sought(text: str, case: str = "", *, items: bool = False) -> Q:
    """The cases that `text` may mean, or what hangs on them by the link `case`; with `items` by the item's name, too.

    A number goes to its unique index and the beginning of one to a part of it; only words are looked for in names.
    """
    path = f"{case}__" if case else ""
    number = number_in(text)
    if number is not None:
        column = "number" if isinstance(number, CaseNumber) else "application__number"
        return Q(**{f"{path}{column}": str(number)})
    typed = scanned(text)
    if begun := NUMBER_BEGINS.fullmatch(typed):
        column = "application__number" if begun["letter"] == APPLICATIONS else "number"
        return beginning(f"{path}{column}", typed, connection)
    return _named(text, path, items=items)


def _named(text: str, path: str, *, items: bool) -> Q:
    """Few applicants are found by the index of their names; of many, the list soon meets some by itself.

    Names are compared as they read (`key`); what holds no letter or digit is part of no name.
    """
    part = key(text)
    applicants = containing(Application.objects.all(), "applicant_key", part, connection)
    keys = few(applicants) if part else []
    if keys is None:
        found = Q(**{f"{path}application__applicant_key__contains": part})
    elif len(keys) > MOST_NAMED:
        found = Q(**{f"{path}application__in": applicants.values("pk")})
    else:
        found = Q(**{f"{path}application__in": keys})
    if items:
        named = ServiceItem.objects.filter(name__icontains=unicodedata.normalize("NFC", text))
        found |= Q(**{f"{path}item__in": list(named.values_list("pk", flat=True))})
    return found
