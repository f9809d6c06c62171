"""What people type finds what they mean, in an order that an editor can foresee, on both databases."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.catalog.finding.asking import Search, Tier, search
from portal.catalog.finding.models import Entry
from portal.catalog.finding.reading import without_fillers
from portal.lib.search.text import Query

pytestmark = pytest.mark.usefixtures("centre")


def answers(text: str, limit: int = 10) -> list[tuple[str, Tier]]:
    return [(entry.item.code, Tier(entry.tier)) for entry in search(text, limit=limit)]


def first(text: str) -> tuple[str, Tier] | None:
    return next(iter(answers(text)), None)


@pytest.mark.parametrize(
    "typed, code, tier",
    [
        ("TZ-09", "TZ-09", Tier.CODE),
        ("ｔｚ－０９", "TZ-09", Tier.CODE),
        ("建筑工程施工许可证核发", "TZ-09", Tier.NAME),
        ("公司设立登记(五证合一)", "SS-01", Tier.NAME),
        ("建筑工程", "TZ-09", Tier.NAME_BEGINS),
        ("工许", "TZ-09", Tier.NAME_CONTAINS),
        ("许可证 施工", "TZ-09", Tier.NAME_CONTAINS),
        ("使用营业前", "SS-05", Tier.NAME_CONTAINS),
        ("使用、营业前", "SS-05", Tier.NAME_CONTAINS),
        ("09", "TZ-09", Tier.CODE_CONTAINS),
        ("z-09", "TZ-09", Tier.CODE_CONTAINS),
        ("开饭店", "SS-03", Tier.SYNONYM),
        ("我想开饭店", "SS-03", Tier.SYNONYM),
        ("开饭", "SS-03", Tier.SYNONYM),
        ("房子过户", "BDC-01", Tier.SYNONYM),
        ("市文广局", "SH-07", Tier.DEPARTMENT),
        ("绍兴市文化广电新闻出版局", "SH-07", Tier.DEPARTMENT),
        ("sgxk", "TZ-09", Tier.PINYIN),
        ("shigongxuke", "TZ-09", Tier.PINYIN),
        ("shigongxuk", "TZ-09", Tier.PINYIN_PART),
        ("gongxuke", "TZ-09", Tier.PINYIN),
        ("建筑gcsg", "TZ-09", Tier.PINYIN),
        ("建筑 sgxk", "TZ-09", Tier.PINYIN),
        ("施工许可证怎么办理", "TZ-09", Tier.NAME_CONTAINS),
        ("请问施工许可证要什么材料", "TZ-09", Tier.NAME_CONTAINS),
    ],
)
def test_the_first_answer_and_why(typed: str, code: str, tier: Tier) -> None:
    assert first(typed) == (code, tier)


@pytest.mark.parametrize(
    "typed",
    [
        "施工客可证",
        "施工可证",
        "建筑工程施工许可证合发",
        "许可施工",
        "sgxxk",
        "sgkx",
    ],
)
def test_a_mistake_is_forgiven_only_when_nothing_else_is_found(typed: str) -> None:
    assert first(typed) == ("TZ-09", Tier.GUESS)


@pytest.mark.parametrize(
    "typed",
    [
        *("火星探测", "不存在的事", "a" * 5000, "施" * 400, " ".join("甲乙丙丁" for _ in range(200)), "zzzzzz", "㛃𬱖"),
        *(
            "'; drop table",
            '"',
            '*"*:()',
            "AND OR NOT NEAR",
            "text:*",
            "%",
            "_",
            "\\",
            "\x00",
            "",
            "😀",
            "\u202e\u2066",
        ),
    ],
)
def test_nothing_is_found_by_what_means_nothing(typed: str) -> None:
    assert answers(typed) == []
    assert not Search(Query(typed)).all().exists()


def test_better_reasons_come_first_and_short_names_before_long_ones() -> None:
    found = answers("消防")
    assert [tier for _, tier in found] == sorted(tier for _, tier in found)
    named = [code for code, tier in found if tier == Tier.NAME_CONTAINS]
    assert named == ["TZ-08", "SS-05"]


def test_the_department_in_charge_comes_before_those_that_help() -> None:
    tiers = dict(answers("市规划局", limit=29))
    assert tiers["TZ-04"] == Tier.DEPARTMENT
    assert tiers["TZ-02"] == Tier.TEXT


def test_every_department_is_found_by_every_name_it_goes_by() -> None:
    for entry in Entry.objects.select_related("item__lead"):
        body = entry.item.lead
        for name in (body.short_name, body.full_name, *body.aliases):
            assert entry in Search(Query(name)).all(), name


def test_every_part_of_every_name_finds_its_item() -> None:
    for entry in Entry.objects.select_related("item"):
        name = entry.name_key
        for start in range(0, len(name) - 1, 3):
            assert entry in Search(Query(name[start : start + 4])).all(), (name, start)


@pytest.mark.parametrize("typed", ["许可", "登记", "审批", "tz", "gh", "消防", "开店", "市建设局", "施工客可证", "j"])
def test_the_top_is_the_beginning_of_the_whole_answer(typed: str) -> None:
    top = [entry.pk for entry in search(typed, limit=7)]
    assert top == [entry.pk for entry in Search(Query(typed)).all()[:7]]
    assert top


def test_the_order_is_written_down_so_that_both_databases_are_held_to_it() -> None:
    assert [code for code, _ in answers("登记", limit=6)] == ["SH-06", "BDC-05", "SS-01", "SH-01", "BDC-02", "BDC-01"]
    assert [code for code, _ in answers("gh", limit=3)] == ["TZ-04", "TZ-05", "GY-03"]


def test_the_top_costs_the_same_number_of_queries_for_one_item_and_for_all() -> None:
    few = Entry.objects.filter(item__code="TZ-09")
    costs = []
    for among in (few, None):
        search("施工许可")
        with CaptureQueriesContext(connection) as captured:
            search("施工许可", among=among, limit=50)
        costs.append(len(captured))
    assert costs[0] == costs[1]


def test_words_around_the_matter_are_left_out() -> None:
    assert without_fillers(Query("我想办理施工许可证怎么办")) == "施工许可证"
    assert without_fillers(Query("施工许可证")) is None
    assert without_fillers(Query("怎么办")) is None


def test_the_command_prints_the_ranked_answer() -> None:
    told = StringIO()
    call_command("search_items", "施工许可", "--json", stdout=told)
    rows = json.loads(told.getvalue())
    assert (rows[0]["code"], rows[0]["tier"], rows[0]["place"]) == ("TZ-09", "name_contains", 1)
    told = StringIO()
    call_command("search_items", "火星探测", stdout=told)
    assert "没有找到" in told.getvalue()
    told = StringIO()
    call_command("search_items", "开饭店", "--limit", "1", stdout=told)
    assert "SS-03" in told.getvalue()
    assert told.getvalue().count("\n") == 1
