"""`manage.py deadline`: the same answer as everywhere, and mistakes told in sentences."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from portal.workdays.seed import seed_workdays

pytestmark = pytest.mark.django_db


def told(*words: str) -> str:
    out = StringIO()
    call_command("deadline", *words, stdout=out)
    return out.getvalue()


def test_the_command_explains_a_deadline_with_its_pauses() -> None:
    seed_workdays()
    lines = told("2017-03-15", "20", "--pause", "2017-03-20:2017-03-31", "--pause", "2017-03-27:2017-04-05").split("\n")
    assert lines[0] == "2017年4月28日"
    assert "2017年3月20日至2017年4月5日暂停计时，11个工作日不计入。" in lines


def test_the_command_speaks_json() -> None:
    seed_workdays()
    found = json.loads(told("2017-11-30", "3", "--unit", "month", "--json"))
    assert (found["due"], found["unit"], found["estimated"]) == ("2018-02-28", "month", False)
    assert found["explanation"][0] == "从2017年11月30日起算，当日不计，期限3个月。"


def test_an_estimate_says_so_on_the_command_line() -> None:
    seed_workdays()
    assert told("2026-12-30", "20").startswith("2027年1月28日（预计）\n")
    assert json.loads(told("2026-12-30", "20", "--json"))["estimated"] is True


def test_an_open_pause_has_no_last_day() -> None:
    seed_workdays()
    assert told("2017-03-15", "20", "--pause", "2017-03-20:").startswith("暂停计时，没有届满日。")
    assert json.loads(told("2017-03-15", "20", "--pause", "2017-03-20:", "--json"))["due"] is None


def test_the_farthest_days_and_the_longest_limit_are_taken() -> None:
    seed_workdays()
    assert told("1950-01-02", "0").startswith("1950年1月2日")
    assert told("1950-01-01", "0").startswith("1950年1月2日"), "a Sunday"
    assert told("2150-12-31", "0").startswith("2150年12月31日")
    assert told("2017-03-15", "3650", "--unit", "nd").startswith("2027年3月15日（预计）"), "3650 days on is a Saturday"
    assert told("2017-03-15", "5", "--pause", "2017-03-16:2017-03-16").startswith("2017年3月22日")
    found = json.loads(told("2017-03-15", "5", "--json"))
    assert (found["start"], found["limit"], found["unit"], found["paused"]) == ("2017-03-15", 5, "wd", False)
    assert json.loads(told("2017-03-15", "5", "--pause", "2017-03-16:", "--json"))["paused"] is True


@pytest.mark.parametrize(
    "words, sentence",
    [
        ((), "请写出起算日和期限"),
        (("2017-03-15",), "请写出起算日和期限"),
        (("2017-02-30", "5"), "“2017-02-30”不是日期"),
        (("20170315", "5"), "“20170315”不是日期"),
        (("9999-12-31", "5"), "起算日须在"),
        (("2017-03-15", "五"), "期限“五”不对"),
        (("2017-03-15", "1.5"), "期限“1.5”不对"),
        (("2017-03-15", "99999"), "0至3650之间"),
        (("2017-03-15", "3651"), "0至3650之间"),
        (("1949-12-31", "5"), "1950年至2150年"),
        (("2151-01-01", "5"), "1950年至2150年"),
        (("2017-03-15", "5", "--unit", "hours"), "单位“hours”不对"),
        (("2017-03-15", "5", "--pause", "2017-03-16"), "请写成“暂停日:恢复日”"),
        (("2017-03-15", "5", "--pause", "2017-03-16:abc"), "恢复日“abc”不是日期"),
        (("2017-03-15", "5", "--pause", "2017-03-20:2017-03-16"), "恢复日早于暂停日"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        told(*words)
