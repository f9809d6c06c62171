"""Days off that are known before any notice: the fixed ones of 《全国年节及纪念日放假办法》, and 清明.

A notice of the State Council tells the rest every autumn: 春节, 端午 and 中秋 follow the lunar calendar, which is not
computed here, and make-up days (调休) follow nothing at all.
"""

from __future__ import annotations

from datetime import date
from functools import cache

from chinese_calendar import get_solar_terms

REVISIONS: tuple[tuple[int, tuple[tuple[str, int, tuple[int, ...]], ...]], ...] = (
    (2025, (("元旦", 1, (1,)), ("劳动节", 5, (1, 2)), ("国庆节", 10, (1, 2, 3)))),
    (2008, (("元旦", 1, (1,)), ("劳动节", 5, (1,)), ("国庆节", 10, (1, 2, 3)))),
    (2000, (("元旦", 1, (1,)), ("劳动节", 5, (1, 2, 3)), ("国庆节", 10, (1, 2, 3)))),
)
"""First year of each wording, newest first (revised 2024-11-10, 2007-12-14 and 1999-09-18), with its fixed days."""
CLEAR_AND_BRIGHT_SINCE = 2008
"""清明 became a day off with the revision of 2007; the formula for its date holds to the end of this century."""
FORMULA_UNTIL = 2099


@cache
def fixed_holidays(year: int) -> dict[date, str]:
    """The known days off of a year with their names; empty before 2000."""
    days = next((days for since, days in REVISIONS if year >= since), ())
    found = {date(year, month, day): name for name, month, numbers in days for day in numbers}
    if CLEAR_AND_BRIGHT_SINCE <= year <= FORMULA_UNTIL:
        found[_clear_and_bright(year)] = "清明"
    return found


def _clear_and_bright(year: int) -> date:
    terms = get_solar_terms(date(year, 4, 3), date(year, 4, 7))
    found: date = next(day for day, term in terms if term == "清明")
    return found
