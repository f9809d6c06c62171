"""What printing needs from the machine is asked at the start, in words its keeper can read."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks

from portal.lib import checks


def test_a_complete_machine_is_not_warned() -> None:
    assert checks.printing_has_what_it_needs() == []


def test_a_missing_subsetter_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "SUBSETTERS", ("libharfbuzz-absent.so.0",))
    (warning,) = checks.printing_has_what_it_needs()
    assert warning.id == "portal.W001"
    assert "libharfbuzz-subset0" in warning.hint


@pytest.mark.parametrize("name, value", [("CHINESE", ":family=No Such Font"), ("FONT_LISTS", ("libabsent.so.1",))])
def test_a_missing_chinese_font_is_named(name: str, value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, name, value)
    (warning,) = checks.printing_has_what_it_needs()
    assert warning.id == "portal.W002"
    assert "fonts-noto-cjk" in warning.hint


def test_the_check_is_among_those_run_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "SUBSETTERS", ())
    assert "portal.W001" in {found.id for found in run_checks()}


def test_missing_fonts_for_rare_names_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "RARE", (":charset=10fffd",))
    (warning,) = checks.printing_has_what_it_needs()
    assert warning.id == "portal.W003"
    assert "fonts-hanazono" in warning.hint
