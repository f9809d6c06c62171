"""The main job as people do it: each at their own browser, from intake to the signed receipt."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader

from tests.browser.conftest import Desk, Portal

pytestmark = pytest.mark.browser

COMPANY = "91330602MA9999996P"
PERSON = "330602199001010001"
REPLY = "人防工程已另行报建，不影响本次施工许可。"


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def take_in(clerk: Desk, words: str, code: str, fill_form: Callable[[Page], None] = lambda page: None) -> str:
    """Find the item by typing, enter the applicant, tick everything, save and accept; the address of the case page."""
    clerk.open("/admin/intake/")
    clerk.page.fill("#finder-q", words)
    clerk.page.locator(f'#finder-items a[href$="/{code}/"]').wait_for()
    clerk.page.wait_for_timeout(400)
    clerk.page.locator(f'#finder-items a[href$="/{code}/"]').click()
    clerk.page.select_option("#id_kind", "body")
    clerk.page.fill("#id_name", "绍兴示例建设有限公司")
    clerk.page.select_option("#id_identity_kind", "001")
    clerk.page.fill("#id_identity_number", COMPANY[:-1] + "0")
    clerk.page.fill("#id_legal_representative", "示例甲")
    clerk.page.fill("#id_contact_name", "示例乙")
    clerk.page.fill("#id_contact_phone", "13800000000")
    fill_form(clerk.page)
    clerk.page.click("[data-desk-all-good]")
    for row in clerk.page.locator(".desk-checklist tbody tr").all():
        row.locator("input[type=checkbox]").check()
        row.locator("select[name$=verdict]").select_option("good")
    clerk.press("保存收件")
    clerk.says("校验位不正确")
    clerk.page.fill("#id_identity_number", COMPANY)
    clerk.press("保存收件")
    clerk.says("已收件，申请编号SXA")
    address = clerk.page.url
    clerk.press("受理")
    if clerk.page.locator("#id_without_scans").count():
        clerk.page.check("#id_without_scans")
    clerk.press("受理")
    clerk.says("已受理")
    return address.removeprefix(clerk.portal.url)


def sign_slip(person: Desk, code: str) -> None:
    """Scan the slip's barcode into the search box and sign for it."""
    person.open("/admin/slips/")
    person.page.fill("#register-q", code)
    person.press("查找")
    person.press("签收")
    person.press("签收")
    person.says("已签收")


def answer(person: Desk, case: str, outcome: str = "同意") -> None:
    person.open(case)
    person.press("回复意见")
    person.page.get_by_label(outcome, exact=True).check()
    if outcome != "同意":
        person.page.fill("#id_opinion", "没有人防设计审查意见。")
        person.page.fill("#id_legal_basis", "《示例条例》第二十二条")
    person.press("回复意见")
    person.says("意见已记录")


def slip_codes(clerk: Desk, case: str) -> dict[str, str]:
    """Department → scan code of its slip, read from the slips' own pages; every slip prints in three copies."""
    clerk.open(case)
    links = clerk.page.locator("#s-slips ~ ul a").all()
    found = {}
    for address in [link.get_attribute("href") for link in links]:
        clerk.open(address)
        head = clerk.page.locator(".desk-case").inner_text()
        code = re.search(r"JD\d+", head).group()
        department = re.search(r"：(\S+)", head).group(1)
        found[department] = code
        paper = clerk.pdf("打印交接单")
        assert len(PdfReader(io.BytesIO(paper)).pages) == 3
        assert code in text_of(paper)
    return found


def decide(chief: Desk, case: str, ruling: str = "准予行政许可", paper: str = "决定书") -> None:
    """The words are those of the type of the item."""
    chief.open(case)
    chief.press("作出决定")
    chief.page.get_by_label(ruling, exact=True).check()
    for reply in chief.page.locator("textarea[name^=reply_]").all():
        chief.press("作出决定")
        chief.says("须逐一书面答复")
        reply.fill(REPLY)
    chief.press("作出决定")
    chief.says("决定已作出")
    assert ruling in text_of(chief.pdf(f"{ruling}{paper}"))


def bring_back(officer: Desk, case: str, number: str) -> None:
    officer.open(case)
    officer.press("登记结果并移交窗口")
    officer.page.fill("#id_number", number)
    officer.press("登记结果并移交窗口")
    officer.says("结果已登记")


