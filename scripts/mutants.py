#!/usr/bin/env python3
"""Mutants: small faults planted in a clean copy, one at a time. The score is the share that the tests notice.

cosmic-ray plants most of them; leaving out a call whose result nobody uses (how most guards are written) is ours.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import difflib
import hashlib
import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

from scripts.bodies import bodies_that_differ
from scripts.nursery import Nursery
from scripts.warm import WarmRun

ROOT = Path(__file__).resolve().parent.parent
SCORES = ROOT / "docs" / "mutants.md"
SEEN = ROOT / "var" / "mutants-seen"
SEED = 8
OPERATORS = tuple(
    f"core/{name}"
    for name in (
        *(f"ReplaceComparisonOperator_{pair}" for pair in ("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is")),
        *(f"ReplaceComparisonOperator_{pair}" for pair in ("Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt", "Lt_GtE", "Gt_LtE")),
        *(f"ReplaceBinaryOperator_{pair}" for pair in ("Add_Sub", "Sub_Add", "Mul_Add", "FloorDiv_Mul", "Mod_Mul")),
        *(f"ReplaceBinaryOperator_{pair}" for pair in ("BitOr_BitAnd", "BitAnd_BitOr")),
        *("AddNot", "ReplaceUnaryOperator_Delete_Not", "ReplaceAndWithOr", "ReplaceOrWithAnd", "NumberReplacer"),
        *("ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceBreakWithContinue", "ReplaceContinueWithBreak"),
        *("ExceptionReplacer", "RemoveDecorator", "ZeroIterationForLoop"),
    )
)


@dataclass(frozen=True)
class Concern:
    """What may be said instead of paths: where a matter stands, and the tests that hold it."""

    paths: tuple[str, ...]
    tests: tuple[str, ...]


CASES = (
    *(f"tests/cases/test_{name}.py" for name in ("guards", "traces", "last_days", "joining", "files", "posts")),
    *(f"tests/cases/test_{name}.py" for name in ("law_of_intake", "refusals", "redispatch")),
    *(f"tests/cases/test_{name}.py" for name in ("claims", "accept_cost", "situations")),
    *("tests/desk/test_application_form.py", "tests/documents/test_registry.py"),
    *("tests/handover", "tests/pickup/test_pickup.py", "tests/pickup/test_following.py"),
    "tests/documents/test_opening.py",
)
"""Not the machine that walks every way: it would notice much, and takes longer than all others together."""
CLOCKS = (
    "tests/workdays",
    *(f"tests/cases/test_{name}.py" for name in ("last_days", "lights", "moving", "law_of_intake", "minute")),
    *("tests/desk/test_moves.py", "tests/handover"),
)
AUTHORITY = (
    "tests/organisations",
    *(f"tests/cases/test_{name}.py" for name in ("posts", "guards", "sight")),
    "tests/desk/test_acts.py",
)
SLIPS = (
    "tests/handover",
    *(f"tests/cases/test_{name}.py" for name in ("traces", "last_days", "law_of_intake", "moving", "posts")),
    *(f"tests/cases/test_{name}.py" for name in ("redispatch", "refusals", "numbers")),
    *("tests/pickup/test_pickup.py", "tests/desk/test_invariants.py"),
)
CONCERNS = {
    "verbs": Concern(
        (
            *("portal/cases/intake", "portal/cases/decision", "portal/cases/routes"),
            *("portal/handover/signing.py", "portal/pickup/delivering.py", "portal/pickup/results.py"),
        ),
        CASES,
    ),
    "guards": Concern(
        (
            *(f"portal/cases/models/{name}.py" for name in ("acting", "case", "doors", "event", "task")),
            *("portal/cases/event_guard.py", "portal/cases/flow.py", "portal/cases/opening.py"),
            "portal/handover/models/slip.py",
        ),
        CASES,
    ),
    "authority": Concern(
        (
            *(f"portal/organisations/{name}.py" for name in ("authority", "access", "roles")),
            *(f"portal/{app}/acts.py" for app in ("catalog", "cases", "handover", "pickup", "desk")),
        ),
        AUTHORITY,
    ),
    "clocks": Concern(("portal/cases/clocks", "portal/workdays"), CLOCKS),
    "slips": Concern(("portal/handover",), SLIPS),
}
HOUSE = (
    *("tests/test_found_by_name.py", "tests/test_values.py"),
    *("tests/organisations/test_authority.py", "tests/documents/test_opening.py"),
)
"""Hold what a module registers when it is imported, be it an act, a kind of paper or a class, wherever it stands."""


@dataclass(frozen=True)
class Mutant:
    path: str
    line: int
    fault: str
    source: str


@dataclass(frozen=True)
class Verdict:
    path: str
    line: int
    fault: str
    by: str | None
    diff: str


# -- planting ---------------------------------------------------------------------------------------------------------


def said_only(tree: ast.Module) -> set[int]:
    """Lines of annotations and of what is imported for them, which nothing executes: a fault there is none."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        notes: list[ast.expr | None] = [node.annotation] if isinstance(node, ast.AnnAssign) else []
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            notes = [node.test]
        if isinstance(node, ast.FunctionDef):
            every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
            notes = [node.returns, *(argument.annotation for argument in every if argument)]
        lines |= {note.lineno for note in notes if note}
    return lines


