"""Work that failed is told where administrators look."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.desk import home
from portal.jobs.models import Promise, PromiseStatus
from portal.organisations.models import User
from tests.cast import Cast
from tests.pages.acts import at_desk

pytestmark = pytest.mark.django_db


def told(user: User) -> dict[str, tuple[int, bool]]:
    return {tile.label: (tile.count, tile.urgent) for tile in home.tiles(user) if "后台工作" in tile.label}


def test_dead_and_forgotten_work_is_told_to_those_who_can_try_it_again(cast: Cast) -> None:
    root = User.objects.create_superuser("root", password="x")
    Promise.objects.all().delete()
    quiet = {"失败的后台工作": (0, False), "积压一小时以上的后台工作": (0, False)}
    for user in (root, cast.supervisor, cast.publisher):
        assert told(user) == quiet
    Promise.objects.create(kind="documents.render", key="dead", status=PromiseStatus.DEAD)
    Promise.objects.create(kind="documents.render", key="late", due_at=timezone.now() - timedelta(hours=2))
    for user in (root, cast.supervisor, cast.publisher):
        assert told(user) == {"失败的后台工作": (1, True), "积压一小时以上的后台工作": (1, True)}
        client = at_desk(user)
        page = client.get(reverse("wagtailadmin_home")).content.decode()
        assert "失败的后台工作" in page
        for shown in ("dead", "forgotten"):
            rows = client.get(reverse("promises_modeladmin_index"), {"show": shown}).content.decode()
            assert "共1条" in rows
    for user in (cast.receiver, cast.officer("sx-jsj"), cast.editor):
        assert told(user) == {}
