"""长者模式 and 高对比度: modes of the same pages, kept in a cookie and drawn by the server, so that nothing flashes.

Every page carries the buttons; they post to `choose`, which works without JavaScript and comes back to the page. The
form has no CSRF token: a page with a token could not be kept in a cache for everybody, and would set a cookie on
people who change nothing. What another site could reach with it is the size of the letters, and even that is refused
where the browser says that the form is not ours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

COOKIE = "display"
KEPT_SECONDS = 365 * 24 * 60 * 60
LONGEST_ADDRESS = 2000


@dataclass(frozen=True)
class Display:
    """One way of showing the pages. `key` stands in the cookie and on `<html data-display>`."""

    key: str
    label: str
    does: str


NORMAL = Display("normal", "标准模式", "通常的字号和版面")
ELDER = Display("elder", "长者模式", "大字、单栏、大按钮")
CONTRAST = Display("contrast", "高对比度", "黑底、亮字、粗线")
MODES = {mode.key: mode for mode in (NORMAL, ELDER, CONTRAST)}


def display_of(request: HttpRequest) -> Display:
    """What the visitor chose; a cookie that says anything else says nothing."""
    return MODES.get(request.COOKIES.get(COOKIE, ""), NORMAL)


class DisplayMiddleware:
    """`request.display` for the templates; a page that depends on the cookie says so to every cache between."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.display = display_of(request)  # type: ignore[attr-defined]  # what this middleware is for
        request.display_modes = tuple(MODES.values())  # type: ignore[attr-defined]  # the same
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["Cookie"])
        return response


@csrf_exempt
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the chosen mode and go back to the page; an unknown mode changes nothing."""
    response = HttpResponseRedirect(_way_back(request))
    chosen = request.POST.get("mode", "")
    if chosen in MODES and _is_ours(request):
        response.set_cookie(
            COOKIE,
            chosen,
            max_age=KEPT_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    response["Cache-Control"] = "no-store"
    return response


def _way_back(request: HttpRequest) -> str:
    """The local path the form came from; the home page when it names anything else."""
    back = request.POST.get("next", "")[:LONGEST_ADDRESS]
    local = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if local else "/"


def _is_ours(request: HttpRequest) -> bool:
    """Browsers say where a form comes from; one that says nothing is believed."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin", "")
    return not origin or urlsplit(origin).netloc == request.get_host()
