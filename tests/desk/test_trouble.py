"""A full disk, a locked database, a server that was just started anew: a sentence everywhere, and nothing half-kept."""

from __future__ import annotations

import errno
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, OperationalError, connection
from django.test import Client, RequestFactory
from django.urls import reverse

from pages.models import HomePage
from portal.cases.models import Case
from portal.desk.errors import bad_request
from portal.lib import trouble
from portal.lib.trouble import AWAY, BUSY, FULL, Trouble, trouble_of
from portal.settings import database
from tests.cast import Cast, received_case
from tests.desk.test_screens import intake_data
from tests.files import PDF

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LOCKED = "database is locked"
NO_ROOM = "database or disk is full"
BROKEN = "server closed the connection unexpectedly"
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class Failing:
    """A database that answers so many statements with an error; `only` those that begin so."""

    def __init__(self, said: str, *, times: int = 10_000, only: tuple[str, ...] = ("",)) -> None:
        self.said, self.times, self.only = said, times, only

    def __call__(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if self.times and sql.lstrip().upper().startswith(self.only):
            self.times -= 1
            raise OperationalError(self.said)
        return execute(sql, *rest)


@contextmanager
def failing(said: str, **how: Any) -> Iterator[Failing]:
    wrapper = Failing(said, **how)
    with connection.execute_wrapper(wrapper):
        yield wrapper


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trouble, "PAUSE", 0)


def client_of(user: Any = None) -> Client:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def caused(state: str) -> OperationalError:
    """An error as Django passes on what PostgreSQL says."""
    cause = Exception("…")
    cause.sqlstate = state  # type: ignore[attr-defined]
    error = OperationalError("…")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error, expected",
    [
        (OSError(errno.ENOSPC, "No space left on device"), FULL),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), FULL),
        (OperationalError(NO_ROOM), FULL),
        (OperationalError(LOCKED), BUSY),
        (OperationalError("database table is locked"), BUSY),
        (OperationalError(BROKEN), AWAY),
        (OperationalError("connection failed: Connection refused"), AWAY),
        (OperationalError("FATAL:  the database system is starting up"), AWAY),
        (caused("53100"), FULL),
        (caused("55P03"), BUSY),
        (caused("40P01"), BUSY),
        (caused("57P01"), AWAY),
        (caused("08006"), AWAY),
        (caused("42703"), None),
        (OperationalError("no such table: x"), None),
        (IntegrityError("the connection of two rows"), None),
        (DatabaseError("locked"), None),
        (OSError(errno.ENOENT, "No such file"), None),
        (ValueError("disk is full"), None),
        (None, None),
    ],
)
def test_what_the_machine_cannot_is_told_from_faults_of_ours(error: Exception | None, expected: Trouble | None) -> None:
    assert trouble_of(error) is expected


def test_what_lies_behind_another_error_is_found() -> None:
    outer = RuntimeError("while writing")
    outer.__context__ = OSError(errno.ENOSPC, "No space left on device")
    assert trouble_of(outer) is FULL


@pytest.mark.parametrize("said, expected", [(LOCKED, BUSY), (NO_ROOM, FULL), (BROKEN, AWAY)])
@pytest.mark.parametrize("path", ["/", "/items/?q=施工", "/admin/", "/admin/login/"])
def test_every_page_answers_a_sentence(
    small_site: HomePage, cast: Cast, path: str, said: str, expected: Trouble
) -> None:
    client = client_of(cast.receiver if path == "/admin/" else None)
    with failing(said) as database_:
        answer = client.get(path)
    if path == "/admin/login/" and answer.status_code == 200:
        assert database_.times == 10_000  # it asks nothing
        return
    assert answer.status_code == 503
    assert answer["Retry-After"] == str(expected.seconds)
    assert answer["Cache-Control"] == "no-store"
    assert expected.looked in answer.content.decode()


def test_a_read_whose_connection_broke_is_done_once_more(small_site: HomePage) -> None:
    with failing(BROKEN, times=1) as database_:
        assert client_of().get("/").status_code == 200
    assert database_.times == 0


