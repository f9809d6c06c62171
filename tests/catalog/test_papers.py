"""The papers that follow from an item's definition: leaflet, checklist and form say what the edition in force says."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.template import Context
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from portal.catalog.editions.intake import withdraw_item
from portal.catalog.editions.publishing import publish
from portal.catalog.exchange.content import load_items
from portal.catalog.models import ServiceItem
from portal.catalog.papers import views
from portal.catalog.papers.form_paper import application_form, item_part
from portal.catalog.papers.item_papers import Around, checklist, leaflet
from portal.catalog.schema.able import ABLE, Ability
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.questions import FIELD_KINDS
from portal.lib.pdf import html_to_pdf, render_pdf
from portal.lib.throttle import Rate
from tests.cast import Cast
from tests.catalog.exchange_items import EVERYTHING
from tests.documents.test_papers import engine

ITEMS = {item.code: item for item in load_items(settings.CONTENT_DIR)}
CENTER = {
    "name": "示例中心",
    "address": "示例路1号",
    "hours": "工作日9:00至17:00",
    "phone": "0575-00000001",
    "complaint_phone": "0575-00000002",
}
AROUND = Around(3, date(2017, 3, 1), CENTER, zone="示例受理区", guide_url="http://example.cn/items/tz-09/")
RARE = "㛃𬱖"
HOSTILE = "<script>alert(1)</script>"
YES_NO = [{"key": "a1", "text": "是"}, {"key": "a2", "text": "否"}]


def changed(code: str, /, **changes: Any) -> ItemDefinition:
    return ItemDefinition.model_validate({**ITEMS[code].model_dump(mode="json"), **changes})


def asking(**changes: Any) -> ItemDefinition:
    """An item that asks whether an agent comes; its last material is for agents only."""
    data = ITEMS["TZ-09"].model_dump(mode="json")
    data["materials"][-1]["when"] = [{"of": "q1", "values": ["a1"]}]
    data["questions"] = [{"key": "q1", "text": "是否由他人代办？", "choices": YES_NO}]
    return ItemDefinition.model_validate({**data, **changes})


def with_every_kind() -> ItemDefinition:
    """A form with one field of every kind."""
    form: list[dict[str, Any]] = [
        {"key": f"f{number}", "label": f"{RARE}{number}", "kind": kind}
        for number, kind in enumerate(FIELD_KINDS, start=1)
    ]
    form[10]["choices"] = form[11]["choices"] = YES_NO
    form[12]["columns"] = [
        {"key": "c1", "label": "姓名"},
        {"key": "c2", "label": "证件号码", "kind": "identity"},
        {"key": "c3", "label": "是否股东", "kind": "choice", "choices": YES_NO},
    ]
    return ItemDefinition.model_validate({**EVERYTHING, "form": form})


def shown(template: str, content: dict[str, Any]) -> str:
    """The page as HTML; a name that the template asks for in vain fails."""
    return engine().get_template(template).render(Context(content))


def form_html(*parts: dict[str, Any], applicant: dict[str, str] | None = None) -> str:
    content = {**application_form(parts, applicant), "center": CENTER, "form_url": "http://example.cn/"}
    return shown("papers/form.html", content)


def text_of(data: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).replace("\n", "")


def test_the_leaflet_of_every_item_is_one_page() -> None:
    for item in ITEMS.values():
        data = render_pdf("papers/leaflet.html", leaflet(item, AROUND))
        assert len(PdfReader(io.BytesIO(data)).pages) == 1, item.code


@pytest.mark.parametrize(("times", "conditions"), [(1, 20), (6, 3), (12, 60)])
def test_a_leaflet_that_says_too_much_names_how_much_is_left_out_and_stays_one_page(
    times: int, conditions: int
) -> None:
    lines = [
        {"key": f"m{number:02}", "name": "很长的材料名称" * times, "original_copies": 1} for number in range(1, 41)
    ]
    definition = changed(
        "TZ-09", name="很长的事项名称" * times * 2, materials=lines, conditions=["很长的条件" * times] * conditions
    )
    content = leaflet(definition, AROUND)
    assert 0 < len(content["materials"]) == 40 - content["more_materials"]
    data = render_pdf("papers/leaflet.html", content)
    assert len(PdfReader(io.BytesIO(data)).pages) == 1
    assert f"另有{content['more_materials']}项材料" in text_of(data)


def test_the_leaflet_says_the_four_facts_where_and_whom_to_call() -> None:
    html = shown("papers/leaflet.html", leaflet(ITEMS["TZ-09"], AROUND))
    for words in ("5个工作日", "法定期限15个工作日", "1次", "不收费", "承诺件", "示例路1号", "0575-00000001", "第3版"):
        assert words in html
    for material in ITEMS["TZ-09"].materials:
        assert material.name in html


def test_without_answers_the_checklist_has_every_material_and_names_the_open_question() -> None:
    content = checklist(asking(), AROUND, {}, "http://example.cn/")
    assert len(content["materials"]) == 9
    assert content["open_questions"] == ["是否由他人代办？"]
    assert content["materials"][-1]["situation"] == "是否由他人代办？＝是"


def test_an_answer_takes_what_does_not_apply_off_the_checklist_and_says_so() -> None:
    definition = asking()
    content = checklist(definition, AROUND, {"q1": "a2"}, "http://example.cn/")
    assert [row["no"] for row in content["materials"]] == list(range(1, 9))
    assert content["spared"] == [definition.materials[-1].name]
    assert content["situation"] == [{"question": "是否由他人代办？", "answer": "否"}]
    assert f"按您的情形不用提交：{definition.materials[-1].name}" in shown("papers/checklist.html", content)


def test_the_checklist_names_what_may_follow_and_what_need_not_be_brought(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ABLE, Ability.TOLERANCE, True)
    content = checklist(ITEMS["TZ-09"], AROUND, {}, "http://example.cn/")
    assert content["later"] == [row.name for row in ITEMS["TZ-09"].materials if row.may_follow] != []
    assert content["shared"] == [row.name for row in ITEMS["TZ-09"].materials if row.shareable] != []


def test_every_element_of_a_definition_prints_without_an_unknown_name() -> None:
    definition = with_every_kind()
    assert "全部要素" in shown("papers/leaflet.html", leaflet(definition, AROUND))
    assert "全部要素" in shown(
        "papers/checklist.html", checklist(definition, AROUND, {"q1": ["a1"]}, "http://example.cn/")
    )
    assert "全部要素" in form_html(item_part(definition, AROUND))


def test_words_of_a_definition_stay_words() -> None:
    definition = changed("TZ-09", name=HOSTILE, conditions=[HOSTILE], short_name=HOSTILE)
    for html in (
        shown("papers/leaflet.html", leaflet(definition, AROUND)),
        shown("papers/checklist.html", checklist(definition, AROUND, {}, "http://example.cn/")),
        form_html(item_part(definition, AROUND)),
    ):
        assert "&lt;script&gt;" in html
        assert "<script>" not in html


def test_a_number_has_a_box_for_each_character() -> None:
    cells = {one["label"]: one for line in item_part(with_every_kind(), AROUND)["lines"] for one in line}
    assert [len(cells[f"{RARE}{number}"]["boxes"]) for number in (6, 7, 8)] == [18, 18, 11]
    assert [choice["text"] for choice in cells[f"{RARE}11"]["choices"]] == ["是", "否"]
    assert len(cells[f"{RARE}13"]["rows"]) == 4


def test_rare_characters_reach_the_paper() -> None:
    assert RARE[0] in text_of(html_to_pdf(form_html(item_part(with_every_kind(), AROUND))))


def test_a_filled_form_shows_answers_and_masks_identity_and_phone_numbers() -> None:
    answers = {
        "f1": f"王{RARE}",
        "f6": "330602199001010016",
        "f8": "13812345678",
        "f11": "a2",
        "f13": [{"c1": "示例甲", "c2": "330602199001010016", "c3": "a1"}],
    }
    part = item_part(with_every_kind(), AROUND, {"q1": ["a1"]}, answers)
    cells = {one["label"]: one for line in part["lines"] for one in line}
    assert "".join(cells[f"{RARE}6"]["boxes"]) == "330602********0016"
    assert "".join(cells[f"{RARE}8"]["boxes"]) == "138****5678"
    assert cells[f"{RARE}13"]["rows"] == [["示例甲", "330602********0016", "是"]]
    assert [choice["chosen"] for choice in cells[f"{RARE}11"]["choices"]] == [False, True]
    html = form_html(part, applicant={"kind": "自然人", "name": "示例甲", "identity": "330602********0016"})
    assert f"王{RARE}" in html
    assert "199001010016" not in html


def test_a_field_that_was_not_asked_is_not_on_the_filled_form_but_on_the_blank_one() -> None:
    form = [{"key": "f1", "label": "代办理由", "when": [{"of": "q1", "values": ["a1"]}]}]
    definition = asking(form=form)
    assert item_part(definition, AROUND)["lines"][0][0]["only"] == "是否由他人代办？＝是"
    assert item_part(definition, AROUND, {"q1": "a2"}, {})["lines"] == []
    assert item_part(definition, AROUND, {"q1": "a1"}, {"f1": "出差"})["lines"][0][0]["text"] == "出差"


def test_a_form_for_two_items_asks_for_the_applicant_once() -> None:
    html = form_html(item_part(ITEMS["TZ-09"], AROUND), item_part(ITEMS["SS-01"], AROUND))
    assert html.count("姓名（名称）") == 1
    assert ITEMS["TZ-09"].name in html
    assert ITEMS["SS-01"].name in html


@pytest.fixture
def client(cast: Cast) -> Client:
    cache.clear()
    return Client()


@pytest.mark.parametrize(
    ("name", "title"),
    [("paper_leaflet", "完整指南"), ("paper_checklist", "一次性告知单"), ("paper_form", "统一申请表")],
)
def test_anybody_may_take_a_paper_of_an_item_in_force(name: str, title: str, client: Client) -> None:
    answer = client.get(reverse(name, args=["TZ-09"]))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    text = text_of(answer.content)
    assert title in text
    assert "建筑工程施工许可证核发" in text


def test_a_paper_that_is_known_is_not_sent_again_and_not_printed_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = reverse("paper_leaflet", args=["TZ-09"])
    first = client.get(url)
    monkeypatch.setattr(views, "RATE", Rate("papers", limit=0, seconds=60))
    assert client.get(url).content == first.content
    again = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    full = client.get(reverse("paper_checklist", args=["TZ-09"]))
    assert full.status_code == 503
    assert "现在下载的人较多" in full.content.decode()


def test_a_new_edition_makes_a_new_paper(client: Client) -> None:
    url = reverse("paper_leaflet", args=["TZ-09"])
    first = client.get(url)["ETag"]
    publish(changed("TZ-09", note="再次发布"), by=None)
    assert client.get(url, headers={"If-None-Match": first}).status_code == 200


def test_answers_make_another_checklist_and_unknown_ones_make_none(client: Client) -> None:
    publish(asking(), by=None)
    url = reverse("paper_checklist", args=["TZ-09"])
    plain, answered = client.get(url)["ETag"], client.get(url + "?q1=a2")["ETag"]
    assert plain != answered
    assert client.get(url + "?q1=a9&q7=a1&x=%00")["ETag"] == plain


@pytest.mark.parametrize("codes", ["TZ-99", "%00", "..", "TZ-09+TZ-99", "TZ-09+", "'or'1", "ＴＺ-０９"])
def test_an_item_that_is_not_there_is_a_sentence(codes: str, client: Client) -> None:
    answer = client.get(f"/papers/form/{codes}.pdf")
    assert answer.status_code == 404
    assert "没有找到" in answer.content.decode()


def test_a_withdrawn_item_has_no_papers(client: Client, cast: Cast) -> None:
    withdraw_item(ServiceItem.objects.get(code="TZ-09"), by=cast.publisher, reason="法律已经废止")
    for name in ("paper_leaflet", "paper_checklist", "paper_form"):
        assert client.get(reverse(name, args=["TZ-09"])).status_code == 404


def test_ten_items_share_a_form_and_eleven_do_not(client: Client) -> None:
    codes = list(ITEMS)[:11]
    for code in codes:
        publish(ITEMS[code], by=None)
    ten = client.get(reverse("paper_form", args=["+".join(codes[:10])]))
    assert ten.status_code == 200
    assert all(ITEMS[code].name in text_of(ten.content) for code in codes[:10])
    eleven = client.get(reverse("paper_form", args=["+".join(codes)]))
    assert eleven.status_code == 400
    assert "最多合并10个事项，您选了11个" in eleven.content.decode()


def test_the_same_item_twice_stands_on_the_form_once(client: Client) -> None:
    once, twice = (client.get(f"/papers/form/{codes}.pdf") for codes in ("TZ-09", "TZ-09+tz-09"))
    assert once["ETag"] == twice["ETag"]


def test_papers_are_read_only(client: Client) -> None:
    assert client.post(reverse("paper_leaflet", args=["TZ-09"])).status_code == 405
