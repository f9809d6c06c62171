"""A file shown in the browser, and sent again only when it says something else."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header


def inline_file(
    request: HttpRequest, *, digest: str, make: Callable[[], bytes | str], content_type: str, name: str
) -> HttpResponse:
    """The file of this digest, made only for those who do not have it yet; to be saved, it is called `name`."""
    etag = f'"{digest}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(make(), content_type=content_type)
        response["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache"
    return response
