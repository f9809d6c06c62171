"""The public site in a real browser: axe on every page in every mode, the keyboard alone, no JavaScript, a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from portal.lib.display import COOKIE, MODES
from tests.browser.conftest import Portal

pytestmark = pytest.mark.browser

WITHDRAWN = "GY-05"
PAGES = {
    "home": "/",
    "catalogue": "/items/",
    "search without a hit": "/items/?q=zzzz",
    "guide": "/items/tz-09/",
    "guide with questions": "/items/sh-01/?q1=a2",
    "plain page": "/way/",
    "no such paper": "/papers/leaflet/ZZ-99.pdf",
    "chart": "/charts/items/TZ-09/",
    "theme": "/zt-01/",
    "five-stage route": "/zt-03/",
    "chart of the route": "/charts/themes/ZT-03/",
    "feedback": "/feedback/TZ-09/",
    "feedback received": "/feedback/TZ-09/received/",
    "halls": "/halls/",
    "hall": "/halls/sx-center/",
    "news": "/news/",
    "piece of news": "/news/one-window-demo/",
    "follow a case": "/cases/follow/",
    "verify a paper": "/verify/",
    "no such paper to verify": "/verify/AAAAAAAAAAAAAAAA/",
    "results": "/results/",
    "withdrawn": f"/items/{WITHDRAWN.lower()}/",
    "not found": "/no-such-page/",
}
SHIFTED = """() => new Promise(done => {
    let moved = 0;
    new PerformanceObserver(list => list.getEntries().forEach(one => moved += one.value))
        .observe({type: 'layout-shift', buffered: true});
    requestAnimationFrame(() => requestAnimationFrame(() => done(moved)));
})"""
SLOW = 6
"""So many times slower than this machine: a slow one draws a page while it is still coming in."""
PHONE, DESK = {"width": 375, "height": 812}, {"width": 1366, "height": 900}


CONTENT = f"""
from pages.models import GuidePage, HomePage, PlainPage
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.editions.intake import withdraw_item
from portal.catalog.editions.publishing import publish
from portal.catalog.models import ServiceItem

old, new, asking = (ServiceItem.objects.get(code=code) for code in ("{WITHDRAWN}", "GY-01", "SH-01"))
withdraw_item(old, by=None, reason="合并", successor=new)
data = asking.current_edition.parsed.model_dump()
choices = [{{"key": "a1", "text": "本人"}}, {{"key": "a2", "text": "代理人"}}]
data["questions"] = [{{"key": "q1", "text": "由谁来办理？", "help": "代理人须带委托书。", "choices": choices}}]
data["materials"][-1].update(when=[{{"of": "q1", "values": ["a2"]}}], necessity="optional")
data |= {{"faqs": [{{"question": "要多久？", "answer": "十五个工作日。"}}], "rights_duties": "可以查询进度。"}}
edition = publish(ItemDefinition.model_validate(data), by=None)
GuidePage.objects.filter(item=asking).update(edition=edition)
HomePage.objects.get().add_child(instance=PlainPage(title="怎样到达", slug="way", body="<h2>公交</h2><p>1路。</p>"))
"""


@pytest.fixture(scope="module")
def content(portal: Portal) -> None:
    """What the starting content lacks: a withdrawn item with a successor, a guide with questions, a plain page."""
    portal.manage("shell", "-v0", "-c", CONTENT)


@pytest.fixture
def visitor(chromium: Browser) -> Iterator:
    """A factory of visitors: a browser of their own, with these settings."""
    contexts: list[BrowserContext] = []

    def arrive(**settings: object) -> Page:
        contexts.append(chromium.new_context(locale="zh-CN", **settings))
        return contexts[-1].new_page()

    yield arrive
    for context in contexts:
        context.close()


def in_mode(page: Page, portal: Portal, mode: str) -> None:
    page.context.add_cookies([{"name": COOKIE, "value": mode, "url": portal.url}])


@pytest.mark.parametrize("mode", list(MODES))
def test_axe_finds_nothing_on_any_page_and_a_phone_never_scrolls_sideways(
    portal: Portal, content: None, visitor, mode: str
) -> None:
    page, axe = visitor(viewport=PHONE), Axe()
    in_mode(page, portal, mode)
    for name, address in PAGES.items():
        page.goto(portal.url + address)
        assert page.locator("html").get_attribute("data-display") == mode, name
        found = axe.run(page)
        assert found.violations_count == 0, f"{name}, {mode}:\n{found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name


def test_axe_would_find_something(portal: Portal, visitor) -> None:
    page = visitor(viewport=DESK)
    page.goto(portal.url + "/")
    page.evaluate("document.documentElement.removeAttribute('lang')")
    assert [fault["id"] for fault in Axe().run(page).response["violations"]] == ["html-has-lang"]


def test_axe_finds_nothing_on_a_desk_either(portal: Portal, content: None, visitor) -> None:
    page, axe = visitor(viewport=DESK), Axe()
    for name, address in PAGES.items():
        page.goto(portal.url + address)
        found = axe.run(page)
        assert found.violations_count == 0, f"{name}:\n{found.generate_report()}"


def test_big_targets_in_elder_mode(portal: Portal, visitor) -> None:
    page = visitor(viewport=PHONE)
    in_mode(page, portal, "elder")
    page.goto(portal.url + "/items/tz-09/")
    for fold in ("菜单", "本页内容"):
        page.get_by_text(fold, exact=True).click()
    small = page.evaluate(
        """() => [...document.querySelectorAll('.site-nav a, .toc a, .fold__label, .button, .modes button')]
            .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 44)
            .map(one => one.textContent)"""
    )
    assert small == []


BOTTOM = "name => document.querySelector(name).getBoundingClientRect().bottom"
LETTERS = """name => [...document.querySelectorAll(name)].filter(one => one.checkVisibility() && one.textContent.trim())
    .map(one => {
        const drawing = one.closest('svg'), scale = drawing ? drawing.getScreenCTM().a : 1;
        return parseFloat(getComputedStyle(one).fontSize) * scale;
    })"""
PAPER = """() => [...document.querySelectorAll('.chart rect, .plan rect')].map(one => getComputedStyle(one).fill)"""


def test_a_phone_shows_the_facts_first_and_drawings_as_large_and_as_coloured_as_the_mode(
    portal: Portal, visitor
) -> None:
    page = visitor(viewport=PHONE)
    page.goto(portal.url + "/items/tz-09/")
    assert page.evaluate(BOTTOM, "#h-materials") < 950  # the materials begin on the second screen at the latest
    in_mode(page, portal, "elder")
    page.goto(portal.url + "/items/tz-09/")
    assert page.evaluate(BOTTOM, ".facts > div:nth-child(4)") <= PHONE["height"]
    text = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    drawn = {"/items/tz-09/": ".process *", "/charts/items/TZ-09/": ".chart tspan", "/halls/sx-center/": ".plan text"}
    for address, letters in drawn.items():
        page.goto(portal.url + address)
        assert min(page.evaluate(LETTERS, letters)) >= text - 0.5, address
    in_mode(page, portal, "contrast")
    for address in drawn:
        page.goto(portal.url + address)
        assert set(page.evaluate(PAPER)) <= {"rgb(0, 0, 0)", "none"}, address


def tab_to(page: Page, words: str, most: int = 80) -> None:
    """Press Tab until the thing with these words has the focus, and can be seen to have it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        at = page.evaluate("document.activeElement.innerText || document.activeElement.value || ''")
        if words in at:
            style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert style != "none", f"{words} has no visible focus"
            return
    pytest.fail(f"no way to {words} with the Tab key")


