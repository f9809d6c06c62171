"""When the machine cannot: a full disk, a database that is locked or has just been started anew.

Whoever asked gets a sentence with 503 and when to come again, never an error page. `trouble_of` knows such an error,
the page of server errors (`portal.desk.errors.server_error`) says it, and a read whose connection broke is tried once
more. Verbs say the same sentence beside their form, so that nothing typed is lost.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, OperationalError, connections
from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True)
class Trouble:
    """What people are told: after they sent something, and when they only looked. `seconds` until another try."""

    title: str
    sent: str
    looked: str
    seconds: int

    def sentence(self, request: HttpRequest) -> str:
        return self.looked if request.method in READS else self.sent


READS = ("GET", "HEAD")
FULL = Trouble(
    "存储空间已满",
    "服务器的存储空间已满，刚才的操作没有保存。请先联系系统管理员清理空间，再试一次。",
    "服务器的存储空间已满，暂时打不开这个页面。请联系系统管理员清理空间，稍候再试。",
    60,
)
BUSY = Trouble(
    "系统正忙",
    "系统正忙，刚才的操作没有保存，请稍候再试一次。",
    "系统正忙，请稍候再试。",
    10,
)
AWAY = Trouble(
    "系统正在恢复",
    "系统正在恢复，请稍候再试。没有看到“已保存”的，请返回上一页重新提交；同一张表单不会办理两次。",
    "系统正在恢复，请稍候再试。",
    5,
)
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
STATES = {"53100": FULL, "55P03": BUSY, "40P01": BUSY, "40001": BUSY, "57014": BUSY, "53300": BUSY}
"""What PostgreSQL says (appendix A of its manual), apart from the classes below."""
AWAY_STATES = ("08", "57P")
"""A broken connection; a server that stops or starts."""
WORDS = {
    "disk is full": FULL,
    "locked": BUSY,
    "disk i/o error": BUSY,
    "unable to open database file": BUSY,
    "readonly database": BUSY,
    "connection": AWAY,
    "server closed": AWAY,
    "starting up": AWAY,
    "shutting down": AWAY,
}
"""What SQLite says, and PostgreSQL's driver where no server has answered."""
PAUSE = 0.3
"""Seconds before the second try of a read: a server that has just broken off needs a moment."""


def trouble_of(error: BaseException | None) -> Trouble | None:
    """The trouble behind an error, or behind what caused it; None when it is a fault of ours."""
    for one in _chain(error):
        if isinstance(one, OSError) and one.errno in NO_ROOM:
            return FULL
        if isinstance(one, DatabaseError | InterfaceError) and (found := _of_database(one)):
            return found
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _of_database(error: Exception) -> Trouble | None:
    state = str(getattr(error.__cause__, "sqlstate", None) or "")
    if state:
        return AWAY if state.startswith(AWAY_STATES) else STATES.get(state)
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    said = str(error).lower()
    return next((trouble for words, trouble in WORDS.items() if words in said), None)


def told(error: Exception) -> str:
    """The sentence for whoever sent something; raises the error again when it is a fault of ours."""
    trouble = trouble_of(error)
    if trouble is None:
        raise error
    return trouble.sent


class SecondTry:
    """A read whose connection broke is done once more, on a new one. What changes something is never repeated."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(response, "trouble", None) is not AWAY or request.method not in READS:
            return response
        time.sleep(PAUSE)
        for connection in connections.all(initialized_only=True):
            if not connection.in_atomic_block:  # a transaction around us is not ours to end
                connection.close_if_unusable_or_obsolete()
        return self.get_response(request)
