"""A part of a name in a long table, found by an index and without an extension of the database.

Every two neighbouring signs of a name are indexed (trigrams know no part of fewer than three, and most Chinese words
have two). PostgreSQL does so with a function. SQLite has no index of many entries for one row; there triggers keep a
table of FTS5 beside the names, so that it is true whoever writes them. It is given the signs as hexadecimal digits,
which its own way of cutting text leaves alone.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
from django.db.models.expressions import RawSQL

FUNCTION = "portal_pairs"
MAKE_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {FUNCTION}(text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT array_agg(substr($1, place, 2)) FROM generate_series(1, length($1) - 1) place $$
"""


class _HasPairs(Func):
    """Whether the pairs of signs of a part are among those of a name, in the words of the index."""

    template = f"{FUNCTION}(upper(%(expressions)s))"
    arg_joiner = f")) @> {FUNCTION}(upper("
    output_field = BooleanField()


def make_index(connection: BaseDatabaseWrapper, table: str, column: str) -> None:
    """For a migration of PostgreSQL; SQLite: `keep_index`."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(MAKE_FUNCTION)
            cursor.execute(f"CREATE INDEX {table}_pairs ON {table} USING gin ({FUNCTION}(upper({column})))")


def drop_index(connection: BaseDatabaseWrapper, table: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX IF EXISTS {table}_pairs")
            cursor.execute(f"DROP FUNCTION IF EXISTS {FUNCTION}(text)")


# SQLite.

LONGEST = 400
MOST_ASKED = 40
PLACES = json.dumps(list(range(1, LONGEST + 1)), separators=(",", ":"))


def keep_index(connection: BaseDatabaseWrapper, table: str, column: str) -> None:
    """After every migration: on SQLite one that changes a table makes it anew, and its triggers are gone.

    Where one of them is missing, or was another, names may have been written unseen: all are indexed again.
    """
    if connection.vendor != "sqlite":
        return
    index, wanted = _index(table, column), _triggers(table, column)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        found = dict(cursor.fetchall())
        if all(found.get(name) == statement for name, statement in wanted.items()):
            return
        for name in wanted:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(f"DROP TABLE IF EXISTS {index}")
        cursor.execute(f"CREATE VIRTUAL TABLE {index} USING fts5(pairs, content='', detail=none)")
        cursor.execute(f"INSERT INTO {index} (rowid, pairs) SELECT id, {_pairs_of(column)} FROM {table}")
        for statement in wanted.values():
            cursor.execute(statement)


def _index(table: str, column: str) -> str:
    return f"{table}_{column}_pairs"


def _triggers(table: str, column: str) -> dict[str, str]:
    """Of a name that was written, changed or deleted. What is taken out of the index must be said to it."""
    index = _index(table, column)
    new = f"INSERT INTO {index} (rowid, pairs) VALUES (new.id, {_pairs_of(f'new.{column}')});"
    old = f"INSERT INTO {index} ({index}, rowid, pairs) VALUES ('delete', old.id, {_pairs_of(f'old.{column}')});"
    changed = f"OF {column} ON {table} WHEN old.{column} IS NOT new.{column}"
    what = {"insert": (f"ON {table}", new), "update": (changed, f"{old} {new}"), "delete": (f"ON {table}", old)}
    return {
        f"{index}_{event}": f"CREATE TRIGGER {index}_{event} AFTER {event.upper()} {of} BEGIN {act} END"
        for event, (of, act) in what.items()
    }


def _pairs_of(name: str) -> str:
    """Every sign with the one behind it, the last one alone; `upper` knows the letters that `LIKE` takes for equal."""
    pair = f"hex(substr(upper({name}), value, 2))"
    return f"(SELECT group_concat({pair}, ' ') FROM json_each('{PLACES}') WHERE value <= length({name}))"


def _having_pairs(part: str) -> str:
    """In the language of FTS5, as far as it reads. A single sign is the beginning of a pair."""
    signs = [sign.encode("utf-8", "replace").upper().hex().upper() for sign in part[:MOST_ASKED]]
    return " ".join(f'"{one}{other}"' for one, other in pairwise(signs)) or f'"{signs[0]}" *'


# Looking for names.


def containing(rows: QuerySet[Any], column: str, part: str, connection: BaseDatabaseWrapper) -> QuerySet[Any]:
    """The `rows` whose `column` contains `part`, in capitals or not."""
    found = rows.filter(**{f"{column}__icontains": part})
    if connection.vendor == "sqlite" and part:
        index = _index(rows.model._meta.db_table, column)
        return found.filter(pk__in=RawSQL(f"SELECT rowid FROM {index} WHERE {index} MATCH %s", [_having_pairs(part)]))
    return found.filter(_HasPairs(F(column), Value(part))) if len(part) > 1 else found


def beginning(column: str, part: str, connection: BaseDatabaseWrapper) -> Q:
    """Begins with `part`, said so that the index of the column is entered there."""
    found = Q(**{f"{column}__startswith": part})
    if connection.vendor == "sqlite":
        found &= Q(**{f"{column}__gte": part, f"{column}__lt": f"{part}\U0010ffff"})
    return found
