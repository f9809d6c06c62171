"""The choice of a display mode: known modes only, kept in a cookie, back to a page of ours, from a form of ours."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from portal.lib.display import COOKIE, MODES

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.mark.parametrize("mode", list(MODES))
def test_a_chosen_mode_is_kept_in_a_cookie_and_leads_back_to_the_page(client: Client, mode: str) -> None:
    answer = client.post(reverse("display"), {"mode": mode, "next": "/items/?q=施工"})
    assert answer.status_code == 302
    assert answer.url == "/items/?q=%E6%96%BD%E5%B7%A5"
    cookie = answer.cookies[COOKIE]
    assert cookie.value == mode
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize("mode", ["", "dark", "elder;", "<script>", "elder\x00", "长者"])
def test_an_unknown_mode_is_never_kept(client: Client, mode: str) -> None:
    assert COOKIE not in client.post(reverse("display"), {"mode": mode, "next": "/"}).cookies


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "///evil.example/",
        "javascript:alert(1)",
        "evil",
        "",
        " /items/",
        "/\t/evil.example",
        "\x00//evil.example",
    ],
)
def test_the_way_back_never_leads_out_of_the_site(client: Client, back: str) -> None:
    assert client.post(reverse("display"), {"mode": "elder", "next": back}).url == "/"


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {"origin": "null"}]
)
def test_a_form_of_another_site_changes_nothing(client: Client, headers: dict[str, str]) -> None:
    answer = client.post(reverse("display"), {"mode": "elder", "next": "/"}, headers=headers)
    assert COOKIE not in answer.cookies


def test_our_own_form_is_taken_with_all_that_a_browser_sends() -> None:
    client = Client(enforce_csrf_checks=True)
    headers = {"sec-fetch-site": "same-origin", "origin": "http://testserver"}
    answer = client.post(reverse("display"), {"mode": "contrast", "next": "/"}, headers=headers)
    assert answer.cookies[COOKIE].value == "contrast"


def test_the_choice_is_made_by_a_form_not_by_an_address(client: Client) -> None:
    answer = client.get(reverse("display"), {"mode": "elder", "next": "/"})
    assert answer.status_code == 405
    assert COOKIE not in answer.cookies
