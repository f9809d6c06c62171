"""One side of `beside`: runs in the tree it is started in, by what that tree and this one both have.

Reads the name of a workload and a number of turns from each line of standard input, and answers with the seconds of
processor time that the turns took, those of the database's own process for us with them.
"""

from __future__ import annotations

import os
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path[0] = os.getcwd()  # this file stands among modules of its own tree
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.db import connection
from django.test import Client
from django.test.utils import setup_databases, setup_test_environment
from django.urls import reverse

CASES = 12
ITEM = "TZ-09"


def seconds() -> float:
    """Processor time so far: this process, and the server's process of this connection."""
    if connection.vendor == "sqlite":
        return time.process_time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    ticks = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[11:13]
    return time.process_time() + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


class Workloads:
    """A small house with some cases in hand; each workload does one thing so many times, `ready` what it needs."""

    def __init__(self) -> None:
        from tests import cast

        self.cast, self.people = cast, cast.build_cast()
        self.cases = [cast.accepted_case(ITEM).pk for _ in range(CASES)]
        self.definition = next(item for item in cast.starting_items() if item.code == ITEM)
        self.waiting: list[Any] = []
        self.edition = 0
        self.receiver, self.officer = self.signed_in(self.people.receiver), self.signed_in(self.lead())

    def lead(self) -> Any:
        return self.people.officer(self.definition.lead_dept)

    @staticmethod
    def signed_in(user: Any) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    def ready(self, name: str, turns: int) -> None:
        if name.startswith("acceptance"):
            self.waiting = [self.cast.received_case(ITEM).pk for _ in range(turns)]

    def acceptance_by_the_verb(self) -> None:
        case = self.cast.Case.objects.get(pk=self.waiting.pop())
        accept = getattr(self.cast, "accept", None)
        if accept is None:
            case.accept(by=self.people.receiver)
        else:
            accept(case, by=self.people.receiver)

    def acceptance_over_http(self) -> None:
        address = reverse("cases_modeladmin_accept", args=[self.waiting.pop()])
        self.answered(self.receiver.post(address, {"key": str(uuid.uuid4()), "without_scans": "on"}), 302)

    def work_list(self) -> None:
        self.answered(self.officer.get(reverse("tasks_modeladmin_index")), 200)

    def list_of_cases(self) -> None:
        self.answered(self.receiver.get(reverse("cases_modeladmin_index")), 200)

    def case_page(self) -> None:
        self.answered(self.receiver.get(reverse("cases_modeladmin_inspect", args=[self.cases[0]])), 200)

    def publish(self) -> None:
        self.edition += 1
        changed = {"name": f"{self.definition.name}（{self.edition}）"}
        self.cast.publish(self.definition.model_copy(update=changed), by=None)

    @staticmethod
    def answered(answer: Any, status: int) -> None:
        if answer.status_code != status:
            raise RuntimeError(f"answered {answer.status_code}")


def copied_tables() -> bool:
    """Whether this tree knows how to begin with tables that were made before."""
    try:
        from tests.tables import copy_tables
    except ImportError:
        return False
    copy_tables()
    return True


def main() -> None:
    setup_test_environment()
    kept = copied_tables()
    old = setup_databases(verbosity=0, interactive=False, keepdb=kept)
    try:
        workloads = Workloads()
        print("ready", flush=True)
        for line in sys.stdin:
            name, turns = line.split()
            act: Callable[[], None] = getattr(workloads, name)
            workloads.ready(name, int(turns))
            began = seconds()
            for _ in range(int(turns)):
                act()
            print(seconds() - began, flush=True)
    finally:
        for database, name, destroy in old:
            if destroy:
                database.creation.destroy_test_db(name, 0)


if __name__ == "__main__":
    main()
