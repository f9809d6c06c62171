"""Pinyin and initials are found from every position; rare characters do no harm."""

from __future__ import annotations

import pytest

from portal.lib.search import pinyin


@pytest.mark.parametrize("typed", ["shigongxuke", "gongxu", "xuke", "ke", "sgxk", "gxk", "xk", "shi", "shig"])
def test_a_name_is_spelled_from_every_syllable_on(typed: str) -> None:
    assert any(token.startswith(typed) for token in pinyin.spellings("施工许可"))


@pytest.mark.parametrize("typed", ["higong", "gk", "xukes"])
def test_what_does_not_begin_with_a_syllable_is_not_spelled(typed: str) -> None:
    assert not any(token.startswith(typed) for token in pinyin.spellings("施工许可"))


@pytest.mark.parametrize(
    "name, letter", [("建筑工程", "J"), ("（重庆）", "C"), ("5G基站", "#"), ("", "#"), ("KTV", "K"), ("㛃", "J")]
)
def test_a_name_is_filed_under_its_first_letter(name: str, letter: str) -> None:
    assert pinyin.letter(name) == letter


def test_names_are_sorted_syllable_by_syllable() -> None:
    names = ["施工许可", "市政管线", "不动产登记", "食品经营"]
    assert sorted(names, key=pinyin.sort_key) == ["不动产登记", "施工许可", "食品经营", "市政管线"]


def test_what_cannot_be_spelled_stands_as_it_is() -> None:
    assert pinyin.syllables("𬱖A1")
    assert pinyin.spellings("") == []
