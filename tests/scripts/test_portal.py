"""The launcher: what it says on a machine it cannot help, what it keeps secret, and that it leaves nothing running."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("launcher", ROOT / "scripts" / "portal.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VAR", tmp_path / "var")
    return module


def test_without_root_and_sudo_the_exact_line_is_printed(launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "missing_packages", lambda packages: list(packages))
    monkeypatch.setattr(launcher.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(launcher.shutil, "which", lambda name: None)
    with pytest.raises(launcher.Stop, match="sudo apt-get install -y --no-install-recommends fonts-noto-cjk"):
        launcher.install_packages(("fonts-noto-cjk",))


def test_what_is_installed_is_not_missing(launcher: ModuleType) -> None:
    assert launcher.missing_packages(("no-such-package-at-all",)) in (["no-such-package-at-all"], [])
    launcher.install_packages(())


def test_what_the_tests_need_of_the_machine_is_installed(launcher: ModuleType) -> None:
    """A bare Debian has neither a browser, nor what prints are read with, nor a library of the browser's driver."""
    assert set(launcher.TEST_PACKAGES) >= {"chromium", "poppler-utils", "libatomic1"}


def test_secrets_are_made_once_and_kept_from_others(launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "INDEX_KEY", "DATA_KEYS", "DEMO"):
        monkeypatch.delenv(name, raising=False)
    first, second = launcher.local_environment(), launcher.local_environment()
    assert first["SECRET_KEY"] == second["SECRET_KEY"] != first["INDEX_KEY"]
    assert (launcher.VAR / "local.env").stat().st_mode & 0o777 == 0o600
    assert first["DEMO"] == "1"
    environment = {**first, "PATH": os.environ["PATH"]}
    started = subprocess.run(
        [sys.executable, "-c", "import portal.settings"], cwd=ROOT, env=environment, capture_output=True
    )
    assert started.returncode == 0, started.stderr


def test_a_port_in_use_is_said_with_a_way_out(launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        with pytest.raises(launcher.Stop, match="is in use"):
            launcher.run()


def test_stopping_ends_whole_process_groups(launcher: ModuleType) -> None:
    sleep = "import time; time.sleep(60)"
    script = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {sleep!r}]); {sleep}"
    child = subprocess.Popen([sys.executable, "-c", script], start_new_session=True)
    time.sleep(0.5)
    launcher.stop_all([child])
    assert child.poll() is not None
    with pytest.raises(ProcessLookupError):
        for _ in range(50):
            os.killpg(child.pid, 0)
            time.sleep(0.1)
