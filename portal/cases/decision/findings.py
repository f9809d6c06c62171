"""What a decision rests on: facts, requirements that are not met, reasons, legal basis, and answers to dissent.

行政许可法 art. 38: a refusal gives its reasons; one that names nothing of the guide and explains nothing is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.cases.models import Case
from portal.lib.refusal import Refused
from portal.lib.words import is_thin

LEAST_FACTS = 8
LEAST_REASONS = 12
"""In the signs that `is_thin` counts."""


@dataclass(frozen=True)
class Findings:
    """What the decider found. `unmet` are keys of `requirements`; `replies` answer dissent, by the key of the step."""

    facts: str = ""
    reasons: str = ""
    basis: str = ""
    unmet: tuple[str, ...] = ()
    replies: Mapping[str, str] = field(default_factory=dict)

    def stripped(self) -> Findings:
        """Without the blanks at either end of what was typed."""
        replies = {step: text.strip() for step, text in self.replies.items()}
        return Findings(self.facts.strip(), self.reasons.strip(), self.basis.strip(), self.unmet, replies)


NOTHING = Findings()


def requirements(case: Case) -> dict[str, str]:
    """What a refusal can name as not met, by key: conditions, prohibitions and bases of the edition, and materials."""
    definition = case.definition
    found = {f"condition-{at}": f"受理条件：{text}" for at, text in enumerate(definition.conditions, start=1)}
    found |= {f"prohibition-{at}": f"禁止性要求：{text}" for at, text in enumerate(definition.prohibitions, start=1)}
    found |= {f"material-{line.key}": f"申报材料：{line.name}" for line in case.lines()}
    found |= {f"basis-{at}": f"设定依据：{text}" for at, text in enumerate(definition.bases_cited, start=1)}
    return found


def refuse_unfounded(case: Case, found: Findings) -> list[str]:
    """The requirements not met, in the order of the guide. Raises Refused for a refusal that lacks one of its parts."""
    refused, known = case.definition.procedure.refused, requirements(case)
    if is_thin(found.facts, LEAST_FACTS):
        raise Refused(f"{refused}须写明认定的事实：查明了什么，凭哪些材料。", field="facts")
    if not found.unmet:
        raise Refused(f"{refused}须选明不符合哪一项条件、材料或者依据。", field="unmet")
    if unknown := sorted(set(found.unmet) - set(known)):
        raise Refused(f"本事项的指南里没有所选的内容（{'、'.join(unknown)}），请重新选择。", field="unmet")
    if is_thin(found.reasons, LEAST_REASONS):
        raise Refused(f"{refused}须写明理由和依据：为什么不符合，至少写一句完整的话。", field="reasons")
    if not found.basis:
        raise Refused(f"{refused}须写明作出决定的法律依据。", field="basis")
    return [text for key, text in known.items() if key in found.unmet]