def replaced(path: str, source: str) -> Iterator[Mutant]:
    """What cosmic-ray plants."""
    whole, tree = ast.parse(source), get_ast(source)
    annotated, again, belts = said_only(whole), repeated(whole), belts_of(whole)
    for name in OPERATORS:
        operator = get_operator(name)()
        places = [place for node in ast_nodes(tree) for place in operator.mutation_positions(node)]
        for number, ((line, column), _) in enumerate(places):
            unheard = "BinaryOperator" in name or "AddNot" in name
            if line in again or (line, column) in belts or (unheard and line in annotated):
                continue
            changed = mutate_code(source, operator, number)
            if changed is not None and compiles(changed):
                yield Mutant(path, line, name.removeprefix("core/"), changed)


def belts_of(tree: ast.Module) -> set[tuple[int, int]]:
    """Where `strict` of a `zip` stands: it holds against whoever writes code; no input of the portal reaches it."""
    zips = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "zip"]
    values = [word.value for node in zips for word in node.keywords if word.arg == "strict"]
    return {(value.lineno, value.col_offset) for value in values}


def left_out(path: str, source: str) -> Iterator[Mutant]:
    """Calls made for their effect and `raise`s, each left out once."""
    lines = source.splitlines(keepends=True)
    for node in ast.walk(ast.parse(source)):
        called = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        if called or isinstance(node, ast.Raise):
            first, last = node.lineno, node.end_lineno or node.lineno
            gone = [f"{' ' * node.col_offset}pass\n", *["\n"] * (last - first)]  # the lines below stay where they are
            changed = "".join([*lines[: first - 1], *gone, *lines[last:]])
            if compiles(changed):
                yield Mutant(path, first, "LeftOut", changed)


def repeated(tree: ast.Module) -> set[int]:
    """Lines of fields and `Meta` of models: the migrations say them again, and a test compares."""
    lines: set[int] = set()
    for model in ast.walk(tree):
        for node in model.body if isinstance(model, ast.ClassDef) else ():
            value = node.value if isinstance(node, ast.Assign) else None
            called = ast.unparse(value.func) if isinstance(value, ast.Call) else ""
            if called.endswith(("Field", "ForeignKey")) or (isinstance(node, ast.ClassDef) and node.name == "Meta"):
                lines |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines


