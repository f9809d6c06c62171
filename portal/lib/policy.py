"""The Content-Security-Policy of the public pages: everything from our own files, nothing inline.

The back office needs more: Wagtail's editor sets style attributes and takes nonces.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from csp.constants import NONE, SELF
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

PUBLIC = {
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF],
    "font-src": [NONE],
    "base-uri": [NONE],
}


@cache
def _back_office() -> str:
    return reverse("wagtailadmin_home")


class PolicyMiddleware(CSPMiddleware):
    """django-csp with the stricter rules wherever the address is not one of the back office."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and not request.path_info.startswith(_back_office()):
            replace: dict[str, Any] = {**PUBLIC, **(parts.replace or {})}
            parts.replace = replace
        return parts
