"""A process that has imported what is not ours and needs no settings, and forks a run of pytest from there on demand.

A fault in what a module does when it is imported wants a run of its own; so it costs half of a start.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import shutil
import sys
from multiprocessing.connection import Connection

import pytest

FORK = multiprocessing.get_context("fork")
EARLY = (
    *("django.contrib.postgres.fields", "django.test", "django.forms", "django.template.backends.django"),
    *("bs4", "hypothesis", "openpyxl", "psycopg", "pydantic", "pypdf", "requests", "treebeard", "weasyprint", "yaml"),
)


class Witness:
    """Remembers which test failed first."""

    failed: str | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self.failed is None:
            self.failed = report.nodeid


class Nursery:
    """Begin it before Django is set up; `first_to_fail` may be asked until the process that began it ends."""

    def __init__(self) -> None:
        self._ours, theirs = FORK.Pipe()
        FORK.Process(target=self._wait, args=(theirs,), daemon=False).start()
        theirs.close()

    def first_to_fail(self, tests: list[str], patience: float) -> str | None:
        """The test that fails first in a fresh run of these, None when all pass; a hang, or no start, says so."""
        self._ours.send((tests, patience))
        told: str | None = self._ours.recv()
        return told

    def end(self) -> None:
        self._ours.send(None)

    def _wait(self, theirs: Connection) -> None:
        self._ours.close()
        for name in EARLY:
            importlib.import_module(name)
        while (asked := theirs.recv()) is not None:
            tests, patience = asked
            there, here = FORK.Pipe(duplex=False)
            child = FORK.Process(target=_run, args=(tests, here))
            child.start()
            here.close()
            try:
                theirs.send(there.recv() if there.poll(patience) else "too long")
            except EOFError:
                theirs.send("no start")
            child.kill()
            child.join()


def _run(tests: list[str], tell: Connection) -> None:
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    witness = Witness()
    code = pytest.main(["-q", "-x", "-p", "no:cacheprovider", *tests], plugins=[witness])
    if settings := sys.modules.get("tests.settings"):
        shutil.rmtree(settings._scratch, ignore_errors=True)
    tell.send(witness.failed or (None if code == 0 else "no start"))
