"""Days are those of the centre, and a text keeps every sign that people can see."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import timezone

from portal.lib.words import day, hour, midnight, minute, moment, month, one_line, visible

LATE = datetime(2026, 5, 31, 16, 5, tzinfo=UTC)
"""1 June, five minutes past midnight in Shaoxing."""


def test_a_day_is_written_without_noughts() -> None:
    assert day(date(2017, 3, 5)) == "2017年3月5日"


def test_a_moment_counts_with_its_day_at_the_centre_whatever_zone_the_screen_shows() -> None:
    with timezone.override(ZoneInfo("America/New_York")):
        assert day(LATE) == "2026年6月1日"
        assert minute(LATE) == "2026年6月1日 0时05分"
        assert moment(LATE) == "2026年6月1日 00:05"
        assert Template("{{ late|day }}，{{ late|moment }}").render(Context({"late": LATE})) == (
            "2026年6月1日，2026年6月1日 00:05"
        )
        assert midnight(date(2026, 6, 1)) == datetime(2026, 5, 31, 16, tzinfo=UTC)


def test_what_has_not_happened_is_a_dash() -> None:
    assert day(None) == minute(None) == moment(None) == "—"


def test_a_template_says_nothing_for_a_day_that_is_not_there() -> None:
    assert Template("{{ none|day }}{{ none|moment }}{{ nowhere.at|day }}").render(Context({"none": None})) == ""


def test_a_month_and_an_hour_are_those_of_the_centre() -> None:
    with timezone.override(ZoneInfo("America/New_York")):
        said = Template("{{ late|month }} {{ late|hour }}{{ none|month }}{{ none|hour }}")
        assert said.render(Context({"late": LATE, "none": None})) == "2026年6月 00:05"
        assert (month(LATE), hour(LATE)) == ("2026年6月", "00:05")


def test_no_template_writes_a_day_in_its_own_way() -> None:
    """Django's filter `date` is for machines only: in the attribute `datetime`."""
    of_machines = re.compile(r"""datetime=["']\{\{[^}]*\}\}["']""")
    for path in sorted((settings.BASE_DIR / "site" / "templates").rglob("*.html")):
        seen = of_machines.sub("", path.read_text(encoding="utf-8"))
        assert not re.search(r"\|(date|time)\b", seen), path


def test_no_code_writes_a_day_in_its_own_way() -> None:
    """Figures without signs between them stand in numbers, keys and names of files; opening hours are no moments, and
    what a browser's own field for a moment wants is nothing that people read."""
    own = re.compile(r"%[ymdHMYBb][-/年月:.]|Y-m-d")
    machine = re.compile("opens:%H:%M|datetime-local")
    keys_and_files = {"portal/catalog/jobs.py", "portal/desk/care/health.py"}
    may = {"portal/lib/words.py", "portal/desk/base/tables.py", *keys_and_files}
    for app in ("portal", "pages"):
        for path in sorted((settings.BASE_DIR / app).rglob("*.py")):
            name = path.relative_to(settings.BASE_DIR).as_posix()
            found = [line for line in path.read_text(encoding="utf-8").splitlines() if own.search(line)]
            assert name in may or all(machine.search(line) for line in found), (name, found)


@pytest.mark.parametrize("unseen", ["\x00", "\x1b", "\u200b", "\u202e", "\u2066", "\ufeff", "\ufffe", "\U0002fffe"])
def test_unseen_signs_go(unseen: str) -> None:
    assert visible(f"甲{unseen}乙") == "甲乙"
    assert one_line(f"甲{unseen}乙").replace(" ", "") == "甲乙"


@pytest.mark.parametrize("sign", ["𬱖", "\U0002ebf0", "\U00031350", "\ue863", "·", "😀", "་"])
def test_every_sign_that_can_stand_in_a_name_stays(sign: str) -> None:
    """U+2EBF0 and U+31350 are younger than this Python's tables of characters."""
    assert visible(f"示例{sign}") == one_line(f"示例{sign}") == f"示例{sign}"


def test_a_text_of_lines_keeps_them_and_one_line_does_not() -> None:
    assert visible(" 甲\r\n乙\t丙\r丁\n") == "甲\n乙 丙\n丁"
    assert one_line(" 甲\r\n乙\t\x1b 丙\n") == "甲 乙 丙"


def test_signs_that_shape_a_letter_stay_behind_it_and_nowhere_else() -> None:
    """The separator of Mongolian vowels and the joiners of Uyghur are part of a name; in Chinese they are hidden."""
    assert visible("ᠮᠠ\u180eᠢ") == "ᠮᠠ\u180eᠢ"
    assert one_line("ئا\u200dئە") == "ئا\u200dئە"
    assert visible("示\u200d例\u180e") == "示例"
