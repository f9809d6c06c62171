"""The web server's own refusals are pages of ours."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.portal import web_command

ROOT = Path(__file__).resolve().parents[2]
BARE = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"reached"]
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server with our worker and an application that only says that it was reached."""
    folder = tmp_path_factory.mktemp("bare")
    (folder / "bare.py").write_text(BARE)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    command = web_command(sys.executable, number, workers=1, application="bare")
    environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}
    server = subprocess.Popen(command, cwd=folder, env=environment)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", number)) == 0:
                    break
            time.sleep(0.1)
        yield number
    finally:
        server.terminate()
        server.wait(timeout=20)


def ask(port: int, address: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", address, headers=headers)
    return connection.getresponse()


def test_an_address_within_the_limit_is_read(port: int) -> None:
    assert ask(port, "/?q=" + "a" * 8000).read() == b"reached"


def test_a_query_of_ten_kilobytes_is_told_in_chinese(port: int) -> None:
    answer = ask(port, "/?q=" + "a" * 10_000)
    page = answer.read().decode()
    assert answer.status == 414
    assert answer.getheader("Content-Type") == "text/html; charset=utf-8"
    assert "地址太长" in page
    assert "请少输入一些字" in page
    assert "Request Line" not in page


def test_too_many_headers_are_told_in_chinese(port: int) -> None:
    answer = ask(port, "/", **{f"X-{number}": "a" for number in range(150)})
    assert answer.status == 431
    assert "地址太长" in answer.read().decode()
