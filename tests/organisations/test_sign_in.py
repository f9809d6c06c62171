"""Signing in behind a proxy: a guesser is slowed by what our proxy saw, and the real person gets in."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from axes.models import AccessLog
from django.test import Client
from django.urls import reverse

from portal.organisations.models import User
from portal.organisations.sign_in import KNOWN_FOR, SIGN_IN, purge

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
SECRET = "correct-horse-battery"
PROXY, ATTACKER, HALL, HOME = "10.0.0.1", "203.0.113.9", "198.51.100.7", "192.0.2.30"
LOCKED, IN, WRONG = 429, 302, 200


@pytest.fixture(autouse=True)
def _one_proxy_of_ours(settings) -> None:
    settings.TRUSTED_PROXIES = 1


@pytest.fixture
def wang(db: None) -> User:
    return User.objects.create_superuser("wang", password=SECRET)


def sign_in(address: str, password: str, username: str = "wang", written: str = "") -> int:
    """The answer to somebody at `address` who wrote an X-Forwarded-For of their own before the proxy added to it."""
    forwarded = f"{written}, {address}" if written else address
    form = {"username": username, "password": password}
    client = Client(REMOTE_ADDR=PROXY, headers={"X-Forwarded-For": forwarded})
    return client.post(reverse("wagtailadmin_login"), form).status_code


def test_a_guesser_locks_the_name_for_his_own_address_only(wang: User) -> None:
    with time_machine.travel(NOON, tick=False):
        answers = [sign_in(ATTACKER, "wrong") for _ in range(SIGN_IN.pair)]
        assert answers == [WRONG] * (SIGN_IN.pair - 1) + [LOCKED]
        assert sign_in(ATTACKER, SECRET) == LOCKED
        assert sign_in(HALL, SECRET) == IN


def test_a_header_that_the_visitor_wrote_helps_nobody_and_harms_nobody(wang: User) -> None:
    with time_machine.travel(NOON, tick=False):
        answers = [sign_in(ATTACKER, "wrong", written=f"198.51.100.{last}") for last in range(SIGN_IN.pair)]
        assert answers[-1] == LOCKED
        assert sign_in(ATTACKER, SECRET, written="198.51.100.99") == LOCKED
        assert sign_in("198.51.100.3", SECRET) == IN


def test_without_proxies_of_ours_the_header_means_nothing(wang: User, settings) -> None:
    settings.TRUSTED_PROXIES = 0
    with time_machine.travel(NOON, tick=False):
        answers = [sign_in(f"203.0.113.{last}", "wrong") for last in range(SIGN_IN.pair)]
    assert answers[-1] == LOCKED


def test_the_lock_ends_although_the_guesser_goes_on(wang: User) -> None:
    with time_machine.travel(NOON, tick=False):
        for _ in range(SIGN_IN.pair):
            sign_in(ATTACKER, "wrong")
    with time_machine.travel(NOON + timedelta(minutes=14), tick=False):
        assert sign_in(ATTACKER, "wrong") == LOCKED
    with time_machine.travel(NOON + timedelta(minutes=16), tick=False):
        assert sign_in(ATTACKER, SECRET) == IN


def test_one_password_tried_on_many_names_stops(wang: User) -> None:
    with time_machine.travel(NOON, tick=False):
        answers = [sign_in(ATTACKER, "wrong", f"clerk{number}") for number in range(SIGN_IN.address + 5)]
        assert answers == [WRONG] * SIGN_IN.address + [LOCKED] * 5
        assert sign_in(ATTACKER, SECRET) == LOCKED
        assert sign_in(HOME, SECRET) == IN


def test_a_sprayer_in_the_hall_does_not_shut_out_those_who_work_there(wang: User) -> None:
    with time_machine.travel(NOON - timedelta(days=1), tick=False):
        assert sign_in(HALL, SECRET) == IN
    with time_machine.travel(NOON, tick=False):
        for number in range(SIGN_IN.address + 5):
            sign_in(HALL, "wrong", f"clerk{number}")
        assert sign_in(HALL, SECRET) == IN
        assert [sign_in(HALL, "wrong") for _ in range(SIGN_IN.pair)][-1] == LOCKED


def test_whom_an_address_has_not_seen_for_long_is_a_stranger_there(wang: User) -> None:
    with time_machine.travel(NOON - KNOWN_FOR - timedelta(days=1), tick=False):
        sign_in(HALL, SECRET)
    with time_machine.travel(NOON, tick=False):
        for number in range(SIGN_IN.address):
            sign_in(HALL, "wrong", f"clerk{number}")
        assert sign_in(HALL, SECRET) == LOCKED


def test_one_name_tried_from_many_addresses_is_slowed_and_its_owner_gets_in(wang: User) -> None:
    with time_machine.travel(NOON - timedelta(days=1), tick=False):
        sign_in(HALL, SECRET)
    with time_machine.travel(NOON, tick=False):
        for last in range(SIGN_IN.subject + 1):
            sign_in(f"203.0.113.{last}", "wrong")
        assert [sign_in("203.0.113.200", "wrong") for _ in range(3)] == [WRONG, WRONG, LOCKED]
        assert sign_in(HOME, "wrong") == WRONG
        assert sign_in(HOME, SECRET) == IN
        assert [sign_in(HALL, "wrong") for _ in range(4)] == [WRONG] * 4
        assert sign_in(HALL, SECRET) == IN


def test_who_gets_in_after_mistyping_starts_anew(wang: User) -> None:
    with time_machine.travel(NOON, tick=False):
        for _ in range(3):
            for _ in range(SIGN_IN.pair - 2):
                assert sign_in(HOME, "wrong") == WRONG
            assert sign_in(HOME, SECRET) == IN


def test_an_address_that_cannot_be_read_counts_as_one_and_is_no_error(wang: User) -> None:
    with time_machine.travel(NOON, tick=False):
        answers = [sign_in(f"nonsense{number}", "wrong") for number in range(SIGN_IN.pair)]
    assert answers == [WRONG] * (SIGN_IN.pair - 1) + [LOCKED]


def test_the_refusal_is_a_sentence(wang: User) -> None:
    client = Client(REMOTE_ADDR=PROXY, headers={"X-Forwarded-For": ATTACKER})
    for number in range(SIGN_IN.address + 1):
        form = {"username": f"clerk{number}", "password": "wrong"}
        answer = client.post(reverse("wagtailadmin_login"), form)
    assert "请15分钟后再试" in answer.content.decode()


def test_who_signed_in_stays_on_record_for_its_time_and_no_longer(wang: User, settings) -> None:
    settings.SIGN_INS_KEPT_DAYS = 190
    for days in (192, 191, 189, 0):
        with time_machine.travel(NOON - timedelta(days=days), tick=False):
            assert sign_in(HALL, SECRET) == IN
    purge(NOON)
    days = [(NOON - at).days for at in AccessLog.objects.order_by("pk").values_list("attempt_time", flat=True)]
    assert days == [189, 0]


def test_only_so_much_of_the_record_is_deleted_in_a_minute(wang: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.organisations.sign_in.A_MINUTES_PURGE", 2)
    for days in (403, 402, 401):
        with time_machine.travel(NOON - timedelta(days=days), tick=False):
            assert sign_in(HALL, SECRET) == IN
    purge(NOON)
    assert AccessLog.objects.count() == 1


def test_a_record_kept_for_less_than_the_law_wants_is_no_setting() -> None:
    environment = {**os.environ, "SIGN_INS_KEPT_DAYS": "183", "DJANGO_SETTINGS_MODULE": "tests.settings"}
    started = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"], env=environment, capture_output=True, text=True
    )
    assert "SIGN_INS_KEPT_DAYS must be 184 or more" in started.stderr
