"""No public text promises what the portal cannot do; one switch makes all of them say that it can."""

from __future__ import annotations

from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

from pages.models import HomePage
from portal.catalog.drawing.chart import process_chart_steps
from portal.catalog.handbook.chapters import _delivery_texts, _services, material_row
from portal.catalog.papers.form_paper import item_part
from portal.catalog.papers.item_papers import checklist, leaflet
from portal.catalog.schema.able import ABLE, Ability, ways_note, ways_open
from portal.catalog.schema.definition import ItemDefinition
from tests.cast import starting_items
from tests.catalog.test_papers import AROUND
from tests.pages.acts import guide

pytestmark = [pytest.mark.django_db, pytest.mark.once]
PROMISES = ("“容缺后补”的材料", "容缺受理</span>", "先行收件", "邮寄</span>", "、邮寄", "邮寄、")
"""What would be a promise; that something is not open yet is none."""


def item() -> ItemDefinition:
    """TZ-09 with everything that the portal cannot do."""
    found = next(item for item in starting_items() if item.code == "TZ-09")
    assert any(material.is_tolerated for material in found.materials)
    ways = {"delivery": ("窗口领取", "邮寄"), "mail_delivery": True, "tolerant_supported": True}
    return found.model_copy(update=ways)


def switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for ability in Ability:
        monkeypatch.setitem(ABLE, ability, True)


def texts() -> dict[str, str]:
    """What the papers and charts of the item say."""
    found = item()
    part: Any = item_part(found, AROUND, {}, {}, set())
    return {
        "leaflet": render_to_string("papers/leaflet.html", leaflet(found, AROUND)),
        "checklist": render_to_string("papers/checklist.html", checklist(found, AROUND, {}, "http://example.cn/")),
        "form": "、".join(way["text"] for way in part["delivery"])
        + render_to_string("papers/form_closing.html", {"parts": [part]}),
        "handbook": str(_delivery_texts(found)) + str([material_row("1", line, found) for line in found.materials]),
        "services": "、".join(_services(found)),
        "chart": str(process_chart_steps(found)),
    }


def test_no_paper_promises_what_the_window_cannot_do() -> None:
    for name, text in texts().items():
        for promise in PROMISES:
            assert promise not in text.replace("邮寄暂未开通", ""), (name, promise)
        assert "容缺后补" not in text.replace("<th>容缺后补的材料</th>", ""), name
    assert "容缺受理暂未开通，目前请把材料一次交齐" in texts()["leaflet"]
    assert "邮寄暂未开通，目前请到窗口领取" in texts()["leaflet"]
    assert "物流快递（暂未开通）" in texts()["services"]


def test_one_switch_makes_every_text_say_it(monkeypatch: pytest.MonkeyPatch) -> None:
    switched_on(monkeypatch)
    found = texts()
    assert "暂未开通" not in str(found)
    assert '<span class="mark">容缺后补</span>' in found["leaflet"]
    assert "在承诺的期限内补交" in found["checklist"]
    assert "邮寄" in found["form"]
    assert "容缺受理</span>" in found["form"]
    assert "容缺后补" in found["handbook"]
    assert "物流快递" in found["services"]


def test_ways_that_are_shut_leave_the_window() -> None:
    assert ways_open(["邮寄", "网上下载"]) == ("窗口领取",)
    assert ways_open(["窗口领取", "邮寄", "代领"]) == ("窗口领取", "代领")
    assert ways_open([]) == ()
    assert ways_note(["窗口领取", "代领"]) == ""
    assert ways_note(["邮寄", "网上下载"]) == "邮寄、网上下载暂未开通，目前请到窗口领取。"


def test_the_guide_says_what_is_not_open_yet(site: HomePage, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    page = guide()
    assert any(material.is_tolerated for material in page.item.current_edition.parsed.materials)
    text = client.get(page.url).content.decode()
    assert "容缺受理暂未开通" in text
    assert "容缺后补" not in text
    assert "邮寄暂未开通，目前请到窗口领取" in text
