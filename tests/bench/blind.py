"""What the linter makes of clauses whose author had not read its rules (`blind_*.yaml`).

Nobody mends a rule for a clause of these files. One that does get into the labelled set or among a rule's examples is
no longer blind and is not counted. `blind_guides` was cut in two by lot: the kinds of what was missed in one half were
mended, the other half was only counted.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from portal.catalog.judging.lint.judge import judge
from portal.catalog.judging.lint.rulebook import Rulebook
from tests.catalog.lint.labelled import HELD_OUT, TUNED_ON, labelled

HERE = Path(__file__).parent
USUAL, PLAIN_WORDS, GUIDES = "blind_clauses", "blind_plain_words", "blind_guides"
"""Guides as they are written; vague clauses without the usual trigger words; and guides by another author."""
KINDS = ("catch_all", "vague_word", "discretion", "unit", "absurd_proof", "clean")
READ = {
    "condition": "condition",
    "material_name": "material.name",
    "accept_standard": "material.accept_standard",
    "limit_note": "limit_note",
    "step": "step",
}
"""Elements of the file that the linter judges in an item, by its own names."""
UNREAD = {"fee_note": "limit_note", "faq": "step"}
"""Elements that it does not judge in an item, with the one whose rules would suit them best."""
PLACES = {
    "受理条件": "condition",
    "材料名称": "material_name",
    "受理标准": "accept_standard",
    "流程说明": "step",
    "备注": "limit_note",
}
"""How `blind_guides` names the elements."""
LABELS = ("block", "hint", "clean")
"""What stops a guide, what were better said otherwise, and what must be left alone."""
LOT = 2026
FOUND, ACCUSED, BLOCKED = 0.95, 0.03, 0.95
"""The goals: of what is vague, of what is clean, and of what must stop a guide."""
FLOORS = {USUAL: 0.75, PLAIN_WORDS: 0.25}
CEILING = 0.15
"""Loose on purpose: below them something is broken, above them the figure says how well, not whether."""


@dataclass(frozen=True)
class BlindClause:
    text: str
    element: str
    vague: bool
    kind: str


@dataclass(frozen=True)
class Tally:
    """Of so many clauses the linter spoke of some, and of some of these it would stop the publication."""

    clauses: int
    spoken: int
    blocking: int

    @property
    def share(self) -> float:
        return self.spoken / self.clauses

    def __str__(self) -> str:
        return f"{self.spoken} of {self.clauses} ({self.share:.1%}; {self.blocking} blocking)"


def blind_clauses(name: str) -> list[BlindClause]:
    return [BlindClause(**row) for row in yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))]


def guide_clauses() -> list[BlindClause]:
    """The clauses of `blind_guides`, their label as kind; the looked-at half first."""
    rows = yaml.safe_load((HERE / f"{GUIDES}.yaml").read_text(encoding="utf-8"))
    random.Random(LOT).shuffle(rows)
    return [BlindClause(row["text"], PLACES[row["where"]], row["label"] != "clean", row["label"]) for row in rows]


def unseen(book: Rulebook, name: str) -> list[BlindClause]:
    """The clauses that stand neither in the labelled set nor among the examples of a rule."""
    return unknown(book, blind_clauses(name))


def unknown(book: Rulebook, clauses: Iterable[BlindClause]) -> list[BlindClause]:
    """Those of these clauses that the rules have not seen."""
    examples = (text for rule in book.rules for text in (*rule.positives, *rule.negatives))
    known = {_bare(text) for text in (*examples, *(clause.text for clause in labelled(*HELD_OUT, *TUNED_ON)))}
    return [clause for clause in clauses if _bare(clause.text) not in known]


def _bare(text: str) -> str:
    return text.strip("。；， ")


def tally(clauses: Iterable[BlindClause], book: Rulebook) -> Tally:
    elements = READ | UNREAD
    said = [[verdict.severity for verdict in judge(c.text, elements[c.element], book)] for c in clauses]
    return Tally(len(said), sum(bool(severities) for severities in said), sum("error" in each for each in said))


def figures(book: Rulebook, name: str) -> list[str]:
    """One line for the elements that are judged, one for each kind of clause, one for the elements that are not."""
    clauses = unseen(book, name)
    read = [clause for clause in clauses if clause.element in READ]
    unread = [clause for clause in clauses if clause.element in UNREAD]
    found, false = _both(read, book)
    sound = found.share >= FLOORS[name] and false.share <= CEILING
    would_find, would_accuse = _both(unread, book)
    return [
        f"{'ok  ' if sound else 'MISS'}  linter on {len(read)} of {name}: found {found}, false alarms {false} "
        f"(a figure; floor >= {FLOORS[name]:.0%}, <= {CEILING:.0%})",
        *(f"      {kind:<13} {tally((c for c in read if c.kind == kind), book)}" for kind in KINDS),
        f"      fee notes and FAQs, {len(unread)} clauses, are not judged in an item; "
        f"if they were: found {would_find}, false alarms {would_accuse}",
    ]


def guide_figures(book: Rulebook) -> list[str]:
    """One line for the 600 clauses of both authors against the goals, one for each half of the second author's."""
    guides = guide_clauses()
    half = len(guides) // 2
    everything = [*blind_clauses(USUAL), *guides]
    read = [clause for clause in unknown(book, everything) if clause.element in READ]
    found, false = _both(read, book)
    stopped = tally((clause for clause in read if clause.kind in {"block", *KINDS} - {"clean"}), book)
    blocks = stopped.blocking / stopped.clauses
    reached = found.share >= FOUND and false.share <= ACCUSED and blocks >= BLOCKED
    lines = [
        f"{'ok  ' if reached else 'MISS'}  linter on {len(read)} of {len(everything)} labelled clauses of two authors: "
        f"found {found} (goal >= {FOUND:.0%}), false alarms {false} (goal <= {ACCUSED:.0%}), "
        f"of what must block {blocks:.1%} blocks (goal >= {BLOCKED:.0%})"
    ]
    for name, part in (("looked at", guides[:half]), ("only counted", guides[half:])):
        clauses = unknown(book, part)
        told = "，".join(f"{label} {tally((c for c in clauses if c.kind == label), book)}" for label in LABELS)
        lines.append(f"      {GUIDES}, the half {name}: {told}")
    return lines


def _both(clauses: list[BlindClause], book: Rulebook) -> tuple[Tally, Tally]:
    """The vague clauses and the clean ones."""
    return tally((c for c in clauses if c.vague), book), tally((c for c in clauses if not c.vague), book)
