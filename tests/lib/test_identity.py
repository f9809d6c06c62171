"""Identity numbers at the window: right ones pass in their normal form, wrong ones get a sentence, never an echo."""

from __future__ import annotations

from datetime import date

import pytest

from portal.lib.identity import IdentityError, IdentityKind, check_identity

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize("number", ["330602199001010001", "330603198512310008", "330602200002290004"])
def test_a_right_card_number_passes(number: str) -> None:
    assert check_identity(IdentityKind.CITIZEN, number, today=TODAY) == number


@pytest.mark.parametrize(
    "number",
    [
        "11330600999999015A",
        "123306009999990232",
        "5133060099999904XK",
        "52330600999999031Q",
        "91330602MA9999996P",
        "92330602MA99999X2W",
    ],
)
def test_a_right_credit_code_passes(number: str) -> None:
    assert check_identity(IdentityKind.USCC, number, today=TODAY) == number


def test_a_card_that_ends_in_a_small_x_passes() -> None:
    assert check_identity(IdentityKind.CITIZEN, "33060219900319000x", today=TODAY) == "33060219900319000X"


@pytest.mark.parametrize("number", ["110223194001010008", "999999199001010008"])
def test_dissolved_and_unknown_divisions_do_not_turn_anybody_away(number: str) -> None:
    assert check_identity(IdentityKind.CITIZEN, number, today=TODAY) == number


def test_full_width_digits_spaces_and_small_letters_are_put_right() -> None:
    typed = "９１３３０６０２ ma9999996p"
    assert check_identity(IdentityKind.USCC, typed, today=TODAY) == "91330602MA9999996P"


@pytest.mark.parametrize(
    "kind, number, words",
    [
        ("111", "330681197802290003", "出生日期不存在"),
        ("111", "330602199001010002", "校验位不正确"),
        ("111", "33060219900101000", "18位"),
        ("111", "330602209901010001", "晚于今天"),
        ("111", "330602170001010001", "过早"),
        ("111", "", "请填写"),
        ("001", "91330602MA99999960", "校验位不正确"),
        ("001", "91330602MA9999996", "18位"),
        ("001", "91330602IA9999996P", "不含I"),
        ("414", "E1", "护照"),
        ("516", "X12345678", "港澳"),
        ("516", "H١٢٣٤٥٦٧٨", "港澳"),
        ("511", "123", "台湾"),
        ("553", "123", "外国人"),
        ("999", "330602199001010001", "请选择证件类型"),
    ],
)
def test_a_wrong_number_gets_its_own_sentence_and_is_not_repeated(kind: str, number: str, words: str) -> None:
    with pytest.raises(IdentityError) as caught:
        check_identity(kind, number, today=TODAY)
    assert words in str(caught.value)
    assert not number or number not in str(caught.value)


@pytest.mark.parametrize("kind, number", [("414", "E12345678"), ("516", "H12345678"), ("511", "12345678")])
def test_other_papers_are_checked_by_their_shape(kind: str, number: str) -> None:
    assert check_identity(kind, number, today=TODAY) == number
