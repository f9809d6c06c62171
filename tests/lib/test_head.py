"""HEAD: the headers of GET and nothing else."""

from __future__ import annotations

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from portal.lib.head import HeadMiddleware

TEXT = "办事指南".encode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_asks_for_the_page_gets_it(method: str) -> None:
    answer = HeadMiddleware(lambda request: HttpResponse(TEXT))(getattr(RequestFactory(), method)("/"))
    assert answer.content == TEXT


def test_who_asks_for_the_head_gets_the_length_and_no_body() -> None:
    answer = HeadMiddleware(lambda request: HttpResponse(TEXT))(RequestFactory().head("/"))
    assert (answer.content, answer["Content-Length"]) == (b"", str(len(TEXT)))


def test_a_file_is_not_read_for_its_head() -> None:
    answer = HeadMiddleware(lambda request: StreamingHttpResponse(iter([TEXT])))(RequestFactory().head("/"))
    assert b"".join(answer.streaming_content) == b""
