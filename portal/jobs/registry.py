"""Who does which promised work, how urgent it is, and what happens every minute."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import models

HANDLERS: dict[str, Callable[..., None]] = {}
URGENCY: dict[str, int] = {}
MINUTE: dict[str, Callable[[datetime], None]] = {}


class Urgency(models.IntegerChoices):
    """Classes of work: as long as work of a lower number is due, none of a higher one is begun."""

    LAW = 10, "法定时限"
    PEOPLE = 20, "通知与来往"
    PAPERS = 30, "文书"
    HOUSE = 40, "整理与汇编"


def handler(kind: str, *, urgency: int = Urgency.PEOPLE) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register the one function that does the work `kind`. It is idempotent: it may be called again after a crash.

    What the law times is `LAW`; what takes seconds and can be made on the spot when somebody waits is `PAPERS`.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        if HANDLERS.get(kind, function) is not function:
            raise ValueError(f"two handlers for {kind}")
        HANDLERS[kind] = function
        URGENCY[kind] = urgency
        return function

    return register


def urgency_of(kind: str) -> int:
    """The class of a kind of work; work that nobody does yet is as urgent as a message."""
    return URGENCY.get(kind, Urgency.PEOPLE)


def every_minute(name: str) -> Callable[[Callable[[datetime], None]], Callable[[datetime], None]]:
    """Register something that looks every minute whether there is anything to do."""

    def register(function: Callable[[datetime], None]) -> Callable[[datetime], None]:
        if MINUTE.get(name, function) is not function:
            raise ValueError(f"two minute functions named {name}")
        MINUTE[name] = function
        return function

    return register
