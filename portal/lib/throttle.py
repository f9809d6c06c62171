"""How often a stranger may ask: a count in the cache for each address and each subject, in fixed windows of time.

A window ends with the clock, so that the sentence "try again after 14:40" can be true for everybody; where two windows
meet, twice the limit can pass. A key is the keyed hash of what is counted: no address, case number or code stands in
the cache.
"""

from __future__ import annotations

import base64
import ipaddress
import pickle
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router, transaction
from django.http import HttpRequest
from django.utils import timezone

from portal.lib import words
from portal.lib.crypto import blind_index

STORE = "throttle"
GRACE = 60
"""Seconds that a count outlives its window, so that clocks of two machines may differ a little."""
IPV6_NETWORK = 64
"""One household gets a whole /64, so that is what counts as one address."""
UNKNOWN = "unknown"
NOWHERE = "0.0.0.0"
"""What stands for UNKNOWN where only an IP address can stand."""


@dataclass(frozen=True)
class Rate:
    """`limit` turns in every `seconds`; `name` keeps the counts of different rates apart."""

    name: str
    limit: int
    seconds: int

    def window(self, now: datetime) -> int:
        return int(now.timestamp()) // self.seconds

    def ends(self, now: datetime) -> datetime:
        """When the present window is over and turns are free again."""
        return datetime.fromtimestamp((self.window(now) + 1) * self.seconds, tz=UTC)


class TooMany(Exception):
    """No turn is left; there are new ones from `until`."""

    def __init__(self, until: datetime, now: datetime) -> None:
        super().__init__(f"no turn before {until.isoformat()}")
        self.until = until
        self.seconds = max(1, int((until - now).total_seconds()))

    @property
    def clock(self) -> str:
        """14:40, when there are turns again."""
        return words.hour(self.until)

    @property
    def sentence(self) -> str:
        return f"查询次数过多，请在{self.clock}以后再试。"


def take(rate: Rate, subject: str) -> None:
    """Count one turn of `subject`; TooMany when the window holds no more. One of two at once gets the last turn."""
    now = timezone.now()
    if _count(rate, subject, now, 1) > rate.limit:
        raise TooMany(rate.ends(now), now)


@dataclass(frozen=True)
class Guesses:
    """Wrong answers in every `seconds`, counted for each address, each subject (a name, a number) and the pair of them.

    Nobody is shut out by what others do. A pair gets `pair` wrong answers. An address with more than `address` of them,
    or a subject with more than `subject`, is slowed: each pair of it that is not `known` gets `slow_address` or
    `slow_subject` answers and no more. What is refused is not looked at, so it tells a guesser nothing.
    docs/decisions/0007 argues the numbers.
    """

    name: str
    seconds: int
    pair: int
    address: int
    subject: int
    slow_address: int
    slow_subject: int

    def take(self, address: str, subject: str, *, known: bool = False) -> None:
        """Count one answer before it is looked at; TooMany when it must not be looked at.

        An empty subject can never be right: it counts for its address alone, and strangers do not share it.
        """
        now = timezone.now()
        mine, by_address, about = (_count(rate, who, now, 1) for rate, who in self._counted(address, subject))
        most = self.pair
        if not subject:
            mine, most = by_address, self.address
        elif not known:
            most = self.slow_address if by_address > self.address else most
            most = min(most, self.slow_subject) if about > self.subject else most
        if mine > most:
            raise TooMany(self._rate("pair").ends(now), now)

    def was_right(self, address: str, subject: str) -> None:
        """Undo every `take` of the pair: whoever knows the answer was not guessing but mistyping."""
        now, counted = timezone.now(), self._counted(address, subject)
        mine = _count(*counted[0], now, 0)
        for rate, who in counted:
            _count(rate, who, now, -mine)

    def _counted(self, address: str, subject: str) -> tuple[tuple[Rate, str], ...]:
        pair = f"{address}\n{subject}"
        return (self._rate("pair"), pair), (self._rate("address"), address), (self._rate("subject"), subject)

    def _rate(self, what: str) -> Rate:
        return Rate(f"{self.name}-{what}", 0, self.seconds)


def _count(rate: Rate, subject: str, now: datetime, step: int) -> int:
    store, key = _store(), blind_index(f"{STORE}:{rate.name}:{rate.window(now)}:{subject}")
    store.add(key, 0, rate.seconds + GRACE)
    try:
        return store.incr(key, step)
    except ValueError:  # the cache dropped the count between the two lines
        store.set(key, max(step, 0), rate.seconds + GRACE)
        return max(step, 0)


def _store() -> BaseCache:
    return caches[STORE]


def client_address(request: HttpRequest) -> str:
    """Who asks, as one countable address: an IPv4 address or an IPv6 /64.

    X-Forwarded-For is written by whoever sends the request, so only the entries added by our own proxies count:
    `TRUSTED_PROXIES` says how many there are, 0 that the header means nothing. What is no address is "unknown", and all
    unknown ones share a count.
    """
    hops, header = settings.TRUSTED_PROXIES, request.META.get("HTTP_X_FORWARDED_FOR", "")
    claimed = header.split(",") if header and hops else []
    came_through_all = bool(claimed) and len(claimed) >= hops
    return _network(claimed[-hops] if came_through_all else request.META.get("REMOTE_ADDR", ""))


def client_ip(request: HttpRequest) -> str:
    """`client_address` in the form of one IP address, for columns that take nothing else."""
    address = client_address(request)
    return NOWHERE if address == UNKNOWN else address.partition("/")[0]


def _network(text: str) -> str:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return UNKNOWN
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), IPV6_NETWORK), strict=False))


class CountingDatabaseCache(DatabaseCache):
    """The database cache with an `incr` that counts: Django's own reads and writes in two steps and loses turns."""

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Add `delta` behind a lock of the row and leave its expiry alone; ValueError when there is no such key.

        An expired row still counts until it is culled: the keys of this module are never asked for after their window.
        """
        key = self.make_and_validate_key(key, version=version)
        alias = router.db_for_write(self.cache_model_class)
        connection = connections[alias]
        table = connection.ops.quote_name(self._table)  # type: ignore[attr-defined]  # Django's own, not in the stubs
        lock = connection.ops.for_update_sql() if connection.features.has_select_for_update else ""
        with transaction.atomic(using=alias), connection.cursor() as cursor:
            cursor.execute(f"SELECT value FROM {table} WHERE cache_key = %s {lock}", [key])
            row = cursor.fetchone()
            if row is None:
                raise ValueError(f"Key '{key}' not found")
            value: int = self._unpacked(row[0]) + delta
            packed = base64.b64encode(pickle.dumps(value, self.pickle_protocol)).decode("latin1")
            cursor.execute(f"UPDATE {table} SET value = %s WHERE cache_key = %s", [packed, key])
        return value

    @staticmethod
    def _unpacked(stored: Any) -> int:
        """The counterpart of what Django's `_base_set` writes."""
        number: int = pickle.loads(base64.b64decode(stored.encode()))
        return number
