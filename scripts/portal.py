#!/usr/bin/env python3
"""Everything `make` does: from a bare machine to a running or tested portal. Standard library only."""

from __future__ import annotations

import argparse
import base64
import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
MUTANTS_LOCK = ROOT / "requirements-mutants.lock"
VAR = Path(os.environ.get("PORTAL_VAR", ROOT / "var"))
FONTS = ("fonts-noto-cjk", "fonts-hanazono", "fonts-noto-core")  # Chinese; its rare characters; Tibetan, Mongolian …
RUN_PACKAGES = (*FONTS, "libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
TEST_PACKAGES = ("chromium", "poppler-utils", "libatomic1")  # the last for the node that drives the browser
POSTGRESQL = "postgres://postgres@127.0.0.1:5432/postgres"
START_SECONDS = 90


class Stop(Exception):
    """A sentence for the person at the keyboard; nothing more can be done here."""


def say(text: str) -> None:
    print(text, flush=True)


# -- a machine that can run the portal --------------------------------------------------------------------------------


def missing_packages(packages: tuple[str, ...]) -> list[str]:
    """Which Debian packages are not installed; none on other systems, which are asked to bring their own."""
    if shutil.which("dpkg-query") is None:
        return []
    found = []
    for package in packages:
        query = ["dpkg-query", "-W", "-f", "${db:Status-Status}", package]
        state = subprocess.run(query, capture_output=True, text=True)
        if state.stdout.strip() != "installed":
            found.append(package)
    return found


def install_packages(packages: tuple[str, ...]) -> None:
    """Install what is missing, as root or with sudo; otherwise print the exact line and stop."""
    missing = missing_packages(packages)
    if not missing:
        return
    line = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    allowed = not prefix or (
        shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0
    )
    if not allowed:
        raise Stop(f"These system packages are missing; install them and try again:\n  sudo {' '.join(line)}")
    say(f"Installing system packages: {' '.join(missing)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*prefix, "apt-get", "update", "-qq"], env=environment, check=False)
    done = subprocess.run([*prefix, *line], env=environment, stdout=subprocess.DEVNULL)
    if done.returncode:
        raise Stop(f"System packages could not be installed. Try by hand:\n  sudo {' '.join(line)}")


def make_venv() -> None:
    """`.venv` with what requirements.lock says, hash by hash; skipped when the lock has not changed since."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this script meets whatever Python the machine has
        raise Stop(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}. Set PYTHON=python3.11.")
    if PYTHON.exists() and is_installed(LOCK):
        return
    if not PYTHON.exists():
        made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True)
        if made.returncode:
            install_packages(("python3-venv",))
            shutil.rmtree(VENV, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    say("Installing Python packages (a minute or two the first time) …")
    install_from(LOCK)


def stamp(lock: Path) -> Path:
    return VENV / f"{lock.name}.sha256"


def is_installed(lock: Path) -> bool:
    return stamp(lock).exists() and stamp(lock).read_text() == hashlib.sha256(lock.read_bytes()).hexdigest()


def install_from(lock: Path) -> None:
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    if subprocess.run([*pip, "-r", str(lock)], cwd=ROOT).returncode:
        raise Stop("Python packages could not be installed; see the lines above.")
    stamp(lock).write_text(hashlib.sha256(lock.read_bytes()).hexdigest())


def local_environment() -> dict[str, str]:
    """The environment of this machine's portal: secrets are made once and kept in var/local.env (mode 600)."""
    VAR.mkdir(parents=True, exist_ok=True)
    file = VAR / "local.env"
    if not file.exists():
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        lines = [
            f"SECRET_KEY={secrets.token_urlsafe(48)}",
            f"INDEX_KEY={secrets.token_urlsafe(48)}",
            f"DATA_KEYS=k1:{key}",
        ]
        file.touch(mode=0o600)
        file.write_text("\n".join(lines) + "\n")
    kept = dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)
    defaults = {"DEMO": "1", "DJANGO_SETTINGS_MODULE": "portal.settings", "PORTAL_VAR": str(VAR)}
    return {**defaults, **kept, **os.environ}


# -- make run ---------------------------------------------------------------------------------------------------------


def manage(environment: dict[str, str], *args: str) -> None:
    done = subprocess.run([str(PYTHON), "manage.py", *args], cwd=ROOT, env=environment)
    if done.returncode:
        raise Stop(f"`manage.py {' '.join(args)}` failed; see the lines above.")


def port_is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def run() -> int:
    """Start web and worker as one group; Ctrl-C or SIGTERM stops both, and one that dies takes the other along."""
    port = int(os.environ.get("PORT", "8000"))
    if port_is_taken(port):
        raise Stop(f"Port {port} is in use. Stop what runs there, or choose another: make run PORT={port + 1}")
    install_packages(RUN_PACKAGES)
    make_venv()
    environment = local_environment()
    environment.setdefault("BASE_URL", f"http://127.0.0.1:{port}")
    say("Preparing the database …")
    manage(environment, "prepare")
    return supervise(environment, port)


WEB_FLAGS = (
    *("--worker-class", "portal.web.Worker"),
    *("--threads", "4"),
    *("--log-level", "warning"),
    *("--timeout", "120"),
    *("--limit-request-line", "8190"),
)
"""How the web server runs, here and under the tests of the browser."""


def web_command(python: str, port: int, *, workers: int, application: str = "portal.wsgi") -> list[str]:
    bound = ("--bind", f"127.0.0.1:{port}", "--workers", str(workers))
    return [python, "-m", "gunicorn", application, *bound, *WEB_FLAGS]


def supervise(environment: dict[str, str], port: int) -> int:
    web = web_command(str(PYTHON), port, workers=2)
    worker = [str(PYTHON), "manage.py", "run_worker"]
    children = [
        subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True) for command in (web, worker)
    ]
    stopping: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, frame: stopping.append(received))
    announced = False
    began = time.monotonic()
    try:
        while not stopping and all(child.poll() is None for child in children):
            if not announced and answers(f"http://127.0.0.1:{port}/"):
                announce(environment, port)
                announced = True
            if not announced and time.monotonic() - began > START_SECONDS:
                say("The portal did not answer in time.")
                return 1
            time.sleep(0.3)
        return 0 if stopping else 1
    finally:
        stop_all(children)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False


