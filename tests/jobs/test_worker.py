"""The real worker process, on the embedded queue and on Redis: what is promised gets done, and SIGTERM ends it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis

ROOT = Path(__file__).resolve().parents[2]
REDIS = "redis://127.0.0.1:6379/15"
PROMISE = """
from django.core.cache import cache
from django.db import transaction
from portal.documents.models import Document
with transaction.atomic():
    Document.issue("withdrawal", content={"center": {}, "applicant": {}, "item": {}}, by=None)
cache.set("portal-test", "kept", 60)
assert cache.get("portal-test") == "kept"
"""
RENDERED = "from portal.documents.models import Document; print(Document.objects.exclude(sha256='').count())"


def redis_answers() -> bool:
    try:
        return bool(redis.Redis.from_url(REDIS, socket_connect_timeout=1).ping())
    except redis.RedisError:
        return False


@pytest.fixture(scope="module")
def empty_portal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a portal on its first day."""
    file = tmp_path_factory.mktemp("portal") / "portal.sqlite3"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "DATABASE_URL": f"sqlite:///{file}"}
    for command in (["migrate", "-v0"], ["createcachetable"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)
    return file


@pytest.mark.parametrize("broker", ["embedded", "redis"])
def test_promised_work_is_done_by_the_worker(broker: str, empty_portal: Path, tmp_path: Path) -> None:
    if broker == "redis" and not redis_answers():
        pytest.skip("no Redis answers on 127.0.0.1:6379; the queue and cache on Redis were NOT tried")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'portal.sqlite3'}",
        "PORTAL_VAR": str(tmp_path),
        "PRIVATE_ROOT": str(tmp_path / "private"),
        "REDIS_URL": REDIS if broker == "redis" else "",
        "DEMO": "1",
    }

    def manage(*args: str) -> str:
        command = [sys.executable, "manage.py", *args]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout

    shutil.copy(empty_portal, tmp_path / "portal.sqlite3")
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "run_worker"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        manage("shell", "-v0", "-c", PROMISE)
        deadline = time.monotonic() + 60
        while "1" not in manage("shell", "-v0", "-c", RENDERED):
            assert time.monotonic() < deadline, "the promise was not kept within a minute"
            time.sleep(0.5)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=30) == 0
    finally:
        if worker.poll() is None:
            os.killpg(worker.pid, signal.SIGKILL)
