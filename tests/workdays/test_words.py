"""A last day in words: 预计 for whatever reaches into a year without a notice, and for nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from portal.workdays.seed import seed_workdays
from portal.workdays.words import NOTE, due_in_figures, due_in_words, is_estimated, note

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def years_from_2004_to_2026(db: None) -> None:
    seed_workdays()


@pytest.mark.parametrize(
    "since, due, expected",
    [
        (None, None, False),
        (date(2027, 1, 1), None, False),
        (None, date(2026, 12, 31), False),
        (None, date(2027, 1, 1), True),
        (date(2026, 12, 31), date(2027, 1, 1), True),
        (date(2026, 1, 1), date(2026, 12, 31), False),
        (date(2004, 1, 1), date(2004, 12, 31), False),
        (date(2003, 12, 31), date(2004, 1, 1), True),
        (date(2003, 12, 31), date(2005, 1, 1), True),
    ],
)
def test_a_limit_is_an_estimate_when_any_of_its_years_has_no_notice(
    since: date | None, due: date | None, expected: bool
) -> None:
    assert is_estimated(due, since) is expected


def test_the_same_day_in_words_and_in_figures() -> None:
    assert due_in_words(date(2026, 3, 9)) == "2026年3月9日"
    assert due_in_figures(date(2026, 3, 9)) == "2026-03-09"
    assert due_in_words(date(2027, 1, 28)) == "2027年1月28日（预计）"
    assert due_in_figures(date(2027, 1, 28)) == "2027-01-28（预计）"
    assert due_in_words(date(2004, 1, 5), date(2003, 12, 30)).endswith("（预计）")
    assert due_in_figures(date(2004, 1, 5), date(2003, 12, 30)).endswith("（预计）")
    assert due_in_words(None) == due_in_figures(None) == "—"


def test_a_paper_explains_the_word_when_it_says_it() -> None:
    assert note("2026年3月9日", "2027年1月28日（预计）") == NOTE
    assert note("2026年3月9日", "2026年4月9日") == note() == ""
