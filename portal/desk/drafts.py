"""Drafts: what is typed into a form outlives a session that ended, a sign-in in another tab and a closed browser.

The server keeps it first, encrypted, for the one who typed it. What does not reach the server is sealed in the browser
under the key that only this user's sign-in brings (`site/static/js/drafts.js`). A form that was sent has no draft.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.desk.models import Draft
from portal.lib.masking import IDENTITY_IN_TEXT
from portal.lib.words import moment
from portal.organisations.access import signed_in
from portal.organisations.models import User

KEPT = timedelta(days=3)
LARGEST = 200_000
"""Bytes of one draft; the longest checklist takes a tenth of it."""
MOST = 50
"""Drafts of one user."""


def forget(user: User, path: str) -> None:
    """The form was sent, or is begun anew."""
    Draft.objects.filter(user=user, path=path[:200]).delete()


def purge(now: datetime) -> None:
    """What nobody came back to."""
    Draft.objects.filter(saved_at__lt=now - KEPT).delete()


def browser_key(user: User) -> str:
    """The key (64 hex characters) under which this user's browser seals what does not reach the server."""
    return _derived("draft", user)


def _derived(use: str, user: User) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"{use}:{user.pk}".encode(), hashlib.sha256).hexdigest()


@never_cache
@require_http_methods(["GET", "POST", "DELETE"])
def draft(request: HttpRequest) -> HttpResponse:
    """GET the own draft of a page, POST it anew, DELETE it; `path` is the address of the page with the form."""
    user, path = signed_in(request), request.GET.get("path", "")
    if not _is_ours(path):
        return JsonResponse({}, status=404)
    if request.method == "DELETE":
        forget(user, path)
        return JsonResponse({})
    return _keep(user, path, request) if request.method == "POST" else _tell(user, path)


def _is_ours(path: str) -> bool:
    """Whether it is the address of a page of the back office; what stands in it is kept in clear."""
    if not path.startswith(reverse("wagtailadmin_home")) or len(path) > 200:
        return False
    if IDENTITY_IN_TEXT.search(path):
        return False
    try:
        return bool(resolve(path).url_name)  # what matches everything has no name
    except Resolver404:
        return False


def _keep(user: User, path: str, request: HttpRequest) -> HttpResponse:
    try:
        fields = _read(request.body)
    except RawPostDataException:  # sent as a form, and read as one
        fields = None
    if fields is None:
        return JsonResponse({}, status=400)
    now = timezone.now()
    Draft.objects.update_or_create(user=user, path=path, defaults={"fields": json.dumps(fields), "saved_at": now})
    surplus = Draft.objects.filter(user=user).order_by("-saved_at").values_list("pk", flat=True)[MOST : MOST * 2]
    Draft.objects.filter(pk__in=list(surplus)).delete()
    return JsonResponse({"saved_at": moment(now)})


def _read(body: bytes) -> dict[str, list[str]] | None:
    """Field name → values; None for anything else."""
    if len(body) > LARGEST:
        return None
    try:
        given: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict):
        return None
    sound = all(isinstance(values, list) and all(isinstance(one, str) for one in values) for values in given.values())
    return given if sound else None


def _tell(user: User, path: str) -> HttpResponse:
    found = Draft.objects.filter(user=user, path=path).first()
    return JsonResponse(
        {
            "key": browser_key(user),
            "whose": _derived("whose", user)[:16],
            "fields": json.loads(found.fields) if found else None,
            "saved_at": moment(found.saved_at) if found else "",
            "saved": found.saved_at.timestamp() if found else 0,
        }
    )
