"""Judging clauses and whole items by the rulebook in force."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from django.conf import settings
from django.db import DatabaseError

from portal.catalog.judging.findings import Finding
from portal.catalog.judging.lint.clause import LONGEST_CLAUSE, Verdict, objections
from portal.catalog.judging.lint.models import stored_rulebook
from portal.catalog.judging.lint.rulebook import Rulebook, read_rulebook
from portal.catalog.schema.definition import ItemDefinition

__all__ = [
    "LONGEST_CLAUSE",
    "Verdict",
    "clauses",
    "delivered_rulebook",
    "judge",
    "lint_definition",
    "rulebook_in_force",
]


Clause = tuple[str, str, str]
"""Place, element and text."""
MOST_JUDGED = 64
"""Items whose findings are kept: a form, its revision and its edition say the same within a second."""
EXPLAINING = ("faqs", "visits_reason")
"""What explains and demands nothing: told, never stopped."""
SENTENCES = re.compile(r"(?<=[。；！？\n])")


def judge(clause: str, field: str, rulebook: Rulebook | None = None) -> list[Verdict]:
    """Every objection to one clause of one element (`material.name`, `condition`, …), in the order of the text.

    Without a rulebook the one in force is used. A clause without objections gives an empty list.
    """
    return objections(clause, field, rulebook or rulebook_in_force())


@lru_cache(maxsize=1)
def delivered_rulebook() -> Rulebook:
    """The rulebook a new portal starts with."""
    return read_rulebook(settings.CONTENT_DIR / "lint_rules.yaml")


def rulebook_in_force() -> Rulebook:
    """The rulebook that this centre's legal reviewers keep; the delivered one until there is one."""
    try:
        stored = stored_rulebook()
    except DatabaseError:  # files are linted also where no database has been made yet
        return delivered_rulebook()
    return stored if stored.rules else delivered_rulebook()


def lint_definition(definition: ItemDefinition, rulebook: Rulebook | None = None) -> list[Finding]:
    """Every objection to the texts of an item, with its place and the clause it speaks of."""
    book = rulebook or rulebook_in_force()
    texts = tuple(clauses(definition))
    if texts not in book.judged:
        if len(book.judged) >= MOST_JUDGED:
            book.judged.clear()
        book.judged[texts] = tuple(_judged(texts, book))
    return list(book.judged[texts])


def _judged(texts: tuple[Clause, ...], book: Rulebook) -> Iterator[Finding]:
    for place, field, clause in texts:
        for verdict in objections(clause, field, book):
            severity = "warn" if place.startswith(EXPLAINING) else verdict.severity
            yield Finding(place, f"lint.{verdict.rule}", verdict.message, f"{verdict.suggestion}。", severity, clause)


def clauses(definition: ItemDefinition) -> Iterator[Clause]:
    """Place, element and text of everything that is judged, empty texts left out."""
    for place, field, text in _clauses(definition):
        if text.strip():
            yield place, field, text


def _clauses(item: ItemDefinition) -> Iterator[Clause]:
    for number, text in enumerate(item.conditions):
        yield f"conditions[{number}]", "condition", text
    for number, text in enumerate(item.prohibitions):
        yield f"prohibitions[{number}]", "condition", text
    yield "quota", "condition", item.quota
    for number, material in enumerate(item.materials):
        yield f"materials[{number}].name", "material.name", material.name
        yield f"materials[{number}].accept_standard", "material.accept_standard", material.accept_standard
        yield f"materials[{number}].fill_notes", "material.accept_standard", material.fill_notes
    for limit in ("statutory_limit", "promised_limit"):
        found = getattr(item, limit)
        if found is not None:
            yield f"{limit}.note", "limit_note", found.note
    for outer, stage in enumerate(item.route.stages):
        for inner, step in enumerate(stage.steps):
            yield f"route.stages[{outer}].steps[{inner}].name", "step", step.name
            yield f"route.stages[{outer}].steps[{inner}].standard", "step", step.standard
    yield "visits_reason", "condition", item.visits_reason
    for number, faq in enumerate(item.faqs):
        yield f"faqs[{number}].answer", "condition", faq.answer
    for sentence in SENTENCES.split(item.rights_duties):
        yield "rights_duties", "condition", sentence.strip()
