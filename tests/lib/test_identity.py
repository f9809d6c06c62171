"""Identity numbers at the window: right ones pass in their normal form, wrong ones get a sentence, never an echo."""

from __future__ import annotations

from datetime import date

import pytest

from portal.lib.identity import BODIES, IdentityError, IdentityKind, check_identity, doubts, from_old_file

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
        ("111", "330602900101001", "停止使用"),
        ("111", "810000199001010007", "港澳台居民居住证"),
        ("111", "330602188611280005", "超过130年"),
        ("002", "330602199001010001", "810000"),
        ("002", "810000199013010006", "出生日期不存在"),
        ("002", "810000209901010007", "晚于今天"),
        ("002", "810000199001010001", "校验位不正确"),
        ("553", "933156909999990001", "出生日期不存在"),
        ("553", "933156199013010006", "出生日期不存在"),
        ("553", "933156199001010001", "校验位不正确"),
        ("553", "CAN330690130101", "出生日期不存在"),
        ("001", "330602600012345", "注册号"),
        ("001", "123456789", "组织机构代码"),
        ("004", "3306026000123", "15位"),
        ("005", "!", "登记号码"),
        ("006", "x", "文号"),
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


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("002", "810000199001010000"),
        ("002", "830000200002290007"),
        ("553", "933156199001010008"),
        ("553", "CAN330690010101"),
        ("516", "H12345678"),
        ("511", "0123456789(B)"),
        ("004", "330602600012345"),
        ("005", "HRB 12345/2019"),
        ("006", "示例村证〔2026〕12号"),
    ],
)
def test_each_kind_of_proof_is_read_by_its_own_standard(kind: str, number: str) -> None:
    assert check_identity(kind, number, today=TODAY)


def test_a_body_without_a_credit_code_has_other_kinds_of_proof() -> None:
    assert {kind.label for kind in BODIES} == {
        "统一社会信用代码",
        "营业执照注册号（15位）",
        "境外主体登记证明",
        "村民小组等组织的证明",
    }


def test_an_unknown_division_and_a_great_age_are_asked_about_and_turn_nobody_away() -> None:
    assert "行政区划" in doubts("111", check_identity("111", "999999199001010008", today=TODAY), today=TODAY)[0]
    assert "110周岁" in doubts("111", check_identity("111", "330602190001010000", today=TODAY), today=TODAY)[0]
    for number in ("330602199001010001", "110223194001010008"):
        assert doubts("111", number, today=TODAY) == []


def test_a_check_digit_that_no_published_standard_settles_is_only_asked_about() -> None:
    """Of the old residence permit of foreigners and of the registration number of fifteen digits."""
    for kind, number in (("004", "33060260001234"), ("553", "CAN33069001010")):
        found = [doubts(kind, f"{number}{digit}", today=TODAY) == [] for digit in range(10)]
        assert found.count(True) == 1


def test_old_numbers_are_converted_with_a_warning_for_old_files_alone() -> None:
    number, warning = from_old_file("111", "330602900101001", today=TODAY)
    assert (number[:8], number[8:17], len(number)) == ("33060219", "900101001", 18)
    assert check_identity("111", number, today=TODAY) == number
    assert "换算" in warning
    kept, warning = from_old_file("001", "MA999999-6", today=TODAY)
    assert kept == "MA9999996"
    assert "照原样保留" in warning
    with pytest.raises(IdentityError, match="校验位"):
        from_old_file("001", "MA9999990", today=TODAY)
    assert from_old_file("111", "330602199001010001", today=TODAY) == ("330602199001010001", "")
