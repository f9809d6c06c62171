#!/usr/bin/env python3
"""Mutants: small faults planted in a clean copy, one at a time. The score is the share that the tests notice.

cosmic-ray plants most of them; leaving out a call whose result nobody uses (how most guards are written) is ours.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.testing import run_tests

ROOT = Path(__file__).resolve().parent.parent
SCORES = ROOT / "docs" / "mutants.md"
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
# The tables are copied, not built anew, before each run: transactional tests empty them.
SETTINGS = """
import shutil
from pathlib import Path
from tests.settings import *
_pristine, _used = Path(__file__).with_name("pristine.sqlite3"), Path(__file__).with_name("used.sqlite3")
if _pristine.exists():
    shutil.copyfile(_pristine, _used)
DATABASES["default"]["TEST"] = {"NAME": str(_used)}
"""


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
    noticed: bool
    diff: str


# -- planting ---------------------------------------------------------------------------------------------------------


def said_only(tree: ast.Module) -> set[int]:
    """Lines of annotations, which nothing executes: a fault there is none."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        notes = [node.annotation] if isinstance(node, ast.AnnAssign) else []
        if isinstance(node, ast.FunctionDef):
            every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
            notes = [node.returns, *(argument.annotation for argument in every if argument)]
        lines |= {note.lineno for note in notes if note}
    return lines


def replaced(path: str, source: str) -> Iterator[Mutant]:
    """What cosmic-ray plants."""
    annotated, tree = said_only(ast.parse(source)), get_ast(source)
    for name in OPERATORS:
        operator = get_operator(name)()
        places = [place for node in ast_nodes(tree) for place in operator.mutation_positions(node)]
        for number, ((line, _), _) in enumerate(places):
            if "BinaryOperator" in name and line in annotated:
                continue
            changed = mutate_code(source, operator, number)
            if changed is not None and compiles(changed):
                yield Mutant(path, line, name.removeprefix("core/"), changed)


def left_out(path: str, source: str) -> Iterator[Mutant]:
    """Calls made for their effect and `raise`s, each left out once."""
    lines = source.splitlines(keepends=True)
    for node in ast.walk(ast.parse(source)):
        called = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        if called or isinstance(node, ast.Raise):
            first, last = node.lineno, node.end_lineno or node.lineno
            indent = re.match(r"\s*", lines[first - 1])
            gone = f"{indent[0] if indent else ''}pass\n"
            changed = "".join([*lines[: first - 1], gone, *lines[last:]])
            if compiles(changed):
                yield Mutant(path, first, "LeftOut", changed)


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


# -- trying -----------------------------------------------------------------------------------------------------------


def clean_copy(folder: Path) -> Path:
    """What is committed, with settings whose database is made once; mutants never touch the tree one works in."""
    copy = folder / "copy"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(copy)], check=True)
    (copy / "mutant_settings.py").write_text(SETTINGS)
    return copy


def suite(tests: list[str]) -> str:
    return f"{sys.executable} -m pytest -q -x --ds=mutant_settings --reuse-db -p no:cacheprovider {' '.join(tests)}"


def make_tables(copy: Path) -> None:
    one = "tests/test_contracts.py::test_no_model_waits_for_a_migration"
    done = subprocess.run([*suite([one]).split(), "--create-db"], cwd=copy, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"The tables could not be made:\n{done.stdout}")
    shutil.copyfile(copy / "used.sqlite3", copy / "pristine.sqlite3")


def whole_seconds(tests: list[str]) -> float:
    """How long the tests take without a fault; they must pass."""
    began = time.monotonic()
    outcome, output = run_tests(suite(tests), timeout=3600)
    if outcome.value != "survived":
        sys.exit(f"The tests fail without any mutant:\n{output[-3000:]}")
    return time.monotonic() - began


def judged(mutant: Mutant, *, tests: list[str], patience: float) -> Verdict:
    """Run the tests with this fault; the copy is whole again afterwards. One that runs too long counts as noticed."""
    file = Path(mutant.path)
    whole = file.read_text(encoding="utf-8")
    try:
        file.write_text(mutant.source, encoding="utf-8")
        outcome, _ = run_tests(suite(tests), timeout=patience)
    finally:
        file.write_text(whole, encoding="utf-8")
    change = difflib.unified_diff(whole.splitlines(), mutant.source.splitlines(), lineterm="", n=1)
    return Verdict(mutant.path, mutant.line, mutant.fault, outcome.value != "survived", "\n".join([*change][2:]))


def tried(path: str, mutants: list[Mutant]) -> list[Verdict]:
    tests = tests_for(path)
    if not tests:
        sys.exit(f"No test belongs to {path}.")
    seconds = whole_seconds(tests)
    print(f"{path}: {len(mutants)} mutants, {len(tests)} test files, {seconds:.0f} s without a fault", flush=True)
    verdicts = []
    for mutant in mutants:
        verdict = judged(mutant, tests=tests, patience=60 + 5 * seconds)
        print(f"  {'noticed ' if verdict.noticed else 'SURVIVED'} {path}:{mutant.line} {mutant.fault}", flush=True)
        verdicts.append(verdict)
    return verdicts


# -- telling ----------------------------------------------------------------------------------------------------------


def write_score(paths: str, verdicts: list[Verdict], *, sampled: bool) -> None:
    """The row of these paths in docs/mutants.md; the survivors, with their changes, in var/mutants.json."""
    noticed = sum(verdict.noticed for verdict in verdicts)
    share, kind = round(100 * noticed / len(verdicts)), "sample" if sampled else "all"
    row = f"| `{paths}` | {share} % | {noticed} of {len(verdicts)} | {kind} | {date.today().isoformat()} |"
    lines = [line for line in SCORES.read_text(encoding="utf-8").splitlines() if not line.startswith(f"| `{paths}` |")]
    SCORES.write_text("\n".join([*lines, row]) + "\n", encoding="utf-8")
    kept = ROOT / "var" / "mutants.json"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(json.dumps([asdict(verdict) for verdict in verdicts], ensure_ascii=False, indent=1))
    for verdict in verdicts:
        if not verdict.noticed:
            print(f"\n{verdict.path}:{verdict.line} {verdict.fault}\n{verdict.diff}")
    print(f"\n{paths}: {noticed} of {len(verdicts)} noticed, {share} %")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", help="files or folders under portal/ or pages/")
    parser.add_argument("--sample", type=int, help="so many at most, drawn by the seed")
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="portal-mutants-") as folder:
        os.chdir(clean_copy(Path(folder)))
        mutants = planted(modules(chosen.paths), sample=chosen.sample, seed=chosen.seed)
        make_tables(Path.cwd())
        verdicts: list[Verdict] = []
        for path in dict.fromkeys(mutant.path for mutant in mutants):
            verdicts += tried(path, [mutant for mutant in mutants if mutant.path == path])
    write_score(" ".join(chosen.paths), verdicts, sampled=chosen.sample is not None)


if __name__ == "__main__":
    main()
