"""The window in a real browser: what is typed is not lost, and keys and scanners do what a clerk expects of them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Desk

pytestmark = pytest.mark.browser

SAVED, SEALED = re.compile("草稿已保存"), re.compile("加密保存在本机")


def sign_in_again(clerk: Desk, username: str) -> None:
    clerk.page.goto(f"{clerk.portal.url}/admin/login/")
    clerk.page.fill("input[name=username]", username)
    clerk.page.fill("input[name=password]", clerk.portal.password)
    clerk.page.click("button[type=submit]")
    clerk.page.wait_for_url(f"{clerk.portal.url}/admin/")


def test_what_is_typed_outlives_the_session_and_is_unreadable_without_it(desk: Callable[[str], Desk]) -> None:
    clerk = desk("tz-window")
    clerk.open("/admin/intake/TZ-09/")
    page, note = clerk.page, clerk.page.locator(".desk-draft")
    page.fill("#id_name", "绍兴示例建设有限公司")
    expect(note).to_have_text(SAVED)
    page.context.clear_cookies(name="sessionid")
    page.fill("#id_legal_representative", "示例甲")
    expect(note).to_have_text(SEALED)
    stored = page.evaluate("JSON.stringify(localStorage)")
    assert "desk-draft:" in stored
    assert "示例甲" not in stored
    assert "示例建设" not in stored
    sign_in_again(clerk, "tz-window")
    clerk.open("/admin/intake/TZ-09/")
    expect(note).to_have_text(re.compile("已恢复上次没有提交的内容"))
    assert page.input_value("#id_name") == "绍兴示例建设有限公司"
    assert page.input_value("#id_legal_representative") == "示例甲"
    page.click("text=清空重填")
    expect(page.locator("#id_name")).to_have_value("")
    assert "desk-draft:" not in page.evaluate("JSON.stringify(localStorage)")


def test_enter_goes_on_and_a_scan_outside_of_any_field_looks_for_its_slip(desk: Callable[[str], Desk]) -> None:
    clerk = desk("tz-window")
    clerk.open("/admin/intake/")
    clerk.page.fill("#finder-q", "TZ-09")
    clerk.page.press("#finder-q", "Enter")
    clerk.page.wait_for_url(f"{clerk.portal.url}/admin/intake/TZ-09/")
    clerk.page.fill("#id_identity_number", "91330602MA9999996P")
    clerk.page.press("#id_identity_number", "Enter")
    expect(clerk.page.locator("#id_name")).to_be_focused()
    clerk.page.press("#id_name", "Enter")
    assert clerk.page.evaluate("document.activeElement.id") == "id_legal_representative"
    assert clerk.page.url.endswith("/admin/intake/TZ-09/")
    clerk.open("/admin/")
    clerk.page.locator("h1").first.click()
    clerk.page.keyboard.type("JD20260000011")
    clerk.page.keyboard.press("Enter")
    clerk.page.wait_for_url(re.compile(r"/admin/slips/\?q=JD20260000011"))
    clerk.says("没有找到这张交接单")
    assert clerk.page.evaluate("document.activeElement.id") == "register-q"


def test_all_necessary_materials_are_ticked_also_when_the_form_has_rows(desk: Callable[[str], Desk]) -> None:
    """The rows of a form are a table like the checklist, and were taken for it."""
    clerk = desk("tz-window")
    clerk.open("/admin/intake/TZ-09/")
    clerk.page.evaluate(
        """() => {
            const rows = document.createElement("table");
            rows.className = "listing desk-checklist";
            rows.innerHTML = "<tbody><tr><td><input type='text' name='a-f04-0-c1'></td></tr></tbody>";
            document.querySelector("form[data-desk-once]").prepend(rows);
        }"""
    )
    clerk.page.click("[data-desk-all-good]")
    required = clerk.page.locator("[data-desk-checklist] tr[data-desk-required]")
    assert required.count() > 3
    for row in required.all():
        assert row.locator("input[type=checkbox]").is_checked()
        assert row.locator("select[name$=verdict]").input_value() == "good"
