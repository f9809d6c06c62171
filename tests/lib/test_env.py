"""The environment is read by one reader that stops the start on nonsense."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.lib import env


def test_flags_and_numbers_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_FLAG", "yes")
    monkeypatch.setenv("A_NUMBER", "12")
    monkeypatch.setenv("WORDS", "a, b,,")
    assert env.flag("A_FLAG", False) is True
    assert env.flag("NOT_SET_AT_ALL", True) is True
    assert env.number("A_NUMBER", 1) == 12
    assert env.words("WORDS", []) == ["a", "b"]


@pytest.mark.parametrize(
    "reader, value",
    [
        (lambda: env.flag("X", False), "maybe"),
        (lambda: env.number("X", 1), "-3"),
        (lambda: env.number("X", 1), "1e3"),
        (lambda: env.secret("X"), "short"),
        (lambda: env.secret("X"), "django-insecure-" + "x" * 40),
        (lambda: env.secret("X"), ""),
        (lambda: env.keys("X"), "k1:not-base64!"),
        (lambda: env.keys("X"), "k1:c2hvcnQ="),
        (lambda: env.keys("X"), ""),
    ],
)
def test_nonsense_stops_the_start(reader, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", value)
    with pytest.raises(ImproperlyConfigured):
        reader()
