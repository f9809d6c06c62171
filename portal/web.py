"""The worker of the web server: what never reaches Django is answered with a page of ours as well.

gunicorn refuses an address or headers beyond its limits by itself, in bare English. The limits stay, so that nobody can
fill the memory with one endless line.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gunicorn import util
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine
from gunicorn.workers.gthread import ThreadWorker

PAGE = Path(__file__).resolve().parent.parent / "site" / "templates" / "errors" / "too_long.html"
TOO_LONG = {LimitRequestLine: "414 URI Too Long", LimitRequestHeaders: "431 Request Header Fields Too Large"}


class Worker(ThreadWorker):
    """gthread with a sentence for those whose request is too long."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        status = TOO_LONG.get(type(exc))
        if status is None:
            super().handle_error(req, client, addr, exc)
            return
        self.log.debug("%s from %s: %s", status, addr, exc)
        util.write_nonblock(client, answer(status))


def answer(status: str) -> bytes:
    """The whole response, as no middleware adds anything to it."""
    body = PAGE.read_bytes()
    lines = [
        f"HTTP/1.1 {status}",
        "Connection: close",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "Content-Security-Policy: default-src 'none'; style-src 'self'",
        "X-Content-Type-Options: nosniff",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body
