"""Finding an item as people do: typing, arrows, Enter and Escape; and without any script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Portal

pytestmark = pytest.mark.browser


def test_suggestions_are_walked_with_the_keyboard(chromium: Browser, portal: Portal) -> None:
    context = chromium.new_context(viewport={"width": 375, "height": 800}, locale="zh-CN")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{portal.url}/items/")
    box = page.get_by_role("combobox")
    options = page.get_by_role("option")

    box.press_sequentially("sgxk", delay=30)
    expect(options).to_have_count(1)
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("sgxk")

    box.fill("消防")
    expect(options.first).to_contain_text("消防设计审核")
    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    box.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", options.nth(1).get_attribute("id") or "")
    box.press("ArrowUp")
    box.press("Enter")
    page.wait_for_url(f"{portal.url}/items/tz-08/")

    page.goto(f"{portal.url}/items/")
    page.get_by_role("combobox").fill("消防")
    expect(options.first).to_be_visible()
    page.get_by_role("combobox").press("Enter")
    page.wait_for_url("**/items/?q=*")
    expect(page.locator(".count")).to_contain_text("与“消防”相符")
    assert not complaints
    context.close()


def test_finding_needs_no_script(chromium: Browser, portal: Portal) -> None:
    context = chromium.new_context(viewport={"width": 375, "height": 800}, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{portal.url}/items/")
    page.locator("input[name=q]").fill("许可")
    page.locator("input[name=q]").press("Enter")
    page.wait_for_url("**/items/?q=*")
    page.get_by_text("筛选").first.click()
    page.get_by_role("link", name="商事登记").click()
    expect(page.locator(".items__name").first).to_contain_text("食品经营许可证核发")
    page.get_by_role("link", name="去掉全部条件").click()
    assert "zone" not in page.url
    context.close()
