"""Several receivers at once, each a process: acceptances of TZ-09 a minute by the verb and over HTTP, by 1, 2, 4 and 8.

Over HTTP they ask gunicorn with the portal's own worker, two processes of four threads. On PostgreSQL it is looked at
every few milliseconds whether they work or wait for one another's locks: on a machine with few cores the rate alone
cannot tell. `RECEIVERS=1,8` tries other numbers, `ACCEPTANCES=40` how many each number of receivers does together.
"""

from __future__ import annotations

import http.client
import multiprocessing
import os
import secrets
import socket
import statistics
import string
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import close_old_connections, connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.bench.measure import line

AT_ONCE = tuple(int(number) for number in os.environ.get("RECEIVERS", "1,2,4,8").split(","))
TOGETHER = int(os.environ.get("ACCEPTANCES", "16"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
QUERIES = 45
KEEPS = 0.8
"""SQLite has one writer at a time: more receivers may cost a fifth, not half. PostgreSQL must gain."""
SECONDS = 600
LOOK = 0.02
LOOKED = """
    SELECT count(*) FILTER (WHERE wait_event_type = 'Lock'), count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state IN ('active', 'idle in transaction')
"""


@dataclass(frozen=True)
class Run:
    """Acceptances a minute, and the part of the time that a receiver in a transaction waited for a lock."""

    rate: float
    waiting: float


@dataclass
class House:
    """Where receivers over HTTP go, and as whom."""

    port: int = 0
    cookie: str = ""
    token: str = ""


HOUSE = House()


def by_the_verb(keys: list[int]) -> None:
    from portal.cases.intake.outcomes import accept
    from portal.cases.models import Case
    from tests.cast import find_cast

    by = find_cast().receiver
    for key in keys:
        accept(Case.objects.get(pk=key), by=by)


def over_http(keys: list[int]) -> None:
    ask = http.client.HTTPConnection("127.0.0.1", HOUSE.port, timeout=SECONDS)
    headers = {"Cookie": HOUSE.cookie, "Content-Type": "application/x-www-form-urlencoded"}
    for key in keys:
        body = urlencode({"key": str(uuid.uuid4()), "without_scans": "on", "csrfmiddlewaretoken": HOUSE.token})
        ask.request("POST", reverse("cases_modeladmin_accept", args=[key]), body, headers)
        answer = ask.getresponse()
        answer.read()
        if answer.status != 302:
            raise RuntimeError(f"not accepted: {answer.status}")


@contextmanager
def web_server() -> Iterator[None]:
    """gunicorn as `make run` starts it, on the database of this run, and a receiver signed in. Raises RuntimeError."""
    from tests.cast import find_cast

    client = Client()
    client.force_login(find_cast().receiver, backend="django.contrib.auth.backends.ModelBackend")
    HOUSE.token = "".join(secrets.choice(string.ascii_letters) for _ in range(32))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    HOUSE.cookie = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={HOUSE.token}"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        HOUSE.port = free.getsockname()[1]
    served = ["gunicorn", "portal.wsgi", "-k", "portal.web.Worker", "-w", "2", "--threads", "4"]
    command = [sys.executable, "-m", *served, "-b", f"127.0.0.1:{HOUSE.port}", "--log-level", "error"]
    process = subprocess.Popen(command, env={**os.environ, "TEST_DATABASE_URL": address_of_the_database()})
    try:
        _wait_for_the_server(process)
        yield
    finally:
        process.terminate()
        process.wait(60)


def address_of_the_database() -> str:
    own = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{own['NAME']}"
    password = f":{own['PASSWORD']}" if own["PASSWORD"] else ""
    return f"postgres://{own['USER']}{password}@{own['HOST']}:{own['PORT'] or 5432}/{own['NAME']}"


def _wait_for_the_server(process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        try:
            ask = http.client.HTTPConnection("127.0.0.1", HOUSE.port, timeout=60)
            ask.request("GET", "/robots.txt")
            ask.getresponse().read()
            return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError("the web server did not start")


def _receiver(act: Callable[[list[int]], None], keys: list[int], ready: Any, go: Any) -> None:
    """The life of one process: connect, wait for the others, work."""
    connections.close_all()
    act(keys[:1])  # what is loaded once is not measured
    ready.release()
    go.wait()
    act(keys[1:])
    close_old_connections()


def run(act: Callable[[list[int]], None], receivers: int) -> Run:
    """So many processes together. Raises RuntimeError when one of them failed."""
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
    waiting = _look_on(people)
    taken = time.perf_counter() - began
    if any(person.exitcode for person in people):
        raise RuntimeError("a receiver failed")
    return Run(receivers * each / taken * 60, waiting)


def _look_on(people: list[Any]) -> float:
    """Until all have gone; on PostgreSQL the part of the looks at which somebody in a transaction waited for a lock."""
    looks: list[tuple[int, int]] = []
    while any(person.is_alive() for person in people):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(LOOKED)
                looks.append(cursor.fetchone())
        people[0].join(LOOK) if people[0].is_alive() else time.sleep(LOOK)
    together = sum(all_of_them for _, all_of_them in looks)
    return sum(waiting for waiting, _ in looks) / together if together else 0.0


def queries_of_one() -> int:
    """Of the verb alone, the first of a day behind us."""
    from portal.cases.intake.outcomes import accept
    from portal.cases.models import Case
    from tests.cast import find_cast, received_case

    key, by = received_case("TZ-09").pk, find_cast().receiver
    by_the_verb([received_case("TZ-09").pk])
    case = Case.objects.get(pk=key)
    with CaptureQueriesContext(connection) as counted:
        accept(case, by=by)
    return len(counted)


def report() -> Iterator[str]:
    """One line for the queries of an acceptance; one for each way with the rate of every number of receivers."""
    from portal.cases import integrity

    queries = queries_of_one()
    yield line(queries <= QUERIES, "acceptance of TZ-09", f"{queries} queries", f"<= {QUERIES}")
    ways = (("by the verb", by_the_verb, nullcontext), ("over HTTP", over_http, web_server))
    for name, act, around in ways:
        with around():
            runs = [[run(act, number) for number in AT_ONCE] for _ in range(ROUNDS)]  # 1, 2, 4, 8, 1, 2, 4, 8, …
        yield from _told(name, runs)
    wrong = list(integrity.problems())
    yield line(not wrong, "numbers and events after it", f"{len(wrong)} problems", "none")


def _told(name: str, runs: list[list[Run]]) -> Iterator[str]:
    rates = [statistics.median(one.rate for one in column) for column in zip(*runs, strict=True)]
    at_once = "/".join(map(str, AT_ONCE))
    postgresql = connection.vendor == "postgresql"
    least = 1.0 if postgresql else KEEPS
    gain = statistics.median(row[-1].rate / row[0].rate for row in runs)
    what = f"acceptances a minute {name}, {at_once} receivers ({connection.vendor})"
    figures = f"{' / '.join(f'{one:.0f}' for one in rates)} ({gain:.2f}x)"
    yield line(gain > least, what, figures, f"{AT_ONCE[-1]} by {AT_ONCE[0]} > {least}x")
    if postgresql:
        waiting = [statistics.median(one.waiting for one in column) for column in zip(*runs, strict=True)]
        parts = " / ".join(f"{part:.0%}" for part in waiting)
        yield f"      of their transactions' time they waited for locks of one another {parts}"