def test_by_keyboard_alone_from_home_to_the_printed_leaflet(portal: Portal, visitor) -> None:
    page = visitor(viewport=DESK)
    page.goto(portal.url + "/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "跳到正文"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("施工许可")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.wait_for_url("**/items/?*")
    tab_to(page, "建筑工程施工许可证核发")
    page.keyboard.press("Enter")
    page.wait_for_url("**/items/tz-09/")
    tab_to(page, "办事指南单页")
    leaflet = page.request.get(portal.url + page.evaluate("document.activeElement.getAttribute('href')"))
    assert leaflet.headers["content-type"] == "application/pdf"
    assert leaflet.body().startswith(b"%PDF")


def test_without_javascript_from_home_to_the_printed_leaflet(portal: Portal, visitor) -> None:
    page = visitor(viewport=PHONE, java_script_enabled=False)
    page.goto(portal.url + "/")
    page.get_by_role("button", name="长者模式").click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("data-display") == "elder"
    assert page.url == portal.url + "/"
    page.locator("#q").fill("施工许可")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="建筑工程施工许可证核发").first.click()
    assert page.locator("html").get_attribute("data-display") == "elder"
    assert page.get_by_role("heading", level=1).inner_text() == "建筑工程施工许可证核发"
    leaflet = page.request.get(portal.url + page.get_by_role("link", name="办事指南单页").first.get_attribute("href"))
    assert leaflet.body().startswith(b"%PDF")


def test_a_message_to_the_editors_needs_no_javascript(portal: Portal, visitor) -> None:
    page = visitor(viewport=PHONE, java_script_enabled=False)
    page.goto(portal.url + "/items/tz-09/")
    page.get_by_role("link", name="请告诉编辑").click()
    page.get_by_role("button", name="提交").click()
    assert "请选择哪一部分不对" in page.locator("main").inner_text()
    page.get_by_label("收费").check()
    page.get_by_label("怎么不对").fill("收费标准已经改了，请更正。")
    page.get_by_role("button", name="提交").click()
    assert page.get_by_role("heading", level=1).inner_text() == "意见已经收到"


def test_a_printed_guide_has_all_of_it_and_none_of_the_ways_around(portal: Portal, visitor) -> None:
    page = visitor(viewport=DESK)
    page.goto(portal.url + "/items/tz-09/")
    page.emulate_media(media="print")
    for shown in ("#materials", "#process", "#conditions", "#place", "#fee", "#bases", "#help", ".qr", ".edition"):
        assert page.locator(shown).is_visible(), shown
    for hidden in (".site-nav", ".modes", ".toc", ".crumbs", ".band .actions"):
        assert not page.locator(hidden).is_visible(), hidden


def test_a_page_calls_nobody_else_and_nothing_in_it_moves_while_it_comes_in(portal: Portal, visitor) -> None:
    page = visitor(viewport=DESK)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOW})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    for address in ("/", "/items/tz-09/", "/zt-03/"):
        page.goto(portal.url + address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate(SHIFTED) == 0, address
    assert asked
    assert all(url.startswith(portal.url) for url in asked)
    assert complaints == []
