"""Guessing passwords is slow, and signing in is not: axes locks the pair of name and address, this counts the rest."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessLog
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from portal.lib.throttle import Guesses, TooMany, client_ip
from portal.organisations.models import User

SIGN_IN = Guesses("sign-in", 900, pair=8, address=20, subject=30, slow_address=0, slow_subject=2)
"""One password tried on many names is the guess that pays, so a slowed address gets nothing but its own people in."""
KNOWN_FOR = timedelta(days=90)
"""How long a name is known at an address after it last signed in there."""
A_MINUTES_PURGE = 500


class SlowGuesses:
    """A backend that lets nobody in: it ends the attempt that must not be looked at. axes then says so, with 429."""

    def authenticate(self, request: HttpRequest, username: str | None = None, **credentials: Any) -> None:
        """Raises PermissionDenied, which stops the backends that follow."""
        if username is None:
            return
        address = client_ip(request)
        try:
            SIGN_IN.take(address, username, known=is_known(username, address))
        except TooMany as refusal:
            request.axes_locked_out = True  # type: ignore[attr-defined]  # what axes looks for
            raise PermissionDenied from refusal


def is_known(username: str, address: str) -> bool:
    """Whether this name has signed in from this address lately."""
    since = timezone.now() - KNOWN_FOR
    return AccessLog.objects.filter(username=username, ip_address=address, attempt_time__gte=since).exists()


def purge(now: datetime) -> None:
    """Delete what has been kept long enough of who signed in from where, the oldest first and only so much at a time.

    By key, which grows with the time: the table has no index over the time alone.
    """
    until = now - timedelta(days=settings.SIGN_INS_KEPT_DAYS)
    oldest = AccessLog.objects.order_by("pk").values_list("pk", "attempt_time")[:A_MINUTES_PURGE]
    AccessLog.objects.filter(pk__in=[pk for pk, at in oldest if at < until]).delete()


@receiver(user_logged_in)
def forgive(sender: type[User], request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Whoever got in was not guessing."""
    SIGN_IN.was_right(client_ip(request), user.get_username())
