"""What citizens ask, in their own words, and whether the item they need is among the first five answers.

`questions.yaml` is by somebody who did not know how the search works. Its first hundred were looked at, by kind, while
the search was made; the second hundred only counted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import yaml
from django.conf import settings
from django.db import transaction

from portal.catalog.editions.themes import keep_theme
from portal.catalog.exchange.content import load_items, load_themes
from portal.catalog.finding.asking import search
from portal.catalog.finding.models import load_synonyms

QUESTIONS = Path(__file__).parent / "questions.yaml"
LOOKED_AT = 100
FIRST = 5
GOAL = 0.95


@dataclass(frozen=True)
class Asked:
    ask: str
    right: tuple[str, ...]
    kind: str
    found: tuple[str, ...]

    @property
    def is_answered(self) -> bool:
        return any(code in self.right for code in self.found)

    @property
    def best_is_there(self) -> bool:
        return self.right[0] in self.found


def themes() -> dict[str, tuple[str, ...]]:
    """A theme is answered by its items: the search finds items only, and each names the themes it belongs to."""
    return {theme.code: theme.items for theme in load_themes(settings.CONTENT_DIR)}


def asked() -> list[Asked]:
    """Every question with the first five codes that it finds."""
    rows = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))
    return [
        Asked(row["ask"], tuple(row["right"]), row["kind"], tuple(e.item.code for e in search(row["ask"], limit=FIRST)))
        for row in rows
    ]


def fill() -> None:
    """The starting content, as a new portal has it."""
    from tests.cast import build_cast

    build_cast(tuple(item.code for item in load_items(settings.CONTENT_DIR)))
    for theme in load_themes(settings.CONTENT_DIR):
        keep_theme(theme)
    load_synonyms(settings.CONTENT_DIR)


def _line(name: str, rows: list[Asked]) -> str:
    answered = sum(row.is_answered for row in rows)
    best = sum(row.best_is_there for row in rows)
    verdict = "ok  " if answered >= GOAL * len(rows) else "MISS"
    kinds = Counter(row.kind for row in rows)
    missed = Counter(row.kind for row in rows if not row.is_answered)
    by_kind = "，".join(f"{kind} {number - missed[kind]}/{number}" for kind, number in kinds.items())
    return (
        f"{verdict}  questions, {name}: {answered} of {len(rows)} answered by the first five "
        f"({answered / len(rows):.0%}, goal >= {GOAL:.0%}), the best code among them {best}; {by_kind}"
    )


def report() -> list[str]:
    """One line for each hundred, one for the questions that no item answers."""
    with transaction.atomic():
        fill()
        rows = asked()
        transaction.set_rollback(True)
    inside = [row for row in rows if row.right]
    outside = [row for row in rows if not row.right]
    empty = sum(not row.found for row in outside)
    return [
        _line("looked at", inside[:LOOKED_AT]),
        _line("only counted", inside[LOOKED_AT:]),
        f"      of {len(outside)} questions that no item answers {empty} find nothing, as they should",
    ]
