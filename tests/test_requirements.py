"""What is imported is pinned, what is pinned is used, and the lock file says the same with the hashes of every file."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions

import pytest
from django.conf import settings

from tests.test_project import ROOT, sources

PIN = re.compile(r"([A-Za-z0-9_.-]+)(?:\[[a-z]+\])?==([0-9][0-9A-Za-z.]*)")
OURS = {"portal", "pages", "tests", "scripts"}
# What nothing imports: where it is called, and the word that calls it.
CALLED = {
    "ruff": ("scripts/portal.py", 'tool("ruff"'),
    "import-linter": ("scripts/portal.py", 'tool("lint-imports"'),
    "djhtml": ("scripts/portal.py", 'tool("djhtml"'),
    "mypy": ("scripts/portal.py", 'tool("mypy"'),
    "django-stubs": ("pyproject.toml", "mypy_django_plugin"),
    "uv": ("scripts/portal.py", 'tool("uv"'),
    "pytest-django": ("pyproject.toml", "DJANGO_SETTINGS_MODULE"),
    "pytest-xdist": ("scripts/portal.py", '"-n", "2"'),
    "psycopg": ("scripts/portal.py", "import psycopg"),
}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(text: str) -> dict[str, str]:
    return {canonical(name): version for name, version in PIN.findall(re.sub(r"#.*", "", text))}


def pinned() -> dict[str, str]:
    files = ("requirements.txt", "requirements-mutants.txt")
    return pins("\n".join((ROOT / name).read_text(encoding="utf-8") for name in files))


@pytest.fixture(params=["requirements", "requirements-mutants"])
def lock(request: pytest.FixtureRequest) -> str:
    return (ROOT / f"{request.param}.lock").read_text(encoding="utf-8")


def imported() -> set[str]:
    """Top-level names of everything that the code, its tests and its tools import from outside."""
    names: set[str] = set()
    for _, tree, _ in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module)
    return {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) - OURS


def configured() -> set[str]:
    listed = [*settings.INSTALLED_APPS, *settings.MIDDLEWARE, *settings.AUTHENTICATION_BACKENDS]
    return {path.split(".")[0] for path in listed} - OURS


def distributions(modules: set[str]) -> set[str]:
    """The packages that these modules come from; a module of a tool that is not installed is taken by its own name."""
    known = packages_distributions()
    return {canonical(known.get(module, [module])[0]) for module in modules}


def test_everything_imported_or_configured_is_pinned() -> None:
    assert distributions(imported() | configured()) - set(pinned()) == set()


def test_nothing_pinned_is_unused() -> None:
    used = distributions(imported() | configured())
    for name in set(pinned()) - used:
        file, word = CALLED[name]
        assert word in (ROOT / file).read_text(encoding="utf-8"), f"{name} is pinned, but {file} does not call it"


def test_a_lock_has_the_hashes_of_every_package(lock: str) -> None:
    entries = entries_of(lock)
    assert len(entries) == len(re.findall(r"^[A-Za-z]", lock, re.M)) > 10


def entries_of(lock: str) -> list[tuple[str, str, str]]:
    """Name, version and the rest of each package, hashes included."""
    return re.findall(
        r"^([A-Za-z0-9_.-]+)(?:\[[a-z]+\])?==(\S+)(.*(?:\n    --hash=sha256:[0-9a-f]{64}.*)+)", lock, re.M
    )


def test_the_locks_hold_every_pin() -> None:
    texts = [(ROOT / f"{name}.lock").read_text(encoding="utf-8") for name in ("requirements", "requirements-mutants")]
    locked = {(canonical(name), version) for text in texts for name, version, _ in entries_of(text)}
    assert {(name, version) for name, version in pinned().items() if (name, version) not in locked} == set()


def test_a_lock_names_no_machine_and_no_index(lock: str) -> None:
    for line in lock.splitlines():
        assert re.match(r"[A-Za-z0-9]+[A-Za-z0-9_.-]*(\[[a-z]+\])?==|    --hash=sha256:[0-9a-f]{64}( \\)?$", line), line
    assert "/" not in lock


def test_a_lock_is_for_both_kinds_of_processor() -> None:
    """Compiled packages carry the hashes of several wheels: one machine's alone would not install on another."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for name in ("cryptography", "pillow", "pydantic-core", "psycopg-binary"):
        entry = re.search(rf"^{name}==.*\n((?:    --hash.*\n?)+)", lock, re.M)
        assert entry is not None
        assert entry[1].count("--hash") > 10, name
