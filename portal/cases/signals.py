"""What apps further down the line answer to, inside the same transaction as the change itself.

A promise of work would do for slow things; a paper that must exist the moment a case is dispatched cannot wait.
"""

from django.dispatch import Signal

materials_changed = Signal()
"""`case`, `before`, `by`: what was handed in has changed at the window; somebody holds those papers from now on.

`before` are the lines by their keys (pk) as they stood until then.
"""

tasks_sent = Signal()
"""`case`, `tasks`, `by`: these tasks wait for their departments' signatures and need handover slips."""

tasks_overtaken = Signal()
"""`case`, `tasks`: nobody waits for these departments any more; slips still on their way to them are void."""

case_ended = Signal()
"""`case`, `by`: it ended before any decision; slips on their way are void and papers come home."""
