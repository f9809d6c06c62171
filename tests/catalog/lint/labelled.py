"""The labelled clauses beside this file, and how well a rulebook reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from portal.catalog.judging.lint.judge import judge
from portal.catalog.judging.lint.rulebook import Rulebook

HERE = Path(__file__).parent
TUNED_ON = (
    *("development", "traps", "traps_2"),
    *(f"fresh_{n}" for n in range(1, 8)),
    *(f"voice_{n}" for n in range(1, 19)),
)
"""`fresh_*` and `voice_*` were measured once before anything was mended for them.

Those first figures stand in docs/linter.md."""
HELD_OUT = ("held_out",)


@dataclass(frozen=True)
class Clause:
    element: str
    category: str
    """The category of the objection, or `clean`."""
    text: str


@dataclass
class Score:
    """How many wrong clauses were found and how many clean ones were accused."""

    wrong: int = 0
    clean: int = 0
    missed: list[Clause] = field(default_factory=list)
    accused: list[Clause] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return 1 - len(self.missed) / self.wrong

    @property
    def false_alarms(self) -> float:
        return len(self.accused) / self.clean


def labelled(*names: str) -> Iterator[Clause]:
    """The clauses of these files, in their order."""
    for name in names:
        elements = yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))
        for element, categories in elements.items():
            for category, texts in categories.items():
                yield from (Clause(element, category, text) for text in texts)


def score(book: Rulebook, *names: str) -> Score:
    """A wrong clause counts as found when anything is said of it; a clean one as accused likewise."""
    result = Score()
    for clause in labelled(*names):
        spoken = bool(judge(clause.text, clause.element, book))
        if clause.category == "clean":
            result.clean += 1
            result.accused += [clause] if spoken else []
        else:
            result.wrong += 1
            result.missed += [] if spoken else [clause]
    return result
