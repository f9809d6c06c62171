"""Several receivers at once, each a process: acceptances of TZ-09 a minute by the verb and over HTTP, by 1, 2, 4 and 8.

`RECEIVERS=1,8` tries other numbers, `ACCEPTANCES=40` how many each number of receivers does together.
"""

from __future__ import annotations

import multiprocessing
import os
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from django.db import close_old_connections, connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.bench.measure import line

AT_ONCE = tuple(int(number) for number in os.environ.get("RECEIVERS", "1,2,4,8").split(","))
TOGETHER = int(os.environ.get("ACCEPTANCES", "16"))
QUERIES = 60
KEEPS = 0.8
"""SQLite has one writer at a time: more receivers may cost a fifth, not half. PostgreSQL must gain."""
SECONDS = 600


def by_the_verb(keys: list[int]) -> None:
    from portal.cases.intake.outcomes import accept
    from portal.cases.models import Case
    from tests.cast import find_cast

    by = find_cast().receiver
    for key in keys:
        accept(Case.objects.get(pk=key), by=by)


def over_http(keys: list[int]) -> None:
    from tests.cast import find_cast

    client = Client()
    client.force_login(find_cast().receiver, backend="django.contrib.auth.backends.ModelBackend")
    for key in keys:
        answer = client.post(reverse("cases_modeladmin_accept", args=[key]), {"key": str(uuid.uuid4())})
        if answer.status_code != 302:
            raise RuntimeError(f"not accepted: {answer.status_code}")


def _receiver(act: Callable[[list[int]], None], keys: list[int], ready: Any, go: Any) -> None:
    """The life of one process: connect, wait for the others, work."""
    connections.close_all()
    act(keys[:1])  # what is loaded once is not measured
    ready.release()
    go.wait()
    act(keys[1:])
    close_old_connections()


def rate(act: Callable[[list[int]], None], receivers: int) -> float:
    """Acceptances a minute by so many processes together. Raises RuntimeError when one of them failed."""
    from tests.cast import received_case

    each = max(2, TOGETHER // receivers)
    keys = [received_case("TZ-09").pk for _ in range(receivers * (each + 1))]
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    ready, go = fork.Semaphore(0), fork.Event()
    parts = [keys[start::receivers] for start in range(receivers)]
    people = [fork.Process(target=_receiver, args=(act, part, ready, go)) for part in parts]
    for person in people:
        person.start()
    for _ in people:
        ready.acquire(timeout=SECONDS)
    began = time.perf_counter()
    go.set()
    for person in people:
        person.join(SECONDS)
    if any(person.exitcode for person in people):
        raise RuntimeError("a receiver failed")
    return receivers * each / (time.perf_counter() - began) * 60


def queries_of_one() -> int:
    from tests.cast import received_case

    key = received_case("TZ-09").pk
    by_the_verb([received_case("TZ-09").pk])
    with CaptureQueriesContext(connection) as counted:
        by_the_verb([key])
    return len(counted)


def report() -> Iterator[str]:
    """One line for the queries of an acceptance; one for each way with the rate of every number of receivers."""
    from portal.cases import integrity

    queries = queries_of_one()
    yield line(queries <= QUERIES, "acceptance of TZ-09", f"{queries} queries", f"<= {QUERIES}")
    for name, act in (("by the verb", by_the_verb), ("over HTTP", over_http)):
        rates = [rate(act, number) for number in AT_ONCE]
        gain = max(rates[1:], default=rates[0]) / rates[0]
        least = 1.0 if connection.vendor == "postgresql" else KEEPS
        figures = " / ".join(f"{one:.0f}" for one in rates)
        at_once = "/".join(map(str, AT_ONCE))
        yield line(
            gain > least,
            f"acceptances a minute {name}, {at_once} receivers ({connection.vendor})",
            figures,
            f"best of several > {least}x one",
        )
    wrong = list(integrity.problems())
    yield line(not wrong, "numbers and events after it", f"{len(wrong)} problems", "none")
