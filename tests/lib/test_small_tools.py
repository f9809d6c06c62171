"""Masks, keys, check digits, numerals, marks: each with what it must do and what it must refuse."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.check_digit import append_check, is_valid
from portal.lib.crypto import DecryptionError, blind_index, decrypt, encrypt
from portal.lib.marks import barcode_svg, qr_svg
from portal.lib.masking import mask_identity, mask_name, mask_numbers_in, mask_phone
from portal.lib.numerals import in_words
from tests.cast import PERSON

NUMBERS = st.text("0123456789ABCXYZ", min_size=4, max_size=20)


def test_masks_leave_enough_to_recognise_and_too_little_to_misuse() -> None:
    assert mask_identity("330602199001010001") == "330602********0001"
    assert mask_identity("E12345678") == "*******78"
    assert mask_name("示例甲") == "示**"
    assert mask_phone("13800003210") == "138****3210"
    assert mask_phone("0575-00000001") == "*********0001"


def test_what_is_encrypted_reads_the_same_and_never_looks_the_same_twice() -> None:
    first, second = encrypt("330602199001010001"), encrypt("330602199001010001")
    assert decrypt(first) == decrypt(second) == "330602199001010001"
    assert first != second
    assert "330602199001010001" not in first


def test_an_old_key_still_decrypts_and_a_lost_key_says_so() -> None:
    old, new = {"k1": b"1" * 32}, {"k2": b"2" * 32}
    with override_settings(DATA_KEYS=old):
        sealed = encrypt("text")
    with override_settings(DATA_KEYS={**new, **old}):
        assert decrypt(sealed) == "text"
        assert encrypt("text").startswith("k2:")
    with override_settings(DATA_KEYS=new), pytest.raises(DecryptionError, match="k1"):
        decrypt(sealed)


def test_a_changed_ciphertext_is_refused() -> None:
    sealed = encrypt("text")
    changed = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    with pytest.raises(DecryptionError):
        decrypt(changed)


@pytest.mark.parametrize("stored", ["330602199001010001", "电话:13800003210", "t1:", "t1:!!", "t1:AAAA", "t1:abc"])
def test_what_is_no_ciphertext_is_refused_without_repeating_it(stored: str) -> None:
    with pytest.raises(DecryptionError) as caught:
        decrypt(stored)
    assert stored not in str(caught.value)
    assert "1380000" not in str(caught.value)


def test_the_blind_index_finds_equal_values_without_showing_them() -> None:
    assert blind_index("a") == blind_index("a") != blind_index("b")
    assert len(blind_index("a")) == 64


@given(NUMBERS, st.data())
def test_the_check_digit_finds_every_single_wrong_digit(text: str, data: st.DataObject) -> None:
    number = append_check(text)
    place = data.draw(st.integers(0, len(number) - 1).filter(lambda at: number[at].isdigit()))
    other = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != number[place]))
    assert is_valid(number)
    assert not is_valid(number[:place] + other + number[place + 1 :])


@given(st.text("0123456789", min_size=4, max_size=16), st.data())
def test_the_check_digit_finds_every_swap_of_neighbours(text: str, data: st.DataObject) -> None:
    number = append_check(text)
    place = data.draw(st.integers(0, len(number) - 2))
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or not is_valid(swapped)


@pytest.mark.parametrize(
    "number, words", [(0, "零"), (7, "柒"), (12, "壹拾贰"), (105, "壹佰零伍"), (3020, "叁仟零贰拾")]
)
def test_totals_are_written_in_words(number: int, words: str) -> None:
    assert in_words(number) == words


def test_a_total_beyond_the_form_is_refused() -> None:
    with pytest.raises(ValueError, match="0 to 9,999"):
        in_words(10_000)


def test_marks_are_well_formed_and_escape_their_text() -> None:
    for drawing in (barcode_svg("JD20260000017"), qr_svg("<JD>&")):
        assert ET.fromstring(drawing).tag.endswith("svg")
    assert "<JD>" not in qr_svg("<JD>&")


@pytest.mark.parametrize(
    "typed, kept",
    [
        (f"我的证号{PERSON}。", "我的证号330602********0001。"),
        ("电话13800000000或者0575-00000001", "电话138****0000或者0575-00000001"),
        ("编码11330600999999015A不是证号", "编码11330600999999015A不是证号"),
        ("第123456789012345678901号", "第123456789012345678901号"),
        ("第3项材料不用交", "第3项材料不用交"),
    ],
)
def test_personal_numbers_in_free_text_are_masked_and_other_numbers_stay(typed: str, kept: str) -> None:
    assert mask_numbers_in(typed) == kept
