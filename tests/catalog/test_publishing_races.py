"""Editors publishing the same item at the same instant, on a real database with a connection each."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.db import connection, connections
from django.db.models import QuerySet

from portal.catalog.editions.publishing import publish
from portal.catalog.exchange.content import load_items
from portal.catalog.integrity import problems
from portal.catalog.models import Edition, ServiceItem
from portal.catalog.schema.definition import ItemDefinition
from portal.organisations.content import load_organisations
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
PERMIT = next(item for item in load_items(settings.CONTENT_DIR) if item.code == "TZ-09")


@pytest.fixture(autouse=True)
def _bodies(transactional_db: None) -> None:
    load_organisations(settings.CONTENT_DIR)


def noted(note: str, code: str = PERMIT.code) -> ItemDefinition:
    return PERMIT.model_copy(update={"note": note, "code": code})


def publish_at_once(definitions: list[ItemDefinition]) -> list[Edition]:
    return at_once([lambda each=each: publish(each, by=None) for each in definitions])


@pytest.mark.race
def test_eight_different_texts_of_a_new_item_become_eight_numbered_editions() -> None:
    editions = publish_at_once([noted(str(hand), code="TZ-98") for hand in range(8)])
    assert sorted(edition.number for edition in editions) == [1, 2, 3, 4, 5, 6, 7, 8]
    item = ServiceItem.objects.select_related("current_edition").get(code="TZ-98")
    assert item.current_edition.number == 8
    assert list(problems()) == []


@pytest.mark.race
def test_the_same_text_published_at_once_becomes_one_edition() -> None:
    publish(PERMIT, by=None)
    editions = publish_at_once([noted("同一改动")] * 8)
    assert [edition.number for edition in editions] == [2] * 8


@pytest.mark.race
def test_twin_without_the_lock_the_same_text_goes_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the row lock, and on SQLite without IMMEDIATE, the race above must fail, or it could not fail at all."""
    publish(PERMIT, by=None)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *args, **kwargs: self.all())
    options = connections.settings["default"].get("OPTIONS", {})
    if "transaction_mode" in options:
        monkeypatch.setitem(options, "transaction_mode", "DEFERRED")
        monkeypatch.setitem(options, "timeout", 2)
    for attempt in range(30):
        outcomes = publish_at_once([noted(f"第{attempt}次")] * 8)
        numbers = {getattr(outcome, "number", type(outcome).__name__) for outcome in outcomes}
        if len(numbers) > 1:
            return
    pytest.fail("thirty races without a lock and nothing went wrong")


def test_an_edition_changed_behind_the_models_back_is_found_although_it_was_read_before() -> None:
    edition = publish(PERMIT, by=None)
    assert edition.parsed == PERMIT
    assert list(problems()) == []
    with connection.cursor() as cursor:
        content = json.dumps({**edition.definition, "note": "偷改"})
        cursor.execute("UPDATE catalog_edition SET definition = %s WHERE id = %s", [content, edition.pk])
    assert list(problems()) == ["edition TZ-09 第1版 was changed"]


def test_an_edition_lost_from_the_numbering_is_found() -> None:
    publish(PERMIT, by=None)
    publish(noted("第二版"), by=None)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalog_edition WHERE number = 1")
    assert list(problems()) == ["item TZ-09: 1 editions, highest number 2"]


def test_an_item_on_the_edition_of_another_is_found() -> None:
    stranger = publish(PERMIT, by=None)
    publish(PERMIT.model_copy(update={"code": "TZ-99"}), by=None)
    ServiceItem.objects.filter(code="TZ-99").update(current_edition=stranger)
    assert list(problems()) == ["item TZ-99 stands on the edition of another item"]
