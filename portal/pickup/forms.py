"""What strangers may type at the public counters; whatever it is, it becomes a clean value or an empty one."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from django.http import QueryDict
from django.utils.timezone import make_aware

from portal.cases.models.application import QUERY_CODE_ALPHABET
from portal.cases.numbers import number_in
from portal.lib import words
from portal.lib.search.text import scanned
from portal.lib.walking import Place
from portal.organisations.models import Organisation, Zone

LONGEST = 60
CODE = re.compile(f"[{QUERY_CODE_ALPHABET}]{{8}}")
KEY = re.compile(r"[0-9]{1,18}")
MONTHS = 12


def asked_to_follow(given: QueryDict) -> tuple[str, str]:
    """编号 and 查询密码, each an empty string when it does not have the shape of one; never which of them is wrong."""
    number, code = (scanned(given.get(name, "")[:LONGEST]) for name in ("number", "code"))
    return (number if number_in(number) else "", code if CODE.fullmatch(code) else "")


class ResultsFilter:
    """Zone, department, month and place in the list, of the address; what is unknown counts as not chosen."""

    def __init__(self, given: QueryDict, today: date) -> None:
        self.zones = list(Zone.objects.values_list("code", "name"))
        leads = Organisation.objects.filter(led_items__isnull=False).distinct()
        self.departments = list(leads.values_list("code", "short_name"))
        self.months = [(f"{year}-{month:02d}", words.month(date(year, month, 1))) for year, month in last_months(today)]
        self.zone = _known(given.get("zone"), self.zones)
        self.department = _known(given.get("department"), self.departments)
        self.month = _known(given.get("month"), self.months)
        self.after, self.before = (_number(given.get(name)) for name in ("after", "before"))
        self.end = "last" if given.get("end") == "last" else ""

    def conditions(self) -> dict[str, Any]:
        """The chosen ones as look-ups on cases."""
        found: dict[str, Any] = {}
        if self.zone:
            found["zone__code"] = self.zone
        if self.department:
            found["lead__code"] = self.department
        if self.month:
            first = datetime.fromisoformat(f"{self.month}-01")
            following = (first + timedelta(days=31)).replace(day=1)
            found |= {"decided_at__gte": make_aware(first), "decided_at__lt": make_aware(following)}
        return found

    def place(self) -> Place:
        """Where in the list the page begins or ends."""
        after, before = (int(text) if text else None for text in (self.after, self.before))
        return Place(after, before, bool(self.end))

    def taken(self) -> dict[str, str]:
        """Every parameter and what it was taken for; "" when it is not chosen."""
        return {**self._filters(), "after": self.after, "before": self.before, "end": self.end}

    def _filters(self) -> dict[str, str]:
        return {"zone": self.zone, "department": self.department, "month": self.month}

    def chosen(self) -> dict[str, str]:
        """The filters alone, as every link of the list carries them on."""
        return {name: value for name, value in self._filters().items() if value}


def _number(value: str | None) -> str:
    """The key of a row as it stands in a link; "" for anything else."""
    return value if value and KEY.fullmatch(value) else ""


def _known(value: str | None, choices: list[tuple[str, str]]) -> str:
    return value if value in dict(choices) else ""


def last_months(today: date) -> list[tuple[int, int]]:
    """Year and month of this month and those before it, newest first."""
    newest = today.year * 12 + today.month - 1
    return [(index // 12, index % 12 + 1) for index in range(newest, newest - MONTHS, -1)]
