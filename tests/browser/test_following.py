"""A citizen with a paper in hand and no mouse: follows the case, checks the paper by code and by file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Desk, Portal
from tests.browser.test_main_job import take_in, text_of

pytestmark = pytest.mark.browser


@pytest.fixture
def citizen(chromium: Browser) -> Iterator[Page]:
    """A phone without JavaScript; anything the console complains about fails the test."""
    context = chromium.new_context(viewport={"width": 375, "height": 800}, locale="zh-CN", java_script_enabled=False)
    page, complaints = context.new_page(), []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    yield page
    context.close()
    assert not complaints


def tab_to(page: Page, target: str) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.locator(f"{target}:focus").count():
            return
    raise AssertionError(f"the keyboard does not reach {target}")


def send(page: Page) -> str:
    tab_to(page, "main button[type=submit]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    return page.locator("main").inner_text()


def ask(page: Page, number: str, code: str) -> str:
    tab_to(page, "#number")
    page.keyboard.type(number)
    tab_to(page, "#code")
    page.keyboard.type(code)
    return send(page)


def test_numbers_of_a_printed_paper_lead_to_the_case_and_to_the_paper(
    desk: Callable[[str], Desk], citizen: Page, portal: Portal, tmp_path: Path
) -> None:
    clerk = desk("tz-window")
    take_in(clerk, "施工许可", "TZ-09")
    paper = clerk.pdf("受理通知书")
    printed = text_of(paper)
    number = re.search(r"SXT\d{13}", printed).group()
    code = re.search(r"查询密码：\s*([0-9A-Z]{8})", printed).group(1)
    verification = re.search(r"([A-Z2-7]{4}-){3}[A-Z2-7]{4}", printed).group()

    citizen.goto(f"{portal.url}/cases/follow/")
    assert "没有找到相符的办件" in ask(citizen, number, "22222222")
    answer = ask(citizen, number.lower(), code.lower())
    assert "已送审批部门" in answer
    assert "市建设局" in answer
    assert citizen.url == f"{portal.url}/cases/follow/"
    assert citizen.evaluate("document.documentElement.scrollWidth <= innerWidth")

    citizen.goto(f"{portal.url}/verify/")
    tab_to(citizen, "#code")
    citizen.keyboard.type(verification)
    assert "这份文书是本中心出具的" in send(citizen)
    assert verification.replace("-", "") not in citizen.url
    (tmp_path / "paper.pdf").write_bytes(paper)
    citizen.set_input_files("#file", tmp_path / "paper.pdf")
    assert "完全一致" in send(citizen)
    citizen.goto(f"{portal.url}/verify/{verification.replace('-', '')}/")
    assert "受理通知书" in citizen.locator("main").inner_text()


def test_decisions_made_public_are_read_by_everybody(citizen: Page, portal: Portal) -> None:
    citizen.goto(f"{portal.url}/results/")
    assert "办件公示" in citizen.locator("h1").inner_text()
    tab_to(citizen, "#zone")
    send(citizen)
    assert "zone=" in citizen.url
