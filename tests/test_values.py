"""What is a value stays as it was made: it is compared, kept and handed on, and whoever wants another makes another."""

from __future__ import annotations

import ast

from django.conf import settings

BUILT_UP = {
    "portal/catalog/drawing/floor_plan.py: Floor",
    "portal/catalog/drawing/shapes.py: Row",
    "portal/catalog/drawing/theme_chart.py: Band",
    "portal/catalog/exchange/records.py: Page",
    "portal/catalog/exchange/records.py: Record",
    "portal/catalog/exchange/report.py: Draft",
    "portal/catalog/exchange/report.py: Reading",
    "portal/catalog/exchange/report.py: ThemeDraft",
    "portal/catalog/finding/overlap.py: Sums",
    "portal/catalog/handbook/chapters.py: Names",
    "portal/catalog/papers/joint_list.py: JointMaterial",
    "portal/catalog/schema/sheet.py: Control",
    "portal/lib/spreadsheets.py: Sheet",
    "pages/elements.py: Compiled",
    "pages/exchange.py: Outcome",
    "pages/links.py: KnownPaths",
    "pages/links.py: Links",
}
"""Filled piece by piece by the one module that makes it."""


def test_a_value_cannot_be_changed_but_what_is_built_up() -> None:
    changeable = set()
    for folder in ("portal", "pages"):
        for file in (settings.BASE_DIR / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                made = [ast.unparse(each) for each in getattr(node, "decorator_list", ())]
                if any(each.startswith("dataclass") and "frozen=True" not in each for each in made):
                    changeable.add(f"{file.relative_to(settings.BASE_DIR)}: {getattr(node, 'name', '')}")
    assert changeable == BUILT_UP
