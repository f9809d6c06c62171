"""A year made large inside the database: what is there is copied with keys, numbers and times of its own.

Row by row a case takes 3 ms, so a million would take an hour. Here one INSERT … SELECT copies a table whole, once for
each copy of the year. Lists, searches, tiles and tasks find all that they read; what only the page of a case reads is
left out, so these cases have no materials, custody, slip lines and events, and their papers no content.
"""

from __future__ import annotations

from collections import Counter as Count
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from portal.lib.check_digit import QUASIGROUP, check_digit
from tests.bench.writing import counters_now, fast_writing, highest, keep_counters, set_sequences

NAMES = ("建设", "贸易", "餐饮", "科技", "置业", "物流", "纺织", "机械", "园林", "医药")
APPLICANTS = 50_000
SPREAD = 300
"""Copies differ by so many seconds at most, so that their numbers bear the day of their times."""
LEFT_OUT = frozenset({"CaseMaterial", "SlipLine", "Custody", "Event"})
STEPS = "".join(str(digit) for row in QUASIGROUP for digit in row)


@dataclass(frozen=True)
class Numbering:
    """The number of one row: what stands before its serial, the digits at least, what stands behind, and its series."""

    head: str
    digits: int
    tail: str
    series: str
    checked: bool


def multiply(tables: list[Any], times: int) -> None:
    """Copy all rows of `tables` (of `tests.bench.bulk`) so many times; counters and sequences follow."""
    from django.db import connection

    is_inside = connection.in_atomic_block
    copied = [table for table in tables if table.model.__name__ not in LEFT_OUT]
    counters = counters_now()
    with fast_writing(), nullcontext() if is_inside else _without_indexes(copied):
        end = {table.model: highest(table.model) for table in copied}
        for table in copied:
            per_copy = _write_numbers(table, counters)
            query = _copying(table, end)
            for copy in range(1, times + 1):
                _run(query, {"copy": copy, "ago": copy % SPREAD})
            for series, count in per_copy.items():
                counters[series] += count * times
    keep_counters(counters)
    set_sequences([table.model for table in copied])


def _run(query: str, given: dict[str, Any] | None = None) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query, given)


# -- numbers ----------------------------------------------------------------------------------------------------------


def _numbering(name: str, row: dict[str, Any]) -> Numbering | None:
    """How the row is numbered; None where it has no number."""
    from portal.cases import numbers
    from portal.documents.numbers import PaperNumber
    from portal.handover.numbers import PREFIX, SlipCode, counter_of_slips

    if name == "Application":
        day = numbers.ApplicationNumber.parse(row["number"]).day
        return Numbering(f"SXA{day}", 4, "", numbers.counter_of_applications(day), checked=True)
    if name == "Case" and row["number"]:
        known = numbers.CaseNumber.parse(row["number"])
        series = numbers.counter_of_cases(known.letter, known.day)
        return Numbering(f"SX{known.letter}{known.day}", 4, "", series, checked=True)
    if name == "Slip":
        year = SlipCode.parse(row["code"]).year
        return Numbering(f"{PREFIX}{year}", 6, "", counter_of_slips(year), checked=True)
    if name == "Document":
        paper = PaperNumber(row["kind"], row["year"], row["serial"], row["body"])
        return Numbering(str(paper).partition("第")[0] + "第", 6, "号", paper.series, checked=False)
    return None


READ = {
    "Application": ("number",),
    "Case": ("number",),
    "Slip": ("code",),
    "Document": ("kind", "year", "serial", "body"),
}


def _write_numbers(table: Any, counters: dict[str, int]) -> Count[str]:
    """The parts of the copies' numbers, row by row, in a table beside it; returns how many a copy takes of a series."""
    from django.db import connection

    name = table.model.__name__
    taken: Count[str] = Count()
    if name not in READ:
        return taken
    found = []
    for row in table.model._base_manager.order_by("pk").values("pk", *READ[name]):
        if how := _numbering(name, row):
            taken[how.series] += 1
            found.append((row["pk"], how, taken[how.series]))
    rows = [
        (pk, how.head, how.digits, how.tail, counters[how.series] + place - taken[how.series], taken[how.series])
        + (int(check_digit(how.head)) if how.checked else None,)
        for pk, how, place in found
    ]
    numbers = f"bench_{name.lower()}"
    _run(f"DROP TABLE IF EXISTS {numbers}")
    _run(
        f"CREATE TEMPORARY TABLE {numbers} (id bigint PRIMARY KEY, head text, digits int, tail text, first int,"
        " step int, state int)"
    )
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {numbers} VALUES (%s, %s, %s, %s, %s, %s, %s)", rows)
    return taken


def _number() -> str:
    """The number of a copy, check digit and all."""
    serial = "(n.first + n.step * CAST(%(copy)s AS int))"
    lengths = [f"WHEN {serial} < {10**size} THEN {_check(serial, size)}" for size in (4, 5, 6)]
    four = f"CASE {' '.join(lengths)} ELSE {_check(serial, 7)} END"
    six = f"CASE {lengths[-1]} ELSE {_check(serial, 7)} END"
    check = f"CASE WHEN n.state IS NULL THEN '' WHEN n.digits = 4 THEN {four} ELSE {six} END"
    return f"n.head || {_padded(serial, 'n.digits')} || n.tail || {check}"


def _check(serial: str, size: int) -> str:
    """Damm's check digit behind `size` digits of the serial, from the state that the head leaves."""
    state = "n.state"
    for place in range(size):
        digit = f"({serial} / {10 ** (size - 1 - place)}) % 10".replace("% 10", "%% 10")
        state = f"CAST(substr('{STEPS}', {state} * 10 + {digit} + 1, 1) AS int)"
    return f"CAST({state} AS varchar(1))"