def announce(environment: dict[str, str], port: int) -> None:
    say(f"\n  Public site   http://127.0.0.1:{port}/")
    say(f"  Back office   http://127.0.0.1:{port}/admin/")
    listing = VAR / "demo-accounts.txt"
    if environment["DEMO"] == "1" and listing.exists():
        rows = [line.split("\t") for line in listing.read_text(encoding="utf-8").splitlines()]
        say(f"\n  Demo accounts (password of all: {rows[0][1]}; made on this machine, kept in {listing})")
        for username, _, role in rows:
            say(f"    {username:<14}{role}")
    say("\n  Ctrl-C stops everything.\n")


def stop_all(children: list[subprocess.Popen[bytes]]) -> None:
    """Ask politely, wait, then insist; whole process groups, so that no worker of a worker stays behind."""
    for number, patience in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)):
        for child in children:
            try:
                os.killpg(child.pid, number)
            except ProcessLookupError:
                continue
        until = time.monotonic() + patience
        while time.monotonic() < until and any(child.poll() is None for child in children):
            time.sleep(0.1)
        if all(child.poll() is not None for child in children):
            break
    say("Stopped.")


# -- make test, make bench --------------------------------------------------------------------------------------------


SECONDS: dict[str, float] = {}
"""How long each part took, in the order they ran."""


def checked(name: str, command: list[str], environment: dict[str, str], failures: list[str]) -> None:
    """Run one part of the tests; remember its name when it fails, so that the other parts still run."""
    say(f"\n== {name}")
    began = time.monotonic()
    if subprocess.run(command, cwd=ROOT, env=environment).returncode:
        failures.append(name)
    SECONDS[name] = time.monotonic() - began
    say(f"== {name}: {SECONDS[name]:.0f} s")


def postgresql(environment: dict[str, str]) -> str | None:
    """Where the suite may run on PostgreSQL: TEST_DATABASE_URL, else a local server that answers, else None."""
    named = os.environ.get("TEST_DATABASE_URL")
    url = named or POSTGRESQL
    if not url.startswith("postgres"):
        return None
    probe = "import psycopg, sys; psycopg.connect(sys.argv[1], connect_timeout=3).close()"
    reachable = subprocess.run(
        [str(PYTHON), "-c", probe, url.replace("postgres://", "postgresql://")], capture_output=True
    )
    if reachable.returncode and named:
        raise Stop("TEST_DATABASE_URL is set, but no PostgreSQL answers there.")
    return None if reachable.returncode else url


def tool(name: str, *args: str) -> list[str]:
    return [str(VENV / "bin" / name), *args]


def templates(*args: str) -> list[str]:
    drawings = sorted(str(path) for path in (ROOT / "site/templates").rglob("*.svg"))
    return tool("djhtml", *args, "--tabwidth", "2", "site/templates", *drawings)


