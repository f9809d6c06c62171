"""The bench can fail, and the year that it measures is one that the verbs could have made."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from portal.cases.models import Case
from tests.bench import __main__ as bench
from tests.bench.bulk import Year
from tests.bench.recipes import recipes
from tests.cast import Cast

KINDS = ("at the estate window", "in departments", "on a shelf", "handed out at the window")


def part(monkeypatch: pytest.MonkeyPatch, *lines: str) -> str:
    module = ModuleType("tests.bench.invented")
    module.report = lambda: iter(lines)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return "invented"


def test_a_part_with_a_missed_goal_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert bench.bench_part(part(monkeypatch, "ok    one", "      made in 3 s")) is True
    assert bench.bench_part(part(monkeypatch, "ok    one", "MISS  two", "ok    three")) is False


@pytest.mark.parametrize(("codes", "answer"), [((0, 0), 0), ((0, 1), 1)])
def test_the_bench_fails_with_any_of_its_parts(
    monkeypatch: pytest.MonkeyPatch, codes: tuple[int, ...], answer: int
) -> None:
    ends = dict(zip(("chart", "weight"), codes, strict=True))
    monkeypatch.setattr(bench, "run_apart", lambda name, database: ends[name])
    assert bench.main(["chart", "weight"]) == answer


def test_parts_are_chosen_by_name_and_long_ones_only_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PARTS", raising=False)
    assert not set(bench.chosen_parts([])) & set(bench.LONG)
    monkeypatch.setenv("PARTS", "lists search")
    assert bench.chosen_parts([]) == ["lists", "search"]
    assert set(bench.chosen_parts(["all"])) == {*bench.PARTS, *bench.LONG}


@pytest.mark.django_db
def test_a_year_of_copied_cases_keeps_every_invariant(cast: Cast, settings: Any, tmp_path: Any) -> None:
    from django.core.management import call_command

    settings.PRIVATE_ROOT = str(tmp_path)
    Year(tuple(recipe for recipe in recipes() if recipe.name in KINDS)).grow_to(60)
    assert Case.objects.count() == 60
    assert Case.objects.values("status").distinct().count() == len(KINDS)
    call_command("check_invariants")