def test_a_read_is_not_repeated_while_the_database_is_locked(small_site: HomePage) -> None:
    """The first try has waited long enough."""
    with failing(LOCKED, times=1):
        assert client_of().get("/").status_code == 503


def test_what_changes_something_is_never_repeated(cast: Cast) -> None:
    with failing(BROKEN, times=1):
        answer = client_of().post(reverse("wagtailadmin_login"), {"username": "receiver", "password": "x"})
    assert answer.status_code == 503
    assert AWAY.sent in answer.content.decode()


@pytest.mark.parametrize("said, expected", [(LOCKED, BUSY), (NO_ROOM, FULL)])
def test_signing_in_is_answered_and_leaves_nothing(cast: Cast, said: str, expected: Trouble) -> None:
    cast.receiver.set_password("right-and-long-enough")
    cast.receiver.save()
    with failing(said, only=WRITES):
        form = {"username": cast.receiver.username, "password": "right-and-long-enough"}
        answer = client_of().post(reverse("wagtailadmin_login"), form)
    assert answer.status_code == 503
    assert expected.sent in answer.content.decode()
    assert not Session.objects.exists()


def test_a_session_that_cannot_be_written_is_no_bad_request(rf: RequestFactory) -> None:
    interrupted = SessionInterrupted("…")
    interrupted.__context__ = OperationalError(NO_ROOM)
    assert bad_request(rf.post("/"), interrupted).status_code == 503
    assert bad_request(rf.post("/"), SessionInterrupted("…")).status_code == 400


def test_a_fault_of_ours_keeps_its_own_page(small_site: HomePage) -> None:
    with failing("no such table: x"):
        answer = client_of().get("/")
    assert answer.status_code == 500
    assert "系统暂时不能处理" in answer.content.decode()


@pytest.mark.parametrize("said, expected", [(LOCKED, BUSY), (NO_ROOM, FULL)])
def test_intake_keeps_what_was_typed_and_nothing_else(cast: Cast, said: str, expected: Trouble) -> None:
    client = client_of(cast.receiver)
    url = reverse("desk_intake_item", args=["TZ-09"])
    with failing(said, only=('INSERT INTO "CASES', 'UPDATE "CASES', 'UPDATE "DOCUMENTS')):
        answer = client.post(url, intake_data())
    page = answer.content.decode()
    assert answer.status_code == 200
    assert expected.sent in page
    assert intake_data()["name"] in page
    assert not Case.objects.exists()


def test_an_upload_to_a_full_disk_is_told_and_leaves_no_file(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    case, client = received_case(), client_of(cast.receiver)
    before = {path for path in Path(settings.PRIVATE_ROOT).rglob("*") if path.is_file()}
    monkeypatch.setattr(os, "fsync", full)
    form = {"key": str(uuid.uuid4()), "material": "m01", "upload": SimpleUploadedFile("扫描.pdf", PDF)}
    answer = client.post(reverse("cases_modeladmin_upload", args=[case.pk]), form)
    assert answer.status_code == 200
    assert FULL.sent in answer.content.decode()
    assert not case.files.exists()
    assert {path for path in Path(settings.PRIVATE_ROOT).rglob("*") if path.is_file()} == before


def test_a_file_whose_row_found_no_room_is_dropped(cast: Cast) -> None:
    case, client = received_case(), client_of(cast.receiver)
    before = {path for path in Path(settings.PRIVATE_ROOT).rglob("*") if path.is_file()}
    form = {"key": str(uuid.uuid4()), "material": "m01", "upload": SimpleUploadedFile("扫描.pdf", PDF)}
    with failing(NO_ROOM, only=('INSERT INTO "CASES',)):
        answer = client.post(reverse("cases_modeladmin_upload", args=[case.pk]), form)
    assert FULL.sent in answer.content.decode()
    assert not case.files.exists()
    assert {path for path in Path(settings.PRIVATE_ROOT).rglob("*") if path.is_file()} == before


def test_a_kept_connection_is_looked_at_before_it_is_used() -> None:
    assert database("postgres://u@127.0.0.1/x")["CONN_HEALTH_CHECKS"] is True