def _padded(number: str, digits: str) -> str:
    """With zeros in front, to so many digits at least."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return f"printf('%%0' || {digits} || 'd', {number})"
    text = f"CAST({number} AS text)"
    return f"lpad({text}, greatest({digits}, length({text})), '0')"


# -- copying ----------------------------------------------------------------------------------------------------------


def _copying(table: Any, end: dict[Any, int]) -> str:
    """One copy of the rows of a table; `copy` is its number and `ago` the seconds that it is earlier."""
    name, meta = table.model.__name__, table.model._meta
    own = {**_links(table, end), **_times(table), **(OWN[name](end[table.model]) if name in OWN else {})}
    own[table.columns[table.key]] = _moved_key(f"b.{table.columns[table.key]}", end[table.model])
    columns = ", ".join(f'"{column}"' for column in table.columns)
    values = ", ".join(own.get(column, f'b."{column}"') for column in table.columns)
    numbers = f" LEFT JOIN bench_{name.lower()} n ON n.id = b.id" if name in READ else ""
    return (
        f'INSERT INTO "{meta.db_table}" ({columns}) SELECT {values} FROM "{meta.db_table}" b{numbers}'
        f" WHERE b.id <= {end[table.model]} ORDER BY b.id"
    )


def _moved_key(key: str, end: int) -> str:
    return f"{key} + CAST(%(copy)s AS int) * CAST({end} AS bigint)"


def _links(table: Any, end: dict[Any, int]) -> dict[str, str]:
    """Links to what is copied as well; to what is not, none."""
    columns = [(table.columns[place], target) for place, target in table.links]
    return {column: _moved_key(f'b."{column}"', end[target]) if target in end else "NULL" for column, target in columns}


def _times(table: Any) -> dict[str, str]:
    from django.db import connection

    columns = [table.columns[place] for place in table.moments]
    if connection.vendor == "sqlite":
        earlier = "strftime('%%Y-%%m-%%d %%H:%%M:%%f', b.\"{0}\", '-' || %(ago)s || ' seconds')"
    else:
        earlier = "b.\"{0}\" - CAST(%(ago)s AS int) * interval '1 second'"
    return {column: earlier.format(column) for column in columns}


def _hexadecimal(number: str, digits: int) -> str:
    from django.db import connection

    if connection.vendor == "sqlite":
        return f"printf('%%0{digits}x', {number})"
    return f"lpad(to_hex({number}), {digits}, '0')"


def _application(end: int) -> dict[str, str]:
    from django.db import connection

    key = _moved_key("b.id", end)
    somebody = f"(({key}) %% {APPLICANTS})"
    trade = f"CASE ({key}) %% 10 {' '.join(f'WHEN {place} THEN {name!r}' for place, name in enumerate(NAMES))} END"
    name = f"'绍兴示例' || {trade} || CAST({somebody} AS varchar(9)) || '号有限公司'"
    uuid = _hexadecimal(f"({key})", 32)
    return {
        "number": _number(),
        "idempotency_key": uuid if connection.vendor == "sqlite" else f"CAST({uuid} AS uuid)",
        "identity_index": _hexadecimal(somebody, 64),
        **dict.fromkeys(("applicant_name", "applicant_key"), name),
    }


def _document(end: int) -> dict[str, str]:
    return {
        "number": _number(),
        "serial": "n.first + n.step * CAST(%(copy)s AS int)",
        "content": "'{}'",
        "verification_code": _padded(f"({_moved_key('b.id', end)})", "16"),
    }


OWN = {
    "Application": _application,
    "Case": lambda end: {"number": f"CASE WHEN n.id IS NULL THEN NULL ELSE {_number()} END"},
    "Document": _document,
    "Slip": lambda end: {"code": _number()},
}


# -- indexes ----------------------------------------------------------------------------------------------------------


@contextmanager
def _without_indexes(tables: list[Any]) -> Iterator[None]:
    """Indexes are made at once afterwards: row by row they take most of the time."""
    from django.db import connection

    names = [table.model._meta.db_table for table in tables]
    drop, make = {"sqlite": _sqlite_indexes, "postgresql": _postgresql_indexes}[connection.vendor](names)
    for line in drop:
        _run(line)
    yield
    for line in make:
        _run(line)


def _rows(query: str, given: list[Any]) -> list[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return cursor.fetchall()


def _sqlite_indexes(names: list[str]) -> tuple[list[str], list[str]]:
    places = ", ".join(["%s"] * len(names))
    query = f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql > '' AND tbl_name IN ({places})"
    found = _rows(query, names)
    return [f'DROP INDEX "{name}"' for name, _ in found], [sql for _, sql in found]


def _postgresql_indexes(names: list[str]) -> tuple[list[str], list[str]]:
    """Plain indexes, and those behind the constraints of what is unique; keys stay."""
    unique = _rows(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'u' AND conrelid::regclass::text = ANY(%s)",
        [names],
    )
    plain = _rows(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND NOT EXISTS"
        " (SELECT 1 FROM pg_constraint WHERE conname = indexname)",
        [names],
    )
    drop = [f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"' for table, name, _ in unique]
    make = [f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {how}' for table, name, how in unique]
    drop += [f'DROP INDEX "{name}"' for name, _ in plain]
    return drop, ["SET LOCAL maintenance_work_mem = '512MB'", *make, *(how for _, how in plain)]
