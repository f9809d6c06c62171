"""The starting content is the project's own: whole, in step with itself, and nothing outside is read."""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
ZONES = {"TZ": "investment", "SS": "business", "BDC": "realestate", "SH": "social", "GY": "utility"}
ALLOWED = (ROOT, sys.prefix, sys.base_prefix, tempfile.gettempdir(), "/usr", "/etc", "/dev", "/proc", "/sys")
_opened: list[str] = []
_watching = [False]


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    """Remember what is opened while a test watches; a hook cannot be taken away again, and outlives this module."""
    if not _watching or not _watching[0] or event not in ("open", "os.listdir", "os.scandir"):
        return
    if isinstance(arguments[0], str | bytes | Path):
        _opened.append(str(Path(arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0]).resolve()))


sys.addaudithook(_note)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Standing in a folder of nobody's, with every opened file written down."""
    monkeypatch.chdir(tmp_path)
    _opened.clear()
    _watching[0] = True
    yield _opened
    _watching[0] = False


def outside(paths: list[str]) -> list[str]:
    homes = [Path(home).resolve() for home in ALLOWED]
    return [path for path in paths if not any(Path(path).is_relative_to(home) for home in homes)]


def content(name: str) -> Any:
    return yaml.safe_load((settings.CONTENT_DIR / name).read_text(encoding="utf-8"))


@pytest.mark.django_db
def test_loading_the_content_reads_nothing_outside_the_project(watched: list[str]) -> None:
    call_command("load_content", verbosity=0)
    names = {Path(path).name for path in watched if Path(path).parent == Path(settings.CONTENT_DIR)}
    assert names >= {"items.yaml", "organisations.yaml", "centre.yaml", "lint_rules.yaml"}
    assert outside(watched) == []


def test_a_file_beside_the_project_would_be_noticed(watched: list[str]) -> None:
    beside = ROOT.parent / "no-such-file-beside-the-project"
    with pytest.raises(FileNotFoundError):
        beside.read_text(encoding="utf-8")
    assert outside(watched) == [str(beside)]


def test_the_items_are_as_many_as_their_file_says() -> None:
    data = content("items.yaml")
    materials = sum(len(item["materials"]) for item in data["items"])
    counted = {"items": len(data["items"]), "materials": materials, "themes": len(data["themes"])}
    assert counted == data["meta"]["counts"] == {"items": 29, "materials": 201, "themes": 6}


def test_codes_are_unique_and_say_their_zone() -> None:
    items = content("items.yaml")["items"]
    assert [code for code, times in Counter(item["code"] for item in items).items() if times > 1] == []
    for item in items:
        prefix = re.fullmatch(r"([A-Z]{2,3})-\d{2}", item["code"])
        assert prefix is not None, item["code"]
        assert ZONES[prefix[1]] == item["zone"], item["code"]


def test_every_department_and_theme_that_the_content_names_is_there() -> None:
    data, organisations = content("items.yaml"), content("organisations.yaml")
    known = {body["id"] for body in organisations["organisations"]}
    named = {key for item in data["items"] for key in (item["responsible_dept_id"], *item["cooperating_dept_ids"])}
    assert len(named) > 10
    assert named - known == set()
    codes = {item["code"] for item in data["items"]}
    assert {code for theme in data["themes"] for code in theme["items"]} - codes == set()
