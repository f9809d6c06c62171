"""A clerk's day by keyboard and scanner: ten cases of seven kinds, every key and click counted.

What a scanner types is no key: the proof lies on its pad. A character of a name counts as one key, as with any input
method it costs at least one; two keys held together count as two.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk

pytestmark = pytest.mark.browser

FIRST, SECOND, THIRD = "91330602MA9999101H", "91330602MA999911X9", "91330602MA99991289"
PERSON = "330602199001010001"
BUDGETS = {"老申请人": (60, 3), "新申请人": (90, 3)}
"""Kind of case → keys and clicks that it may cost from the home page to the printed papers."""
EVERYTHING_ELSE = (90, 3)


@dataclass
class Row:
    """One case of the day."""

    kind: str
    what: str
    keys: int = 0
    clicks: int = 0

    def __str__(self) -> str:
        return f"{self.kind:　<6}{self.what:　<16}{self.keys:>4}{self.clicks:>4}"


@dataclass
class Hand:
    """The clerk's hands: everything that goes into the machine passes here and is counted."""

    desk: Desk
    rows: list[Row] = field(default_factory=list)

    @property
    def page(self) -> Page:
        return self.desk.page

    @contextmanager
    def case(self, kind: str, what: str) -> Any:
        """From the home page; the row is the last when the case is done."""
        self.rows.append(Row(kind, what))
        self.desk.open("/admin/")
        yield
        row, (keys, clicks) = self.rows[-1], BUDGETS.get(kind, EVERYTHING_ELSE)
        assert row.keys <= keys, str(row)
        assert row.clicks <= clicks, str(row)

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)
        self.rows[-1].keys += len(words)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.rows[-1].keys += 1 + key.count("+")

    def go(self, key: str = "Enter") -> None:
        """A key that leads to another page."""
        with self.page.expect_navigation():
            self.press(key)

    def scan(self, code: str) -> None:
        self.page.keyboard.type(code)
        self.page.keyboard.press("Enter")

    def on(self, words: str) -> None:
        """The focus stands there without anybody having led it."""
        expect(self.page.locator(":focus")).to_have_text(re.compile(words))

    def in_field(self, name: str) -> None:
        expect(self.page.locator(":focus")).to_have_attribute("name", name)


def find_item(hand: Hand, code: str) -> None:
    """The finder has the focus on the home page; one hit opens at once, with the proof as its first field."""
    hand.type(code)
    hand.go()
    hand.in_field("identity_number")


def fill_in_body(hand: Hand, name: str) -> None:
    """A company that nobody knows; Enter goes on, also over its seat, which may stay empty."""
    hand.in_field("name")
    hand.type(name)
    hand.press("Enter")
    hand.type("示例甲")
    hand.press("Enter", "Enter")
    hand.type("示例乙")
    hand.press("Enter")
    hand.type("13800000000")


def save(hand: Hand, *, everything: str = "Alt+a") -> None:
    """One key for the checklist, one that saves."""
    hand.press(everything)
    hand.on("保存收件")
    hand.go()
    hand.desk.says("已收件")


def accept(hand: Hand) -> None:
    """The case page stands at 受理; departments that work from scans are asked about where nothing is scanned."""
    hand.on("受理")
    hand.go()
    if hand.page.locator("#id_without_scans").count():
        hand.press("Space", "Enter")
    hand.on("受理")
    hand.go()
    hand.desk.says("已受理")


def print_all(hand: Hand, key: str = "Enter") -> None:
    """One key opens all papers of the case as one file; by Alt+P where a next step has the focus."""
    if key == "Enter":
        hand.on("全部打印")
    asked = re.compile(r"/admin/cases/\d+/papers/")
    with hand.page.context.expect_event("request", lambda request: bool(asked.search(request.url))):
        hand.press(key)
    for other in hand.page.context.pages[1:]:
        other.close()
    hand.page.bring_to_front()


def begin(hand: Hand, code: str, number: str, *, typed: bool = False) -> None:
    """The item, then the proof, on the scanner or by hand."""
    find_item(hand, code)
    if typed:
        hand.type(number)
        hand.press("Enter")
    else:
        hand.scan(number)


def finish(hand: Hand) -> None:
    save(hand)
    accept(hand)
    print_all(hand)


