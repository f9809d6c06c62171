"""The editors' screens under the strict policy: nothing in the console complains, dates can be picked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import Desk, Portal

pytestmark = pytest.mark.browser

SCREENS = (
    "/admin/",
    "/admin/pages/",
    "/admin/reports/locked/",
    "/admin/organisations/post/create/",
    "/admin/organisations/window/create/",
    "/admin/workdays/calendarday/create/",
)


def test_editors_screens_run_under_the_strict_policy(desk: Callable[[str], Desk]) -> None:
    publisher = desk("publisher")
    for path in SCREENS:
        publisher.open(path)
        publisher.page.wait_for_load_state("networkidle")
        assert publisher.complaints == [], path


def test_a_date_is_picked_with_the_mouse(desk: Callable[[str], Desk]) -> None:
    publisher = desk("publisher")
    publisher.open("/admin/workdays/calendarday/create/")
    publisher.page.click("#id_date")
    publisher.page.locator(".xdsoft_datetimepicker:visible .xdsoft_date:not(.xdsoft_disabled)").first.click()
    assert publisher.page.input_value("#id_date").count("-") == 2


def test_a_changed_guide_passes_its_review_and_citizens_read_it(desk: Callable[[str], Desk], portal: Portal) -> None:
    find = "from pages.models import GuidePage; print(GuidePage.objects.get(item__code='SS-02').pk)"
    number = portal.manage("shell", "-v0", "-c", find).strip()
    editor = desk("editor")
    editor.open(f"/admin/pages/{number}/edit/")
    editor.page.wait_for_load_state("networkidle")
    editor.page.locator("[contenteditable=true]").first.click()
    editor.page.keyboard.type("请先查询名称。")
    editor.page.wait_for_timeout(1000)  # the editor hands its text to the form with a delay
    editor.press_below("button[name='action-submit']")
    desk("legal").approve(number)
    desk("publisher").approve(number)
    editor.open("/items/ss-02/")
    editor.says("请先查询名称。")
