"""What people type is read without harm, whatever it is."""

from __future__ import annotations

import pytest

from portal.lib.search.text import LONGEST, MOST_WORDS, Query, folded, key, scanned, scripts, tokens
from portal.lib.words import one_line


@pytest.mark.parametrize("typed", ["TZ-09", "tz09", "ＴＺ－０９", "tz 09", "T\u200bZ-09\x00"])
def test_a_code_has_one_key_however_it_is_typed(typed: str) -> None:
    assert key(typed) == "tz09"


def test_control_direction_and_zero_width_characters_are_gone() -> None:
    assert one_line("\x00施\u202e工\u2066许\ufeff可\x1b\n证") == "施工许可 证"
    assert one_line("a\ud800b") == "ab"


def test_one_character_is_one_token_rare_ones_too() -> None:
    assert tokens("㛃、𬱖（甲）A1") == ("㛃", "𬱖", "甲", "a", "1")


@pytest.mark.parametrize("typed", ["", " ", "\x00", '"*:()', "😀😀", "，。、", "\u202e"])
def test_without_letter_or_digit_there_is_no_word(typed: str) -> None:
    assert Query(typed).words == ()
    assert Query(typed).key == ""


def test_operators_of_the_database_are_words_like_any_other() -> None:
    assert Query('a" OR name:* NEAR(b) ^c').words == ("a", "or", "name", "near", "b", "c")


def test_a_query_is_read_to_a_hundred_characters_and_says_so() -> None:
    assert not Query("施" * LONGEST).is_cut
    assert Query("施" * (LONGEST + 1)).is_cut
    assert len(Query("施" * 100_000).shown) == LONGEST
    assert not Query("施" + "\u200b" * 500).is_cut


def test_words_are_counted_once_and_no_more_than_are_useful() -> None:
    assert Query("施工 许可 施工").words == ("施工", "许可")
    assert len(Query(" ".join(f"词{n}" for n in range(50))).words) <= MOST_WORDS


def test_a_word_is_parted_where_the_script_changes() -> None:
    assert scripts(folded("施工XK证")) == ["施工", "xk", "证"]


@pytest.mark.parametrize("dot", [*"·．‧・•∙⋅᛫●ㆍ･. 　", " · ", ""])
def test_a_name_reads_the_same_whatever_dot_or_space_is_within_it(dot: str) -> None:
    assert key(f"买买提{dot}示例") == "买买提示例"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＬＩ　Ｍｉｎｇ", "li ming"),
        ("Jose\u0301", "José"),
        ("示例\ue863", "示例䶮"),
        ("示例\ue816", "示例\U00020087"),
        ("葛\U000e0100", "葛"),
        ("\uf900", "豈"),
        ("ᠮᠣ\u180bᠩ", "ᠮᠣᠩ"),
    ],
)
def test_what_reads_the_same_is_the_same(one: str, other: str) -> None:
    assert key(one) == key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("示例\U0002ebf0", "示例"), ("示例\U00031350", "示例\U0002ebf0"), ("བཀྲ་ཤིས", "བཀྲ་ཤས"), ("示例\ue000", "示例")],
)
def test_what_reads_otherwise_is_another(one: str, other: str) -> None:
    assert key(one) != key(other)


@pytest.mark.parametrize(
    "typed",
    [
        "JD20260000012",
        "jd2026 0000012",
        "ＪＤ２０２６００００012",
        "]C1JD20260000012",
        "］Ｃ１ＪＤ20260000012",
        "\x02]C0JD20260000012\r",
    ],
)
def test_a_scanned_number_is_read_with_whatever_the_scanner_says_before_it(typed: str) -> None:
    assert scanned(typed) == "JD20260000012"
