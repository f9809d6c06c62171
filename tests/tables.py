"""Empty tables, made once for each state of the migrations and copied for every run: making them takes half a minute.

They are kept beside the machine's other temporary files (SQLite) or as a database `portal_tables_…` (PostgreSQL).
"""

from __future__ import annotations

import ast
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
KEPT = Path(tempfile.gettempdir()) / f"portal-tables-{os.getuid()}"
STATES = 5
"""So many states of the migrations are kept, the newest or last used; whoever works on two branches needs two."""


def fingerprint() -> str:
    """Changes with any migration, with what a migration imports of ours, and with the pinned packages."""
    migrations = sorted(path for app in ("portal", "pages") for path in (ROOT / app).rglob("migrations/*.py"))
    files = {*migrations, *(file for path in migrations for file in _imported(path)), ROOT / "requirements.lock"}
    digest = hashlib.sha256(connection.vendor.encode())
    for file in sorted(files):
        digest.update(file.relative_to(ROOT).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _imported(migration: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(migration.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            if (file := ROOT / f"{name.replace('.', '/')}.py").is_file():
                yield file


@contextmanager
def one_at_a_time(key: str) -> Iterator[None]:
    """Whoever comes first makes the tables of this fingerprint, the others wait for them."""
    KEPT.mkdir(mode=0o700, exist_ok=True)
    with (KEPT / f"{key}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def migrate(url: str) -> None:
    environment = {**os.environ, "TEST_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "manage.py", "migrate", "-v0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)


def copy_tables() -> None:
    """Put empty tables where this run's test database is expected."""
    key = fingerprint()
    with one_at_a_time(key):
        (_copy_file if connection.vendor == "sqlite" else _copy_database)(key)


def _copy_file(key: str) -> None:
    kept = KEPT / f"{key}.sqlite3"
    if not kept.exists():
        making = kept.with_suffix(".making")
        making.unlink(missing_ok=True)
        migrate(f"sqlite:///{making}")
        making.rename(kept)
        for old in sorted(KEPT.glob("*.sqlite3"), key=os.path.getmtime)[:-STATES]:
            old.unlink()
    os.utime(kept)
    shutil.copyfile(kept, connection.creation._get_test_db_name())


@contextmanager
def server() -> Iterator[psycopg.Connection[Any]]:
    """A connection to the server itself, outside any transaction."""
    own = settings.DATABASES["default"]
    where = {"host": own["HOST"], "port": own["PORT"] or 5432, "user": own["USER"], "password": own["PASSWORD"]}
    with psycopg.connect(dbname="postgres", autocommit=True, **where) as opened:
        yield opened


def _copy_database(key: str) -> None:
    kept, making = f"portal_tables_{key}", f"portal_tables_{key}_making"
    with server() as opened:
        found = "SELECT datname FROM pg_database WHERE datname ~ '^portal_tables_[0-9a-f]+$' ORDER BY oid"
        names = [name for (name,) in opened.execute(found)]
        if kept not in names:
            opened.execute(f"DROP DATABASE IF EXISTS {making}")
            opened.execute(f"CREATE DATABASE {making}")
            migrate(_sibling(making))
            for old in names[: 1 - STATES]:
                opened.execute(f"DROP DATABASE IF EXISTS {old}")
            opened.execute(f"ALTER DATABASE {making} RENAME TO {kept}")
        opened.execute(f"CREATE DATABASE {connection.creation._get_test_db_name()} TEMPLATE {kept}")


def _sibling(name: str) -> str:
    """The address of another database on the server that TEST_DATABASE_URL names."""
    return f"{os.environ['TEST_DATABASE_URL'].rpartition('/')[0]}/{name}"


def drop_tables() -> None:
    """Nothing stays of a run but the empty tables; the file goes with the run's scratch folder."""
    if connection.vendor != "sqlite":
        name = connection.settings_dict["NAME"]
        connection.close()
        with server() as opened:
            opened.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
