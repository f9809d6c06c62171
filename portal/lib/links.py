"""What may become a link: http, https, mailto, tel, and places inside the portal. Everything else stays a text.

A browser skips spaces and control signs inside `java script:`, so an address with any of them is none.
"""

from __future__ import annotations

import re
from html import unescape

from django.http import HttpRequest
from django.utils.encoding import iri_to_uri
from django.utils.http import escape_leading_slashes

from portal.lib.words import is_unseen

REFUSED = "网址应当以http://、https://、mailto:或者tel:开头，中间不能有空格，请改正。"
_OUTSIDE = re.compile(r"(?:https?://[^/\\?#]|(?:mailto|tel):[^/\\])", re.I)
_INSIDE = re.compile(r"(?:#|/(?![/\\]))")
_INSIDE_TAG = r"""(?:[^>"']|"[^"]*"|'[^']*')"""
_ANCHOR = re.compile(rf"<a\b{_INSIDE_TAG}*>", re.I)
_HREF = re.compile(rf"""<a\b{_INSIDE_TAG}*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.I)
_NAME = re.compile(r"(?:^|_)(?:url|link|href)$")


def is_link(address: str, *, inside: bool = False) -> bool:
    """Whether an address may be printed as a link; `inside`: also one of the portal (/items/) or the page (#top)."""
    if any(sign.isspace() or is_unseen(sign) for sign in address):
        return False
    return bool(_OUTSIDE.match(address) or (inside and _INSIDE.match(address)))


def own_address(request: HttpRequest, path: str) -> str:
    """Where a request belongs that came in under another path: there, with all it asked for."""
    asked = request.META.get("QUERY_STRING", "")
    return escape_leading_slashes(iri_to_uri(path)) + (f"?{asked}" if asked else "")


def addresses_in(html: str) -> list[str]:
    """What the links of a rich text lead to, as stored."""
    return ["".join(found) for found in _HREF.findall(html)]


def holds_link(name: str) -> bool:
    """Whether a field or block of this name holds an address: url, online_url, link."""
    return bool(_NAME.search(name))


def without_other_links(html: str) -> str:
    """A rendered rich text in which only links remain links; the words of others stay."""
    return _ANCHOR.sub(lambda found: found[0] if _leads_somewhere(found[0]) else "<a>", html)


def _leads_somewhere(anchor: str) -> bool:
    return all(is_link(unescape(address).strip(), inside=True) for address in addresses_in(anchor))
