"""Who does which promised work, and what happens every minute."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

HANDLERS: dict[str, Callable[..., None]] = {}
MINUTE: dict[str, Callable[[datetime], None]] = {}


def handler(kind: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register the one function that does the work `kind`. It is idempotent: it may be called again after a crash."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        if HANDLERS.get(kind, function) is not function:
            raise ValueError(f"two handlers for {kind}")
        HANDLERS[kind] = function
        return function

    return register


def every_minute(name: str) -> Callable[[Callable[[datetime], None]], Callable[[datetime], None]]:
    """Register something that looks every minute whether there is anything to do."""

    def register(function: Callable[[datetime], None]) -> Callable[[datetime], None]:
        if MINUTE.get(name, function) is not function:
            raise ValueError(f"two minute functions named {name}")
        MINUTE[name] = function
        return function

    return register
