"""The import contracts and the migrations are in step with the code: the same as in `make lint`, under pytest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def contracts(*, folder: Path = ROOT, arguments: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_every_import_contract_is_kept() -> None:
    done = contracts()
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_a_broken_contract_would_be_told(tmp_path: Path) -> None:
    config = tmp_path / "contracts.toml"
    config.write_text(
        '[tool.importlinter]\nroot_packages = ["portal"]\n[[tool.importlinter.contracts]]\nname = "Lib unused"\n'
        'type = "forbidden"\nsource_modules = ["portal.workdays"]\nforbidden_modules = ["portal.lib"]\n'
    )
    done = contracts(arguments=("--config", str(config)))
    assert done.returncode == 1
    assert "Lib unused BROKEN" in done.stdout


def test_no_model_waits_for_a_migration() -> None:
    """In a process of its own: the twin of a race defines a model that the project does not have."""
    command = [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
