"""One warm run of pytest that judges many faults: it learns which test runs which line, then forks once per fault.

Nothing is started anew for a fault inside a function: the fork gives that function its faulty body, a fresh copy of the
tables, and the tests that run the line, the fastest first, until one fails.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import hashlib
import itertools
import json
import multiprocessing
import os
import shutil
import sys
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType
from typing import Any

import coverage
import pytest

from scripts.bodies import put_in

MOST_SECONDS = 90
"""Tests are asked the fastest first, as many as take so long together: a score can come out too low, never too high."""
FORK = multiprocessing.get_context("fork")
NOBODY = ""
"""The context of what runs outside any test: imports, and fixtures that several tests share."""


class Broken(str):
    """What went wrong in a fork outside of any test: no verdict."""


class Begun(str):
    """The test that a fork has begun."""


class WarmRun:
    """A pytest plugin: runs every test once, then calls `judge` with itself instead of ending."""

    def __init__(self, files: list[str], judge: Callable[[WarmRun], None], kept: Path) -> None:
        self.judge, self._kept = judge, kept
        self.seconds: dict[str, float] = defaultdict(float)
        self.broken: dict[str, str] = {}
        self.lines: dict[tuple[str, int], set[str]] = defaultdict(set)
        self._files = {file: str(Path(file).resolve()) for file in files}
        self._coverage = coverage.Coverage(data_file=None, config_file=False, include=[*self._files.values()])
        self._coverage.start()
        self._trusted: dict[str, bool] = {}

    # what pytest calls

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.session, self.items = session, {item.nodeid: item for item in session.items}
        self._tables = Tables()
        self._learn()
        self.judge(self)
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Iterator[Any]:
        """What a shared fixture runs, it runs for whoever comes first: it belongs to no test."""
        if fixturedef.scope == "function" or not self._coverage:
            return (yield)
        self._coverage.switch_context(NOBODY)
        try:
            return (yield)
        finally:
            self._coverage.switch_context(request._pyfuncitem.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration
        if report.failed:
            self.broken[report.nodeid] = report.longreprtext

    # learning

    def _learn(self) -> None:
        """Run every test that is not known, and the first of each stage, which makes what its stage shares."""
        known = {test: seen for test, seen in self._known().items() if seen["of"] == self._state(test)}
        begun: set[int] = set()
        for item, following in itertools.pairwise([*self.session.items, None]):
            if item.nodeid not in known or stage(item) not in begun:
                known.pop(item.nodeid, None)
                self._coverage.switch_context(item.nodeid)
                self._run(item, following)
                self._coverage.switch_context(NOBODY)
            begun.add(stage(item))
            if following is None or stage(following) != stage(item):
                self._tables.keep(stage(item))
        self._coverage.stop()
        self._put_together(known)
        self._coverage = None

    def _put_together(self, known: dict[str, Any]) -> None:
        found: dict[str, dict[str, list[int]]] = defaultdict(dict)
        for path, file in self._files.items():
            by_test = defaultdict(list)
            for line, tests in self._coverage.get_data().contexts_by_lineno(file).items():
                for test in tests:
                    by_test[test].append(line)
            for test, lines in by_test.items():
                found[test][path] = lines
        for test, seconds in self.seconds.items():
            known[test] = {"of": self._state(test), "seconds": seconds, "lines": found[test]}
        self._kept.parent.mkdir(parents=True, exist_ok=True)
        self._kept.write_text(json.dumps({test: seen for test, seen in known.items() if test not in self.broken}))
        for test, seen in [*known.items(), (NOBODY, {"seconds": 0.0, "lines": found[NOBODY]})]:
            self.seconds[test] = seen["seconds"]
            for path, lines in seen["lines"].items():
                for line in lines:
                    self.lines[path, line].add(test)

    def _known(self) -> dict[str, Any]:
        """What an earlier run saw: for each test how long it took, and which lines it ran."""
        return json.loads(self._kept.read_text()) if self._kept.exists() else {}

    def _state(self, test: str) -> str:
        """Changes with the file of the test and with any of the modules: then what was seen is seen anew."""
        paths = (test.partition("::")[0], *self._files)
        return hashlib.sha256("".join(map(digest, paths)).encode()).hexdigest()

    def _run(self, item: pytest.Item, following: pytest.Item | None = None) -> None:
        """The session is always named as what comes next, so that what it has made lives on."""
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following or self.session)

    # judging

    def tests_at(self, file: str, lines: range) -> tuple[list[str], bool]:
        """The tests that run any of these lines, and whether they also run outside of tests."""
        contexts = {context for line in lines for context in self.lines.get((file, line), ())}
        contexts &= {NOBODY, *self.items}
        return self.fastest(contexts - {NOBODY}), NOBODY in contexts

    def fastest(self, tests: Iterable[str]) -> list[str]:
        order = sorted(tests, key=self.seconds.__getitem__)
        until = itertools.accumulate(self.seconds[test] for test in order)
        return [test for test, seconds in zip(order, until, strict=True) if seconds <= MOST_SECONDS or test == order[0]]

    def noticed(self, tests: list[str], pairs: list[tuple[CodeType, CodeType]]) -> str | None:
        """The first of these tests that fails with the fault, "too long" for a hang, None when all pass.

        A test that fails in a fork without any fault is not asked. LookupError when no function has the old body.
        """
        asked = list(tests)
        while True:
            told = self._in_a_fork(asked, pairs)
            if told is LookupError:
                raise LookupError("no living function has this body")
            if told not in self.items or self._is_trusted(told):
                return told
            asked.remove(told)

    def _is_trusted(self, test: str) -> bool:
        if test not in self._trusted:
            self._trusted[test] = self._in_a_fork([test], []) is None
            if not self._trusted[test]:
                print(
                    f"not believed, for it fails in a fork without any fault: {test}", file=sys.__stdout__, flush=True
                )
        return self._trusted[test]

    def _in_a_fork(self, tests: list[str], pairs: list[tuple[CodeType, CodeType]]) -> Any:
        ours, theirs = FORK.Pipe(duplex=False)
        child = FORK.Process(target=self._try, args=(tests, pairs, theirs))
        child.start()
        theirs.close()
        try:
            told = self._told_by(ours)
        except EOFError:
            return "a crash"
        finally:
            child.kill()
            child.join()
        if isinstance(told, Broken):
            raise RuntimeError(str(told))
        return told

    def _told_by(self, fork: Connection) -> Any:
        """What a fork tells in the end; it names every test when it begins it, and each has a time of its own."""
        patience = 60.0
        while fork.poll(patience):
            told = fork.recv()
            if not isinstance(told, Begun):
                return told
            patience = 30 + 5 * self.seconds[told]
        return "too long"

    def _try(self, tests: list[str], pairs: list[tuple[CodeType, CodeType]], tell: Connection) -> None:
        try:
            tell.send(self._first_to_fail(tests, pairs, tell))
        except BaseException:
            tell.send(Broken(traceback.format_exc()))

    def _first_to_fail(self, tests: list[str], pairs: list[tuple[CodeType, CodeType]], tell: Connection) -> Any:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        self.broken.clear()
        if pairs and not put_in(pairs):
            return LookupError
        forget_results()
        order = sorted((self.items[test] for test in tests), key=lambda item: (stage(item), self.seconds[item.nodeid]))
        for number, group in itertools.groupby(order, key=stage):
            self._tables.put(number)
            for item in group:
                tell.send(Begun(item.nodeid))
                self._run(item)
                if self.broken:
                    return item.nodeid
        return None


@functools.cache
def digest(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def stage(item: pytest.Item) -> int:
    """The order that tests/conftest.py gives: each stage leaves the tables as the next finds them."""
    from tests.conftest import _stage

    return _stage(item)


def forget_results() -> None:
    """What functions of ours remember was remembered before the fault."""
    for thing in gc.get_objects():
        if type(thing) is functools._lru_cache_wrapper and thing.__module__.startswith(("portal", "pages")):
            thing.cache_clear()


class Tables:
    """The test database after each stage, as a file; a fork works on a copy of its own."""

    def __init__(self) -> None:
        from django.db import connection

        self._file = Path(connection.settings_dict["TEST"]["NAME"])

    def keep(self, number: int) -> None:
        if self._file.exists():
            shutil.copyfile(self._file, self._kept(number))

    def _kept(self, number: int) -> Path:
        return self._file.with_suffix(f".stage{number}")

    def put(self, number: int) -> None:
        """In a fork: a connection is not shared with the process that it was forked from."""
        from django.contrib.contenttypes.models import ContentType
        from django.core.cache import caches
        from django.db import connection, connections

        own = self._file.with_suffix(f".fork{number}")
        if not self._kept(number).exists():
            return
        shutil.copyfile(self._kept(number), own)
        connection.connection = None
        connections.settings["default"]["NAME"] = connection.settings_dict["NAME"] = str(own)
        ContentType.objects.clear_cache()
        for cache in caches.all():
            with contextlib.suppress(Exception):
                cache.clear()