def compiles(source: str) -> bool:
    try:
        compile(source, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def planted(paths: list[str], *, sample: int | None, seed: int) -> list[Mutant]:
    every = [
        mutant
        for path in paths
        for plant in (replaced, left_out)
        for mutant in plant(path, Path(path).read_text(encoding="utf-8"))
    ]
    if sample is None or sample >= len(every):
        return every
    chosen = random.Random(seed).sample(range(len(every)), sample)
    return [every[number] for number in sorted(chosen)]


# -- which code, which tests ------------------------------------------------------------------------------------------


def modules(paths: list[str]) -> list[str]:
    """Python files under these paths, migrations and what is empty apart."""
    found = []
    for path in paths:
        whole = Path(path)
        for file in sorted(whole.rglob("*.py")) if whole.is_dir() else [whole]:
            if "migrations" not in file.parts and file.read_text(encoding="utf-8").strip():
                found.append(file.as_posix())
    return found


def tests_for(path: str) -> list[str]:
    """Test files that import the module, then those of the folder that mirrors its own."""
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    package, _, name = module.rpartition(".")
    wanted = re.compile(rf"{re.escape(module)}\b|from {re.escape(package)} import [^\n]*\b{name}\b")
    every = [file for file in sorted(Path("tests").rglob("test_*.py")) if "browser" not in file.parts]
    importing = [file for file in every if wanted.search(file.read_text(encoding="utf-8"))]
    mirror = Path("tests", *Path(path).parts[1:2])
    beside = [file for file in every if mirror in file.parents]
    return [file.as_posix() for file in dict.fromkeys([*importing, *beside])]


def statement_at(source: str, line: int) -> range:
    """The lines of the innermost statement there; of one with a body its head alone."""
    found = range(line, line + 1)
    for node in ast.walk(ast.parse(source)):  # outer ones come first
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            last = body[0].lineno - 1 if body else node.end_lineno or node.lineno
            if node.lineno <= line <= max(last, node.lineno):
                found = range(node.lineno, max(last, node.lineno) + 1)
    return found


# -- trying -----------------------------------------------------------------------------------------------------------


def seen_of(files: list[str]) -> Path:
    """Where is kept what a run over these files has seen: what is seen of others it does not take away."""
    return SEEN / f"{hashlib.sha256(' '.join(files).encode()).hexdigest()[:12]}.json"


def clean_copy(folder: Path) -> Path:
    """What is committed; mutants never touch the tree one works in."""
    copy = folder / "copy"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(copy)], check=True)
    return copy


class Trial:
    """Judges mutants in a warm run; those of what a module does when it is imported, each in a run of its own."""

    def __init__(
        self,
        mutants: dict[str, list[Mutant]],
        *,
        files: list[str],
        tests: list[str],
        done: Callable[[str, list[Verdict]], None],
    ) -> None:
        self.mutants, self.files, self.tests, self.done = mutants, files, tests, done
        self.verdicts: dict[str, list[Verdict]] = {name: [] for name in mutants}
        self._nursery = Nursery()

    def run(self) -> None:
        quiet = ["-q", "-s", "--no-header", "-p", "no:cacheprovider", "-m", "not race and not browser"]
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                pytest.main([*quiet, *self.tests], plugins=[WarmRun(self.files, self.judge, seen_of(self.files))])
        finally:
            self._nursery.end()

    def judge(self, run: WarmRun) -> None:
        tell(f"{len(run.items)} tests, {sum(run.seconds.values()):.0f} s without a fault")
        for test, said in run.broken.items():
            tell(f"fails without any mutant and is not asked: {test}\n{said}")
            run.items.pop(test, None)
        for name, mutants in self.mutants.items():
            for mutant in mutants:
                whole, began = Path(mutant.path).read_text(encoding="utf-8"), time.monotonic()
                by = self._noticed(mutant, whole, run)
                change = difflib.unified_diff(whole.splitlines(), mutant.source.splitlines(), lineterm="", n=1)
                verdict = Verdict(mutant.path, mutant.line, mutant.fault, by, "\n".join([*change][2:]))
                self.verdicts[name].append(verdict)
                word = f"noticed by {by}" if by else f"SURVIVED\n{verdict.diff}"
                tell(f"{time.monotonic() - began:5.1f} s  {mutant.path}:{mutant.line} {mutant.fault} {word}")
            self.done(name, self.verdicts[name])

    def _noticed(self, mutant: Mutant, whole: str, run: WarmRun) -> str | None:
        at_line, outside = run.tests_at(mutant.path, statement_at(whole, mutant.line))
        bodies = [compile(source, str(Path(mutant.path).resolve()), "exec") for source in (whole, mutant.source)]
        pairs = bodies_that_differ(*bodies)
        if pairs:
            with contextlib.suppress(LookupError):
                by = run.noticed(at_line, pairs)
                if by or not outside:
                    return by
        near = tuple(tests_for(mutant.path))
        tests = dict.fromkeys([*at_line, *(test for test in run.items if test.startswith(near))])
        return self._noticed_anew(mutant, whole, run.fastest(tests), run)

    def _noticed_anew(self, mutant: Mutant, whole: str, tests: list[str], run: WarmRun) -> str | None:
        """What a table or a class says is read when it is imported."""
        patience = 120 + 5 * sum(run.seconds[test] for test in tests)
        try:
            Path(mutant.path).write_text(mutant.source, encoding="utf-8")
            return self._nursery.first_to_fail([*HOUSE, *tests], patience)
        finally:
            Path(mutant.path).write_text(whole, encoding="utf-8")


