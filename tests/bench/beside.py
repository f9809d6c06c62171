"""This commit beside an earlier one, each in a process and a database of its own, turn by turn: none slower.

`BEFORE=<commit>` names the other one; without it the last commit before the house was laid out in rooms.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench.measure import line

ROOT = Path(__file__).resolve().parents[2]
BEFORE = os.environ.get("BEFORE", "3fb48ce167d03a3ba19342c9fe71f068cb0e1e0a")
CHILD = Path(__file__).with_name("beside_child.py")
WORKLOADS = {"acceptance_by_the_verb": 5, "acceptance_over_http": 5, "work_list": 4, "case_page": 4, "publish": 2}
"""How often each is done in a turn."""
ROUNDS = int(os.environ.get("ROUNDS", "7"))
SLOWER = 1.05
"""What two runs of the same commit differ by."""


@contextmanager
def tree_of(commit: str) -> Iterator[Path]:
    """The files of that commit in a folder that goes afterwards. Raises CalledProcessError for an unknown one."""
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True)
        subprocess.run(["tar", "-x", "-C", folder], input=packed.stdout, check=True)
        yield Path(folder)


class Side:
    """One commit at work. Raises RuntimeError when it breaks off; what it complained of is on standard error."""

    def __init__(self, tree: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(CHILD)], cwd=tree, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def answer(self) -> str:
        assert self.process.stdout is not None
        said = self.process.stdout.readline().strip()
        if not said:
            raise RuntimeError("one side broke off")
        return said

    def cost(self, workload: str, turns: int) -> float:
        """Seconds of processor time of one turn."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{workload} {turns}\n")
        self.process.stdin.flush()
        return float(self.answer()) / turns

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(120)


def report() -> Iterator[str]:
    """One line for each workload: what it costs now by what it cost before."""
    with ExitStack() as stack:
        now, before = Side(ROOT), Side(stack.enter_context(tree_of(BEFORE)))
        for side in (now, before):
            stack.callback(side.close)
        for side in (now, before):
            side.answer()
        for workload, turns in WORKLOADS.items():
            now.cost(workload, turns), before.cost(workload, turns)
            pairs = [(now.cost(workload, turns), before.cost(workload, turns)) for _ in range(ROUNDS)]
            mine, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
            ratio = statistics.median(one / other for one, other in pairs)
            figures = f"{ratio:.2f}x ({mine * 1000:.0f} / {theirs * 1000:.0f} ms)"
            yield line(
                ratio <= SLOWER, f"{workload.replace('_', ' ')} by that of {BEFORE[:7]}", figures, f"<= {SLOWER}x"
            )
