"""The door to WeasyPrint: Chinese comes out as text, nothing is fetched that is not ours."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from pypdf import PdfReader

from portal.lib.pdf import FetchRefused, html_to_pdf, static_file


def test_chinese_comes_out_as_text() -> None:
    pdf = html_to_pdf("<p>办理交接单 㛃</p>")
    assert "办理交接单" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:1/x.png",
        "https://example.org/x.css",
        "data:text/css,x",
        "static:../../portal/settings.py",
        "static:css/none.css",
        "static:/etc/passwd",
    ],
)
def test_nothing_is_fetched_that_is_not_ours(url: str) -> None:
    with pytest.raises(FetchRefused):
        static_file(url)


def test_a_document_with_a_foreign_picture_is_rendered_without_it() -> None:
    pdf = html_to_pdf(
        '<p>正文</p><img src="file:///etc/passwd"><link rel="stylesheet" href="http://127.0.0.1:1/x.css">'
    )
    assert b"root:" not in pdf
    assert "正文" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


def test_no_way_of_naming_an_address_reaches_it(tmp_path: Path) -> None:
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        site = f"http://127.0.0.1:{server.server_port}"
        pdf = html_to_pdf(
            f"""<style>@import "{site}/import"; @font-face {{ font-family: x; src: url({site}/font) }}
            p {{ font-family: x; background: url({site}/background) }} li {{ list-style: url({site}/bullet) }}</style>
            <link rel="stylesheet" href="{site}/sheet"><link rel="attachment" href="{secret.as_uri()}">
            <a rel="attachment" href="{secret.as_uri()}">正文</a><img src="{site}/img"><object data="{site}/object">
            </object><embed src="{site}/embed"><svg><image href="{site}/image" width="9" height="9"/></svg><ul><li>"""
        )
        server.shutdown()
    assert asked == []
    assert not PdfReader(io.BytesIO(pdf)).attachments


def test_several_people_may_print_at_once() -> None:
    with ThreadPoolExecutor(4) as pool:
        printed = list(pool.map(html_to_pdf, [f"<p>第{number}张</p>" for number in range(4)]))
    told = [PdfReader(io.BytesIO(pdf)).pages[0].extract_text() for pdf in printed]
    assert [f"第{number}张" in text for number, text in enumerate(told)] == [True] * 4


def test_only_the_characters_used_are_embedded() -> None:
    assert len(html_to_pdf("<p lang='zh-CN'>办理交接单</p>")) < 100_000


def test_our_own_stylesheet_is_found() -> None:
    assert static_file("static:css/papers.css").name == "papers.css"
