"""Wagtail's own pages are for editors. Its choosers, reports and its API ask only for the way into the back office,
which every member of staff has, so the act is asked here, before the page.

What is neither ours nor named below is denied to whoever looks after no content: a page that a new release of Wagtail
brings is shut before anybody has looked at it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import ResolverMatch, reverse

from portal.organisations.authority import somewhere

OF_EVERYBODY = frozenset(
    {
        "wagtailadmin_home",
        "wagtailadmin_account",
        "wagtailadmin_dismissibles",
        "wagtailadmin_javascript_catalog",
        "wagtailadmin_login",
        "wagtailadmin_logout",
        "wagtailadmin_password_reset",
        "wagtailadmin_password_reset_complete",
        "wagtailadmin_password_reset_confirm",
        "wagtailadmin_password_reset_done",
        "wagtailadmin_sprite",
        "wagtail_modeladmin:javascript_catalog",
    }
)
"""The frame of the back office, and one's own account."""
OF_NOBODY = frozenset(
    {
        "wagtailadmin_error_test",
        "wagtailadmin_reports:aging_pages",
        "wagtailadmin_reports:aging_pages_results",
        "wagtailadmin_reports:page_types_usage",
        "wagtailadmin_reports:page_types_usage_results",
    }
)
"""A page that raises an error on purpose; reports of how pages are called in the code, and of their age, which 内容体检
tells better."""
ACCOUNTS = ("wagtailusers_users:", "wagtailusers_groups:")


def act_for(page: ResolverMatch) -> str | None:
    """The act that opens a page of the back office; None for those that everybody has or that ask for themselves."""
    name = page.view_name
    if page.url_name is None or name in OF_EVERYBODY or name.startswith("desk_") or "_modeladmin_" in name:
        return None
    return "accounts.keep" if name.startswith(ACCOUNTS) else "content.edit"


class EditorsDoor:
    """For every address of the back office, after somebody has signed in; strangers are led there by Wagtail."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        page = request.resolver_match
        if page is None or not request.path.startswith(reverse("wagtailadmin_home")):
            return
        if page.view_name in OF_NOBODY:
            raise Http404
        wanted = act_for(page)
        if wanted and request.user.is_authenticated and not somewhere(request.user, wanted):
            raise PermissionDenied
