"""A real portal for a real browser: gunicorn and worker on a scratch database, with the starting content loaded."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from scripts.portal import web_command

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@dataclass(frozen=True)
class Portal:
    """Address of the running portal, the environment its commands need, and the demo password."""

    url: str
    environment: dict[str, str]
    password: str

    def manage(self, *args: str) -> str:
        """Run a management command against the portal's data; its output."""
        command = [sys.executable, "manage.py", *args]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True)
        return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise RuntimeError(f"{url} did not answer within a minute")


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    scratch = tmp_path_factory.mktemp("portal")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PORTAL_VAR": str(scratch),
        "MEDIA_ROOT": str(scratch / "public"),
        "PRIVATE_ROOT": str(scratch / "private"),
        "DATABASE_URL": f"sqlite:///{scratch / 'portal.sqlite3'}",
        "REDIS_URL": "",
        "DEMO": "1",
        "WORKERS": "1",
    }
    starting = Portal("", environment, "")
    starting.manage("prepare", "-v0")
    password = (scratch / "demo-accounts.txt").read_text().splitlines()[0].split("\t")[1]
    port = _free_port()
    log = (scratch / "web.log").open("w")
    web = subprocess.Popen(
        web_command(sys.executable, port, workers=1),
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/")
        yield Portal(f"http://127.0.0.1:{port}", environment, password)
    finally:
        web.terminate()
        web.wait(timeout=20)
        log.close()
        if "Traceback" in (said := (scratch / "web.log").read_text()):
            pytest.fail(f"the server logged an error:\n{said[-4000:]}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    if executable is None:
        pytest.fail("Debian's chromium is not installed; `make test` installs it.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


class Desk:
    """One member of staff at their own browser; anything the console complains about fails the test."""

    def __init__(self, context: BrowserContext, portal: Portal, username: str) -> None:
        self.portal = portal
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda line: self._note(line.type, line.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(f"{portal.url}/admin/login/")
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", portal.password)
        self.page.click("button[type=submit]")
        self.page.wait_for_url(f"{portal.url}/admin/")

    def _note(self, kind: str, text: str) -> None:
        if kind == "error":
            self.complaints.append(text)

    def open(self, path: str) -> None:
        self.page.goto(self.portal.url + path)

    def press_below(self, button: str) -> None:
        """Press a button of the bar below an editing form, which may lie behind its arrow; wait for the answer."""
        wanted = self.page.locator(f"footer {button}").first
        if not wanted.is_visible():
            self.page.locator("footer [data-w-dropdown-target='toggle']").first.click()
        with self.page.expect_navigation():
            wanted.click()
        self.page.wait_for_load_state("networkidle")

    def approve(self, page: str) -> None:
        """Approve the step of the review that is under way on a page."""
        self.open(f"/admin/pages/{page}/edit/")
        self.page.wait_for_load_state("networkidle")
        self.press_below("[data-workflow-action-name=approve]:not([data-workflow-action-modal-url])")

    def press(self, label: str) -> None:
        """Follow a button or submit a form by its visible words, and wait for the answer."""
        target = self.page.locator("main").get_by_role("button", name=label, exact=True)
        if target.count() == 0:
            target = self.page.locator("main").get_by_role("link", name=label, exact=True)
        with self.page.expect_navigation():
            target.first.click()

    def says(self, text: str) -> None:
        """Assert that the page shows these words."""
        assert text in self.page.locator("body").inner_text(), self.page.locator("main").inner_text()[:1500]

    def pdf(self, link: str) -> bytes:
        """Download a printed document by the words of its link."""
        address = self.page.locator("main").get_by_role("link", name=link, exact=True).last.get_attribute("href")
        answer = self.page.request.get(self.portal.url + address)
        assert answer.ok
        assert answer.headers["content-type"] == "application/pdf"
        return answer.body()


@pytest.fixture
def desk(chromium: Browser, portal: Portal) -> Iterator:
    """A factory of desks, one browser context each."""
    contexts: list[BrowserContext] = []
    desks: list[Desk] = []

    def sit_down(username: str) -> Desk:
        contexts.append(chromium.new_context(viewport={"width": 1366, "height": 900}, locale="zh-CN"))
        desks.append(Desk(contexts[-1], portal, username))
        return desks[-1]

    yield sit_down
    complaints = [line for one in desks for line in one.complaints]
    for context in contexts:
        context.close()
    assert not complaints
