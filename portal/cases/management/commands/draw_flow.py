"""Draw the table of moves as a state chart for the documentation."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.cases.flow import MOVES
from portal.cases.states import CaseStatus
from portal.organisations.authority import SYSTEM
from portal.organisations.roles import Role

HEAD = """# The way of a case

Drawn from `portal/cases/flow.py` by `manage.py draw_flow`; a test keeps it in step.

```mermaid
stateDiagram-v2
"""


def drawing() -> str:
    """The chart and the table of moves, in Markdown."""
    used = {status for move in MOVES.values() for status in (*move.sources, move.target)}
    lines = [f"    {status}: {CaseStatus(status).label}" for status in CaseStatus.values if status in used]
    for move in MOVES.values():
        lines += [f"    {source} --> {move.target}: {move.name}" for source in sorted(move.sources)]
    rows = ["", "| verb | 名称 | from | to | who |", "|---|---|---|---|---|"]
    for move in MOVES.values():
        who = "、".join("系统" if actor == SYSTEM else Role(actor).label for actor in sorted(move.actors))
        rows.append(f"| `{move.verb}` | {move.name} | {', '.join(sorted(move.sources))} | {move.target} | {who} |")
    return HEAD + "\n".join(lines) + "\n```\n" + "\n".join(rows) + "\n"


class Command(BaseCommand):
    help = "Print the state chart of a case (docs/case_flow.md)."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(drawing(), ending="")
