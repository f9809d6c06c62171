"""A new editor defines an item from nothing, is stopped by a catch-all clause, mends it, and the item is worked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Desk, Portal
from tests.browser.test_main_job import answer, bring_back, decide, hand_out, sign_slip, slip_codes, take_in

pytestmark = pytest.mark.browser

CODE, NAME = "TZ-88", "深基坑工程专项审查"
LEAD, BESIDE = "市建设局", "市人防办"


class Editor:
    """The guide editor as a person uses it: tabs, the plus sign, fields by their place."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.page = desk, desk.page

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()

    def add(self, place: str) -> str:
        """Press the plus sign at the end of a list; the place of the new part."""
        count = self.page.locator(f'input[name="{place}-count"]')
        number = int(count.input_value())
        count.locator("xpath=..").locator("button.c-sf-add-button").last.click()
        self.page.wait_for_function(
            "([name, n]) => document.querySelector(`input[name='${name}-count']`).value == n",
            arg=[place, str(number + 1)],
        )
        return f"{place}-{number}-value"

    def fill(self, place: str, **values: str) -> None:
        for name, value in values.items():
            self.page.fill(f'[name="{place}-{name}"]', value)

    def choose(self, place: str, **values: str) -> None:
        for name, value in values.items():
            self.page.select_option(f'select[name="{place}-{name}"]', label=value)

    def when(self, place: str, question: str, answer: str) -> None:
        """Choose a condition from the item's own questions and fields."""
        chosen = self.page.locator(f'[data-when-for="{place}"]')
        chosen.hover()
        chosen.get_by_label("问题", exact=True).select_option(question)
        chosen.get_by_label("怎样比较").select_option(label="是其中之一")
        chosen.get_by_label(answer, exact=True).check()

    def submit(self) -> None:
        self.desk.press_below("button[name='action-submit']")


def basics(editor: Editor) -> None:
    page = editor.page
    page.fill("#id_title", NAME)
    page.fill("#id_code", CODE)
    page.select_option("#id_zone", label="投资项目审批")
    page.select_option("#id_item_type", label="公共服务")
    page.select_option("#id_case_type", label="承诺件")
    page.select_option("#id_lead_dept", label=LEAD)
    page.get_by_label("企业法人", exact=True).check()


def conditions_and_materials(editor: Editor) -> None:
    editor.tab("条件与材料")
    editor.page.fill(f'[name="{editor.add("conditions")}"]', "基坑开挖深度超过5米")
    for name, standard in (
        ("深基坑工程专项审查申请表", "各栏填写完整，加盖公章"),
        ("专项施工方案", "含支护设计、降水方案、监测方案三部分，施工单位技术负责人签字"),
        ("其他相关材料", "加盖公章"),
        ("基坑监测合同", "甲乙双方盖章，在合同期内"),
    ):
        place = editor.add("materials")
        editor.fill(place, name=name, accept_standard=standard, original_copies="1", photocopies="0")


def form(editor: Editor) -> None:
    editor.tab("表单")
    depth = editor.add("form_fields")
    editor.fill(depth, label="开挖深度（米）")
    editor.choose(depth, kind="数字")
    editor.page.check(f'[name="{depth}-required"]')
    near = editor.add("form_fields")
    editor.fill(near, label="周边是否有地铁")
    editor.choose(near, kind="单选")
    for words in ("是", "否"):
        editor.fill(editor.add(f"{near}-choices"), text=words)
    line = editor.add("form_fields")
    editor.fill(line, label="地铁线路")
    editor.page.check(f'[name="{line}-required"]')
    editor.when(editor.add(f"{line}-when"), "周边是否有地铁", "是")


def route(editor: Editor) -> None:
    editor.tab("流程与时限")
    editor.page.fill("#id_promised_value", "5")
    together = editor.add("stages")
    for department, kind in ((LEAD, "审查"), (BESIDE, "征求意见")):
        step = editor.add(f"{together}-steps")
        editor.fill(step, name="联合审查" if kind == "审查" else "征求意见", limit_wd="3")
        editor.choose(step, department=department, kind=kind)
        if kind == "审查":
            editor.page.check(f'[name="{step}-takes_paper"]')
    decision = editor.add(f"{editor.add('stages')}-steps")
    editor.fill(decision, name="审批决定", limit_wd="1")
    editor.choose(decision, department=LEAD, kind="决定")
    editor.page.fill("#id_making_name", "制作审查意见书")
    editor.page.fill("#id_making_limit_wd", "1")


def result(editor: Editor) -> None:
    editor.tab("收费与结果")
    editor.fill(editor.add("results"), name="深基坑工程专项审查意见书")
    editor.page.get_by_label("窗口领取", exact=True).check()


def answers(page: Page) -> None:
    """The item's own form at the window: the line is asked only once somebody says that there is one."""
    page.fill("#id_a-f01", "6.5")
    assert page.locator("#id_a-f03").is_hidden()
    page.select_option("#id_a-f02", label="是")
    page.fill("#id_a-f03", "1号线")


def test_an_item_is_defined_from_nothing_and_taken_to_pickup(desk: Callable[[str], Desk], portal: Portal) -> None:
    find = "from pages.models import CataloguePage; print(CataloguePage.objects.get().pk)"
    catalogue = portal.manage("shell", "-v0", "-c", find).strip()
    editor = Editor(desk("editor"))
    editor.desk.open(f"/admin/pages/add/pages/guidepage/{catalogue}/")
    editor.page.wait_for_load_state("networkidle")
    for part in (basics, conditions_and_materials, form, route, result):
        part(editor)
    editor.submit()

    editor.tab("条件与材料")
    wrong = editor.page.locator("section[id$='-materials-section']")
    assert "兜底条款" in wrong.inner_text()
    mend = editor.page.locator('[name="materials-2-value-name"]')
    assert mend.input_value() == "其他相关材料"
    mend.fill("周边建筑物和管线调查报告")
    editor.submit()
    assert "审核" in editor.page.locator("body").inner_text()
    find = f"from pages.models import GuidePage; print(GuidePage.objects.get(code='{CODE}').pk)"
    guide = portal.manage("shell", "-v0", "-c", find).strip()
    desk("legal").approve(guide)
    desk("publisher").approve(guide)

    reader = desk("tz-window")
    reader.open(f"/items/{CODE.lower()}/")
    for words in (NAME, "周边建筑物和管线调查报告", "5个工作日", BESIDE, "深基坑工程专项审查意见书"):
        reader.says(words)

    case = take_in(reader, "深基坑", CODE, answers)
    reader.says("1号线")
    codes = slip_codes(reader, case)
    assert set(codes) == {LEAD, BESIDE}
    for department, prefix in ((LEAD, "jsj"), (BESIDE, "rfb")):
        office = desk(f"{prefix}-office")
        sign_slip(office, codes[department])
        answer(office, case)
    decide(desk("jsj-chief"), case, "予以办理", "通知书")
    bring_back(desk("jsj-office"), case, "绍建审2026-001")
    hand_out(desk("issuer"), case, "绍建审2026-001")
    assert "All invariants hold" in portal.manage("check_invariants")
