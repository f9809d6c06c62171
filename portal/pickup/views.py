"""The public counters, without sign-in: following a case, verifying a paper, decisions made public.

They stand in this app because it is the first that knows cases, papers and results alike.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from portal.cases.models import Case
from portal.catalog.items.shown import EVERY_PAGE
from portal.documents.verification import Verified, by_code, by_file, clean_code
from portal.lib.counting import count_in_words, counted
from portal.lib.digests import DigestHandler, UploadedDigest
from portal.lib.page_cache import depend
from portal.lib.throttle import Guesses, Rate, TooMany, client_address, take
from portal.lib.walking import Order, Walk
from portal.organisations.models import ServiceCenter
from portal.pickup.following import following
from portal.pickup.forms import ResultsFilter, asked_to_follow

FOLLOW = Guesses("follow", 600, pair=5, address=30, subject=10, slow_address=2, slow_subject=2)
"""A hall may stand behind one address and a botnet behind one number: neither shuts the right pair out."""
VERIFY_WRONG = Rate("verify-wrong", 60, 600)
"""Only for the load: a code has 80 bits, so a genuine one may be answered at any time."""
RESULTS_ADDRESS = Rate("results-address", 120, 600)
RESULTS_SECONDS = 60.0
"""How late a new decision may be on the public list, or a paging reader see the old one."""
ROWS = 20
NEWEST_DECISION = Order("decided_at", descending=True)
ROOM_FOR_FIELDS = 64 * 1024

NOT_FOUND = "没有找到相符的办件。请核对收件凭证或者受理通知书上的编号和查询密码，字母不分大小写。"
UNKNOWN_PAPER = "没有查到这份文书。请核对文书验证码；仍然查不到的，它可能不是本中心出具的。"
UNKNOWN_FILE = "没有与这个文件完全一致的文书。它可能不是本中心出具的电子文件，或者内容已经改动、重新扫描、另行转存。"
NOTHING_ASKED = "请输入文书验证码，或者选择要核对的电子文件。"


def _page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """`way_back` is where choosing a display mode leads: without what somebody may have put into the address."""
    center = ServiceCenter.city()
    shown = {"center": center, "way_back": request.path, **context}
    return render(request, template, shown, status=status)


def _limited(request: HttpRequest, template: str, refusal: TooMany) -> HttpResponse:
    response = _page(request, template, {"heading": "请稍后再查", "problem": refusal.sentence}, status=429)
    response["Retry-After"] = str(refusal.seconds)
    return response


@never_cache
@sensitive_post_parameters("number", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def follow_case(request: HttpRequest) -> HttpResponse:
    """办件查询: nothing of number, code or answer ever stands in an address; a repeated POST only reads again."""
    template = "following/follow.html"
    if request.method != "POST":
        return _page(request, template, {})
    number, code = asked_to_follow(request.POST)
    address = client_address(request)
    try:
        FOLLOW.take(address, number)
    except TooMany as refusal:
        return _limited(request, template, refusal)
    cases = list(Case.objects.followed_by(number, code).with_context().without_personal_data().order_by("pk"))
    if not cases:
        return _page(request, template, {"problem": NOT_FOUND})
    FOLLOW.was_right(address, number)
    today = timezone.localdate()
    return _page(request, "following/case.html", {"answers": [following(case, today) for case in cases]})


@never_cache
@csrf_exempt  # the handler must be in place before the body is read; `_verify` checks the token
@require_http_methods(["GET", "HEAD", "POST"])
def verify_document(request: HttpRequest) -> HttpResponse:
    """文书查验 by code, by file, or by both; the file is hashed while it arrives and not kept."""
    if request.method != "POST":
        return _verify_page(request, {})
    most = settings.UPLOAD_MAX_BYTES
    if _announced(request) > most + ROOM_FOR_FIELDS:
        return _verify_page(request, {"heading": "文件太大", "problem": too_large()}, status=413)
    request.upload_handlers = [DigestHandler(max_bytes=most)]
    return _verify(request)


def _announced(request: HttpRequest) -> int:
    """The size of the body as the request announces it; 0 when it does not."""
    length = request.META.get("CONTENT_LENGTH") or ""
    return int(length) if length.isascii() and length.isdigit() else 0


def too_large() -> str:
    return f"文件超过{settings.UPLOAD_MAX_BYTES // 1024 // 1024} MB，不是本中心出具的文书，请重新选择。"


@csrf_protect
def _verify(request: HttpRequest) -> HttpResponse:
    typed = request.POST.get("code", "").strip()
    file: UploadedDigest | None = request.FILES.get("file")  # type: ignore[assignment]  # DigestHandler makes them
    if not typed and file is None:
        return _verify_page(request, {"heading": "没有可以查验的内容", "problem": NOTHING_ASKED})
    if file is not None and not file.sha256:
        return _verify_page(request, {"heading": "文件太大", "problem": too_large()}, status=413)
    digest = file.sha256 if file is not None else ""
    if typed:
        return _answer(request, by_code(clean_code(typed), sha256=digest), UNKNOWN_PAPER)
    return _answer(request, by_file(digest), UNKNOWN_FILE)


@never_cache
@require_safe
def verify_document_code(request: HttpRequest, code: str) -> HttpResponse:
    """The address in the QR code of a paper; 404 for a code that is none of ours."""
    response = _answer(request, by_code(clean_code(code)), UNKNOWN_PAPER, missing=404)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _answer(request: HttpRequest, found: Verified | None, unknown: str, *, missing: int = 200) -> HttpResponse:
    if found is not None:
        return _verify_page(request, {"found": found})
    try:
        take(VERIFY_WRONG, client_address(request))
    except TooMany as refusal:
        return _limited(request, "following/verify.html", refusal)
    return _verify_page(request, {"problem": unknown}, status=missing)


def _verify_page(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return _page(request, "following/verify.html", context, status=status)


@require_safe
def public_results(request: HttpRequest) -> HttpResponse:
    """办件公示: decisions that the rules make public, newest first, walked by key like a register.

    A page is kept for a minute. Only pages that have to be made count against the limit of an address.
    """
    try:
        take(RESULTS_ADDRESS, client_address(request))
    except TooMany as refusal:
        return _limited(request, "following/results_later.html", refusal)
    today = timezone.localdate()
    chosen = ResultsFilter(request.GET, today)
    rows = Case.objects.made_public(today).filter(**chosen.conditions())
    found = Walk([rows], NEWEST_DECISION, rows).stretch(chosen.place(), ROWS)
    depend(request, *EVERY_PAGE, seconds=RESULTS_SECONDS, reads=chosen.taken())
    query = urlencode(chosen.chosen())
    context = {
        "filter": chosen,
        "rows": list(rows.filter(pk__in=found.keys).for_publicity()),
        "stretch": found,
        "count": count_in_words(counted(rows)),
        "query": query,
        "way_back": f"{request.path}?{query}",
    }
    return _page(request, "following/results.html", context)
