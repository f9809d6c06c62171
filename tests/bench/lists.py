"""Registers, searches, tiles, public decisions, the minute and the invariants of a year of a centre, small and large.

`SIZE=1000,100000` names the numbers of cases; the first is what the others are compared with. Every page is measured
against `/robots.txt` (all middleware, no query) turn by turn, so the figures of two sizes can be compared.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import redirect_stderr
from io import StringIO
from typing import Any

from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.bench.bulk import WITH_FILES, Year
from tests.bench.measure import Act, against, line
from tests.bench.writing import analyse

SIZES = tuple(int(size) for size in os.environ.get("SIZE", "1000,10000").split(","))
GOAL = 1.5
PAGES = re.compile(r"共(?:<[^>]*>)?(\d+)(?:<[^>]*>)?页")
LAST = re.compile(r'<a[^>]*rel="last"[^>]*href="([^"]+)"')

Asked = dict[str, tuple[Client, str]]
"""What is measured, by its name: who asks for which address."""


class Desk:
    """The pages to measure, each as a member of staff who works with it."""

    def __init__(self) -> None:
        from tests.cast import find_cast

        cast = find_cast()
        self.centre, self.department = _client(cast.supervisor), _client(cast.officer("sx-jsj"))
        self.clerk, self.issuer, self.anybody = _client(cast.receiver), _client(cast.issuer), Client()

    def lists(self) -> Asked:
        """First and last page of each are measured."""
        return {
            "cases, centre": (self.centre, "/admin/cases/?show=all"),
            "cases, clerk": (self.clerk, "/admin/cases/?show=all"),
            "cases, department": (self.department, "/admin/cases/?show=all"),
            "cases in progress, centre": (self.centre, "/admin/cases/?show=running"),
            "cases in progress, department": (self.department, "/admin/cases/?show=running"),
            "tasks, department": (self.department, "/admin/tasks/?show=all"),
            "open tasks, department": (self.department, "/admin/tasks/?show=open"),
            "slips, centre": (self.centre, "/admin/slips/?show=all"),
            "slips, clerk": (self.clerk, "/admin/slips/?show=all"),
            "slips, department": (self.department, "/admin/slips/?show=all"),
            "slips to sign, clerk": (self.clerk, "/admin/slips/?show=waiting"),
            "results, issuer": (self.issuer, "/admin/pickup/?show=all"),
            "results to hand out, issuer": (self.issuer, "/admin/pickup/?show=waiting"),
            "ledger, centre": (self.centre, "/admin/ledger/SS-02/"),
            "ledger of what is handed out, centre": (self.centre, "/admin/ledger/SS-02/?status=delivered"),
            "ledger, department": (self.department, "/admin/ledger/TZ-09/"),
            "public decisions": (self.anybody, "/results/"),
        }

    def single(self) -> Asked:
        return {
            "home, department": (self.department, "/admin/"),
            "home, clerk": (self.clerk, "/admin/"),
            "home, issuer": (self.issuer, "/admin/"),
            "home, centre": (self.centre, "/admin/"),
            **self.numbers(),
            **self.words(),
        }

    def numbers(self) -> Asked:
        from portal.cases.models import Task
        from portal.handover.models import Slip

        task = Task.objects.filter(department__code="sx-jsj").exclude(case__number=None).order_by("-pk")[0]
        slip, number = Slip.objects.filter(case=task.case)[0], task.case.number
        return {
            "a case number in cases": (self.centre, f"/admin/cases/?show=all&q={number}"),
            "an application number in cases": (self.centre, f"/admin/cases/?show=all&q={task.case.application.number}"),
            "a case number in tasks": (self.department, f"/admin/tasks/?show=all&q={number}"),
            "a case number in slips": (self.centre, f"/admin/slips/?show=all&q={number}"),
            "a paper number in slips": (self.centre, f"/admin/slips/?show=all&q={slip.document.number}"),
            "a case number in results": (self.issuer, f"/admin/pickup/?show=all&q={number}"),
            "a case number in a ledger": (self.centre, f"/admin/ledger/TZ-09/?q={number}"),
        }

    def words(self) -> Asked:
        """A name that few have, a part of a tenth of all names, and one of all."""
        return {
            "a rare name in cases": (self.centre, "/admin/cases/?show=all&q=示例贸易771号"),
            "a rare name in tasks": (self.department, "/admin/tasks/?show=all&q=示例贸易771号"),
            "a rare name in slips": (self.centre, "/admin/slips/?show=all&q=示例贸易771号"),
            "a rare name in results": (self.issuer, "/admin/pickup/?show=all&q=示例贸易771号"),
            "a frequent word in cases": (self.centre, "/admin/cases/?show=all&q=贸易"),
            "a word of all names in cases": (self.centre, "/admin/cases/?show=all&q=示例"),
            "a word of an item in cases": (self.centre, "/admin/cases/?show=all&q=不动产"),
        }


def _client(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _get(client: Client, address: str) -> str:
    caches["throttle"].clear()
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answers {answer.status_code}")
    return answer.content.decode()


def last_of(client: Client, address: str) -> str:
    """The address of the last page of a list."""
    page = _get(client, address)
    if found := LAST.search(page):
        href = found[1].replace("&amp;", "&")
        return href if href.startswith("/") else f"{address.split('?')[0]}{href}"
    count = PAGES.search(page)
    return f"{address}{'&' if '?' in address else '?'}page={count[1] if count else 1}"


def _probe(client: Client, address: str) -> Act:
    return lambda: _get(client, address)


def probes() -> dict[str, Act]:
    """What is measured at every size, by its name."""
    from portal.cases import jobs

    desk, found = Desk(), {}
    for name, (client, address) in desk.lists().items():
        found[f"{name}, first page"] = _probe(client, address)
        found[f"{name}, last page"] = _probe(client, last_of(client, address))
    found |= {name: _probe(client, address) for name, (client, address) in desk.single().items()}
    now = timezone.now()
    found["minute: silence of windows and departments"] = lambda: (jobs.deem_accepted(now), jobs.deem_consent(now))
    return found


def measured() -> dict[str, tuple[float, float]]:
    yardstick = _probe(Client(), "/robots.txt")
    return {name: against(act, yardstick) for name, act in probes().items()}


def report() -> Iterator[str]:
    """One line a page: how it grows from the smallest to the largest size, and the last page by the first."""
    from portal.cases.models import PublicityRule
    from tests.cast import find_cast

    PublicityRule.objects.create(center=find_cast().center, licences_only=False, after_days=0)
    year = Year()
    found: dict[int, dict[str, tuple[float, float]]] = {}
    for size in SIZES:
        began = time.monotonic()
        year.grow_to(size)
        analyse()
        yield f"      {size} cases on {connection.vendor}, made in {time.monotonic() - began:.0f} s"
        found[size] = measured()
        if size <= WITH_FILES:
            yield _invariants(size)
    yield from _compared(found)


def _invariants(size: int) -> str:
    said = StringIO()
    began = time.process_time()
    try:
        with redirect_stderr(said):
            call_command("check_invariants", stdout=said, stderr=said)
    except CommandError:
        return line(False, f"invariants of {size} made cases", said.getvalue()[:300], "content")
    return line(True, f"invariants of {size} made cases", f"{time.process_time() - began:.1f} s", "content")


def _compared(found: dict[int, dict[str, tuple[float, float]]]) -> Iterator[str]:
    small, large = found[SIZES[0]], found[SIZES[-1]]
    for name, (ratio, least) in large.items():
        grown = ratio / small[name][0]
        value = f"{small[name][1] * 1000:.0f} -> {least * 1000:.0f} ms, {grown:.2f}x"
        yield line(grown <= GOAL, f"{name}: {SIZES[-1]} by {SIZES[0]} cases", value, f"<= {GOAL}x")
    for name in large:
        if name.endswith(", last page"):
            first = large[name.replace("last page", "first page")][0]
            ratio = max(large[name][0] / first, first / large[name][0])
            yield line(ratio <= GOAL, f"{name} by the first at {SIZES[-1]}", f"{ratio:.2f}x", f"<= {GOAL}x")