def hand_out(issuer: Desk, case: str, number: str) -> None:
    """Shelve what arrives, refuse a wrong code, hand out for the right one, print the receipt."""
    issuer.open(case)
    back = issuer.page.locator("#s-slips ~ ul li", has_text="部门→窗口").locator("a").get_attribute("href")
    issuer.open(back)
    issuer.press("接收结果")
    issuer.page.fill("#id_shelf", "A架3层12格")
    issuer.press("接收结果")
    issuer.open(case)
    code = re.search(r"取件码[：:]\s*(\d{6})", text_of(issuer.pdf("领取通知"))).group(1)
    issuer.open("/admin/pickup/")
    issuer.page.locator("tbody a").first.click()
    issuer.press("办理领取")
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for entered, answer_text in ((wrong, "取件码不正确"), (code, "已出件")):
        issuer.page.fill("#id_code", entered)
        issuer.page.fill("#id_name", "示例乙")
        issuer.page.fill("#id_identity_number", PERSON)
        if issuer.page.locator("#id_fee_note").count():
            issuer.page.get_by_label("已缴清", exact=True).check()
            issuer.page.fill("#id_fee_note", "浙财票0001号")
        issuer.press("办理领取")
        issuer.says(answer_text)
    receipt = text_of(issuer.pdf("打印送达回证"))
    assert number in receipt.replace("\n", "")
    assert PERSON not in receipt


def test_a_construction_permit_with_five_cooperating_departments(desk: Callable[[str], Desk], portal: Portal) -> None:
    clerk = desk("tz-window")
    case = take_in(clerk, "施工许可", "TZ-09")
    assert "受理通知书" in text_of(clerk.pdf("受理通知书"))
    codes = slip_codes(clerk, case)
    assert len(codes) == 6
    prefixes = {
        "市建设局": "jsj",
        "市人防办": "rfb",
        "市气象局": "qxj",
        "消防绍兴市支队": "xfzd",
        "市交通运输局": "jtj",
        "市水利局": "slj",
    }
    for department, prefix in prefixes.items():
        office = desk(f"{prefix}-office")
        sign_slip(office, codes[department])
        answer(office, case, "不同意" if prefix == "rfb" else "同意")
    clerk.open(case)
    clerk.says("并联汇合")
    decide(desk("jsj-chief"), case)
    clerk.open(case)
    clerk.says(f"答复：{REPLY}")
    bring_back(desk("jsj-office"), case, "330602202600000101")
    hand_out(desk("issuer"), case, "330602202600000101")
    clerk.open(case)
    clerk.says("已送达")
    assert "All invariants hold" in portal.manage("check_invariants")


def test_a_second_hand_flat_with_trade_and_tax_in_parallel(desk: Callable[[str], Desk], portal: Portal) -> None:
    clerk = desk("bdc-window")
    case = take_in(clerk, "clf", "BDC-01")
    codes = slip_codes(clerk, case)
    assert set(codes) == {"市建设局", "市地税局"}
    for department, prefix in (("市建设局", "jsj"), ("市地税局", "dsj")):
        office = desk(f"{prefix}-office")
        sign_slip(office, codes[department])
        answer(office, case)
    codes = slip_codes(clerk, case)
    lead = desk("gtj-office")
    sign_slip(lead, codes["市国土局"])
    decide(desk("gtj-chief"), case, "予以登记")
    bring_back(lead, case, "浙2026绍0000001")
    hand_out(desk("issuer"), case, "浙2026绍0000001")
    assert "All invariants hold" in portal.manage("check_invariants")


def test_a_withdrawn_case_goes_home_from_the_department(desk: Callable[[str], Desk], portal: Portal) -> None:
    clerk, office = desk("tz-window"), desk("jsj-office")
    case = take_in(clerk, "施工许可", "TZ-09")
    sign_slip(office, slip_codes(clerk, case)["市建设局"])
    clerk.open(case)
    clerk.press("申请人撤回")
    clerk.page.fill("#id_reason", "项目暂缓")
    clerk.press("申请人撤回")
    clerk.says("还没有退还申请人的材料")
    office.open("/admin/slips/?show=homeward")
    office.page.locator("tbody a").first.click()
    assert "退还申请人的材料" in text_of(office.pdf("打印交接单"))
    clerk.open("/admin/slips/?show=homeward")
    clerk.page.locator("tbody a").first.click()
    clerk.press("接收退还材料")
    clerk.press("接收退还材料")
    clerk.open(case)
    clerk.press("退还申请人")
    clerk.page.fill("#id_name", "示例乙")
    clerk.page.fill("#id_identity_number", PERSON)
    clerk.press("退还申请人")
    clerk.says("已登记退还")
    assert "上列材料已经核对无误并收到" in text_of(clerk.pdf("材料退还凭证"))
    assert "All invariants hold" in portal.manage("check_invariants")
