"""How often somebody may do something: counts in the shared cache, in windows of fixed length."""

from __future__ import annotations

import hashlib
import hmac
import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """Where the request comes from. Behind our proxy that is the last address of X-Forwarded-For, which the proxy
    wrote itself; everything before it was typed by the visitor."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_PROXY else ""
    return forwarded.rsplit(",", 1)[-1].strip() or request.META.get("REMOTE_ADDR", "")


def allowed(scope: str, who: str, *, most: int, seconds: int) -> bool:
    """Count one more attempt of `who` at `scope`; False once `most` were made in the current window.

    `who` enters the cache key only as a keyed digest: neither addresses nor numbers can be read there.
    """
    window = int(time.time()) // seconds
    key = f"throttle:{scope}:{window}:{_digest(who)}"
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) <= most
    except ValueError:  # the count went away between the two lines
        return True


def _digest(who: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), who.encode(), hashlib.sha256).hexdigest()[:32]
