"""Telephone numbers as they stand on cards; what no telephone has is told in a sentence."""

from __future__ import annotations

import pytest

from portal.lib.phones import PhoneError, is_mobile, read_phone


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+86 138 0000 0000", "13800000000"),
        ("8613800000000", "13800000000"),
        ("0086-13800000000", "13800000000"),
        ("138-0000-0000", "13800000000"),
        ("138 0000 0000", "13800000000"),
        ("１３８００００００００", "13800000000"),
        ("电话：138–0000–0000", "13800000000"),
        ("400-123-4567", "400-123-4567"),
        ("４００１２３４５６７", "400-123-4567"),
        ("800 810 8888", "800-810-8888"),
        ("0575-12345678", "0575-12345678"),
        ("(0575) 8512 3456", "0575-85123456"),
        ("010 8512 3456", "010-85123456"),
        ("+86 575 8512 3456", "0575-85123456"),
        ("0575-85123456-801", "0575-85123456-801"),
        ("0575-85123456转801", "0575-85123456-801"),
        ("+852 1234 5678", "+852-12345678"),
        ("(852) 1234-5678", "+852-12345678"),
        ("00853 6612 3456", "+853-66123456"),
        ("+886 912 345 678", "+886-912345678"),
        ("+1 415 555 2671", "+1-4155552671"),
    ],
)
def test_a_number_is_read_as_it_stands_on_a_card(typed: str, kept: str) -> None:
    assert read_phone(typed) == kept
    assert read_phone(kept) == kept


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("12345678901", "第二位"),
        ("123", "11位手机号码"),
        ("85123456", "区号"),
        ("+852 123", "位数不对"),
        ("+12", "国家或者地区代码"),
        ("138 0000 0000 / 139 0000 0000", "一个号码"),
        ("没有", "一个号码"),
        ("99999999999", "没有这样的电话号码"),
    ],
)
def test_what_no_telephone_has_is_told_in_a_sentence_that_does_not_repeat_it(typed: str, words: str) -> None:
    with pytest.raises(PhoneError) as caught:
        read_phone(typed)
    assert words in str(caught.value)
    assert typed not in str(caught.value)
    assert str(caught.value).endswith("。")


def test_short_messages_reach_mobiles_and_numbers_abroad() -> None:
    assert is_mobile("13800000000")
    assert is_mobile("+852-12345678")
    assert not is_mobile("0575-12345678")
