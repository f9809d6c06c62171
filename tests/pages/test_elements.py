"""The editor's fields and the schema say the same: what is written is read back, what is new gets a lasting name."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from pages.elements import compiled, fill, split_answers
from pages.models import CataloguePage, GuidePage, HomePage
from portal.catalog.exchange.content import load_items
from portal.catalog.judging.findings import Finding
from portal.catalog.models import ServiceItem
from portal.catalog.schema.definition import ItemDefinition
from tests.pages.acts import act, at_desk, draft, edit, editor, form_data, guide, legal, publisher, put_live

pytestmark = [pytest.mark.django_db, pytest.mark.once]
YES_NO = [{"key": "a1", "text": "是"}, {"key": "a2", "text": "否"}]


def full(**changes: Any) -> ItemDefinition:
    """An item of the starting content with a question, a form and conditions on all that can have them."""
    data = load_items(settings.CONTENT_DIR)[1].model_dump(mode="json")
    for material in data["materials"]:
        material["when"] = []
    data["questions"] = [{"key": "q1", "text": "是否由他人代办", "choices": YES_NO}]
    when = [{"of": "q1", "values": ["a1", "a2"]}]
    data["materials"][1]["when"] = when
    data["route"]["stages"][0]["steps"][0]["when"] = when
    data["form"] = [
        {"key": "f01", "label": "种类", "kind": "choice", "choices": YES_NO},
        {"key": "f02", "label": "成员", "kind": "rows", "columns": [{"key": "c1", "label": "姓名"}]},
        {"key": "f03", "label": "说明", "kind": "long_text", "when": [{"of": "f01", "values": ["a2"]}]},
    ]
    data["effective_from"] = "2017-03-01"
    data["fee"] = {"charged": True, "item": "登记费", "standard": "80元", "basis": "文件", "pay_methods": ["扫码"]}
    data["faqs"] = [{"question": "问？", "answer": "答。"}]
    return ItemDefinition.model_validate({**data, **changes})


@pytest.mark.parametrize("definition", [*load_items(settings.CONTENT_DIR), full()], ids=lambda one: one.code)
def test_a_definition_written_to_a_page_is_read_back_unchanged(db: None, definition: ItemDefinition) -> None:
    page = GuidePage()
    fill(page, definition)
    read = compiled(page)
    assert read.findings == []
    assert ItemDefinition.model_validate(read.data) == definition


def test_writing_the_same_definition_twice_gives_the_same_blocks(db: None) -> None:
    pages = [GuidePage(), GuidePage()]
    for page in pages:
        fill(page, full())
    first, second = ([block.id for block in page.materials] for page in pages)
    assert first == second


def test_the_editing_form_sends_back_what_it_showed(small_site: HomePage) -> None:
    before = guide().parsed
    edit(editor(), guide())
    assert draft().parsed == before


def test_an_item_is_defined_from_nothing_on_the_form(small_site: HomePage) -> None:
    catalogue = CataloguePage.objects.get()
    page = GuidePage()
    fill(page, full(code="TZ-99", name="从无到有的事项"))
    for child in page.materials:
        child.value["key"] = ""
    for child in page.stages:
        child.value["key"] = ""
    url = reverse("wagtailadmin_pages:add", args=["pages", "guidepage", catalogue.pk])
    answer = at_desk(editor()).post(url, {**form_data(page), "action-submit": "1"}, follow=True)
    assert "审核" in answer.content.decode()
    made = GuidePage.objects.get(code="TZ-99")
    act(legal(), made)
    act(publisher(), made)
    item = ServiceItem.objects.get(code="TZ-99")
    assert [material.key for material in item.current_edition.parsed.materials][:2] == ["m01", "m02"]
    assert item.current_edition.parsed.materials == full().materials
    assert GuidePage.objects.get(item=item).slug == "tz-99"


def test_a_new_material_gets_a_name_that_no_edition_ever_used(small_site: HomePage) -> None:
    page = guide()
    last = len(page.materials)
    del page.materials[last - 1]
    put_live(page)
    page = guide()
    page.materials.append(("material", {"name": "新的材料"}))
    page.save_revision()
    assert draft().materials[-1].value["key"] == f"m{last + 1:02d}"


def test_a_block_that_was_duplicated_gets_a_name_of_its_own(small_site: HomePage) -> None:
    page = guide()
    page.materials.append(("material", dict(page.materials[0].value)))
    page.save_revision()
    keys = [child.value["key"] for child in draft().materials]
    assert len(set(keys)) == len(keys)


def test_a_condition_on_a_question_that_does_not_exist_is_a_finding_in_words(small_site: HomePage) -> None:
    page = guide()
    page.materials[0].value["when"].append({"question": "有没有这个问题", "answers": "是"})
    (finding,) = [finding for finding in page.findings() if finding.rule == "when.unknown"]
    assert "没有名为“有没有这个问题”的问题" in finding.message
    assert finding.field == "materials[0].when[0]"


def test_answers_are_separated_as_people_separate_them() -> None:
    known = {"是": "a1", "否": "a2", "甲、乙两类": "a3"}
    assert split_answers("是；否", known) == ["是", "否"]
    assert split_answers("是、否", known) == ["是", "否"]
    assert split_answers("甲、乙两类;是", known) == ["甲、乙两类", "是"]


def test_a_finding_stands_beside_the_block_it_speaks_of(small_site: HomePage) -> None:
    page = guide()
    page.materials[2].value["name"] = ""
    page.save_revision()
    answer = edit(publisher(), draft(), **{"action-submit": "1"})
    form = answer.context["form"]
    (error,) = form.errors["materials"].as_data()
    (sentence,) = error.block_errors[2].block_errors["name"].messages
    assert sentence == "申报材料第3项的材料名称没有填写。请补充。"


def test_a_draft_in_the_making_is_previewed_as_a_list_of_what_is_missing(small_site: HomePage) -> None:
    page = CataloguePage.objects.get().add_child(instance=GuidePage(title="半成品", slug="half", live=False))
    page.save_revision()
    url = reverse("wagtailadmin_pages:view_draft", args=[page.pk])
    shown = at_desk(editor()).get(url).content.decode()
    assert "事项编码没有填写" in shown or "事项编码格式不对" in shown


def tabs(html: str) -> dict[str, int]:
    """Name of a tab → how many places on it must be mended, as its badge says."""
    found = re.findall(r'role="tab"[^>]*>\s*([^<\s]+)\s*(?:<span class="portal-faults">(\d+))?', html)
    return {name: int(count or 0) for name, count in found}


def test_a_tab_says_how_many_places_on_it_must_be_mended(small_site: HomePage) -> None:
    page = guide()
    page.materials[0].value["name"] = "其他材料"
    page.materials[1].value["accept_standard"] = ""
    page.fee_charged = True
    page.save_revision()
    html = at_desk(editor()).get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert {name: count for name, count in tabs(html).items() if count} == {"条件与材料": 2, "收费与结果": 1}
    refused = edit(editor(), draft(), title="", **{"action-submit": "1"}).content.decode()
    assert {name: count for name, count in tabs(refused).items() if count} == {"基本": 1}


def test_what_is_wrong_and_what_to_do_are_two_sentences(small_site: HomePage) -> None:
    page = guide()
    page.materials[0].value["accept_standard"] = "真实有效"
    page.save_revision()
    html = at_desk(editor()).get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert "没有说核对什么。写明核对哪一项" in html
    told = [finding.told for finding in draft().findings()]
    assert all(sentence.endswith(("。", "；")) and "。。" not in sentence for sentence in told)
    assert Finding("code", "x", "不对", "请改正").told == "不对。请改正。"


def test_no_heading_is_said_twice() -> None:
    form = GuidePage.get_edit_handler().get_form_class()()
    for tab in GuidePage.get_edit_handler().children:
        for panel in tab.children:
            inner = [one for child in getattr(panel, "children", ()) for one in getattr(child, "children", [child])]
            labels = [one.heading or form.fields[one.field_name].label for one in inner if hasattr(one, "field_name")]
            assert panel.heading not in labels


def test_what_is_refused_is_not_kept_and_the_next_try_counts_a_new_material_once(small_site: HomePage) -> None:
    page, drafts = draft(), guide().revisions.count()
    page.materials.append(("material", {"name": "其他材料", "accept_standard": "加盖公章", "necessity": "required"}))
    refused = edit(editor(), page, **{"action-submit": "1"})
    assert "页面没有保存" in refused.content.decode()
    assert "刚才的修改还没有保存" in refused.content.decode()
    assert guide().revisions.count() == drafts
    page.materials[-1].value["name"] = "周边管线调查报告"
    edit(editor(), page, **{"action-submit": "1"})
    assert [child.value["name"] for child in draft().materials].count("周边管线调查报告") == 1
    assert guide().workflow_in_progress
