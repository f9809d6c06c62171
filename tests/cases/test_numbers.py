"""Numbers of applications, cases, slips and papers: what is composed is read back as it was, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.cases.numbers import ApplicationNumber, CaseNumber
from portal.documents.numbers import PaperNumber
from portal.documents.registry import KINDS
from portal.handover.numbers import SlipCode

DAYS = st.dates().map(lambda day: f"{day:%Y%m%d}".zfill(8))


def test_numbers_read_as_they_always_have() -> None:
    assert str(CaseNumber("T", "20170315", 1)) == "SXT2017031500017"
    assert str(ApplicationNumber("20170315", 1)) == "SXA2017031500017"
    assert str(SlipCode(2017, 1)) == "JD20170000014"
    assert str(PaperNumber("acceptance", 2017, 123)) == "绍行服受字〔2017〕第000123号"


@given(st.sampled_from("BCDGTZ"), DAYS, st.integers(1, 999_999))
def test_a_case_number_is_read_back(letter: str, day: str, serial: int) -> None:
    number = CaseNumber(letter, day, serial)
    assert CaseNumber.parse(str(number)) == number
    assert ApplicationNumber.parse(str(number)) is None


@given(DAYS, st.integers(1, 999_999))
def test_an_application_number_is_read_back_and_is_no_case_number(day: str, serial: int) -> None:
    number = ApplicationNumber(day, serial)
    assert ApplicationNumber.parse(str(number)) == number
    assert CaseNumber.parse(str(number)) is None


@given(st.integers(1000, 9999), st.integers(1, 9_999_999))
def test_the_code_of_a_slip_is_read_back(year: int, serial: int) -> None:
    assert SlipCode.parse(str(SlipCode(year, serial))) == SlipCode(year, serial)


@given(st.integers(1000, 9999), st.integers(1, 99_999_999))
def test_the_number_of_a_paper_is_read_back_whatever_its_kind(year: int, serial: int) -> None:
    for kind in KINDS:
        number = PaperNumber(kind, year, serial)
        assert PaperNumber.parse(str(number)) == number


@pytest.mark.parametrize(
    "text",
    ["", "SXT2017031500010", "SXT201703150001", "sxt2017031500017", "SXT2017031500017\n", "ＳXT2017031500017"],
)
def test_what_is_no_case_number_is_not_read(text: str) -> None:
    assert CaseNumber.parse(text) is None


@pytest.mark.parametrize("text", ["", "JD20170000013", "JD2017000001", "SXT2017031500017"])
def test_what_is_no_code_of_a_slip_is_not_read(text: str) -> None:
    assert SlipCode.parse(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "绍行服受字〔2017〕第123号",
        "绍行服受字〔2017〕第0000123号",
        "绍行服无字〔2017〕第000123号",
        "他行服受字〔2017〕第000123号",
        "受字〔2017〕第000123号",
        "绍行服受字〔２０１７〕第000123号",
        "绍行服受字[2017]第000123号",
    ],
)
def test_what_is_no_number_of_a_paper_is_not_read(text: str) -> None:
    assert PaperNumber.parse(text) is None