def open_newest(hand: Hand, tile: str) -> None:
    """Through a tile of the home page, with the mouse."""
    for target in (hand.page.locator(".desk-tile", has_text=tile), hand.page.locator("main tbody a").first):
        hand.rows[-1].clicks += 1
        with hand.page.expect_navigation():
            target.click()


def choose(hand: Hand, words: str, step: str = "Tab") -> None:
    """Tab to a button of the case and press it."""
    for _ in range(12):
        if hand.page.locator(":focus").inner_text().strip() == words:
            return hand.go()
        hand.press(step)
    raise AssertionError(f"{words} is not reached with the Tab key")


def take_in_anew(hand: Hand) -> None:
    with hand.case("新申请人", "TZ-01 扫描证件"):
        begin(hand, "TZ-01", FIRST)
        fill_in_body(hand, "绍兴示例实业有限公司")
        finish(hand)
    with hand.case("新申请人", "TZ-09 输入证件号"):
        begin(hand, "TZ-09", SECOND, typed=True)
        fill_in_body(hand, "绍兴示例建设有限公司")
        finish(hand)


def take_in_known(hand: Hand) -> None:
    for what, code, number in (
        ("TZ-09 九项材料", "TZ-09", FIRST),
        ("TZ-06", "TZ-06", FIRST),
        ("TZ-01", "TZ-01", SECOND),
    ):
        with hand.case("老申请人", what):
            begin(hand, code, number, typed=number == SECOND)
            hand.on("必要材料全部已收且合格")
            finish(hand)


def take_in_again(hand: Hand) -> None:
    with hand.case("再次申请", "TZ-09 写明理由"):
        begin(hand, "TZ-09", SECOND)
        hand.on("必要材料全部已收且合格")
        hand.press("Alt+a")
        hand.go()
        hand.in_field("in_spite_of")
        hand.type("另一处工地")
        finish(hand)


def correct_and_accept(hand: Hand) -> None:
    page = hand.page
    with hand.case("告知补正", "TZ-09 缺一项材料"):
        begin(hand, "TZ-09", THIRD)
        fill_in_body(hand, "绍兴示例置业有限公司")
        hand.press("Alt+b")
        hand.rows[-1].clicks += 1
        page.locator("[data-desk-checklist] tbody input[type=checkbox]").nth(4).click()
        hand.go("Alt+s")
        choose(hand, "一次性告知补正")
        hand.go("Alt+s")
        hand.desk.says("已出具一次性补正告知书")
        print_all(hand, "Alt+p")
    with hand.case("补正受理", "TZ-09 补正到齐"):
        open_newest(hand, "待受理")
        choose(hand, "核对材料")
        hand.press("Alt+a")
        hand.go()
        choose(hand, "补正到齐")
        hand.go()
        accept(hand)
        print_all(hand)


def withdraw(hand: Hand) -> None:
    with hand.case("撤回退还", "TZ-09 退还材料"):
        open_newest(hand, "办理中")
        choose(hand, "申请人撤回", "Shift+Tab")
        hand.type("项目暂缓")
        hand.go("Alt+s")
        choose(hand, "退还申请人")
        hand.type("示例乙")
        hand.press("Enter", "Enter")
        hand.scan(PERSON)
        hand.go("Alt+s")
        hand.desk.says("已登记退还")
        print_all(hand)


def take_in_a_person(hand: Hand) -> None:
    with hand.case("自然人", "SS-02 输入证件号"):
        begin(hand, "SS-02", PERSON, typed=True)
        hand.in_field("name")
        hand.type("示例丙")
        hand.press("Enter", "Enter", "Enter")
        hand.in_field("contact_name")
        hand.press("Enter")
        hand.type("13900000000")
        finish(hand)


def test_a_clerks_day_stays_within_its_keys(desk: Callable[[str], Desk], capsys: pytest.CaptureFixture) -> None:
    hand = Hand(desk("tz-window"))
    for work in (take_in_anew, take_in_known, take_in_again, correct_and_accept, withdraw):
        work(hand)
    business = Hand(desk("ss-window"), hand.rows)
    take_in_a_person(business)
    assert (len(hand.rows), len({row.kind for row in hand.rows})) == (10, 7)
    with capsys.disabled():
        sys.stdout.write("\n".join(["", "种类　　情形　　键　点击", *map(str, hand.rows), ""]))
