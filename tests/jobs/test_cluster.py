"""The worker process on the test database: it stops when told, and a worker that is killed does not end all work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction

from portal.documents.models import Document
from portal.jobs.models import Promise, PromiseStatus
from portal.jobs.outbox import promise
from portal.jobs.processes import alive, descendants

pytestmark = pytest.mark.django_db(transaction=True)
Worker = Callable[..., subprocess.Popen[str]]


def database_url() -> str:
    """Where the test database is, as another process has to be told."""
    one = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{one['NAME']}"
    word = f":{quote(one['PASSWORD'])}" if one["PASSWORD"] else ""
    return f"postgres://{quote(one['USER'])}{word}@{one['HOST']}:{one['PORT'] or 5432}/{one['NAME']}"


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    """Start `manage.py run_worker`; whatever is left of it is ended after the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*args: str, **changes: str) -> subprocess.Popen[str]:
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "DATABASE_URL": database_url()}
        command = [sys.executable, "manage.py", "run_worker", *args]
        with (tmp_path / "worker.log").open("a") as log:
            process = subprocess.Popen(
                command,
                cwd=settings.BASE_DIR,
                env={**environment, **changes},
                stdout=log,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        started.append(process)
        return process

    yield start
    for process in started:
        below = descendants(process.pid)
        if process.poll() is None:
            process.kill()
            process.wait()
        for pid, _ in alive(below):
            os.kill(pid, signal.SIGKILL)


def eventually(true: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True


def taken(key: str) -> bool:
    """Promise work that nobody knows; a worker that lives gives it up at once."""
    with transaction.atomic():
        pk = promise("test.unknown", key=key, number=1).pk
    return eventually(lambda: Promise.objects.get(pk=pk).status == PromiseStatus.DEAD, 3)


def begun(worker: Worker, *args: str) -> subprocess.Popen[str]:
    """A worker that has done something already."""
    process = worker(*args)
    assert eventually(lambda: taken(f"before-{time.monotonic()}"), 60)
    return process


def kill_the_worker(process: subprocess.Popen[str]) -> None:
    """End the process that does the work: the first that the sentinel, our only child, has started."""
    (sentinel,) = (pid for pid, _ in descendants(process.pid) if parent(pid) == process.pid)
    os.kill(min(pid for pid, _ in descendants(sentinel)), signal.SIGKILL)
    time.sleep(1)


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def stopped_without_a_trace(process: subprocess.Popen[str], stop: Callable[[], None]) -> bool:
    below = descendants(process.pid)
    assert below
    stop()
    return process.wait(timeout=40) == 0 and eventually(lambda: not alive(below), 10)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_promised_paper_is_made_and_the_worker_stops_when_told(worker: Worker, number: signal.Signals) -> None:
    document = Document.issue("receipt", content={}, by=None)
    process = worker()
    assert eventually(lambda: Document.objects.get(pk=document.pk).sha256 != "", 60)
    assert Document.objects.get(pk=document.pk).pdf().startswith(b"%PDF-")
    assert stopped_without_a_trace(process, lambda: process.send_signal(number))


@pytest.mark.once
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_whole_group_stops_it_too(worker: Worker, number: signal.Signals) -> None:
    process = begun(worker)
    assert stopped_without_a_trace(process, lambda: os.killpg(process.pid, number))


def test_a_killed_worker_stops_the_work_only_until_its_silence_is_noticed(worker: Worker) -> None:
    process = begun(worker, "--silence", "12")
    kill_the_worker(process)
    assert not taken("hanging"), "the queue no longer hangs when a worker is killed: the watch is not needed any more"
    assert eventually(lambda: taken(f"after-{time.monotonic()}"), 90)
    assert stopped_without_a_trace(process, process.terminate)


@pytest.mark.once
def test_a_hanging_worker_stops_when_told(worker: Worker) -> None:
    process = begun(worker)
    kill_the_worker(process)
    assert stopped_without_a_trace(process, process.terminate)


@pytest.mark.once
def test_when_the_sentinel_is_killed_no_worker_goes_on_without_it(worker: Worker) -> None:
    process = begun(worker)
    below = descendants(process.pid)
    (sentinel,) = (pid for pid, _ in below if parent(pid) == process.pid)
    os.kill(sentinel, signal.SIGKILL)
    assert eventually(lambda: not alive(below), 30)
    assert eventually(lambda: taken(f"after-{time.monotonic()}"), 60)
    assert stopped_without_a_trace(process, process.terminate)


@pytest.mark.once
def test_a_sentinel_killed_before_its_start_is_over_leaves_nobody_behind_and_is_replaced(worker: Worker) -> None:
    process = worker()
    assert eventually(lambda: len(descendants(process.pid)) > 1, 60)
    below = descendants(process.pid)
    (sentinel,) = (pid for pid, _ in below if parent(pid) == process.pid)
    os.kill(sentinel, signal.SIGKILL)
    assert eventually(lambda: not alive(below), 30)
    assert eventually(lambda: taken(f"after-{time.monotonic()}"), 60)
    assert stopped_without_a_trace(process, process.terminate)


def test_the_worker_does_not_start_while_a_check_of_the_database_fails(worker: Worker, tmp_path: Path) -> None:
    get_user_model().objects.create(username="demo", is_demo=True)
    process = worker(DEMO="0", ALLOWED_HOSTS="portal.example")
    assert process.wait(timeout=30) == 1
    assert "portal.E001" in (tmp_path / "worker.log").read_text()
