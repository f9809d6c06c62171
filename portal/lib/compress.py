"""Texts go to the browser compressed (gzip), so that a guide costs a phone a quarter of its bytes.

Kept pages bring their compressed bytes along (`portal.lib.page_cache`); everything else is compressed as it is sent,
with a filling of random length, so that nobody reads a token from the length of an answer (BREACH). Pictures, PDFs and
what is handed on as a file stay as they are.
"""

from __future__ import annotations

import gzip
import re

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

LEVEL = 6
TEXTS = ("text/", "application/json", "application/xml", "application/rss+xml", "image/svg+xml")
_TAKES = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")


def takes_gzip(request: HttpRequest) -> bool:
    """Whether the browser says so."""
    return bool(_TAKES.search(request.META.get("HTTP_ACCEPT_ENCODING", "")))


def compressed(content: bytes) -> bytes:
    """The same bytes every time for the same content."""
    return gzip.compress(content, LEVEL, mtime=0)


class CompressTexts(GZipMiddleware):
    """Stands outside of all that makes or keeps content, and inside of what drops it (HEAD)."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.streaming or not response.headers.get("Content-Type", "").startswith(TEXTS):
            return response
        if not takes_gzip(request):
            patch_vary_headers(response, ["Accept-Encoding"])
            return response
        return super().process_response(request, response)
