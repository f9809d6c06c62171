"""Questions as citizens put them: nothing is demanded, and one word that is known gives an answer."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.catalog.finding.asking import Search, Tier, search
from portal.catalog.finding.models import Synonym
from portal.catalog.finding.overlap import overlapping
from portal.catalog.finding.reading import matters
from portal.catalog.finding.synonyms import lexicon
from portal.lib.search.text import Query

pytestmark = pytest.mark.usefixtures("centre")


def codes(text: str, limit: int = 5) -> list[str]:
    return [entry.item.code for entry in search(text, limit=limit)]


@pytest.mark.parametrize(
    "typed, code",
    [
        *(("饭馆", "SS-03"), ("小饭馆", "SS-03"), ("开个饭馆", "SS-03"), ("理发店", "SH-05"), ("小店", "SS-01")),
        *(("美容院", "SH-05"), ("我想开个小饭馆要办什么手续", "SS-03"), ("办个公司要几天", "SS-01")),
        *(("新房办证", "BDC-02"), ("厂房建设要办哪些手续", "TZ-09")),
    ],
)
def test_what_people_say_finds_what_they_need(typed: str, code: str) -> None:
    assert code in codes(typed)


@pytest.mark.parametrize("typed, plain", [("項目備案", "项目备案"), ("開飯館", "开饭馆"), ("供水報裝", "供水报装")])
def test_traditional_characters_find_what_simplified_ones_find(typed: str, plain: str) -> None:
    assert codes(typed) == codes(plain) != []


def test_a_name_in_traditional_characters_is_found_by_simplified_ones() -> None:
    from portal.lib.search.text import key, pairs, tokens

    assert tokens("項目備案") == tuple("项目备案")
    assert key("歌舞廳") == "歌舞厅"
    assert pairs("歌舞廳 KTV 設立") == ["歌舞", "舞厅", "设立"]


@pytest.mark.parametrize(
    "typed, code",
    [("yyzz", "SS-01"), ("gsdj", "SS-01"), ("消房审核", "TZ-08"), ("装水标", "GY-04"), ("kai fandian", "SS-03")],
)
def test_initials_of_synonyms_and_near_misses_are_understood(typed: str, code: str) -> None:
    assert code in codes(typed, limit=3)


def test_whole_words_of_pinyin_come_before_fragments() -> None:
    assert codes("shigong")[0] == "TZ-09"
    found = [Tier(entry.tier) for entry in search("shigong")]
    assert found == [Tier.PINYIN, Tier.PINYIN_PART]  # 城市供水 is chengshigongshui


@pytest.mark.parametrize(
    "typed, code",
    [
        *(
            ("business license", "SS-01"),
            ("restaurant", "SS-03"),
            ("building permit", "TZ-09"),
            ("property transfer", "BDC-01"),
        ),
        ("How do I apply for a business license?", "SS-01"),
    ],
)
def test_english_words_find_the_item(typed: str, code: str) -> None:
    assert code in codes(typed, limit=2)


@pytest.mark.parametrize(
    "typed, kept",
    [
        ("我想开个小饭馆要办什么手续", ("小饭馆",)),
        ("请问一下，施工许可证怎么办理", ("施工许可证",)),
        ("How do I get a business license?", ("business", "license")),
        ("怎么办", ()),
    ],
)
def test_only_the_matter_of_a_question_is_asked(typed: str, kept: tuple[str, ...]) -> None:
    assert matters(Query(typed)) == kept


@pytest.mark.parametrize("typed", ["火星上的施工许可", "养鱼消防", "竣工以后喝茶看戏听曲子", "燃气燃气灶灶灶"])
def test_one_word_that_is_known_is_enough(typed: str) -> None:
    assert codes(typed) != []
    assert Search(Query(typed)).is_guess


@pytest.mark.parametrize("typed", ["护照", "驾驶证", "明天会下雨吗", "身份证丢了怎么补", "passport"])
def test_what_every_item_has_or_none_is_no_answer(typed: str) -> None:
    assert codes(typed) == []
    assert overlapping((typed,), lexicon()) == {}


def test_rare_words_weigh_more_and_names_more_than_sentences() -> None:
    shares = overlapping(("消防安全检查",), lexicon())
    best = max(shares, key=lambda pk: shares[pk])
    assert codes("消防安全检查 店")[0] == "SS-05"
    assert best in {entry.pk for entry in search("SS-05")}


def test_a_synonym_counts_more_than_any_pair_of_characters() -> None:
    assert codes("种花养草公共场所")[0] == "SH-05"
    Synonym.objects.create(words="种花养草", targets="SH-06")
    assert codes("种花养草公共场所")[0] == "SH-06"


def test_a_long_question_asks_the_database_no_more_often_than_a_short_one() -> None:
    asked = []
    for typed in (
        "请问小饭馆门口怎么办",
        "我想在小区门口开个小饭馆外加理发店和诊所，消防、排水、燃气怎么办，要先去哪个窗口",
    ):
        search(typed)
        with CaptureQueriesContext(connection) as captured:
            search(typed)
        asked.append(len(captured))
    assert asked[0] == asked[1]
