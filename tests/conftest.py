"""The fixed cast and the plumbing that every test may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import yaml
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.test import TransactionTestCase

from pages.content import load_pages
from pages.models import HomePage
from portal.cases import event_guard
from portal.lib.counting import forget_counts
from portal.organisations.content import load_organisations
from portal.organisations.models import ServiceCenter
from portal.workdays.calendar import forget_calendar
from tests.cast import Cast, build_cast, find_cast
from tests.tables import copy_tables, drop_tables

THREE = ("TZ-09", "BDC-01", "SS-02")
_teardown = TransactionTestCase._fixture_teardown

# `make test` draws the same examples on every machine and day; `make test-long` looks for new ones.
hypothesis.settings.register_profile("same", derandomize=True)
hypothesis.settings.register_profile("new", derandomize=False, print_blob=True)
hypothesis.settings.load_profile("new" if os.environ.get("LONG") else "same")


def _teardown_without_guard(self: TransactionTestCase) -> None:
    """Emptying a test database is the one moment at which events may go; the guard is back before the next test."""
    event_guard.remove(connection)
    _teardown(self)
    event_guard.install(connection)


TransactionTestCase._fixture_teardown = _teardown_without_guard


@pytest.fixture(scope="session")
def django_db_keepdb(
    request: pytest.FixtureRequest, django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[bool]:
    """Every run starts on a copy of tables that were made before; `--create-db` makes them in the run itself."""
    if request.config.getvalue("reuse_db") or request.config.getvalue("create_db"):
        yield request.config.getvalue("reuse_db")
        return
    with django_db_blocker.unblock():
        copy_tables()
        yield True
        drop_tables()


@pytest.fixture(autouse=True)
def _fresh_calendar() -> Iterator[None]:
    forget_calendar()
    yield
    forget_calendar()


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet() -> None:
    caches["throttle"].clear()
    forget_counts()


def pytest_itemcollected(item: pytest.Item) -> None:
    """What never asks the database says the same on every one: it runs on the first only."""
    asks = {"db", "transactional_db", "live_server"}.intersection(getattr(item, "fixturenames", ()))
    if not asks and not item.get_closest_marker("django_db"):
        item.add_marker("once")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """First tests that want an empty house, then those that share the standing cast, then those with pages on top of
    it; tests that empty the tables come last, and build for themselves."""
    items.sort(key=_stage)


def _stage(item: pytest.Item) -> int:
    marker, fixtures = item.get_closest_marker("django_db"), getattr(item, "fixturenames", ())
    if marker and marker.kwargs.get("transaction"):
        return 3
    return 2 if "small_site" in fixtures else 1 if "cast" in fixtures else 0


@pytest.fixture(scope="session")
def _standing_cast(django_db_setup: None, django_db_blocker: Any) -> None:
    """The house, its people and three items, written once for all tests that only read them or roll back."""
    with django_db_blocker.unblock():
        build_cast()


@pytest.fixture
def cast(_standing_cast: None, db: None) -> Cast:
    """The people, bodies, windows and items of the starting content."""
    return find_cast() if ServiceCenter.objects.exists() else build_cast()


@pytest.fixture
def site(db: None) -> HomePage:
    load_organisations(settings.CONTENT_DIR)
    load_pages(settings.CONTENT_DIR)
    return HomePage.objects.get()


@pytest.fixture(scope="session")
def three_items(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A content directory with three items and one theme made of one of them."""
    content = yaml.safe_load((settings.CONTENT_DIR / "items.yaml").read_text(encoding="utf-8"))
    content["items"] = [item for item in content["items"] if item["code"] in THREE]
    content["themes"] = [{**theme, "items": ["BDC-01"]} for theme in content["themes"] if theme["code"] == "ZT-04"]
    folder = tmp_path_factory.mktemp("content")
    for name in ("organisations.yaml", "centre.yaml", "guides.yaml"):
        (folder / name).write_bytes((settings.CONTENT_DIR / name).read_bytes())
    (folder / "items.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def _standing_site(_standing_cast: None, three_items: Path, django_db_blocker: Any) -> None:
    """The pages of three items, written once on top of the standing cast."""
    with django_db_blocker.unblock():
        load_pages(three_items)


@pytest.fixture
def small_site(_standing_site: None, db: None) -> HomePage:
    return HomePage.objects.get()


@pytest.fixture
def kept_pages(settings: Any) -> Iterator[None]:
    """The page cache at work, empty; elsewhere in the tests it keeps nothing."""
    local = "django.core.cache.backends.locmem.LocMemCache"
    own = {name: {"BACKEND": local, "LOCATION": name} for name in ("pages", "page_stamps")}
    settings.CACHES = {**settings.CACHES, **own}
    for name in own:
        caches[name].clear()
    yield
    for name in own:
        caches[name].clear()
