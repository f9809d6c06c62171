"""Managers keep the rules of 办件公示 in the back office, and are told in Chinese what cannot be."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from portal.cases.models import PublicityRule
from portal.catalog.models import ServiceItem
from portal.organisations.models import Role
from tests.cast import Cast, person

pytestmark = pytest.mark.django_db
FIELDS = {"is_public": "on", "persons": "on", "after_days": "3", "show_days": "90"}


@pytest.fixture
def manager(cast: Cast) -> Client:
    client = Client()
    publisher = person("publisher", [(Role.CATALOG_ADMIN, "", "")])
    client.force_login(publisher, backend="django.contrib.auth.backends.ModelBackend")
    return client


def save(manager: Client, cast: Cast, **changes: str) -> str:
    data = {**FIELDS, "center": str(cast.center.pk), **changes}
    return manager.post(reverse("cases_publicityrule_modeladmin_create"), data, follow=True).content.decode()


def test_a_manager_gives_an_item_its_own_rule(manager: Client, cast: Cast) -> None:
    item = ServiceItem.objects.get(code="TZ-09")
    page = save(manager, cast, item=str(item.pk))
    rule = PublicityRule.objects.get()
    assert (rule.item, rule.after_days, rule.show_days) == (item, 3, 90)
    assert item.name in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"after_days": "8"}, "小于或者等于7"), ({"show_days": "0"}, "大于或者等于1"), ({"center": ""}, "这一项不能为空")],
)
def test_what_cannot_be_a_rule_is_refused(changes: dict[str, str], sentence: str, manager: Client, cast: Cast) -> None:
    page = save(manager, cast, **changes)
    assert sentence in page
    assert not PublicityRule.objects.exists()


def test_a_second_general_rule_is_refused_with_a_sentence(manager: Client, cast: Cast) -> None:
    PublicityRule.keep_general(cast.center)
    assert "这个中心已有一般规则" in save(manager, cast)
    assert PublicityRule.objects.count() == 1


def test_a_rule_is_changed_and_never_deleted(manager: Client, cast: Cast) -> None:
    PublicityRule.keep_general(cast.center)
    rule = PublicityRule.objects.get()
    data = {**FIELDS, "center": str(cast.center.pk)}
    del data["is_public"]
    manager.post(reverse("cases_publicityrule_modeladmin_edit", args=[rule.pk]), data)
    rule.refresh_from_db()
    assert not rule.is_public
    manager.post(reverse("cases_publicityrule_modeladmin_delete", args=[rule.pk]))
    assert PublicityRule.objects.exists()
