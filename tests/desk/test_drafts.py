"""What is typed and not sent is kept for the one who typed it, and for nobody else."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.desk.drafts import KEPT, LARGEST, MOST, browser_key, purge
from portal.desk.models import Draft
from portal.organisations.models import User
from tests.cast import PERSON, Cast, received_case
from tests.desk.test_posting import POSTINGS
from tests.desk.test_screens import at_desk, intake_data

pytestmark = pytest.mark.django_db
FIELDS = {"name": ["示例公司"], "identity_number": [PERSON], "m-0-received": []}


def address(path: str) -> str:
    return f"{reverse('desk_draft')}?path={quote(path)}"


def page() -> str:
    return reverse("desk_intake_item", args=["TZ-09"])


def keep(client: Client, path: str, fields: object = FIELDS) -> int:
    return client.post(address(path), json.dumps(fields), content_type="application/json").status_code


def kept(client: Client, path: str) -> object:
    return client.get(address(path)).json()["fields"]


def test_a_draft_comes_back_to_whoever_typed_it_and_to_nobody_else(cast: Cast) -> None:
    assert keep(at_desk(cast.receiver), page()) == 200
    assert kept(at_desk(cast.receiver), page()) == FIELDS
    assert kept(at_desk(cast.second_receiver), page()) is None
    assert kept(at_desk(cast.receiver), reverse("desk_intake_item", args=["SS-02"])) is None


def test_the_last_draft_counts(cast: Cast) -> None:
    client = at_desk(cast.receiver)
    keep(client, page())
    keep(client, page(), {"name": ["示例公司二"]})
    assert kept(client, page()) == {"name": ["示例公司二"]}
    assert Draft.objects.count() == 1


def test_a_draft_is_ciphertext_in_the_database(cast: Cast) -> None:
    keep(at_desk(cast.receiver), page())
    with connection.cursor() as cursor:
        cursor.execute("SELECT fields FROM desk_draft")
        (stored,) = cursor.fetchone()
    assert PERSON not in stored
    assert "name" not in stored


def test_a_form_that_was_sent_has_no_draft(cast: Cast) -> None:
    client = at_desk(cast.receiver)
    keep(client, page())
    refused = client.post(page(), intake_data(name=""))
    assert refused.status_code == 200
    assert kept(client, page()) == FIELDS
    assert client.post(page(), intake_data()).status_code == 302
    assert kept(client, page()) is None


def test_a_verb_that_was_done_has_no_draft(cast: Cast) -> None:
    client, case = at_desk(cast.receiver), received_case()
    path = reverse("cases_modeladmin_withdraw", args=[case.pk])
    keep(client, path, {"reason": ["项目暂缓"]})
    client.post(path, {"key": str(uuid.uuid4()), "reason": " "})
    assert kept(client, path) == {"reason": ["项目暂缓"]}
    client.post(path, {"key": str(uuid.uuid4()), "reason": "项目暂缓"})
    assert kept(client, path) is None


def test_who_begins_anew_drops_the_draft(cast: Cast) -> None:
    client = at_desk(cast.receiver)
    keep(client, page())
    assert client.delete(address(page())).status_code == 200
    assert kept(client, page()) is None


def test_what_nobody_came_back_to_is_cleared_away(cast: Cast) -> None:
    keep(at_desk(cast.receiver), page())
    now = timezone.now()
    purge(now + KEPT - timedelta(minutes=1))
    assert Draft.objects.exists()
    purge(now + KEPT + timedelta(minutes=1))
    assert not Draft.objects.exists()


@pytest.mark.parametrize("path", ["", "/", "/items/", "https://example.org/admin/", "/admin/" + "x" * 300])
def test_only_pages_of_the_back_office_have_drafts(cast: Cast, path: str) -> None:
    assert keep(at_desk(cast.receiver), path) == 404
    assert not Draft.objects.exists()


@pytest.mark.parametrize("given", [[], "x", {"a": "x"}, {"a": [1]}, {"a": ["x" * LARGEST]}])
def test_what_is_no_form_is_not_kept(cast: Cast, given: object) -> None:
    assert keep(at_desk(cast.receiver), page(), given) == 400
    assert not Draft.objects.exists()


def test_a_user_has_so_many_drafts_and_the_oldest_go(cast: Cast) -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    long_ago = timezone.now() - timedelta(hours=1)
    Draft.objects.bulk_create(
        Draft(user=cast.receiver, path=f"/admin/{n}/", fields="{}", saved_at=long_ago - timedelta(minutes=n))
        for n in range(MOST)
    )
    keep(at_desk(cast.receiver), page())
    paths = set(Draft.objects.values_list("path", flat=True))
    assert len(paths) == MOST
    assert page() in paths
    assert f"/admin/{MOST - 1}/" not in paths


def test_each_user_has_a_key_of_their_own_that_outlives_the_session(cast: Cast) -> None:
    keys = {person: at_desk(person).get(address(page())).json()["key"] for person in (cast.receiver, cast.issuer)}
    assert len(set(keys.values())) == 2
    assert keys[cast.receiver] == browser_key(User.objects.get(pk=cast.receiver.pk))
    assert keys[cast.receiver] == at_desk(cast.receiver).get(address(page())).json()["key"]


def test_nobody_keeps_drafts_without_signing_in(cast: Cast) -> None:
    assert keep(Client(), page()) == 302
    answer = at_desk(cast.receiver).get(address(page()))
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("name", ["cases_modeladmin_materials", "cases_modeladmin_phone", "cases_modeladmin_reveal"])
def test_a_screen_of_its_own_kind_has_no_draft_once_it_was_sent(cast: Cast, name: str) -> None:
    client, posting = at_desk(cast.receiver), POSTINGS[name]
    case = posting.build(cast)
    path = reverse(name, args=[case.pk])
    keep(client, path, {"m-0-reason": ["过期"]})
    client.post(path, {"key": str(uuid.uuid4()), **posting.body(case)})
    assert kept(client, path) is None


@pytest.mark.parametrize("path", [f"/admin/no-such-page/{PERSON}/", "/admin/no-such-page/", f"/admin/intake/{PERSON}/"])
def test_no_number_and_no_page_that_is_none_stands_as_the_place_of_a_draft(cast: Cast, path: str) -> None:
    client = at_desk(cast.receiver)
    assert keep(client, path) == 404
    assert client.get(address(path)).status_code == 404
    assert client.delete(address(path)).status_code == 404
    assert not Draft.objects.exists()


def test_a_draft_nested_without_end_is_no_form(cast: Cast) -> None:
    answer = at_desk(cast.receiver).post(address(page()), "[" * 150_000, content_type="application/json")
    assert answer.status_code == 400


def test_a_draft_that_is_sent_as_a_form_is_none(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.receiver, backend="django.contrib.auth.backends.ModelBackend")
    client.get(page())
    token = client.cookies["csrftoken"].value
    assert client.post(address(page()), {"name": "示例", "csrfmiddlewaretoken": token}).status_code == 400


def test_after_signing_out_a_draft_is_neither_read_nor_changed(cast: Cast) -> None:
    client = at_desk(cast.receiver)
    keep(client, page())
    client.logout()
    assert client.get(address(page())).status_code == 302
    assert keep(client, page(), {}) == 302
    assert client.delete(address(page())).status_code == 302
    assert kept(at_desk(cast.receiver), page()) == FIELDS
