"""What the linter finds of clauses its rules were not made for, and what linting and preflight of 1,000 items takes."""

from __future__ import annotations

import time

from django.conf import settings

from portal.catalog.editions.publishing import examine
from portal.catalog.exchange.content import load_items
from portal.catalog.judging.lint.judge import clauses, delivered_rulebook
from portal.catalog.schema.definition import ItemDefinition
from tests.bench.blind import PLAIN_WORDS, USUAL, figures, guide_figures
from tests.catalog.lint.labelled import HELD_OUT, score

ITEMS = 1000
SAMPLE = 10
MOST_RATIO = 1.2
"""Time of many items may not grow faster than their number."""


def many(count: int) -> list[ItemDefinition]:
    """The same ten items again and again, each time with a text of its own, so that nothing is remembered."""
    items = load_items(settings.CONTENT_DIR)[:SAMPLE]
    return [
        items[n % len(items)].model_copy(update={"code": f"ZZ-{n:04d}", "conditions": (f"场地面积不小于{n}平方米",)})
        for n in range(count)
    ]


def seconds_to_examine(items: list[ItemDefinition]) -> float:
    began = time.perf_counter()
    for item in items:
        examine(item)
    return time.perf_counter() - began


def report() -> list[str]:
    """Recall and false alarms of held-out and blind clauses; the time of 1,000 items against 100 times that of ten."""
    found = score(delivered_rulebook(), *HELD_OUT)
    reached = found.recall >= 0.9 and found.false_alarms <= 0.05
    lines = [
        f"{'ok  ' if reached else 'MISS'}  linter on {found.wrong + found.clean} held-out clauses: "
        f"{found.recall:.1%} found, {found.false_alarms:.1%} false alarms (goal >= 90%, <= 5%)",
        *guide_figures(delivered_rulebook()),
        *(line for name in (USUAL, PLAIN_WORDS) for line in figures(delivered_rulebook(), name)),
    ]
    items = many(ITEMS)
    texts = sum(len(list(clauses(item))) for item in items)
    sample = items[:SAMPLE]
    seconds_to_examine(sample)
    small = sum(seconds_to_examine(sample) for _ in range(ITEMS // SAMPLE))
    large = seconds_to_examine(items)
    ratio = large / small
    verdict = "ok  " if ratio <= MOST_RATIO else "MISS"
    lines.append(
        f"{verdict}  lint and preflight of {ITEMS} items ({texts} clauses): {large:.1f} s, "
        f"{ratio:.2f}x the time of {SAMPLE} items x {ITEMS // SAMPLE} (goal <= {MOST_RATIO}x)"
    )
    return lines
