"""Work out one deadline and explain it, as the case page does."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.lib import words
from portal.workdays.calendar import load_calendar
from portal.workdays.deadlines import Deadline, Pause, Unit, deadline
from portal.workdays.words import ESTIMATED

EXAMPLE = "例如：manage.py deadline 2017-03-15 20 --pause 2017-03-20:2017-03-31"
FIRST_YEAR, LAST_YEAR = 1950, 2150
LONGEST = 3650
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Command(BaseCommand):
    help = "Work out and explain a deadline: START DAYS [--unit wd|nd|month] [--pause A:B ...] [--json]."

    def add_arguments(self, parser: CommandParser) -> None:
        """Everything is taken as text: what is wrong with it is said in our own words."""
        parser.add_argument("start", nargs="?", default="", metavar="START", help="起算日，如 2017-03-15（当日不计）")
        parser.add_argument("days", nargs="?", default="", metavar="DAYS", help="期限的天数（或者月数）")
        parser.add_argument("--unit", default="wd", help="wd 工作日（默认），nd 自然日，month 月")
        parser.add_argument("--pause", action="append", default=[], metavar="A:B", help="暂停日:恢复日；没有恢复写 A:")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["start"] or not options["days"]:
            raise CommandError(f"请写出起算日和期限。{EXAMPLE}")
        found = deadline(
            a_day(options["start"], "起算日"),
            a_limit(options["days"]),
            load_calendar(),
            [a_pause(text) for text in options["pause"]],
            a_unit(options["unit"]),
        )
        if options["json"]:
            self.stdout.write(json.dumps(as_json(found), ensure_ascii=False, indent=2))
            return
        self.stdout.write("\n".join([headline(found), *found.explain()]))


def a_day(text: str, name: str) -> date:
    """The day written as yyyy-mm-dd. Raises CommandError for anything else and for years out of all use."""
    try:
        day = date.fromisoformat(text) if DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise CommandError(f"{name}“{text}”不是日期，请写成2017-03-15这样的形式。")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise CommandError(f"{name}须在{FIRST_YEAR}年至{LAST_YEAR}年之间。")
    return day


def a_limit(text: str) -> int:
    """A number from 0 to LONGEST. Raises CommandError for anything else."""
    if not (text.isascii() and text.isdigit()) or int(text) > LONGEST:
        raise CommandError(f"期限“{text}”不对，请写0至{LONGEST}之间的整数。")
    return int(text)


def a_unit(text: str) -> Unit:
    try:
        return Unit(text.upper())
    except ValueError as error:
        raise CommandError(f"单位“{text}”不对，请写wd（工作日）、nd（自然日）或者month（月）。") from error


def a_pause(text: str) -> Pause:
    """`A:B`, or `A:` while the pause is open. Raises CommandError for a pause that ends before it begins."""
    stop, colon, resume = text.partition(":")
    if not colon:
        raise CommandError(f"暂停“{text}”不对，请写成“暂停日:恢复日”，还没有恢复的写成“暂停日:”。")
    begun, over = a_day(stop, "暂停日"), a_day(resume, "恢复日") if resume else None
    if over is not None and over < begun:
        raise CommandError(f"暂停“{text}”的恢复日早于暂停日，请核对。")
    return Pause(begun, over)


def headline(found: Deadline) -> str:
    if found.due is None:
        return "暂停计时，没有届满日。"
    return words.day(found.due) + (ESTIMATED if found.estimated else "")


def as_json(found: Deadline) -> dict[str, Any]:
    return {
        "start": found.start.isoformat(),
        "limit": found.limit,
        "unit": found.unit.value.lower(),
        "due": found.due.isoformat() if found.due else None,
        "paused": found.paused,
        "estimated": found.estimated,
        "explanation": found.explain(),
    }