def tell(line: str) -> None:
    print(line, file=sys.__stdout__, flush=True)


# -- telling ----------------------------------------------------------------------------------------------------------


def write_score(name: str, verdicts: list[Verdict], *, drawn: str) -> None:
    """The row of this name in docs/mutants.md; a new one goes below the others."""
    noticed = sum(verdict.by is not None for verdict in verdicts)
    share = f"{round(100 * noticed / len(verdicts))} %"
    row = f"| `{name}` | {share} | {noticed} of {len(verdicts)} | {drawn} | {date.today().isoformat()} |"
    lines = SCORES.read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("| paths |"))
    last = first + next(count for count, line in enumerate(lines[first:]) if not line.startswith("|")) - 1
    mine = next((number for number, line in enumerate(lines) if line.startswith(f"| `{name}` |")), None)
    if mine is None:
        lines.insert(last + 1, row)
    else:
        lines[mine] = row
    SCORES.write_text("\n".join(lines) + "\n", encoding="utf-8")
    tell(f"{name}: {noticed} of {len(verdicts)} noticed, {share}")


def keep(name: str, verdicts: list[Verdict]) -> None:
    """Every verdict with its change, in var/mutants.json."""
    file = ROOT / "var" / "mutants.json"
    file.parent.mkdir(exist_ok=True)
    kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    kept[name] = [asdict(verdict) for verdict in verdicts]
    file.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    names = ", ".join(CONCERNS)
    parser.add_argument("paths", nargs="+", help=f"files or folders under portal/ or pages/, or of {names}")
    parser.add_argument("--sample", type=int, help="so many of each at most, drawn by the seed")
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="portal-mutants-") as folder:
        copy = clean_copy(Path(folder))
        os.chdir(copy)
        sys.path.insert(0, str(copy))
        mutants, files, tests = {}, set(), {}
        for name in chosen.paths:
            mine = modules(list(CONCERNS[name].paths) if name in CONCERNS else [name])
            mutants[name] = planted(mine, sample=chosen.sample, seed=chosen.seed)
            files.update(mine)
            near = CONCERNS[name].tests if name in CONCERNS else [test for file in mine for test in tests_for(file)]
            tests.update(dict.fromkeys(near))

        def done(name: str, verdicts: list[Verdict]) -> None:
            keep(name, verdicts)
            write_score(name, verdicts, drawn="all" if chosen.sample is None else f"seed {chosen.seed}")

        Trial(mutants, files=sorted(files), tests=[*tests], done=done).run()
        os.chdir(ROOT)


if __name__ == "__main__":
    main()