def style() -> dict[str, list[str]]:
    """What needs no database: the checks of `make lint`, and the first part of `make test`."""
    return {
        "ruff": tool("ruff", "check", "."),
        "format": tool("ruff", "format", "--check", "."),
        "templates": templates("--check"),
        "import contracts": tool("lint-imports"),
        "migrations": [str(PYTHON), "manage.py", "makemigrations", "--check", "--dry-run"],
        "types": tool("mypy"),
    }


def lint() -> int:
    make_venv()
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    failures: list[str] = []
    for name, command in style().items():
        checked(name, command, environment, failures)
    say(f"FAILED: {', '.join(failures)}" if failures else "Everything is in the house style.")
    return 1 if failures else 0


def put_in_style() -> int:
    make_venv()
    commands = (tool("ruff", "check", "--fix", "."), tool("ruff", "format", "."), templates())
    return max(*(subprocess.run(command, cwd=ROOT).returncode for command in commands), draw_flow())


def draw_flow() -> int:
    """Draw docs/case_flow.md anew from the table of moves, so that a new verb need not be drawn by hand."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [str(PYTHON), "manage.py", "draw_flow"]
    drawn = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, encoding="utf-8")
    if drawn.returncode == 0:
        (ROOT / "docs/case_flow.md").write_text(drawn.stdout, encoding="utf-8")
    return drawn.returncode


def lock() -> int:
    """Write the locks: the pins and what they need in turn, with the hashes of all files, for every machine."""
    make_venv()
    compile_pins = ("pip", "compile", "--no-config", "--quiet", "--universal", "--python-version", "3.11")
    leave_out = ("--no-annotate", "--no-header", "--no-emit-index-url", "--no-emit-find-links")
    command = tool("uv", *compile_pins, *leave_out, "--generate-hashes")
    files = (("requirements.txt", LOCK.name, ()), ("requirements-mutants.txt", MUTANTS_LOCK.name, ("-c", LOCK.name)))
    for pins, written, beside in files:
        if done := subprocess.run([*command, pins, *beside, "--output-file", written], cwd=ROOT).returncode:
            return done
    return 0


def test(*, long: bool) -> int:
    install_packages(RUN_PACKAGES + TEST_PACKAGES)
    make_venv()
    base = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
    environment = {**base, "DJANGO_SETTINGS_MODULE": "tests.settings", **({"LONG": "1"} if long else {})}
    python = str(PYTHON)
    failures: list[str] = []
    for name, command in style().items():
        checked(name, command, environment, failures)
    suite = [python, "-m", "pytest", "-q", "-n", "2", "-m"]
    checked("suite on SQLite", [*suite, "not browser"], environment, failures)
    url = postgresql(environment)
    if url:
        again = "not browser" if long else "not browser and not once"
        checked("suite on PostgreSQL", [*suite, again], {**environment, "TEST_DATABASE_URL": url}, failures)
    else:
        say("\n== No PostgreSQL answers: the suite ran on SQLite ONLY.")
    browser = [python, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "-m", "browser", "tests/browser"]
    checked("browser", browser, environment, failures)
    taken = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in SECONDS.items())
    say(f"\nTaken: {taken}; together {sum(SECONDS.values()) / 60:.1f} minutes")
    where = "SQLite and PostgreSQL" if url else "SQLite only (no PostgreSQL answered)"
    say(f"\n{'FAILED: ' + ', '.join(failures) if failures else 'All parts passed'} — ran on {where}.")
    return 1 if failures else 0


def bench() -> int:
    install_packages(RUN_PACKAGES)
    make_venv()
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    return subprocess.run([str(PYTHON), "-m", "tests.bench"], cwd=ROOT, env=environment).returncode


def mutants(arguments: list[str]) -> int:
    install_packages(RUN_PACKAGES + TEST_PACKAGES)
    make_venv()
    if not is_installed(MUTANTS_LOCK):
        install_from(MUTANTS_LOCK)
    return subprocess.run([str(PYTHON), "-m", "scripts.mutants", *arguments], cwd=ROOT).returncode


TOOLS = {"bench": bench, "lint": lint, "format": put_in_style, "lock": lock}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("run", "test", "mutants", *TOOLS))
    parser.add_argument("--long", action="store_true", help="longer property and race tests")
    chosen, rest = parser.parse_known_args()
    if rest and chosen.what != "mutants":
        parser.error(f"unknown: {' '.join(rest)}")
    try:
        if chosen.what == "run":
            return run()
        if chosen.what == "test":
            return test(long=chosen.long)
        if chosen.what == "mutants":
            return mutants(rest)
        return TOOLS[chosen.what]()
    except Stop as stop:
        say(str(stop))
        return 1


if __name__ == "__main__":
    sys.exit(main())
