"""Only http, https, mailto and tel become links, however an address is dressed up."""

from __future__ import annotations

import pytest

from portal.lib.links import is_link, without_other_links

LINKS = [
    "https://example.cn", "HTTP://example.cn/a?b=1#c", "https://示例.cn/", "mailto:a@example.cn", "tel:0575-85200000",
]  # fmt: skip
OTHERS = [
    "javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)",
    "java\nscript:alert(1)", "\x01javascript:alert(1)", "java\u200bscript:alert(1)", "ｊavascript:alert(1)",
    "data:text/html,<b>", "DATA:,", "vbscript:x", "ftp://example.cn", "file:///etc/passwd", "blob:x",
    "//example.cn", "\\\\example.cn", "/\\example.cn", "http:example.cn", "https:///example.cn",
    "http://\\example.cn", "https://exa mple.cn", "mailto://x", "www.example.cn", "",
]  # fmt: skip


@pytest.mark.parametrize("address", LINKS)
def test_links_are_links(address: str) -> None:
    assert is_link(address)


@pytest.mark.parametrize("address", OTHERS)
def test_everything_else_is_none_not_even_where_places_inside_are_taken(address: str) -> None:
    assert not is_link(address)
    assert not is_link(address, inside=True)


@pytest.mark.parametrize("address", ["/items/", "/", "#materials"])
def test_places_inside_are_links_only_where_they_are_taken(address: str) -> None:
    assert is_link(address, inside=True)
    assert not is_link(address)


@pytest.mark.parametrize("address", [address for address in OTHERS if address])
@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_rendered_text_keeps_the_words_of_other_links_and_not_where_they_lead(address: str, quote: str) -> None:
    html = f"<p><a class={quote}x{quote} href={quote}{address}{quote}>甲</a> <a href='https://example.cn'>乙</a></p>"
    assert without_other_links(html) == "<p><a>甲</a> <a href='https://example.cn'>乙</a></p>"


@pytest.mark.parametrize("href", ["jav&#x61;script:alert(1)", "java&#9;script:alert(1)", "&#1;javascript:alert(1)"])
def test_entities_hide_nothing(href: str) -> None:
    assert without_other_links(f'<a href="{href}">甲</a>') == "<a>甲</a>"


@pytest.mark.parametrize(
    "anchor",
    ['<a href="/items/">', '<a id="x">', '<a href="#top">', "<a>", '<a href="https://example.cn/?a=1&amp;b=2">'],
)
def test_what_leads_somewhere_or_nowhere_is_left_alone(anchor: str) -> None:
    assert without_other_links(f"{anchor}甲</a>") == f"{anchor}甲</a>"
