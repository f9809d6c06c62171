"""A part of a name in a long table, found by an index and without an extension of the database.

PostgreSQL indexes every two neighbouring signs of a name (trigrams know no part of fewer than three, and most Chinese
words have two). SQLite reads the names, and nothing else of their rows, from a plain index on the column.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, Q, QuerySet, Value

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
    """For a migration; on SQLite the index of the model does."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(MAKE_FUNCTION)
            cursor.execute(f"CREATE INDEX {table}_pairs ON {table} USING gin ({FUNCTION}(upper({column})))")


def drop_index(connection: BaseDatabaseWrapper, table: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX IF EXISTS {table}_pairs")
            cursor.execute(f"DROP FUNCTION IF EXISTS {FUNCTION}(text)")


def containing(rows: QuerySet[Any], column: str, part: str, connection: BaseDatabaseWrapper) -> QuerySet[Any]:
    """The `rows` whose `column` contains `part`, in capitals or not."""
    found = rows.filter(**{f"{column}__icontains": part})
    if connection.vendor != "postgresql" or len(part) < 2:
        return found
    return found.filter(_HasPairs(F(column), Value(part)))


def beginning(column: str, part: str, connection: BaseDatabaseWrapper) -> Q:
    """Begins with `part`, said so that the index of the column is entered there."""
    found = Q(**{f"{column}__startswith": part})
    if connection.vendor == "sqlite":
        found &= Q(**{f"{column}__gte": part, f"{column}__lt": f"{part}\U0010ffff"})
    return found
