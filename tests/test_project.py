"""The repository's own rules, as tests."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.core.management import call_command
from django.template.loader import get_template

from portal.organisations.models import Organisation, Post, User

ROOT = Path(__file__).resolve().parent.parent
VERB_MODULES = {
    "portal/jobs/models.py",
    "portal/catalog/editions/intake.py",
    "portal/catalog/editions/themes.py",
    "portal/catalog/handbook/models.py",
    "portal/cases/models/case.py",
    "portal/cases/models/task.py",
    "portal/cases/clocks/limits.py",
    "portal/cases/routes/dispatch.py",
    "portal/cases/routes/join.py",
    "portal/cases/decision/decide.py",
    "portal/cases/decision/withdraw.py",
    "portal/handover/home.py",
    "portal/handover/models/slip.py",
    "portal/handover/slips.py",
    "portal/pickup/delivering.py",
}
MAY_NAME_ROLES = {
    "portal/cases/flow.py",  # the table of moves, each row of which is an act
    "portal/cases/management/commands/draw_flow.py",  # draws the table
    "portal/desk/demo.py",  # gives posts to the people of a demo
}
OURS = re.compile(r"(portal|pages)\b")
LONGEST_FUNCTION = 45
LONGEST_MODULE = 450
LONGEST_TEMPLATE_LINE = 200
SECRETS = {
    "SECRET_KEY": "a-long-enough-key-of-this-very-machine-0123456789-abcdefghij",
    "INDEX_KEY": "another-long-enough-key-of-this-machine-0123456789-abcdefghij",
    "DATA_KEYS": "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
}


def tracked(*endings: str) -> Iterator[Path]:
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.suffix in endings and path.is_file():
            yield path


def sources() -> Iterator[tuple[str, ast.Module, str]]:
    for path in tracked(".py"):
        if "migrations" not in path.parts:
            text = path.read_text(encoding="utf-8")
            yield path.relative_to(ROOT).as_posix(), ast.parse(text), text


def test_no_python_lies_under_site() -> None:
    assert not list((ROOT / "site").rglob("*.py"))


def test_the_top_level_is_what_was_agreed() -> None:
    for name in ("portal", "site", "pages", "media", "manage.py", "requirements.txt", "tests"):
        assert (ROOT / name).exists()
    for name in ("LICENSE", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"):
        assert name in (ROOT / "README.md").read_text(encoding="utf-8") or name == "CHANGELOG.md"
        assert (ROOT / name).is_file()


def test_every_requirement_is_pinned_exactly() -> None:
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            assert re.fullmatch(r"[A-Za-z0-9_.\[\]-]+==[0-9][0-9A-Za-z.]*", line), line


def test_nothing_names_a_path_outside_the_project() -> None:
    outside = re.compile(r"\.\./" + r"shared|/" + r"work/")
    for path in tracked(".py", ".md", ".html", ".yaml", ".toml", ".css", ".js", ".txt", ""):
        assert not outside.search(path.read_text(encoding="utf-8", errors="ignore")), path


def test_status_is_written_by_verbs_only() -> None:
    for name, tree, _ in sources():
        if name.startswith("tests/") or name in VERB_MODULES:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign):
                written = [target.attr for target in node.targets if isinstance(target, ast.Attribute)]
                assert not {"status", "clock_state"} & set(written), f"{name}:{node.lineno}"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
                named = {keyword.arg for keyword in node.keywords}
                assert not {"status", "clock_state"} & named, f"{name}:{node.lineno}"


def test_functions_and_modules_stay_short() -> None:
    for name, tree, text in sources():
        if name.startswith("tests/"):
            continue
        assert text.count("\n") <= LONGEST_MODULE, name
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                assert length <= LONGEST_FUNCTION, f"{name}:{node.lineno} {node.name} has {length} lines"


def test_roles_and_rights_are_read_in_one_place() -> None:
    """Roles stand in the acts that an app registers; screens, papers and verbs ask `organisations.authority` about an
    act, never about a role, a flag of the account or a right of its groups."""
    decides = re.compile(r"Role|[A-Z]+_ROLES|\.role|\.is_superuser|\.is_staff|\.has_perms?|\.has_module_perms")
    for name, tree, _ in sources():
        registers = name.endswith("/acts.py") or name.startswith("portal/organisations/")
        if registers or name.startswith(("tests/", "scripts/")) or name in MAY_NAME_ROLES:
            continue
        for node in ast.walk(tree):
            named = {getattr(node, "id", ""), f".{getattr(node, 'attr', '')}"}
            if isinstance(node, ast.ImportFrom):
                named = {alias.name for alias in node.names}
                assert node.module != "portal.organisations.authority" or "holds" not in named, f"{name}:{node.lineno}"
            assert not any(decides.fullmatch(str(word)) for word in named), f"{name}:{node.lineno}"


def test_models_never_import_what_shows_them() -> None:
    shown = re.compile(r"\.(forms|views|tables|admin|wagtail_hooks)$")
    for name, tree, _ in sources():
        if "/models" not in name:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                assert not (node.module.startswith(("portal.", "pages.")) and shown.search(node.module)), name


def test_no_arrow_hides_behind_a_name_or_inside_a_function() -> None:
    """`get_model` hides a circle from the contracts, an import within a function from readers; apps are ready late."""
    for name, tree, _ in sources():
        if name.startswith(("tests/", "scripts/")) or name.endswith("/apps.py"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute | ast.Name):
                assert "get_model" not in {getattr(node, "attr", ""), getattr(node, "id", "")}, f"{name}:{node.lineno}"
            if isinstance(node, ast.FunctionDef):
                inside = [found for found in ast.walk(node) if isinstance(found, ast.Import | ast.ImportFrom)]
                ours = [found.lineno for found in inside if OURS.match(_imported(found))]
                assert not ours, f"{name}:{ours}"


def _imported(node: ast.Import | ast.ImportFrom) -> str:
    return node.module or "" if isinstance(node, ast.ImportFrom) else node.names[0].name


@pytest.mark.parametrize(
    "template",
    sorted(
        path.relative_to(ROOT / "site/templates").as_posix()
        for path in (ROOT / "site/templates").rglob("*")
        if path.is_file()
    ),
)
def test_every_template_compiles(template: str) -> None:
    get_template(template)


def test_template_lines_stay_short_enough_to_read() -> None:
    for path in (ROOT / "site/templates").rglob("*.*"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            assert len(line) <= LONGEST_TEMPLATE_LINE, f"{path.relative_to(ROOT)}:{number} has {len(line)} characters"


def test_templates_are_in_the_house_style() -> None:
    files = [path for path in (ROOT / "site/templates").rglob("*") if path.suffix in (".html", ".svg")]
    check = [sys.executable, "-m", "djhtml", "--check", "--tabwidth", "2", *map(str, files)]
    done = subprocess.run(check, capture_output=True, text=True)
    assert done.returncode == 0, f"`make format` (djhtml --tabwidth 2 site/templates) puts this right:\n{done.stderr}"


def test_the_suite_draws_the_same_examples_everywhere_unless_it_is_the_long_one() -> None:
    assert hypothesis.settings.default is not None
    assert hypothesis.settings.default.derandomize is not bool(os.environ.get("LONG"))


def test_the_compiled_translations_are_in_step() -> None:
    folder = ROOT / "site/locale/zh_Hans/LC_MESSAGES"
    import gettext

    with (folder / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    text = (folder / "django.po").read_text(encoding="utf-8")
    pairs = re.findall(r'^msgid "((?:[^"\\]|\\.)+)"\nmsgstr "((?:[^"\\]|\\.)*)"', text, re.M)
    assert len(pairs) > 100
    for source, meant in pairs:
        assert compiled.gettext(source.replace('\\"', '"')) == meant.replace('\\"', '"')


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """Import the settings in a process of its own, with exactly this environment."""
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", "import portal.settings"],
        cwd=ROOT,
        env={**bare, **environment},
        capture_output=True,
        text=True,
    )


def test_production_settings_start_with_real_secrets() -> None:
    assert start(**SECRETS).returncode == 0


@pytest.mark.parametrize(
    "change",
    [
        {"SECRET_KEY": ""},
        {"SECRET_KEY": "short"},
        {"SECRET_KEY": "django-insecure-0123456789012345678901234567890123"},
        {"INDEX_KEY": ""},
        {"DATA_KEYS": ""},
        {"DATA_KEYS": "k1:AAAA"},
        {"DEBUG": "1"},
        {"DEMO": "perhaps"},
    ],
)
def test_production_settings_refuse_to_start(change: dict[str, str]) -> None:
    outcome = start(**{**SECRETS, **change})
    assert outcome.returncode != 0
    assert "ImproperlyConfigured" in outcome.stderr


def test_the_deployment_check_is_quiet_in_production() -> None:
    environment = {**os.environ, **SECRETS, "DEMO": "0", "HSTS_SECONDS": "3600", "ALLOWED_HOSTS": "example.cn"}
    environment["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    outcome = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert outcome.returncode == 0, outcome.stderr


@pytest.mark.django_db
def test_demo_accounts_stop_a_production_start(settings) -> None:
    from portal.organisations.checks import no_demo_accounts_in_production

    User.objects.create(username="demo", is_demo=True)
    assert no_demo_accounts_in_production(databases=["default"]) == []
    settings.DEMO = False
    assert [error.id for error in no_demo_accounts_in_production(databases=["default"])] == ["portal.E001"]
    User.objects.all().delete()
    assert no_demo_accounts_in_production(databases=["default"]) == []


@pytest.mark.django_db
def test_the_seed_command_runs_twice_and_keeps_what_people_changed(tmp_path: Path, settings) -> None:
    from pages.models import GuidePage
    from tests.pages.acts import put_live

    settings.VAR_DIR = tmp_path
    call_command("load_content", verbosity=0)
    Organisation.objects.filter(code="sx-jsj").update(short_name="市住建局")
    page = GuidePage.objects.get(item__code="TZ-09")
    page.intro = "<p>请先预约。</p>"
    put_live(page)
    counts = (User.objects.count(), Post.objects.count(), GuidePage.objects.count())
    call_command("load_content", verbosity=0)
    assert Organisation.objects.get(code="sx-jsj").short_name == "市住建局"
    assert GuidePage.objects.get(item__code="TZ-09").intro == "<p>请先预约。</p>"
    assert counts == (User.objects.count(), Post.objects.count(), GuidePage.objects.count())
    listing = tmp_path / "demo-accounts.txt"
    assert listing.stat().st_mode & 0o777 == 0o600
    call_command("check_invariants")
    call_command("verify_events")


@pytest.mark.django_db
def test_no_demo_account_is_made_outside_a_demo(settings) -> None:
    from portal.desk.demo import load_demo_accounts

    settings.DEMO = False
    with pytest.raises(RuntimeError):
        load_demo_accounts(settings.CONTENT_DIR)


def test_the_drawn_state_chart_is_in_step_with_the_table_of_moves() -> None:
    from portal.cases.management.commands.draw_flow import drawing

    assert (ROOT / "docs/case_flow.md").read_text(encoding="utf-8") == drawing()
