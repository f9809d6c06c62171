"""Many hands at the same instant, each with its own database connection."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections

from portal.cases.models.case import CaseQuerySet
from portal.lib.refusal import TooLate


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Run all acts from one starting shot; their results, or the exceptions they raised, in order."""
    shot = threading.Barrier(len(acts))
    outcomes: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            shot.wait(timeout=30)
            outcomes[place] = act()
        except Exception as error:
            outcomes[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return outcomes


@contextmanager
def lock_off(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """The case row is read without a lock, and SQLite begins transactions as readers: what a race looks like then."""
    with patch.context() as off:
        off.setattr(CaseQuerySet, "lock", lambda self, pk: self.with_context().get(pk=pk))
        options = connections.settings["default"].get("OPTIONS", {})
        if "transaction_mode" in options:
            off.setitem(options, "transaction_mode", "DEFERRED")
            off.setitem(options, "timeout", 2)
        yield


def one_wins(outcomes: list[Any]) -> bool:
    """One act is done and all others are told that they came too late."""
    losers = [outcome for outcome in outcomes if outcome is not None]
    return len(losers) == len(outcomes) - 1 and all(isinstance(loser, TooLate) for loser in losers)


def must_go_wrong(race: Callable[[], bool], rounds: int = 20) -> None:
    """The twin of a race: `race`, with its guard off, says whether all went well; one round of many must not."""
    if all(race() for _ in range(rounds)):
        pytest.fail(f"{rounds} rounds without the guard were all clean: the rule beside this proves nothing")
