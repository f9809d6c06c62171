"""All starting items and themes in the index, built once for a module and taken back after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from portal.catalog.editions.themes import keep_theme
from portal.catalog.exchange.content import load_themes
from portal.catalog.finding.models import load_synonyms
from tests.cast import build_cast, starting_items


@pytest.fixture(scope="module")
def _centre(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        build_cast(tuple(item.code for item in starting_items()))
        for theme in load_themes(settings.CONTENT_DIR):
            keep_theme(theme)
        load_synonyms(settings.CONTENT_DIR)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def centre(_centre: None, db: None) -> None:
    """The centre with everything that can be found; what a test changes is taken back after it."""
